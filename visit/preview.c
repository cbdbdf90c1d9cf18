/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/conf.h"
#include "probes/list.h"
#include "probes/scope.h"
#include "visit/budget.h"

/* The URL of the first request; false: too long, or there is none to make. */
static bool first_url(const struct conf *c, const struct probe_row *row, const struct probe_look *at,
		      char out[PROBE_SIGHT_URL_MAX])
{
	int n;

	if (row->endpoint)
		n = snprintf(out, PROBE_SIGHT_URL_MAX, "%s%s", row->endpoint(c), at->name);
	else if (at->target[0] != '\0')
		n = snprintf(out, PROBE_SIGHT_URL_MAX, "%s", at->target);
	else
		n = row->first ? snprintf(out, PROBE_SIGHT_URL_MAX, "https://%s%s", at->name, row->first)
			       : -1;
	return n > 0 && n < PROBE_SIGHT_URL_MAX;
}

/* The parts of a URL that scope asks for: only to say what would be asked; the prober reads it by
 * probes/url.c. */
struct parts {
	char host[SCOPE_HOST_MAX];
	unsigned port;
	const char *path; /* into the URL */
};

static bool part(struct parts *out, const char *url)
{
	bool tls = strncasecmp(url, "https://", 8) == 0;
	const char *s = url + (tls ? 8 : 7), *host = s, *end;
	size_t n;

	if (!tls && strncasecmp(url, "http://", 7) != 0)
		return false;
	end = *s == '[' ? strchr(s, ']') : s + strcspn(s, ":/?#@");
	if (end == NULL)
		return false;
	n = (size_t)(end - host) + (*s == '[');
	if (n == 0 || n >= sizeof(out->host) || host[n] == '@')
		return false;
	memcpy(out->host, host, n);
	out->host[n] = '\0';
	out->path = host + n;
	out->port = tls ? 443 : 80;
	if (*out->path == ':') {
		char *rest;
		out->port = (unsigned)strtoul(out->path + 1, &rest, 10);
		out->path = rest;
	}
	return *out->path == '\0' || strchr("/?#", *out->path) != NULL;
}

static enum probe_outcome reach(const struct conf *c, const struct probe_row *row,
				const struct probe_look *at, struct probe_sight *out)
{
	const struct scope_run run = { .name = at->kind == SUBJECT_HOST ? at->name : "",
				       .suffix = at->scope,
				       .count = at->scope_count,
				       .endpoint = row->endpoint ? row->endpoint(c) : "" };
	struct scope *s = scope_new(c);
	struct parts p;
	enum probe_outcome o = PROBE_BAD_URL;

	if (part(&p, out->url)) {
		o = scope_host(s, &run, p.host);
		if (o == PROBE_DONE && !scope_port(s, p.port))
			o = PROBE_BAD_PORT;
		out->robots = row->endpoint == NULL && *p.path != '\0' && strcmp(p.path, "/") != 0;
	}
	scope_free(s);
	return o;
}

void visit_preview(const struct conf *c, const struct probe_look *at, int64_t now, struct probe_sight *out)
{
	const struct probe_row *row = probe_row_find(at->probe);
	struct budget *b = budget_new(c, 1, now);

	*out = (struct probe_sight){ .outcome = PROBE_NOT_ENABLED };
	if (row && (row->endpoint == NULL || row->endpoint(c)[0] != '\0')) {
		out->head = row->head;
		out->outcome = first_url(c, row, at, out->url) ? reach(c, row, at, out) : PROBE_BAD_URL;
	}
	if (out->outcome == PROBE_DONE && !budget_open(b, now))
		out->opens = budget_opens(b, now);
	budget_free(b);
}
