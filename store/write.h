/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An intake -> the observed_ tables, inside the caller's transaction: a few statements, each over all rows
 * in the order of its table, whatever the number of rows.
 */
#ifndef STORE_WRITE_H
#define STORE_WRITE_H

#include "db/db.h"
#include "store/intake.h"

struct write_job {
	int64_t source;
	bool live;         /* its days may still change: to observed_recent, the others to observed_day */
	bool fresh;        /* the database holds nothing of this source yet */
	uint32_t subjects; /* most in the database */
	/* Of the last quarter of them: may this name have one? Names that nobody asks about can be made up by
	 * anybody without end, and must not shut out the campus's own. */
	bool (*matters)(void *arg, enum subject_kind kind, const char *name);
	void *arg;
	struct intake *in; /* settled and used up: only intake_clear() may follow */
	uint64_t messages; /* out: of what was written */
	/* out: rows that are new: channels of days, servers in them, links. A day that is folded anew brings
	 * what it has more than before. */
	int64_t days, servers, links;
	uint64_t refused;    /* out: rows and links whose subject found no room */
	uint64_t links_more; /* out: beyond what is kept per subject and source */
};

void write_intake(struct db_txn *t, struct write_job *j);

#endif
