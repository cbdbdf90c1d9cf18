/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many distinct clients, without keeping who they are. Up to SKETCH_EXACT keyed hashes are
 * held as they are (the count is exact); beyond that a HyperLogLog of 2^SKETCH_BITS registers
 * (standard error 1.04/sqrt(2^11) = 2.3 %; Flajolet et al. 2007). Sketches merge only when they
 * were made under the same key (`base/hash.h`). Inside the struct, no pointers: copy freely.
 */
#ifndef BASE_SKETCH_H
#define BASE_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"

enum {
	SKETCH_EXACT = 256,
	SKETCH_BITS = 11,
	SKETCH_REGISTERS = 1 << SKETCH_BITS,
	SKETCH_DENSE = UINT16_MAX, /* value of `exact`: the registers count */
};

struct sketch {
	uint16_t exact; /* hashes held, sorted and distinct; SKETCH_DENSE once it is a HyperLogLog */
	union {
		uint64_t hash[SKETCH_EXACT];
		uint8_t reg[SKETCH_REGISTERS];
	};
};

/* Empty. What stands behind the hashes in use is not cleared. */
void sketch_init(struct sketch *s);
/* Exactly these: sorted, distinct, at most SKETCH_EXACT. */
void sketch_set(struct sketch *s, const uint64_t *sorted, size_t n);
/* `hash` must be spread over all 64 bits, as hash_keyed() makes it. */
void sketch_add(struct sketch *s, uint64_t hash);
/* Of n sorted hashes, where this one probably is: they are spread evenly. */
static inline size_t sketch_guess(size_t n, uint64_t hash) { return (size_t)((hash >> 32) * n >> 32); }
/* Where it is, or where it would go. */
size_t sketch_find(const uint64_t *sorted, size_t n, uint64_t hash);
/* To be said some time before it is added; `exact` as in the sketch, which is not looked at. */
void sketch_prefetch(const struct sketch *s, uint16_t exact, uint64_t hash);
void sketch_merge(struct sketch *into, const struct sketch *from);
uint64_t sketch_count(const struct sketch *s);
/* Compact form: exact hashes or registers. sketch_get refuses unsorted hashes and impossible registers. */
void sketch_put(struct wr *w, const struct sketch *s);
bool sketch_get(struct rd *r, struct sketch *s);

#endif
