/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which observations are told: by (kind, name), each name once, for its subjects are in a chain.
 * A radix sort from the first byte on, in place: what strangers choose to be called cannot make it slow. It
 * works on the first bytes of each name, which stand beside its first subject's number; subjects are touched
 * only where many names begin alike, or a few cannot be told apart by those bytes. The keys stand in the
 * memory of the table's slots, for who is told is no longer looked for.
 */
#ifndef WATCH_ORDER_H
#define WATCH_ORDER_H

#include <stdint.h>

#include "watch/subject.h"

struct order_key {
	uint64_t start; /* kind, then the name's first bytes, big-endian, padded with zero; or bytes further
			   on */
	uint32_t more;  /* those that follow */
	uint32_t number;
};

/* Keys that agree in their first `same` bytes. */
struct order_range {
	uint32_t from, count, same;
};

struct order {
	struct order_range *range; /* owned: those still to be sorted */
};

void order_init(struct order *o, uint32_t max);
void order_clear(struct order *o);
/* Returns the keys of the chains in order, t->names of them, until the table's reset. Until that nothing can
 * be found in the table. */
const struct order_key *order_make(struct order *o, struct subjects *t);

#endif
