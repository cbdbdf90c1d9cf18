/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is inside a struct store, and what its files lend each other: for store/ alone. */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "base/hash.h"
#include "base/probe_row.h"
#include "db/db.h"
#include "db/query.h"
#include "store/recall.h"
#include "store/store.h"
#include "store/sweep.h"

struct running;

struct store {
	const struct conf *conf; /* borrowed */
	const struct data *data; /* borrowed */
	struct db *db;
	char digest[HASH_HEX_SIZE];             /* of conf and data: what the judgement goes by */
	int64_t epoch;                          /* of the client key that live sensors use now */
	int64_t epoch_since;                    /* when this process rotated it; INT64_MIN: not in its life */
	struct running *running;                /* sources that are open here: store/ingest.h */
	struct recall recall;                   /* what the last judgement found out */
	struct sweep sweep;                     /* of the days that are over */
	struct observation at_hand;             /* too large for the stack */
	struct probe_row probe[PROBE_ROWS_MAX]; /* store_probes() */
	size_t probe_count;
	probe_preview_fn *preview;        /* NULL: cannot say what would be asked */
	char probe_digest[HASH_HEX_SIZE]; /* of them and of `digest`: what the plan goes by */
	bool paused;                      /* probing; as the database has it */
	bool no_prober;                   /* store_prober() */
	struct hash_key secret;           /* store/decoy.h */
	char error[STORE_ERROR_MAX];
};

/* Keeps the database's line for store_error() and passes the result on. */
int state_failed(struct store *s, int result);
/* Ends the transaction; on failure keeps its line. */
int state_end(struct store *s, struct db_txn *t) __attribute__((warn_unused_result));
/* Hash of the configuration and of every data table that policy/ reads. */
void state_digest(const struct conf *conf, const struct data *data, char out[HASH_HEX_SIZE]);

/* A column that holds a number of base/words.h. False: the database is damaged. */
bool state_kind(struct query *q, int column, enum subject_kind *out);
bool state_via(struct query *q, int column, enum via *out);

/* Judges inside the caller's transaction when anything changed since the last time, and plans the probes. */
void judge_run(struct store *s, struct db_txn *t);
/* From now on the last judgement is out of date. */
void judge_mark(struct db_txn *t);

#endif
