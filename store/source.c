/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "store/state.h"

static void run_on(struct db_txn *t, enum stmt id, int64_t source)
{
	struct query q;

	query_open(&q, t, id);
	query_int(&q, source);
	query_run(&q);
}

/* What a capture left half-way wrote goes, subjects that nothing speaks of any more included. */
static void take_back(struct db_txn *t, int64_t source)
{
	static const enum stmt steps[] = {
		STMT_SOURCE_DROP_DAYS,
		STMT_SOURCE_DROP_SERVERS,
		STMT_SOURCE_DROP_LINKS,
		STMT_SOURCE_DROP,
	};
	struct query q;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		run_on(t, steps[i], source);
	query_open(&q, t, STMT_SUBJECT_DROP_ORPHANS);
	query_run(&q);
}

/* What is known of a capture: its verdict, after taking back a broken attempt. */
static enum store_verdict check_digest(struct db_txn *t, const char *digest, int64_t *source)
{
	struct query q;
	bool known, complete;

	query_open(&q, t, STMT_SOURCE_BY_DIGEST);
	query_text(&q, digest);
	known = query_row(&q);
	complete = known && strcmp(query_get_text(&q, 1), "complete") == 0;
	if (known)
		*source = query_get_int(&q, 0);
	query_close(&q);
	if (known && !complete)
		take_back(t, *source);
	return complete ? STORE_SKIP : STORE_GO;
}

int store_source_begin(struct store *s, const char *name, const char *digest, int64_t *source,
		       enum store_verdict *verdict)
{
	struct db_txn t;
	struct query q;

	*source = 0;
	*verdict = STORE_GO;
	db_begin(&t, s->db, DB_WRITE);
	if (digest)
		*verdict = check_digest(&t, digest, source);
	if (*verdict == STORE_GO) {
		query_open(&q, &t, STMT_SOURCE_ADD);
		query_text(&q, name);
		query_text(&q, digest);
		query_int(&q, state_now());
		query_run(&q);
		*source = query_new_id(&q);
	}
	return state_end(s, &t);
}

int store_counters(struct store *s, int64_t source, const struct store_counter *c, size_t n)
{
	struct db_txn t;
	struct query q;

	db_begin(&t, s->db, DB_WRITE);
	for (size_t i = 0; i < n && t.result == 0; i++) {
		query_open(&q, &t, STMT_COUNTER_SET);
		query_int(&q, source);
		query_text(&q, c[i].name);
		query_count(&q, c[i].value);
		query_run(&q);
	}
	return state_end(s, &t);
}

/* Ending a source twice is nothing; ending one that never was is a fault of the caller. */
static void must_exist(struct db_txn *t, int64_t source)
{
	struct query q;
	bool known;

	query_open(&q, t, STMT_SOURCE_FIND);
	query_int(&q, source);
	known = query_row(&q);
	query_close(&q);
	if (!known)
		db_fail(t, -ENOENT, "观测来源 %lld 不存在", (long long)source);
}

int store_source_end(struct store *s, int64_t source)
{
	struct db_txn t;
	struct query q;

	db_begin(&t, s->db, DB_WRITE);
	query_open(&q, &t, STMT_SOURCE_END);
	query_int(&q, source);
	query_int(&q, state_now());
	query_run(&q);
	if (t.result == 0 && query_changes(&q) > 0)
		judge_mark(&t);
	else
		must_exist(&t, source);
	judge_run(s, &t);
	return state_end(s, &t);
}
