/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jobs on their way to the prober and back. A job is marked as handed out, on disk, before it leaves. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "policy/policy.h"
#include "store/decoy.h"
#include "store/forget.h"
#include "store/learn.h"
#include "store/plan.h"
#include "store/reach.h"
#include "store/schedule.h"

enum { RANK_LATER, RANK_FRESH, RANK_URGENT };

static const struct probe_row *row_of(const struct store *s, const char *probe)
{
	for (size_t i = 0; i < s->probe_count; i++)
		if (strcmp(s->probe[i].name, probe) == 0)
			return &s->probe[i];
	return NULL;
}

bool store_probes_paused(const struct store *s) { return s->paused; }

void store_prober(struct store *s, bool runs) { s->no_prober = !runs; }

const char *store_probing(const struct store *s)
{
	if (!plan_is_on(s))
		return "off";
	return s->paused ? "paused" : s->no_prober ? "down" : "on";
}

/* Another process may have paused it (beianctl --db). */
static bool is_paused(struct store *s, struct db_txn *t)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_STATE);
	s->paused = query_one(&q, 0) != 0;
	return s->paused;
}

/* -- out ----------------------------------------------------------------------------------------------- */

static void take_text(char *out, size_t cap, struct query *q, int column)
{
	const char *s = query_get_text(q, column);
	snprintf(out, cap, "%s", s ? s : "");
}

/* False: the row is damaged, or its probe is not there any more. */
static bool read_job(const struct store *s, struct query *q, int64_t now, struct job *j, int64_t *app)
{
	const struct probe_row *row;

	memset(j, 0, sizeof(*j));
	j->id = query_get_int(q, 0);
	take_text(j->name, sizeof(j->name), q, 2);
	take_text(j->probe, sizeof(j->probe), q, 3);
	take_text(j->target, sizeof(j->target), q, 4);
	row = row_of(s, j->probe);
	if (!state_kind(q, 1, &j->kind) || row == NULL || !plan_fit(j->name))
		return false;
	/* what an older probe read of the page is not all that a newer one would */
	if (query_get_int(q, 7) == row->version) {
		take_text(j->etag, sizeof(j->etag), q, 5);
		take_text(j->modified, sizeof(j->modified), q, 6);
	}
	*app = query_get_int(q, 8);
	j->urgent = query_get_int(q, 9) == RANK_URGENT;
	j->chance = decoy_chance(s, j->name, now);
	return true;
}

static void run_on(struct db_txn *t, enum stmt id, int64_t job, int64_t value)
{
	struct query q;

	query_open(&q, t, id);
	query_int(&q, job);
	query_int(&q, value);
	query_run(&q);
}

/* -- who goes together --------------------------------------------------------------------------------- */

enum { TOGETHER_MAX = 64 /* jobs of one subject that are looked at for one visit */ };

/* Being handed out. */
struct handing {
	struct store *store;
	struct db_txn *txn;
	int64_t now;
	struct job *out;
	size_t n, max, visits;
};

static bool is_taken(const struct handing *h, int64_t id)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->out[i].id == id)
			return true;
	return false;
}

static void take(struct handing *h, size_t at, int64_t app)
{
	reach_fill(h->store, h->txn, app, &h->out[at]);
	run_on(h->txn, STMT_PROBE_HAND, h->out[at].id, h->now);
}

/* That a job of a host is due says that nobody holds the host back: a hold is for all its jobs. It says
 * nothing of other hosts and endpoints. */
static bool joins(const struct handing *h, const struct job *leader, const struct job *j, struct query *q)
{
	const struct probe_row *row = row_of(h->store, j->probe);
	const struct schedule last = { .job = j->id,
				       .outcome = (enum probe_outcome)query_get_int(q, 12),
				       .interval_hours = row->interval_hours,
				       .failures = (uint32_t)query_get_int(q, 13) };
	const int64_t due = query_get_int(q, 10), tried = query_get_int(q, 11);
	const bool of_host = j->kind == SUBJECT_HOST && leader->target[0] == '\0' && j->target[0] == '\0' &&
			     row->endpoint == NULL;

	if (due <= h->now)
		return true;
	return of_host && tried > 0 && (unsigned)last.outcome < PROBE_OUTCOME_COUNT &&
	       schedule_joins(&last, tried, due, h->now);
}

