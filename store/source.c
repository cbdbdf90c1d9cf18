/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "store/ingest.h"

static void run_on(struct db_txn *t, enum stmt id, int64_t source)
{
	struct query q;

	query_open(&q, t, id);
	query_int(&q, source);
	query_run(&q);
}

/* What a capture that does not count wrote goes, subjects that nothing speaks of any more included. */
static void take_back(struct db_txn *t, int64_t source, bool wrote)
{
	static const enum stmt steps[] = {
		STMT_SOURCE_DROP_DAYS,
		STMT_SOURCE_DROP_LINKS,
	};
	struct query q;

	for (size_t i = 0; wrote && i < sizeof(steps) / sizeof(steps[0]); i++)
		run_on(t, steps[i], source);
	run_on(t, STMT_SOURCE_DROP, source);
	if (!wrote)
		return;
	query_open(&q, t, STMT_SUBJECT_DROP_ORPHANS);
	query_run(&q);
}

/* Captures that were being replayed when an earlier process ended. */
static void take_back_cut(struct store *s, struct db_txn *t)
{
	int64_t *cut = NULL;
	size_t count = 0, cap = 0;
	struct query q;

	query_open(&q, t, STMT_SOURCES_CUT);
	while (query_row(&q)) {
		if (running_find(s, query_get_int(&q, 0)))
			continue;
		cut = xgrow(cut, &cap, count + 1, sizeof(*cut));
		cut[count++] = query_get_int(&q, 0);
	}
	for (size_t i = 0; i < count; i++)
		take_back(t, cut[i], true);
	free(cut);
}

int store_source_begin(struct store *s, const char *name, bool replay, int64_t *source)
{
	struct db_txn t;
	struct query q;
	int result;

	db_begin(&t, s->db, DB_WRITE);
	if (replay)
		take_back_cut(s, &t);
	query_open(&q, &t, STMT_SOURCE_ADD);
	query_text(&q, name);
	query_int(&q, replay);
	query_int(&q, clock_wall());
	query_run(&q);
	*source = query_new_id(&q);
	result = state_end(s, &t);
	if (result == 0)
		running_new(s, *source, !replay, 0);
	return result;
}

int store_wants_sha256(struct store *s, bool *wants)
{
	struct db_txn t;
	struct query q;

	db_begin(&t, s->db, DB_READ);
	query_open(&q, &t, STMT_SOURCE_SHA256);
	*wants = query_one(&q, 0) != 0;
	return state_end(s, &t);
}

static int64_t known_as(struct db_txn *t, const char *digest)
{
	struct query q;

	if (digest == NULL)
		return 0;
	query_open(&q, t, STMT_SOURCE_BY_DIGEST);
	query_text(&q, digest);
	return query_one(&q, 0);
}

/* Was this capture counted before? One that is known by its SHA-256 is known by its digest from now on. */
static bool is_known(struct db_txn *t, const struct store_identity *id)
{
	int64_t old;
	struct query q;

	if (known_as(t, id->digest) != 0)
		return true;
	old = known_as(t, id->sha256);
	if (old == 0)
		return false;
	query_open(&q, t, STMT_SOURCE_RENEW);
	query_int(&q, old);
	query_text(&q, id->digest);
	query_run(&q);
	return true;
}

/* Ending a source twice is nothing; ending one that never was, or that was cut short, is a fault. */
static void must_be_over(struct db_txn *t, int64_t source)
{
	struct query q;
	bool known, over;

	query_open(&q, t, STMT_SOURCE_FIND);
	query_int(&q, source);
	known = query_row(&q);
	over = known && strcmp(query_get_text(&q, 0), "complete") == 0;
	query_close(&q);
	if (!over)
		db_fail(t, -ENOENT, "观测来源 %lld %s", (long long)source,
			known ? "此前中断,不能结束" : "不存在");
}

static void complete(struct store *s, struct db_txn *t, int64_t source, const char *digest)
{
	struct query q;

	query_open(&q, t, STMT_SOURCE_END);
	query_int(&q, source);
	query_int(&q, clock_wall());
	query_text(&q, digest);
	query_run(&q);
	if (t->result == 0 && query_changes(&q) > 0)
		judge_mark(t);
	else
		must_be_over(t, source);
	judge_run(s, t);
}

/* A live run counts however it ends. */
static enum store_verdict verdict_on(struct db_txn *t, const struct running *r,
				     const struct store_identity *id)
{
	if (r == NULL || r->live)
		return STORE_TAKEN;
	if (id == NULL || id->digest == NULL)
		return STORE_GIVEN_UP;
	return is_known(t, id) ? STORE_KNOWN : STORE_TAKEN;
}

/* The first source there ever was: nearly all that the database is going to hold is about to be written. */
static bool is_first(const struct running *r) { return r != NULL && !r->live && r->fresh && r->source == 1; }

int store_source_end(struct store *s, int64_t source, const struct store_identity *id,
		     enum store_verdict *verdict)
{
	struct running *r = running_find(s, source);
	struct db_txn t;
	int result;

	db_begin(&t, s->db, is_first(r) ? DB_FILL : DB_WRITE);
	*verdict = verdict_on(&t, r, id);
	if (*verdict != STORE_TAKEN) {
		take_back(&t, source, !r->fresh);
	} else {
		if (r)
			running_write(s, &t, r);
		complete(s, &t, source, r && !r->live ? id->digest : NULL);
	}
	result = state_end(s, &t);
	/* what was learnt of rows that are gone again */
	if (result < 0 || (*verdict != STORE_TAKEN && !r->fresh))
		recall_clear(&s->recall);
	if (result < 0)
		s->sweep = (struct sweep){ 0 };
	running_free(s, source);
	return result;
}
