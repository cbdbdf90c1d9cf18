/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The day rows of a subject folded into what a judgement asks of it. Rows arrive ordered by subject and
 * key epoch, so that one sketch at a time is in hand however many subjects there are.
 */
#ifndef STORE_FOLD_H
#define STORE_FOLD_H

#include "base/sketch.h"
#include "base/words.h"
#include "store/state.h"

struct folded {
	int64_t id;
	enum subject_kind kind;
	char name[RECORD_NAME_MAX];
	uint64_t count, count_via[VIA_COUNT];
	struct sketch clients;   /* of the key epoch that saw the most */
	struct sketch connected; /* of them who opened a connection, in the same epoch */
	uint64_t client_count;
	int64_t epoch;
	int64_t *day; /* distinct Beijing days, sorted */
	size_t days, day_cap;
	int64_t first, last;
};

typedef void fold_fn(void *arg, const struct folded *f);

/* Walks STMT_DAYS_ALL or STMT_DAYS_OF (already bound) and hands on each subject; borrowed during the call. */
void fold_rows(struct query *q, fold_fn *fn, void *arg);

#endif