/* What else is to be asked of the leader's subject comes with it: some of it one answer may do for. */
static void take_together(struct handing *h, const struct job *leader)
{
	int64_t app[TOGETHER_MAX];
	size_t first = h->n;
	struct query q;

	query_open(&q, h->txn, STMT_PROBE_TOGETHER);
	query_int(&q, leader->kind);
	query_text(&q, leader->name);
	query_int(&q, leader->id);
	query_int(&q, TOGETHER_MAX);
	while (query_row(&q))
		if (h->n < h->max && read_job(h->store, &q, h->now, &h->out[h->n], &app[h->n - first]) &&
		    joins(h, leader, &h->out[h->n], &q))
			h->n++;
	for (size_t i = first; i < h->n; i++)
		take(h, i, app[i - first]);
}

/* A row that cannot be read is wanted no more: it would be due for ever, and a few of them all there is. */
static void drop_unread(struct handing *h, const int64_t *id, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run_on(h->txn, STMT_PROBE_WANTED, id[i], 0);
	plan_count(h->txn, "jobs-unreadable", n);
}

static void take_due(struct handing *h, int rank)
{
	struct job *leader = xcalloc(h->visits + 1, sizeof(*leader));
	int64_t *app = xcalloc(h->visits + 1, sizeof(*app)), *bad = xcalloc(h->visits + 1, sizeof(*bad));
	size_t n = 0, unread = 0;
	struct query q;

	query_open(&q, h->txn, STMT_PROBE_DUE);
	query_int(&q, rank);
	query_int(&q, h->now);
	query_count(&q, h->visits);
	while (query_row(&q))
		if (read_job(h->store, &q, h->now, &leader[n], &app[n]))
			n++;
		else
			bad[unread++] = query_get_int(&q, 0);
	for (size_t i = 0; i < n && h->n < h->max; i++) {
		if (is_taken(h, leader[i].id))
			continue;
		h->out[h->n++] = leader[i];
		take(h, h->n - 1, app[i]);
		take_together(h, &leader[i]);
		h->visits--;
	}
	drop_unread(h, bad, unread);
	free(bad);
	free(app);
	free(leader);
}

int store_jobs(struct store *s, int64_t now, struct job *out, size_t max, size_t visits)
{
	struct handing h = { .store = s, .now = now, .out = out, .max = max };
	struct db_txn t;
	int r;

	if (!plan_is_on(s) || max == 0)
		return 0;
	h.txn = &t;
	h.visits = visits < max ? visits : max;
	db_begin(&t, s->db, DB_WRITE);
	if (!is_paused(s, &t))
		for (int rank = RANK_URGENT; rank >= RANK_LATER && h.n < max && h.visits > 0; rank--)
			take_due(&h, rank);
	r = state_end(s, &t);
	return r < 0 ? r : (int)h.n;
}

int store_jobs_due(struct store *s, int64_t *when)
{
	struct db_txn t;
	struct query q;

	*when = INT64_MAX;
	if (!plan_is_on(s))
		return 0;
	db_begin(&t, s->db, DB_READ);
	for (int rank = RANK_LATER; rank <= RANK_URGENT && !is_paused(s, &t); rank++) {
		query_open(&q, &t, STMT_PROBE_NEXT);
		query_int(&q, rank);
		if (query_row(&q) && query_get_text(&q, 0) != NULL && query_get_int(&q, 0) < *when)
			*when = query_get_int(&q, 0);
		query_close(&q);
	}
	return state_end(s, &t);
}

/* -- back ---------------------------------------------------------------------------------------------- */

/* The row of a job that is out. */
struct out_row {
	struct answered job;
	bool elsewhere; /* it went to a URL of another host than its subject */
	int rank;
	uint32_t attempts, failures;
	int64_t version;
	char etag[JOB_TAG_MAX], modified[JOB_TAG_MAX];
	int64_t before; /* outcome of the run before; PROBE_DONE: none */
};

static bool is_elsewhere(const char *name, const char *target)
{
	char *host = target && target[0] != '\0' ? policy_normal_domain(target) : NULL;
	bool yes = target && target[0] != '\0' && (host == NULL || strcmp(host, name) != 0);

	free(host);
	return yes;
}

static bool read_out(struct db_txn *t, int64_t id, struct out_row *o)
{
	struct query q;
	bool found;

	memset(o, 0, sizeof(*o));
	o->job.id = id;
	query_open(&q, t, STMT_PROBE_JOB_HANDED);
	query_int(&q, id);
	found = query_row(&q) && state_kind(&q, 0, &o->job.kind);
	if (found) {
		take_text(o->job.name, sizeof(o->job.name), &q, 1);
		take_text(o->job.probe, sizeof(o->job.probe), &q, 2);
		o->elsewhere = is_elsewhere(o->job.name, query_get_text(&q, 3));
		o->job.app = query_get_int(&q, 4);
		/* what a person asked for once is over with any answer */
		o->job.wanted = query_get_int(&q, 6) != 0 && strcmp(query_get_text(&q, 5), "person") != 0;
		o->attempts = (uint32_t)query_get_int(&q, 7);
		o->failures = (uint32_t)query_get_int(&q, 8);
		o->version = query_get_int(&q, 9);
		take_text(o->etag, sizeof(o->etag), &q, 10);
		take_text(o->modified, sizeof(o->modified), &q, 11);
		o->before = query_get_int(&q, 12);
	}
	query_close(&q);
	return found;
}

