/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/identify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/alloc.h"
#include "watch/hostname.h"
#include "watch/prefix.h"

enum {
	MATCH_LIMIT =
		100000, /* steps, about a millisecond: patterns are ours or the operator's, texts are not */
	DEPTH_LIMIT = 1000,
	HEAP_LIMIT_KB = 1024,
	JIT_STACK_FIRST = 32 * 1024,
	JIT_STACK_MOST = 512 * 1024,
	GROUPS_MAX = 32, /* capture groups of one pattern */
};

struct pattern {
	const struct identifier *row;
	pcre2_code *code;
	struct prefix prefix;
	bool jit;            /* it was compiled to machine code */
	uint32_t name, host; /* group numbers; host 0: none */
	bool *stops;         /* by row, for those behind this one; NULL: none */
};

struct identify {
	struct pattern *pattern;
	size_t count;
	bool *stopped; /* by row, during one message */
	bool wants_url;
	pcre2_match_context *context;
	pcre2_jit_stack *jit_stack;
	pcre2_match_data *match;
	struct identify_stats stats;
	uint8_t url[IDENTIFY_TEXT_MAX];
};

static bool fail(char error[CONF_ERROR_MAX], const struct identifier *row, const char *reason)
{
	snprintf(error, CONF_ERROR_MAX, "identifiers.tsv:%u: %s: %s", row->line, row->id, reason);
	return false;
}

static bool fail_compile(char error[CONF_ERROR_MAX], const struct identifier *row, int code, size_t at)
{
	char text[128], line[256];

	pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof(text));
	snprintf(line, sizeof(line), "正则式第 %zu 字符处有误,请改正: %s", at + 1, text);
	return fail(error, row, line);
}

/* The number of a named group; 0 when there is none, -1 when it stands there more than once. */
static int group(const pcre2_code *code, const char *name)
{
	int n = pcre2_substring_number_from_name(code, (PCRE2_SPTR)name);

	return n == PCRE2_ERROR_NOSUBSTRING ? 0 : n < 0 ? -1 : n;
}

static bool find_groups(struct pattern *p, char error[CONF_ERROR_MAX])
{
	int name = group(p->code, "name"), host = group(p->code, "host");
	uint32_t groups = 0;

	pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (name <= 0)
		return fail(error, p->row, "正则式须有且只有一个命名组 (?<name>…)");
	if (host < 0)
		return fail(error, p->row, "命名组 (?<host>…) 只能有一个");
	if (groups >= GROUPS_MAX)
		return fail(error, p->row, "捕获组过多,请改用 (?:…)");
	p->name = (uint32_t)name;
	p->host = (uint32_t)host;
	return true;
}

