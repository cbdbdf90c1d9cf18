/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was learnt about hosts besides their names, summed up over days, channels and sources, as JSON. */
#ifndef STORE_SHOW_DETAIL_H
#define STORE_SHOW_DETAIL_H

#include "base/buf.h"
#include "store/detail.h"
#include "store/state.h"

struct told_detail {
	char *subject; /* owned; NULL: only one subject is asked for */
	char *value;   /* owned */
	enum detail type;
	uint64_t count;
	int64_t first, last; /* of the days on which it was told */
};

struct told_details {
	struct told_detail *item;
	size_t count, cap, own; /* own: where those of the subject at hand begin */
};

/* Adds those of one subject; `name` stands beside each, or NULL. */
void details_read(struct told_details *d, struct db_txn *t, int64_t subject, const char *name);
/* "details":[..] with the most frequent ones of each type first, and "details_more" when there are too many;
 * nothing when there are none. */
void details_json(struct buf *b, struct told_details *d);
/* The only page title that they have; NULL: none, or several. */
const char *details_title(const struct told_details *d);
void details_clear(struct told_details *d);

#endif