/* They go back to the server in a header field. */
static void keep_tag(char out[JOB_TAG_MAX], const char tag[JOB_TAG_MAX])
{
	size_t n = strnlen(tag, JOB_TAG_MAX);

	for (size_t i = 0; i < n; i++)
		if (tag[i] < ' ' || tag[i] > '~')
			n = JOB_TAG_MAX;
	snprintf(out, JOB_TAG_MAX, "%.*s", n < JOB_TAG_MAX ? (int)n : 0, tag);
}

/* Tags of an answer whose facts were read; they hold as long as it does. */
static void renew_tags(struct out_row *o, const struct job_result *r)
{
	if (r->outcome == PROBE_DONE || r->etag[0] != '\0')
		keep_tag(o->etag, r->etag);
	if (r->outcome == PROBE_DONE || r->modified[0] != '\0')
		keep_tag(o->modified, r->modified);
	if (r->outcome == PROBE_DONE)
		o->version = r->version;
}

static void write_answer(struct db_txn *t, const struct out_row *o, const struct job_result *r, int64_t due,
			 int64_t now)
{
	size_t n = strnlen(r->remark, sizeof(r->remark));
	char remark[JOB_NOTE_MAX * 4 + 1];
	struct query q;

	text_safe(remark, sizeof(remark), r->remark, n);
	query_open(&q, t, STMT_PROBE_ANSWERED);
	query_int(&q, o->job.id);
	query_int(&q, o->job.wanted);
	query_int(&q, o->rank);
	query_int(&q, due);
	query_int(&q, o->attempts);
	query_int(&q, o->failures);
	query_int(&q, now);
	query_int(&q, schedule_is_success(r->outcome));
	query_int(&q, r->outcome);
	query_int(&q, r->status);
	query_int(&q, o->version);
	query_text(&q, remark);
	query_text(&q, o->etag);
	query_text(&q, o->modified);
	query_run(&q);
}

/* A run that was cut short before it sent anything leaves the job as fresh as it was. */
static void settle(const struct store *s, struct db_txn *t, struct out_row *o, const struct job_result *r,
		   int64_t now)
{
	const struct probe_row *row = row_of(s, o->job.probe);
	bool asked = r->requests > 0 || (r->outcome != PROBE_PAUSED && r->outcome != PROBE_SHORTAGE);
	struct schedule plan = { .job = o->job.id,
				 .outcome = r->outcome,
				 .interval_hours = row ? row->interval_hours : SCHEDULE_UNKNOWN_HOURS,
				 .attempts = o->attempts + asked,
				 .failures = o->failures,
				 .asked = asked,
				 .retry_after = r->retry_after,
				 .cert_until = learn_cert_until(r) };
	int64_t due;

	o->attempts += asked;
	o->rank = o->attempts > 0 ? RANK_LATER : RANK_FRESH;
	if (schedule_is_success(r->outcome))
		renew_tags(o, r);
	due = schedule_next(&plan, now, &o->failures);
	write_answer(t, o, r, due, now);
	forget_target(t, o->job.id);
}

/* Who asked to wait asked it of all that would come to him: the other probes of the host, or all jobs of a
 * configured endpoint. */
static void hold_others(const struct store *s, struct db_txn *t, const struct out_row *o,
			const struct job_result *r, int64_t now)
{
	const struct probe_row *row = row_of(s, o->job.probe);
	bool endpoint = row != NULL && row->endpoint != NULL;
	struct query q;

	if (r->retry_after == 0 || (!endpoint && (o->job.kind != SUBJECT_HOST || o->elsewhere)))
		return;
	query_open(&q, t, endpoint ? STMT_PROBE_HOLD_PROBE : STMT_PROBE_HOLD_HOST);
	query_int(&q, now + schedule_hold(r->retry_after));
	query_text(&q, endpoint ? o->job.probe : o->job.name);
	query_run(&q);
}

/* -- counts of the day --------------------------------------------------------------------------------- */

static int64_t waiting_before(struct db_txn *t, int64_t when)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_WAITING);
	query_int(&q, when);
	return query_one(&q, 0);
}