static bool compile(struct pattern *p, char error[CONF_ERROR_MAX])
{
	int code;
	PCRE2_SIZE at;

	if (p->row->via < VIA_HTTP_REFERER || p->row->via >= VIA_COUNT || p->row->kind == SUBJECT_HOST)
		return fail(error, p->row, "kind 或 via 不是标识符的取值");
	p->code =
		pcre2_compile((PCRE2_SPTR)p->row->pattern, PCRE2_ZERO_TERMINATED,
			      PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	if (p->code == NULL)
		return fail_compile(error, p->row, code, at);
	/* Where executable memory is forbidden this fails and matching is interpreted: slower, not different.
	 */
	p->jit = pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0;
	prefix_make(&p->prefix, p->row->pattern);
	return find_groups(p, error);
}

/* Marks the row named by the n bytes at id, which must stand behind row `at`. */
static bool mark_stop(struct identify *s, size_t at, const char *id, size_t n)
{
	for (size_t i = at + 1; i < s->count; i++) {
		const char *other = s->pattern[i].row->id;
		if ((n == 1 && *id == '*') || (strlen(other) == n && memcmp(other, id, n) == 0)) {
			s->pattern[at].stops[i] = true;
			if (*id != '*')
				return true;
		}
	}
	return n == 1 && *id == '*';
}

static bool parse_stops(struct identify *s, size_t at, char error[CONF_ERROR_MAX])
{
	const char *id = s->pattern[at].row->stops;

	if (id == NULL || *id == '\0' || strcmp(id, "-") == 0)
		return true;
	s->pattern[at].stops = xcalloc(s->count, sizeof(bool));
	while (*id != '\0') {
		size_t n = strcspn(id, ",");
		if (!mark_stop(s, at, id, n))
			return fail(error, s->pattern[at].row, "stops 只能写本行之后的 id,以逗号分隔,或 *");
		id += n + (id[n] == ',');
	}
	return true;
}

static bool make_limits(struct identify *s)
{
	s->context = pcre2_match_context_create(NULL);
	s->jit_stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
	s->match = pcre2_match_data_create(GROUPS_MAX, NULL);
	if (s->context == NULL || s->match == NULL)
		return false;
	pcre2_set_match_limit(s->context, MATCH_LIMIT);
	pcre2_set_depth_limit(s->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(s->context, HEAP_LIMIT_KB);
	if (s->jit_stack != NULL)
		pcre2_jit_stack_assign(s->context, NULL, s->jit_stack);
	return true;
}

struct identify *identify_new(const struct identifiers *table, char error[CONF_ERROR_MAX])
{
	struct identify *s = xcalloc(1, sizeof(*s));
	bool ok;

	s->count = table->count;
	s->pattern = xcalloc(s->count + 1, sizeof(*s->pattern));
	s->stopped = xcalloc(s->count + 1, sizeof(bool));
	ok = make_limits(s);
	if (!ok)
		snprintf(error, CONF_ERROR_MAX, "identifiers.tsv: 内存不足,无法编译正则式");
	for (size_t i = 0; i < s->count; i++)
		s->pattern[i].row = &table->entry[i];
	for (size_t i = 0; ok && i < s->count; i++) {
		ok = compile(&s->pattern[i], error) && parse_stops(s, i, error);
		s->wants_url |= table->entry[i].via == VIA_HTTP_URL;
	}
	if (ok)
		return s;
	identify_free(s);
	return NULL;
}

void identify_free(struct identify *i)
{
	if (i == NULL)
		return;
	for (size_t k = 0; k < i->count; k++) {
		pcre2_code_free(i->pattern[k].code);
		free(i->pattern[k].stops);
	}
	pcre2_match_data_free(i->match);
	pcre2_match_context_free(i->context);
	pcre2_jit_stack_free(i->jit_stack);
	free(i->stopped);
	free(i->pattern);
	free(i);
}

const struct identify_stats *identify_stats(const struct identify *i) { return &i->stats; }

void identify_count_anew(struct identify *i) { i->stats = (struct identify_stats){ 0 }; }

static bool starts(struct dissect_str s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

/* The port that http means anyway is not part of the name (RFC 3986 section 6.2.3). */
static struct dissect_str without_port(struct dissect_str host)
{
	bool standard = host.n > 3 && memcmp(host.p + host.n - 3, ":80", 3) == 0;

	return (struct dissect_str){ host.p, standard ? host.n - 3 : host.n };
}

static size_t append(struct identify *s, size_t at, struct dissect_str part)
{
	size_t room = sizeof(s->url) - at, n = part.n < room ? part.n : room;

	s->stats.cut += n < part.n;
	memcpy(s->url + at, part.p, n);
	return at + n;
}

/* Patterns may look over a text from each of its bytes on: what they are given is not long. */
static struct dissect_str start_of(struct identify *s, struct dissect_str text)
{
	bool over = text.n > IDENTIFY_TEXT_MAX;

	s->stats.cut += over;
	return (struct dissect_str){ text.p, over ? IDENTIFY_TEXT_MAX : text.n };
}

/* The request's URL: an absolute target as it is (RFC 9112 section 3.2.2), else put together with Host.
 * None for CONNECT and `*`, or without a Host. */
static struct dissect_str url_of(struct identify *s, const struct dissect_message *m)
{
	const struct dissect_str scheme = { (const uint8_t *)"http://", 7 }, target = m->http.target;
	size_t n = 0;

	if (target.p == NULL || target.n == 0)
		return (struct dissect_str){ NULL, 0 };
	if (starts(target, "http://") || starts(target, "https://"))
		return start_of(s, target);
	if (target.p[0] != '/' || m->name.p == NULL || m->name.n == 0)
		return (struct dissect_str){ NULL, 0 };
	n = append(s, n, scheme);
	n = append(s, n, without_port(m->name));
	n = append(s, n, target);
	return (struct dissect_str){ s->url, n };
}

static struct dissect_str captured(const struct identify *s, struct dissect_str text, uint32_t number)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->match);

	if (number >= pcre2_get_ovector_count(s->match) || at[2 * number] == PCRE2_UNSET ||
	    at[2 * number + 1] < at[2 * number])
		return (struct dissect_str){ NULL, 0 };
	return (struct dissect_str){ text.p + at[2 * number], at[2 * number + 1] - at[2 * number] };
}

static bool name_ok(struct dissect_str name)
{
	if (name.n == 0 || name.n > IDENTIFY_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= 0x20 || name.p[i] >= 0x7f)
			return false;
	return true;
}

static void report(struct identify *s, const struct pattern *p, struct dissect_str text, identify_fn *fn,
		   void *arg)
{
	struct identify_hit hit = { .row = p->row, .name = captured(s, text, p->name) };
	struct dissect_str host = captured(s, text, p->host);

	if (hit.name.p == NULL)
		return;
	if (!name_ok(hit.name)) {
		s->stats.refused++;
		return;
	}
	if (p->host > 0 && host.p != NULL)
		hostname_take_encoded(hit.host, host.p, host.n);
	fn(arg, &hit);
}

static bool matches(struct identify *s, const struct pattern *p, struct dissect_str text)
{
	int rc;

	if (!prefix_fits(&p->prefix, text.p, text.n))
		return false;
	if (p->jit) /* pcre2_match() would come to the same, by way of checks that are for strangers'
		       arguments */
		rc = pcre2_jit_match(p->code, text.p, text.n, 0, 0, s->match, s->context);
	else
		rc = pcre2_match(p->code, text.p, text.n, 0, 0, s->match, s->context);
	s->stats.gave_up += rc < 0 && rc != PCRE2_ERROR_NOMATCH;
	return rc >= 0;
}

void identify_message(struct identify *i, const struct dissect_message *m, identify_fn *fn, void *arg)
{
	struct dissect_str texts[VIA_COUNT] = {
		[VIA_HTTP_REFERER] = start_of(i, m->http.referer),
		[VIA_HTTP_USER_AGENT] = start_of(i, m->http.user_agent),
		[VIA_HTTP_REQUESTED_WITH] = start_of(i, m->http.requested_with),
	};

	if (i->wants_url)
		texts[VIA_HTTP_URL] = url_of(i, m);
	memset(i->stopped, 0, i->count * sizeof(bool));
	for (size_t k = 0; k < i->count; k++) {
		const struct pattern *p = &i->pattern[k];
		struct dissect_str text = texts[p->row->via];
		if (i->stopped[k] || text.p == NULL || !matches(i, p, text))
			continue;
		for (size_t later = k + 1; p->stops != NULL && later < i->count; later++)
			i->stopped[later] |= p->stops[later];
		report(i, p, text, fn, arg);
	}
}
