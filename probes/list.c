/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/conf.h"
#include "probes/budget.h"
#include "probes/scope.h"

enum { WEEK = 7 * 24, MONTH = 30 * 24 }; /* hours */

_Static_assert((int)PROBE_ID_COUNT <= (int)PROBE_ROWS_MAX, "the store has room for all");

static const char *wechat_record(const struct conf *c) { return c->probe.wechat_record; }
static const char *itunes_lookup(const struct conf *c) { return c->probe.itunes_lookup; }

const struct probe_row probe_table[PROBE_ID_COUNT] = {
	[PROBE_ID_PAGE] = { .name = "page",
			    .zh = "首页: 标题、备案号、主办单位、标识与表单",
			    .version = 1,
			    .kinds = 1u << SUBJECT_HOST,
			    .interval_hours = WEEK,
			    .first = "/" },
	[PROBE_ID_CERTIFICATE] = { .name = "certificate",
				   .zh = "证书",
				   .version = 1,
				   .kinds = 1u << SUBJECT_HOST,
				   .interval_hours = MONTH, /* sooner when it is about to end: store/plan.c */
				   .first = "/",
				   .head = true },
	[PROBE_ID_SITE] = { .name = "site",
			    .zh = "站点与厂商",
			    .version = 1,
			    .kinds = 1u << SUBJECT_HOST,
			    .interval_hours = MONTH,
			    .first = "/" },
	[PROBE_ID_WELL_KNOWN] = { .name = "well-known",
				  .zh = "应用关联文件",
				  .version = 1,
				  .kinds = 1u << SUBJECT_HOST,
				  .interval_hours = MONTH,
				  .first = "/.well-known/assetlinks.json" },
	[PROBE_ID_RECORD] = { .name = "record",
			      .zh = "微信小程序资料页",
			      .version = 1,
			      .kinds = 1u << SUBJECT_WECHAT_MINI,
			      .interval_hours = WEEK,
			      .endpoint = wechat_record },
	[PROBE_ID_LOOKUP] = { .name = "lookup",
			      .zh = "苹果商店",
			      .version = 1,
			      .kinds = 1u << SUBJECT_IOS_BUNDLE,
			      .interval_hours = WEEK,
			      .endpoint = itunes_lookup },
	[PROBE_ID_APK] = { .name = "apk",
			   .zh = "安卓安装包的清单",
			   .version = 1,
			   .kinds = 1u << SUBJECT_HOST | 1u << SUBJECT_ANDROID_PACKAGE,
			   .wants_target = true,
			   .interval_hours = MONTH },
	[PROBE_ID_IPA] = { .name = "ipa",
			   .zh = "iOS 安装包的清单",
			   .version = 1,
			   .kinds = 1u << SUBJECT_HOST | 1u << SUBJECT_IOS_BUNDLE,
			   .wants_target = true,
			   .interval_hours = MONTH },
};

const struct probe_row *probe_row_find(const char *name)
{
	for (size_t i = 0; i < PROBE_ID_COUNT; i++)
		if (strcmp(probe_table[i].name, name) == 0)
			return &probe_table[i];
	return NULL;
}

size_t probe_list(struct probe_row out[PROBE_ROWS_MAX])
{
	memcpy(out, probe_table, sizeof(probe_table));
	return PROBE_ID_COUNT;
}

/* -- a look ahead -------------------------------------------------------------------------------- */

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

void probe_preview(const struct conf *c, const struct probe_look *at, int64_t now, struct probe_sight *out)
{
	const struct probe_row *row = probe_row_find(at->probe);
	struct budget *b = budget_new(c, 1, now);

	*out = (struct probe_sight){ .outcome = PROBE_NOT_ENABLED };
	if (row && (row->endpoint == NULL || row->endpoint(c)[0] != '\0')) {
		out->head = row->head;
		out->outcome = first_url(c, row, at, out->url) ? reach(c, row, at, out) : PROBE_BAD_URL;
	}
	if (out->outcome == PROBE_DONE && !budget_open(b, now))
		out->outcome = PROBE_PAUSED;
	budget_free(b);
}
