/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probes, probe pause, probe resume. */
#include "store/show_probes.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/redact.h"
#include "base/text.h"
#include "store/json.h"
#include "store/meant.h"
#include "store/plan.h"
#include "store/show_fact.h"

enum {
	TARGET_SHOWN_MAX = JOB_URL_MAX * 4, /* each byte may be escaped */
	JOBS_TOLD = 100,                    /* without --all: those that are out, then those that are next */
	DAYS_TOLD = 14,
};

static const char outcome_prefix[] = "outcome-";

/* -- the whole ----------------------------------------------------------------------------------------- */

static void state_json(struct buf *b, struct store *s, struct db_txn *t)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_STATE);
	if (query_row(&q)) {
		int64_t paused = query_get_int(&q, 0), progress = query_get_int(&q, 3);
		s->paused = paused != 0;
		json_text(b, "probing", store_probing(s));
		if (paused)
			json_time(b, "since", paused);
		if (progress)
			json_time(b, "progress", progress);
	}
	query_close(&q);
}

enum jobs { JOBS_KEPT, JOBS_WANTED, JOBS_READY, JOBS_HANDED, JOBS_FRESH, JOBS_TODAY, JOBS_COUNT };

static void count_jobs(struct db_txn *t, int64_t now, int64_t n[JOBS_COUNT])
{
	struct query q;

	query_open(&q, t, STMT_PROBE_SUMMARY);
	query_int(&q, now);
	query_int(&q, plan_day_start(text_beijing_day(now) + 1));
	if (query_row(&q))
		for (int i = 0; i < JOBS_COUNT; i++)
			n[i] = query_get_int(&q, i);
	query_close(&q);
}

static void jobs_json(struct buf *b, const int64_t n[JOBS_COUNT])
{
	static const char *const names[JOBS_TODAY] = { "kept", "wanted", "ready", "handed", "fresh" };

	for (int i = 0; i < JOBS_TODAY; i++)
		json_int(b, names[i], n[i]);
}

/* What was due in a day that is over, and waits still, it owes; today owes what is due by its end. */
static void day_json(struct buf *b, int64_t answered, int64_t done, int64_t owed)
{
	json_int(b, "expected", answered + owed);
	json_int(b, "answered", answered);
	json_int(b, "done", done);
}

static void today_json(struct buf *b, struct db_txn *t, int64_t today, int64_t owed)
{
	int64_t answered = 0, done = 0;
	struct query q;

	query_open(&q, t, STMT_PROBE_DAYS);
	query_int(&q, 1);
	if (query_row(&q) && query_get_int(&q, 0) == today) {
		answered = query_get_int(&q, 1);
		done = query_get_int(&q, 2);
	}
	query_close(&q);
	day_json(b, answered, done, owed);
}

static void days_json(struct buf *b, struct db_txn *t, int64_t today, int64_t owed)
{
	struct query q;

	json_open(b, "per_day", '[');
	query_open(&q, t, STMT_PROBE_DAYS);
	query_int(&q, DAYS_TOLD);
	while (query_row(&q)) {
		int64_t day = query_get_int(&q, 0);
		char text[TEXT_TIME_MAX];
		text_time_beijing(text, plan_day_start(day));
		text[sizeof("2026-11-21") - 1] = '\0';
		json_open(b, NULL, '{');
		json_text(b, "day", text);
		day_json(b, query_get_int(&q, 1), query_get_int(&q, 2),
			 day == today ? owed : query_get_int(&q, 3));
		json_close(b, '}');
	}
	json_close(b, ']');
}

/* Counters of runs by outcome, or all others. */
static void counters_json(struct buf *b, struct db_txn *t, const char *key, bool outcomes)
{
	const size_t n = sizeof(outcome_prefix) - 1;
	struct query q;

	json_open(b, key, '{');
	query_open(&q, t, STMT_PROBE_COUNTERS);
	while (query_row(&q)) {
		const char *name = query_get_text(&q, 0);
		bool is_outcome = strncmp(name, outcome_prefix, n) == 0;
		if (is_outcome == outcomes)
			json_int(b, name + (is_outcome ? n : 0), query_get_int(&q, 1));
	}
	json_close(b, '}');
}

static void budget_json(struct buf *b, const struct conf *c)
{
	json_open(b, "budget", '{');
	json_int(b, "host_seconds", c->probe.host_seconds);
	json_int(b, "net_minute", c->probe.net_minute);
	json_int(b, "per_second", c->probe.per_second);
	json_int(b, "transfers", c->probe.transfers);
	json_text(b, "hours", c->probe.hours);
	json_int(b, "most_jobs", c->probe.jobs);
	json_close(b, '}');
}

