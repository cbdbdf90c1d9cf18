/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/learn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/text.h"
#include "db/feed.h"
#include "policy/policy.h"
#include "store/plan.h"
#include "store/reach.h"

enum {
	GONE_KEPT = 200,      /* facts of one job that are gone: the newest of them */
	LEADS_MAX = 8,        /* jobs that the facts of one job lead to; more are counted */
	LEAD_CONFIDENCE = 50, /* percent, from which on a fact is followed */
};

/* -- facts ------------------------------------------------------------------------------------------- */

static bool is_fit(const struct job_fact *f)
{
	size_t n = strnlen(f->value, sizeof(f->value)), note = strnlen(f->note, sizeof(f->note));

	return (unsigned)f->type < FACT_COUNT && f->confidence >= 1 && f->confidence <= 100 && n > 0 &&
	       n < sizeof(f->value) && note < sizeof(f->note) && text_is_safe(f->value, n) &&
	       text_is_safe(f->note, note);
}

static void fact_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	const struct job_fact *f = ((const struct job_fact *const *)rows)[row];

	if (column == 1)
		feed_int(out, f->type);
	else if (column == 2)
		feed_text(out, f->value);
	else if (column == 3)
		feed_int(out, f->confidence);
	else if (column == 4)
		feed_text(out, f->note);
}

/* How many of these stand already, word for word. */
static int64_t same(struct db_txn *t, const struct answered *a, const struct feed *rows)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_FACTS_SAME);
	query_feed(&q, rows);
	query_int(&q, a->kind);
	query_text(&q, a->name);
	query_int(&q, a->id);
	return query_one(&q, 0);
}

static void put(struct db_txn *t, const struct answered *a, const struct feed *rows, unsigned version,
		int64_t now)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_FACTS_PUT);
	query_feed(&q, rows);
	query_int(&q, a->kind);
	query_text(&q, a->name);
	query_int(&q, a->id);
	query_int(&q, version);
	query_int(&q, now);
	query_run(&q);
}

static int64_t run_at(struct db_txn *t, enum stmt id, int64_t job, int64_t value)
{
	struct query q;

	query_open(&q, t, id);
	query_int(&q, job);
	query_int(&q, value);
	query_run(&q);
	return query_changes(&q);
}

/* A run that found no room for all of its facts does not say that others are gone. */
static bool retire(struct db_txn *t, const struct answered *a, const struct job_result *r, int64_t now)
{
	if (r->outcome != PROBE_DONE || r->facts_more > 0 ||
	    run_at(t, STMT_PROBE_FACTS_GONE, a->id, now) == 0)
		return false;
	plan_count(t, "facts-forgotten", (uint64_t)run_at(t, STMT_PROBE_FACTS_FORGET, a->id, GONE_KEPT));
	return true;
}

/* -- what facts lead to -------------------------------------------------------------------------------- */

struct lead {
	enum fact fact;
	const char *probe;
	enum subject_kind kind; /* of the job; SUBJECT_HOST: the subject's own, the fact is its target */
	const char *end;        /* of the URL's path; NULL: any */
	const char *why;
	const char
		*start; /* of the value; NULL: any. A page may name a mini-program by its 原始号 (gh_) too */
};

/* The first that fits. */
static const struct lead leads[] = {
	{ FACT_APK_LINK, "ipa", SUBJECT_HOST, ".ipa", "网页给出苹果安装包", NULL },
	{ FACT_APK_LINK, "apk", SUBJECT_HOST, NULL, "网页给出安卓安装包", NULL },
	{ FACT_IOS_MANIFEST, "ipa", SUBJECT_HOST, NULL, "网页给出苹果安装清单", NULL },
	{ FACT_WECHAT_MINI, "record", SUBJECT_WECHAT_MINI, NULL, "网页指向这个小程序", "wx" },
	{ FACT_IOS_BUNDLE, "lookup", SUBJECT_IOS_BUNDLE, NULL, "网页指向这个苹果应用", NULL },
};

static bool ends_so(const char *url, const char *end)
{
	size_t n = strcspn(url, "?#"), k = end ? strlen(end) : 0;

	return k == 0 || (n > k && strncasecmp(url + n - k, end, k) == 0);
}

static bool starts_so(const char *value, const char *start)
{
	return start == NULL || strncmp(value, start, strlen(start)) == 0;
}

static const struct lead *lead_of(const struct job_fact *f)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (leads[i].fact == f->type && ends_so(f->value, leads[i].end) &&
		    starts_so(f->value, leads[i].start))
			return &leads[i];
	return NULL;
}

static const struct probe_row *row_for(const struct store *s, const struct lead *l)
{
	for (size_t i = 0; i < s->probe_count; i++)
		if (strcmp(s->probe[i].name, l->probe) == 0 && (s->probe[i].kinds & 1u << l->kind) != 0)
			return &s->probe[i];
	return NULL;
}

/* NULL, or the counter that says why the fact is not followed. */
static const char *lead_refusal(const struct store *s, struct db_txn *t, const struct answered *a,
				const struct lead *l, const struct job_fact *f)
{
	struct asked_member m = { .kind = l->kind, .name = f->value, .answers = true };
	struct job *j;
	const char *why = NULL;
	char *host;

	if (l->kind != SUBJECT_HOST)
		return plan_refusal(s, row_for(s, l), &m) == PROBE_DONE ? NULL : "leads-not-enabled";
	if (strncasecmp(f->value, "http://", 7) != 0 && strncasecmp(f->value, "https://", 8) != 0)
		return "leads-no-url";
	j = xcalloc(1, sizeof(*j));
	host = policy_normal_domain(f->value);
	j->kind = a->kind;
	snprintf(j->name, sizeof(j->name), "%s", a->name);
	reach_fill(s, t, a->app, j);
	if (host == NULL)
		why = "leads-no-url";
	else if (!reach_holds(s->conf, j, host))
		why = "leads-out-of-scope";
	for (const char *p = f->value; *p && why == NULL; p++)
		why = *p <= ' ' || *p > '~' ? "leads-no-url" : NULL;
	free(host);
	free(j);
	return why;
}

