/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The day rows of a subject folded into what a judgement asks of it. Rows of both tables of days are merged
 * by subject and key epoch, so that one sketch at a time is in hand however many subjects there are.
 */
#ifndef STORE_FOLD_H
#define STORE_FOLD_H

#include "base/buf.h"
#include "base/sketch.h"
#include "base/words.h"
#include "db/feed.h"
#include "store/state.h"

struct folded {
	int64_t id;
	enum subject_kind kind;
	char name[RECORD_NAME_MAX];
	uint64_t count, count_via[VIA_COUNT];
	uint64_t outer;          /* messages beside those, that showed it only as ECH's outer name */
	bool hides;              /* it publishes configurations of ECH */
	struct sketch clients;   /* of the key epoch that saw the most */
	struct sketch connected; /* of them who opened a connection, in the same epoch */
	uint64_t client_count;
	int64_t epoch;
	int64_t *day; /* distinct Beijing days, sorted */
	size_t days, day_cap;
	int64_t first, last;
	int64_t outer_first, outer_last; /* of the channels that have nothing but `outer` */
};

typedef void fold_fn(void *arg, const struct folded *f);

/* Hands on each subject, one subject, or each of a feed of their ids in ascending order: borrowed during the
 * call. Those without a day that counts are left out; one of which there is nothing but `outer` has no days.
 */
void fold_all(struct db_txn *t, fold_fn *fn, void *arg);
void fold_one(struct db_txn *t, int64_t subject, fold_fn *fn, void *arg);
void fold_some(struct db_txn *t, const struct feed *subjects, fold_fn *fn, void *arg);
/* Who used it, when and how, as members of the object that is open. */
void fold_json(struct buf *b, const struct folded *f);

#endif