static void whole_json(struct buf *b, struct store *s, struct db_txn *t, int64_t now)
{
	int64_t n[JOBS_COUNT] = { 0 };

	count_jobs(t, now, n);
	state_json(b, s, t);
	json_open(b, "jobs", '{');
	jobs_json(b, n);
	json_int(b, "listed", n[JOBS_WANTED] < JOBS_TOLD ? n[JOBS_WANTED] : JOBS_TOLD);
	json_close(b, '}');
	budget_json(b, s->conf);
	counters_json(b, t, "runs", true);
	counters_json(b, t, "counters", false);
	days_json(b, t, text_beijing_day(now), n[JOBS_TODAY] + n[JOBS_HANDED]);
}

void probing_status_json(struct buf *b, struct store *s, struct db_txn *t)
{
	int64_t now = clock_wall(), n[JOBS_COUNT] = { 0 };

	count_jobs(t, now, n);
	json_open(b, "probes", '{');
	state_json(b, s, t);
	jobs_json(b, n);
	today_json(b, t, text_beijing_day(now), n[JOBS_TODAY] + n[JOBS_HANDED]);
	json_close(b, '}');
	counters_json(b, t, "probe_runs", true);
	counters_json(b, t, "probe_counters", false);
}

/* -- jobs ---------------------------------------------------------------------------------------------- */

enum column {
	JOB_ROW_ID,
	JOB_ROW_KIND,
	JOB_ROW_NAME,
	JOB_ROW_PROBE,
	JOB_ROW_TARGET,
	JOB_ROW_APP,
	JOB_ROW_WHY,
	JOB_ROW_ORIGIN,
	JOB_ROW_WANTED,
	JOB_ROW_RANK,
	JOB_ROW_DUE,
	JOB_ROW_HANDED,
	JOB_ROW_ATTEMPTS,
	JOB_ROW_FAILURES,
	JOB_ROW_TRIED,
	JOB_ROW_DONE,
	JOB_ROW_OUTCOME,
	JOB_ROW_STATUS,
	JOB_ROW_VERSION,
	JOB_ROW_REMARK,
};

static const char *state_of(struct query *q, int64_t now)
{
	if (query_get_text(q, JOB_ROW_HANDED) != NULL)
		return "handed";
	if (query_get_int(q, JOB_ROW_WANTED) == 0)
		return "unwanted";
	return query_get_int(q, JOB_ROW_DUE) <= now ? "ready" : "waiting";
}

static void time_or_null(struct buf *b, const char *key, struct query *q, int column)
{
	if (query_get_text(q, column) != NULL)
		json_time(b, key, query_get_int(q, column));
	else
		json_raw(b, key, NULL);
}

void target_json(struct buf *b, const char *key, const char *url)
{
	char shown[TARGET_SHOWN_MAX];

	redact_url(shown, sizeof(shown), url);
	json_text(b, key, shown);
}

void job_json(struct buf *b, struct query *q, int64_t now)
{
	bool answered = query_get_text(q, JOB_ROW_OUTCOME) != NULL;
	enum subject_kind kind;
	char app[24];

	answer_app_text(app, query_get_int(q, JOB_ROW_APP));
	json_int(b, "job", query_get_int(q, JOB_ROW_ID));
	json_text(b, "kind", state_kind(q, JOB_ROW_KIND, &kind) ? subject_kind_name(kind) : NULL);
	json_text(b, "name", query_get_text(q, JOB_ROW_NAME));
	json_text(b, "probe", query_get_text(q, JOB_ROW_PROBE));
	target_json(b, "target", query_get_text(q, JOB_ROW_TARGET));
	json_text(b, "app", query_get_int(q, JOB_ROW_APP) != 0 ? app : NULL);
	json_text(b, "state", state_of(q, now));
	json_time(b, "next", query_get_int(q, JOB_ROW_DUE));
	json_text(b, "why", query_get_text(q, JOB_ROW_WHY));
	json_text(b, "origin", query_get_text(q, JOB_ROW_ORIGIN));
	json_int(b, "attempts", query_get_int(q, JOB_ROW_ATTEMPTS));
	json_int(b, "failures", query_get_int(q, JOB_ROW_FAILURES));
	time_or_null(b, "tried", q, JOB_ROW_TRIED);
	time_or_null(b, "done", q, JOB_ROW_DONE);
	json_text(b, "outcome",
		  answered ? probe_outcome_name((enum probe_outcome)query_get_int(q, JOB_ROW_OUTCOME))
			   : NULL);
	json_int(b, "http", query_get_int(q, JOB_ROW_STATUS));
	json_text(b, "remark", answered ? query_get_text(q, JOB_ROW_REMARK) : NULL);
}

bool job_end(struct query *q, struct job_end *out)
{
	if (query_get_text(q, JOB_ROW_OUTCOME) == NULL)
		return false;
	*out = (struct job_end){ .name = query_get_text(q, JOB_ROW_NAME),
				 .remark = query_get_text(q, JOB_ROW_REMARK),
				 .outcome = (enum probe_outcome)query_get_int(q, JOB_ROW_OUTCOME),
				 .status = query_get_int(q, JOB_ROW_STATUS) };
	return true;
}

