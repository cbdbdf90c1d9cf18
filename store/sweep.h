/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Days that are over move from observed_recent to observed_day (db/schema/0009_recent.sql): a share of them
 * with each flush of a later day, inside its transaction, so that no flush waits for all of them. A row
 * counts the same in either table: what a sweep leaves behind, when its process ends or a clock is set,
 * waits for the next one.
 */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include "store/intake.h"

struct db_txn;

/* All zero: none was begun, or its transaction was taken back. */
struct sweep {
	int64_t day;  /* rows of days before it move */
	int64_t from; /* those of subjects before it did */
	int64_t rows; /* in one turn, and some more of the last subject */
};

/* One turn, after these rows of a live run were written. */
void sweep_run(struct sweep *sw, struct db_txn *t, const struct intake *in);

#endif
