/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which observations are told: by (kind, name, via). Names are mostly compared by their first
 * bytes, which stand beside the subject's number, so that sorting rarely touches the subjects. A merge
 * sort: what strangers choose to be called cannot make it slow. It works in the memory of the table's slots,
 * for who is told is no longer looked for.
 */
#ifndef WATCH_ORDER_H
#define WATCH_ORDER_H

#include <stdint.h>

#include "watch/subject.h"

struct order_key {
	uint64_t start; /* kind, then the name's first bytes, big-endian, padded with zero */
	uint32_t more;  /* those that follow */
	uint32_t number;
};

struct order {
	struct order_key *key; /* owned, one per subject */
};

void order_init(struct order *o, uint32_t max);
void order_clear(struct order *o);
/* Returns the subjects' keys in order, t->count of them, until the next call or the table's reset. Until that
 * nothing can be found in the table. */
const struct order_key *order_make(struct order *o, struct subjects *t);

#endif
