/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/neighbour.h"
#include "probes/alike.h"
#include "probes/charset.h"
#include "probes/favicon.h"
#include "probes/vendor.h"

enum { CATCH_ALL_CONFIDENCE = 95, ICON_CONFIDENCE = 99, ICON_MAX = 256 * 1024 };

enum step { STEP_PAGE, STEP_CONTROL, STEP_ICON, STEP_OVER };

struct site {
	enum step step;
	bool plain; /* https cannot be had here */
	bool moved; /* the page is another host's: the control would compare that one with itself */
	enum probe_outcome page; /* what became of the page: the run's outcome */
	struct buf body;         /* folded text of the page */
	char server[PROBE_FIELD_MAX], cookies[PROBE_FIELD_MAX];
	struct alike own, other;
	char control[PROBE_NAME_MAX];
};

static const char *scheme_of(const struct site *s) { return s->plain ? "http" : "https"; }

static bool ask_page(struct probe_run *run, struct probe_ask *ask)
{
	ask->follow = ask->compressed = ask->prefix = true;
	return probe_ask_path(run, ask, scheme_of(run->state), "/");
}

/* Of the host's neighbour; scope refuses what lies above the site's own domain. */
static bool ask_control(struct probe_run *run, struct probe_ask *ask)
{
	struct site *s = run->state;
	const char *suffix = neighbour_suffix(run->name);
	int n;

	if (suffix == NULL || strchr(suffix + 1, '.') == NULL || s->moved || s->page != PROBE_DONE)
		return false;
	if (!neighbour_put(s->control, sizeof(s->control), run->name, run->chance))
		return false;
	ask->follow = ask->compressed = ask->prefix = ask->aside = true;
	n = snprintf(ask->url, sizeof(ask->url), "%s://%s/", scheme_of(s), s->control);
	return n > 0 && (size_t)n < sizeof(ask->url);
}

static bool ask_icon(struct probe_run *run, struct probe_ask *ask)
{
	const struct site *s = run->state;

	if (s->moved || s->page != PROBE_DONE)
		return false;
	ask->follow = true;
	ask->body_max = ICON_MAX;
	return probe_ask_path(run, ask, scheme_of(s), "/favicon.ico");
}

static void keep_field(char out[PROBE_FIELD_MAX], const char *field)
{
	snprintf(out, PROBE_FIELD_MAX, "%s", field ? field : "");
	vendor_fold(out, strlen(out));
}

/* The host part of an absolute URL, NUL-terminated in `out`. */
static void host_of(char out[PROBE_NAME_MAX], const char *url)
{
	const char *s = strstr(url, "://");
	size_t n;

	s = s ? s + 3 : url;
	n = strcspn(s, "/:?#");
	snprintf(out, PROBE_NAME_MAX, "%.*s", (int)(n < PROBE_NAME_MAX ? n : PROBE_NAME_MAX - 1), s);
}

static void tell_vendor(struct probe_run *run, bool has_icon, int32_t icon)
{
	struct site *s = run->state;
	struct vendor_page p = { .body = s->body.p ? s->body.p : "",
				 .size = s->body.len,
				 .server = s->server,
				 .cookies = s->cookies,
				 .has_favicon = has_icon,
				 .favicon = icon };

	vendor_facts(run->fingerprints, &p, run->facts);
}

/* What the connection could not do over TLS, it may over plain HTTP: the first failure decides, once. */
static bool wants_plain(const struct probe_run *run)
{
	const struct site *s = run->state;
	enum probe_outcome o = run->answer->outcome;

	return !s->plain &&
	       (o == PROBE_CONNECT_FAILED || o == PROBE_TLS_FAILED || o == PROBE_RESET || o == PROBE_TIMEOUT);
}

static enum step take_page(struct probe_run *run)
{
	struct site *s = run->state;
	const struct probe_answer *a = run->answer;
	struct charset_found found;
	char host[PROBE_NAME_MAX];

	if (wants_plain(run)) {
		s->plain = true;
		return STEP_PAGE;
	}
	if (probe_answered(run)) {
		host_of(host, a->url);
		s->moved = strcmp(host, run->name) != 0;
		charset_decode(&s->body, &found, a->body, a->size, a->content_type);
		vendor_fold(s->body.p ? s->body.p : host, s->body.len);
		keep_field(s->server, a->server);
		keep_field(s->cookies, a->cookies);
		alike_read(&s->own, a->body, a->size);
		tell_vendor(run, false, 0);
	}
	s->page = run->outcome;
	return STEP_CONTROL;
}

static enum step take_control(struct probe_run *run)
{
	struct site *s = run->state;
	const struct probe_answer *a = run->answer;
	char all[PROBE_NAME_MAX + 2], note[PROBE_NOTE_MAX];

	if (probe_answered(run)) {
		alike_read(&s->other, a->body, a->size);
		if (alike_is(&s->own, &s->other)) {
			snprintf(all, sizeof(all), "*%s", neighbour_suffix(run->name));
			snprintf(note, sizeof(note), "随机主机名 %.200s 也答以同样的页面", s->control);
			probe_fact_note(run->facts, FACT_CATCH_ALL, CATCH_ALL_CONFIDENCE, all, strlen(all),
					note, strlen(note));
		}
	}
	return STEP_ICON;
}

static enum step take_icon(struct probe_run *run)
{
	const struct probe_answer *a = run->answer;
	char text[16];
	int32_t hash;

	if (!probe_answered(run) || a->truncated || !favicon_is_image(a->body, a->size))
		return STEP_OVER;
	hash = favicon_hash(a->body, a->size);
	snprintf(text, sizeof(text), "%d", hash);
	probe_fact_add(run->facts, FACT_FAVICON, ICON_CONFIDENCE, text, strlen(text));
	tell_vendor(run, true, hash);
	return STEP_OVER;
}

static const struct {
	bool (*ask)(struct probe_run *run, struct probe_ask *ask);
	enum step (*take)(struct probe_run *run);
} steps[STEP_OVER] = {
	[STEP_PAGE] = { ask_page, take_page },
	[STEP_CONTROL] = { ask_control, take_control },
	[STEP_ICON] = { ask_icon, take_icon },
};

static bool site_next(struct probe_run *run, struct probe_ask *ask)
{
	struct site *s = run->state;

	if (run->answer)
		s->step = steps[s->step].take(run);
	for (; s->step < STEP_OVER; s->step++)
		if (steps[s->step].ask(run, ask))
			return true;
	run->outcome = s->page; /* that a control has no name, or a site no icon, is no failure */
	return false;
}

static void site_end(struct probe_run *run) { buf_clear(&((struct site *)run->state)->body); }

const struct probe probe_site = {
	.row = &probe_table[PROBE_ID_SITE],
	.state_size = sizeof(struct site),
	.next = site_next,
	.end = site_end,
};
