/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which observations are told: by (kind, name, via). Names are mostly compared by their first
 * bytes, which stand beside the subject's number, so that sorting rarely touches the subjects. A merge
 * sort: what strangers choose to be called cannot make it slow.
 */
#ifndef WATCH_ORDER_H
#define WATCH_ORDER_H

#include <stdint.h>

#include "watch/subject.h"

struct order_key {
	uint64_t start[2]; /* first 16 bytes of the name, big-endian, padded with zero */
	uint32_t number;
	uint8_t kind, via;
};

struct order {
	struct order_key *key, *spare; /* owned, one per subject each */
};

void order_init(struct order *o, uint32_t max);
void order_clear(struct order *o);
/* Returns the subjects' keys in order, t->count of them; o's, until the next call. */
const struct order_key *order_make(struct order *o, const struct subjects *t);

#endif