/* The first answer of a day ends the one before: what was due in it and waits still is what it owes. */
static void open_day(struct db_txn *t, int64_t day)
{
	struct query q;
	int64_t before;

	query_open(&q, t, STMT_PROBE_DAY_NEWEST);
	before = query_one(&q, 0);
	if (before >= day)
		return;
	if (before > 0) {
		query_open(&q, t, STMT_PROBE_DAY_CLOSE);
		query_int(&q, before);
		query_int(&q, waiting_before(t, plan_day_start(before + 1)));
		query_run(&q);
	}
	query_open(&q, t, STMT_PROBE_DAY_OPEN);
	query_int(&q, day);
	query_run(&q);
}

static void count_answer(struct db_txn *t, const struct job_result *r, int64_t now)
{
	int64_t day = text_beijing_day(now);
	char name[48];
	struct query q;

	snprintf(name, sizeof(name), "outcome-%s", probe_outcome_name(r->outcome));
	plan_count(t, name, 1);
	plan_count(t, "requests", r->requests);
	open_day(t, day);
	query_open(&q, t, STMT_PROBE_DAY_COUNT);
	query_int(&q, day);
	query_int(&q, schedule_is_success(r->outcome));
	query_run(&q);
	if (r->outcome == PROBE_SHORTAGE) /* a prober that can ask nobody is to be told of as stalled */
		return;
	query_open(&q, t, STMT_PROBE_PROGRESS);
	query_int(&q, now);
	query_run(&q);
}

int store_job_result(struct store *s, int64_t now, const struct job_result *r)
{
	struct out_row o;
	struct db_txn t;
	int done;

	if ((unsigned)r->outcome >= PROBE_OUTCOME_COUNT) {
		snprintf(s->error, sizeof(s->error), "探测结果 %lld 的结局不认识", (long long)r->id);
		return -EBADMSG;
	}
	db_begin(&t, s->db, DB_WRITE);
	if (!read_out(&t, r->id, &o)) {
		plan_count(&t, "results-unasked", 1);
		done = state_end(s, &t);
		if (done < 0)
			return done;
		snprintf(s->error, sizeof(s->error), "没有发出过探测任务 %lld, 或已有结果", (long long)r->id);
		return -ENOENT;
	}
	if (learn_facts(s, &t, &o.job, r, now))
		judge_mark(&t);
	learn_transcript(&t, r->id, r, now);
	settle(s, &t, &o, r, now);
	hold_others(s, &t, &o, r, now);
	count_answer(&t, r, now);
	return state_end(s, &t);
}

/* -- not back ------------------------------------------------------------------------------------------ */

static void fall(const struct store *s, struct db_txn *t, struct store_fallen *f, struct job_result *r,
		 int64_t now)
{
	struct out_row o;
	struct query q;

	if (!read_out(t, f->job, &o))
		return;
	if (f->fate == STORE_FATE_BACK) {
		query_open(&q, t, STMT_PROBE_HAND_BACK);
		query_int(&q, f->job);
		query_run(&q);
		return;
	}
	if (o.before == PROBE_LOST || o.before == PROBE_POISON)
		f->fate = STORE_FATE_POISON;
	r->outcome = f->fate == STORE_FATE_POISON ? PROBE_POISON : PROBE_LOST;
	settle(s, t, &o, r, now);
	plan_count(t, r->outcome == PROBE_LOST ? "outcome-lost" : "outcome-poison", 1);
}

int store_jobs_fallen(struct store *s, int64_t now, struct store_fallen *f, size_t n)
{
	struct job_result *r = xcalloc(1, sizeof(*r));
	struct db_txn t;

	db_begin(&t, s->db, DB_WRITE);
	for (size_t i = 0; i < n; i++)
		fall(s, &t, &f[i], r, now);
	free(r);
	return state_end(s, &t);
}

int store_jobs_lost(struct store *s, int64_t now)
{
	struct job_result *r = xcalloc(1, sizeof(*r));
	int64_t *id = NULL;
	size_t count = 0, cap = 0;
	struct out_row o;
	struct db_txn t;
	struct query q;

	db_begin(&t, s->db, DB_WRITE);
	query_open(&q, &t, STMT_PROBE_HANDED);
	while (query_row(&q)) {
		id = xgrow(id, &cap, count + 1, sizeof(*id));
		id[count++] = query_get_int(&q, 0);
	}
	r->outcome = PROBE_LOST;
	for (size_t i = 0; i < count; i++)
		if (read_out(&t, id[i], &o))
			settle(s, &t, &o, r, now);
	plan_count(&t, "outcome-lost", count);
	forget_targets(&t);
	free(id);
	free(r);
	return state_end(s, &t);
}
