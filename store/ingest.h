/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sources that are open in this process, each with what waits in memory: for store/ alone. */
#ifndef STORE_INGEST_H
#define STORE_INGEST_H

#include "store/intake.h"
#include "store/state.h"

struct running {
	struct running *next;
	int64_t source;
	bool live, fresh; /* fresh: the database has no row of it */
	uint64_t seq;
	struct intake in;
	uint64_t observations; /* in it, before folding */
	uint64_t own_names;    /* observations that our own probes caused, not in it */
	int64_t first, last;
	struct store_counter counter[STORE_COUNTERS_MAX]; /* told since the last flush */
	size_t counters;
};

struct running *running_new(struct store *s, int64_t source, bool live, uint64_t seq);
struct running *running_find(const struct store *s, int64_t source); /* NULL: not open here */
void running_free(struct store *s, int64_t source);
void running_clear(struct store *s);
/* Writes what waits, inside the caller's transaction. */
void running_write(struct store *s, struct db_txn *t, struct running *r);

#endif
