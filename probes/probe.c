/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/probe.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "probes/general.h"

enum {
	OTHERS_ROOM = 60, /* facts kept free of links and identifiers */
	LAST_ROOM = 20,   /* and of numbers, too */
};

/* One character of strangers' text as it may stand in a value: how many bytes it is, 0: not to be kept. */
static size_t keep(const char *s, size_t n)
{
	size_t len = text_utf8_len((const uint8_t *)s, n);

	return len > 0 && text_is_safe(s, len) ? len : 0;
}

static bool is_blank(const char *s, size_t n, size_t *len)
{
	static const char *const blanks[] = { " ", "\t", "\r", "\n", "\f", "\v", "\xc2\xa0", "\xe3\x80\x80" };

	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		*len = strlen(blanks[i]);
		if (*len <= n && memcmp(s, blanks[i], *len) == 0)
			return true;
	}
	return false;
}

/* Trimmed, blanks folded into one, the unprintable left out, cut at a character. Returns its length. */
static size_t tidy(char *out, size_t cap, const char *s, size_t n)
{
	size_t at = 0, len = 0;
	bool gap = false;

	for (size_t i = 0; i < n; i += len) {
		if (is_blank(s + i, n - i, &len)) {
			gap = at > 0;
			continue;
		}
		len = keep(s + i, n - i);
		if (len == 0) {
			len = 1;
			continue;
		}
		if (at + gap + len >= cap)
			break;
		if (gap)
			out[at++] = ' ';
		gap = false;
		memcpy(out + at, s + i, len);
		at += len;
	}
	out[at] = '\0';
	return at;
}

static struct probe_fact *same(struct probe_facts *f, const struct probe_fact *like)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->fact[i].type == like->type && strcmp(f->fact[i].value, like->value) == 0)
			return &f->fact[i];
	return NULL;
}

/* How many facts there may be before one of this type: a page full of links, or of numbers, still has a title
 * and an owner. */
static size_t room_for(enum fact type)
{
	if ((type >= FACT_WECHAT_MINI && type <= FACT_STORE_LINK) || type == FACT_IOS_MANIFEST)
		return PROBE_FACTS_MAX - OTHERS_ROOM;
	if (type >= FACT_ICP_NUMBER && type <= FACT_GRADE_NUMBER)
		return PROBE_FACTS_MAX - LAST_ROOM;
	return PROBE_FACTS_MAX;
}

bool probe_fact_note(struct probe_facts *f, enum fact type, unsigned confidence, const char *text, size_t n,
		     const char *note, size_t note_n)
{
	struct probe_fact add = { .type = type, .confidence = (uint8_t)confidence }, *old;

	if (tidy(add.value, sizeof(add.value), text, n) == 0)
		return false;
	if (general_names(f->general, type, add.value)) {
		f->others++;
		return false;
	}
	tidy(add.note, sizeof(add.note), note, note_n);
	old = same(f, &add);
	if (old) {
		if (add.confidence > old->confidence)
			old->confidence = add.confidence;
		if (old->note[0] == '\0')
			memcpy(old->note, add.note, sizeof(add.note));
		return true;
	}
	if (f->count >= room_for(type)) {
		f->more++;
		return false;
	}
	f->fact[f->count++] = add;
	return true;
}

enum probe_outcome probe_status(int status)
{
	switch (status) {
	case 304:
		return PROBE_UNCHANGED;
	case 404:
	case 410:
		return PROBE_DONE;
	case 429:
	case 503:
		return PROBE_HELD_BACK;
	default:
		return status >= 200 && status < 300 ? PROBE_DONE : PROBE_HTTP_ERROR;
	}
}

bool probe_answered(struct probe_run *run)
{
	const struct probe_answer *a = run->answer;

	if (a->outcome == PROBE_DONE)
		run->outcome = probe_status(a->status);
	return a->outcome == PROBE_DONE && a->status >= 200 && a->status < 300;
}

bool probe_ask_path(const struct probe_run *run, struct probe_ask *ask, const char *scheme, const char *path)
{
	int n = snprintf(ask->url, sizeof(ask->url), "%s://%s%s", scheme, run->name, path);

	return n > 0 && (size_t)n < sizeof(ask->url);
}

bool probe_ask_base(const struct probe_run *run, struct probe_ask *ask)
{
	int n = snprintf(ask->url, sizeof(ask->url), "%s%s", run->base, run->name);

	ask->compressed = true;
	return n > 0 && (size_t)n < sizeof(ask->url);
}

bool probe_fact_add(struct probe_facts *f, enum fact type, unsigned confidence, const char *text, size_t n)
{
	return probe_fact_note(f, type, confidence, text, n, "", 0);
}