static void lead_put(struct db_txn *t, const struct answered *a, const struct lead *l,
		     const struct job_fact *f, int64_t now)
{
	bool own = l->kind == SUBJECT_HOST;
	struct query q;

	query_open(&q, t, STMT_PROBE_LEAD_PUT);
	query_int(&q, own ? a->kind : l->kind);
	query_text(&q, own ? a->name : f->value);
	query_text(&q, l->probe);
	query_text(&q, own ? f->value : "");
	if (a->app != 0)
		query_int(&q, a->app);
	else
		query_text(&q, NULL);
	query_int(&q, a->id);
	query_text(&q, l->why);
	query_int(&q, now);
	query_run(&q);
}

static void follow(struct store *s, struct db_txn *t, const struct answered *a, const struct feed *rows,
		   int64_t now)
{
	const struct job_fact *const *fact = rows->rows;
	struct query q;
	int64_t count, room;

	query_open(&q, t, STMT_PROBE_CHILDREN_OF);
	query_int(&q, a->id);
	query_run(&q);
	query_open(&q, t, STMT_PROBE_LEADS_COUNT);
	query_int(&q, a->id);
	count = query_one(&q, 0);
	room = count + (int64_t)plan_room(s, t);
	for (size_t i = 0; i < rows->count; i++) {
		const struct lead *l = fact[i]->confidence >= LEAD_CONFIDENCE ? lead_of(fact[i]) : NULL;
		const char *refusal;
		if (l == NULL || row_for(s, l) == NULL)
			continue;
		refusal = lead_refusal(s, t, a, l, fact[i]);
		if (refusal == NULL && count >= LEADS_MAX)
			refusal = "leads-more";
		else if (refusal == NULL && count++ >= room)
			refusal = "jobs-refused";
		if (refusal == NULL)
			lead_put(t, a, l, fact[i], now);
		else
			plan_count(t, refusal, 1);
	}
}

bool learn_facts(struct store *s, struct db_txn *t, const struct answered *a, const struct job_result *r,
		 int64_t now)
{
	const struct job_fact *fit[JOB_FACTS_MAX];
	struct feed rows = { fit, 0, fact_cell };
	bool changed;

	for (size_t i = 0; i < r->fact_count && i < JOB_FACTS_MAX; i++)
		if (is_fit(&r->fact[i]))
			fit[rows.count++] = &r->fact[i];
	plan_count(t, "facts-refused", r->fact_count - rows.count);
	plan_count(t, "facts-more", r->facts_more);
	if (r->outcome == PROBE_UNCHANGED) {
		run_at(t, STMT_PROBE_FACTS_LAST, a->id, now);
		return false;
	}
	changed = rows.count > 0 && same(t, a, &rows) != (int64_t)rows.count;
	if (rows.count > 0)
		put(t, a, &rows, r->version, now);
	changed = retire(t, a, r, now) || changed;
	if (changed && a->wanted)
		follow(s, t, a, &rows, now);
	return changed;
}

int64_t learn_cert_until(const struct job_result *r)
{
	int64_t earliest = 0;

	for (size_t i = 0; i < r->fact_count && i < JOB_FACTS_MAX; i++) {
		struct tm tm = { 0 };
		int64_t at;
		if (r->fact[i].type != FACT_CERT_UNTIL ||
		    strptime(r->fact[i].value, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL)
			continue;
		at = (int64_t)timegm(&tm) * 1000000;
		if (at > 0 && (earliest == 0 || at < earliest))
			earliest = at;
	}
	return earliest;
}

/* -- the transcript ------------------------------------------------------------------------------------ */

/* Line by line, because text_safe() lets no line end through. */
static void make_safe(struct buf *out, const char *text, size_t n)
{
	char line[JOB_TRANSCRIPT_MAX * 4 + 1];

	for (size_t at = 0; at < n;) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t len = end ? (size_t)(end - text) - at : n - at;
		buf_add(out, line, text_safe(line, sizeof(line), text + at, len));
		if (end)
			buf_puts(out, "\n");
		at += len + 1;
	}
}

void learn_transcript(struct db_txn *t, int64_t job, const struct job_result *r, int64_t now)
{
	size_t n = strnlen(r->transcript, sizeof(r->transcript));
	uint8_t sum[HASH_SHA256_SIZE];
	char digest[HASH_HEX_SIZE];
	struct buf text = { 0 };
	struct query q;

	if (n == 0)
		return;
	buf_puts(&text, "");
	make_safe(&text, r->transcript, n);
	hash_sha256(sum, text.p, text.len);
	hash_hex(digest, sum);
	query_open(&q, t, STMT_PROBE_TRANSCRIPT_PUT);
	query_int(&q, job);
	query_int(&q, r->outcome == PROBE_DONE);
	query_int(&q, now);
	query_int(&q, r->outcome);
	query_text(&q, digest);
	query_text(&q, text.p);
	query_run(&q);
	buf_clear(&text);
}
