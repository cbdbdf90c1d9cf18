/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fixed pool of reassembly buffers. A buffer holds bytes of one direction of a flow from its
 * stream's `next` on, with holes: a short sorted list says which ranges are there. Where
 * segments overlap, the bytes that came first stay. Where segments began is remembered: there
 * a message may begin.
 */
#ifndef DISSECT_HOLD_H
#define DISSECT_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOLD_RANGES = 16, HOLD_STARTS = 64, HOLD_LOOK = 8 };

struct stream;

struct hold_range {
	uint32_t from, to;
};

struct hold {
	struct stream *owner; /* NULL: free */
	int64_t time;         /* of the packet that was put in last */
	uint8_t *bytes;
	uint32_t ranges, starts;
	int32_t free;                         /* next free buffer */
	bool conflict;                        /* the last bytes put in differ from what was there */
	bool added;                           /* and not all of them were there */
	struct hold_range range[HOLD_RANGES]; /* sorted, apart from each other */
	uint32_t start[HOLD_STARTS];          /* where the first segments began, in the order they came */
};

struct hold_pool {
	struct hold *holds;
	uint32_t count, size; /* buffers, bytes of each */
	uint32_t hand;        /* where the search for one to take away goes on */
	int32_t free;
};

/* holds and bytes (count * size) are the caller's memory. */
void hold_init(struct hold_pool *pool, uint8_t *bytes);

bool hold_has_room(const struct hold_pool *pool);
/* An empty buffer for owner; NULL when none is free. */
struct hold *hold_take(struct hold_pool *pool, struct stream *owner);
void hold_give(struct hold_pool *pool, struct hold *h);
/* One that has rested longest among a few: what it holds is to be given up. NULL when the pool has none. */
struct hold *hold_victim(struct hold_pool *pool);

/* Puts n bytes at `from`; from + n is within the buffer. With all ranges in use the farthest makes room;
 * false when that would be this one. */
bool hold_put(struct hold *h, uint32_t from, const uint8_t *p, uint32_t n);
/* How many bytes are there from the start without a hole. */
uint32_t hold_prefix(const struct hold *h);
/* Offset of the first byte that is there at or behind the first hole; 0 when none. */
uint32_t hold_after_hole(const struct hold *h);
/* Offset behind `at` where a segment began; `end` when none is known before that. */
uint32_t hold_start(const struct hold *h, uint32_t at, uint32_t end);
/* Offset behind the last byte that is there. */
uint32_t hold_end(const struct hold *h);
/* Lets the first n bytes go, there or not. */
void hold_drop(struct hold *h, uint32_t n);

#endif