void transcript_json(struct buf *b, struct query *q, int64_t job)
{
	json_int(b, "transcript_of", job);
	json_time(b, "time", query_get_int(q, 0));
	json_text(b, "outcome", probe_outcome_name((enum probe_outcome)query_get_int(q, 1)));
	json_text(b, "digest", query_get_text(q, 2));
	json_text(b, "transcript", query_get_text(q, 3));
}

/* Which jobs and facts are asked for: those of "A17", of what meant_read() takes, or all. */
struct filter {
	int64_t app;      /* 0: any */
	int kind;         /* -1: any */
	const char *name; /* NULL: any */
};

static struct filter filter_of(const char *text, struct meant *m, struct db_txn *t)
{
	struct filter f = { .kind = -1 };
	char error[STORE_ERROR_MAX];

	if (text == NULL || (f.app = answer_app_id(text)) != 0)
		return f;
	if (!meant_read(m, t, text, error))
		db_fail(t, -1, "%s", error);
	f.name = m->name;
	f.kind = m->written ? (int)m->kind : -1;
	return f;
}

static void bind(struct query *q, const struct filter *f)
{
	if (f->app != 0)
		query_int(q, f->app);
	else
		query_text(q, NULL);
	if (f->kind >= 0)
		query_int(q, f->kind);
	else
		query_text(q, NULL);
	query_text(q, f->name);
}

static void tell_transcripts(struct answer *a, struct db_txn *t, int64_t job)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_TRANSCRIPTS_OF);
	query_int(&q, job);
	while (query_row(&q)) {
		json_line(&a->line);
		transcript_json(&a->line, &q, job);
		answer_line(a);
	}
}

/* Returns how many. */
static int tell_jobs(struct answer *a, struct db_txn *t, const struct filter *f, bool all)
{
	int64_t now = clock_wall();
	struct query q;
	int n = 0;

	query_open(&q, t, STMT_PROBE_JOBS_LIST);
	query_int(&q, all);
	bind(&q, f);
	query_int(&q, all ? -1 : JOBS_TOLD);
	while (query_row(&q)) {
		json_line(&a->line);
		job_json(&a->line, &q, now);
		answer_line(a);
		n++;
	}
	return n;
}

static int tell_facts(struct answer *a, struct db_txn *t, const struct filter *f, bool gone)
{
	struct query q;
	int n = 0;

	query_open(&q, t, STMT_PROBE_FACTS_ALL);
	query_int(&q, gone);
	bind(&q, f);
	while (query_row(&q)) {
		json_line(&a->line);
		fact_json(&a->line, &q, true);
		answer_line(a);
		n++;
	}
	return n;
}

static void tell_all_transcripts(struct answer *a, struct db_txn *t, const struct filter *f)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_JOBS_LIST);
	query_int(&q, 1);
	bind(&q, f);
	query_int(&q, JOBS_TOLD);
	while (query_row(&q))
		tell_transcripts(a, t, query_get_int(&q, JOB_ROW_ID));
}

/* probes [--all] [--facts] [SUBJECT] */
int answer_probes(struct answer *a)
{
	bool all = a->option[0] != NULL, facts = a->option[1] != NULL, one = a->operand[0] != NULL;
	struct filter f;
	struct meant m;
	struct db_txn t;
	int n;

	db_begin(&t, a->store->db, DB_READ);
	f = filter_of(a->operand[0], &m, &t);
	if (!one && !facts) {
		json_line(&a->line);
		whole_json(&a->line, a->store, &t, clock_wall());
		answer_line(a);
	}
	n = facts ? tell_facts(a, &t, &f, all) : tell_jobs(a, &t, &f, all || one);
	if (one && !facts) {
		tell_facts(a, &t, &f, true);
		tell_all_transcripts(a, &t, &f);
	}
	if (t.result == 0 && one && n == 0)
		db_fail(&t, -1, "没有关于 %.200s 的探测%s;beianctl probes 列出全部", a->operand[0],
			facts ? "所得" : "任务");
	return answer_end(a, &t);
}

/* -- pause --------------------------------------------------------------------------------------------- */

static int set_paused(struct answer *a, bool paused)
{
	struct store *s = a->store;
	struct db_txn t;
	struct query q;
	int code;

	db_begin(&t, s->db, DB_WRITE);
	query_open(&q, &t, STMT_PROBE_STATE);
	s->paused = query_one(&q, 0) != 0;
	if (s->paused != paused) {
		query_open(&q, &t, STMT_PROBE_PAUSE);
		if (paused)
			query_int(&q, clock_wall());
		else
			query_text(&q, NULL);
		query_run(&q);
	}
	json_line(&a->line);
	state_json(&a->line, s, &t);
	code = answer_end(a, &t);
	if (code != ANSWER_DONE)
		return code;
	s->paused = paused;
	answer_line(a);
	return code;
}

int answer_probe_pause(struct answer *a) { return set_paused(a, true); }
int answer_probe_resume(struct answer *a) { return set_paused(a, false); }
