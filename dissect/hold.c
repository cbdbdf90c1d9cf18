/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/hold.h"

#include <string.h>

enum { HOLD_NONE = -1 };

void hold_init(struct hold_pool *pool, uint8_t *bytes)
{
	pool->free = HOLD_NONE;
	pool->hand = 0;
	for (uint32_t i = pool->count; i-- > 0;) {
		pool->holds[i].bytes = bytes + (size_t)i * pool->size;
		pool->holds[i].owner = NULL;
		pool->holds[i].free = pool->free;
		pool->free = (int32_t)i;
	}
}

bool hold_has_room(const struct hold_pool *pool) { return pool->free != HOLD_NONE; }

struct hold *hold_take(struct hold_pool *pool, struct stream *owner)
{
	struct hold *h;

	if (pool->free == HOLD_NONE)
		return NULL;
	h = &pool->holds[pool->free];
	pool->free = h->free;
	h->owner = owner;
	h->ranges = h->starts = 0;
	return h;
}

void hold_give(struct hold_pool *pool, struct hold *h)
{
	h->owner = NULL;
	h->free = pool->free;
	pool->free = (int32_t)(h - pool->holds);
}

struct hold *hold_victim(struct hold_pool *pool)
{
	struct hold *best = NULL;

	for (uint32_t i = 0; i < HOLD_LOOK && i < pool->count; i++) {
		struct hold *h = &pool->holds[pool->hand];
		pool->hand = (pool->hand + 1) % pool->count;
		if (h->owner != NULL && (best == NULL || h->time < best->time))
			best = h;
	}
	return best;
}

/* Copies what no range covers yet, and compares the rest. */
static void hold_copy(struct hold *h, uint32_t from, const uint8_t *p, uint32_t n)
{
	uint32_t at = from, to = from + n;

	for (uint32_t i = 0; i < h->ranges && at < to; i++) {
		uint32_t start = h->range[i].from < to ? h->range[i].from : to;
		uint32_t stop = h->range[i].to < to ? h->range[i].to : to;
		if (at < start) {
			memcpy(h->bytes + at, p + (at - from), start - at);
			at = start;
		}
		if (at < stop) {
			h->conflict |= memcmp(h->bytes + at, p + (at - from), stop - at) != 0;
			at = stop;
		}
	}
	if (at < to)
		memcpy(h->bytes + at, p + (at - from), to - at);
}

bool hold_put(struct hold *h, uint32_t from, const uint8_t *p, uint32_t n)
{
	struct hold_range sum = { from, from + n };
	uint32_t first = 0, last;

	while (first < h->ranges && h->range[first].to < sum.from)
		first++;
	for (last = first; last < h->ranges && h->range[last].from <= sum.to; last++) {
		if (h->range[last].from < sum.from)
			sum.from = h->range[last].from;
		if (h->range[last].to > sum.to)
			sum.to = h->range[last].to;
	}
	if (last == first && h->ranges == HOLD_RANGES) {
		if (first == HOLD_RANGES)
			return false;
		h->ranges--; /* the farthest goes: what is nearer is needed first */
	}
	h->conflict = false;
	h->added = last != first + 1 || h->range[first].from > from || h->range[first].to < from + n;
	hold_copy(h, from, p, n);
	memmove(&h->range[first + 1], &h->range[last], (h->ranges - last) * sizeof(h->range[0]));
	h->range[first] = sum;
	h->ranges += first + 1 - last;
	if (h->added && h->starts < HOLD_STARTS)
		h->start[h->starts++] = from;
	return true;
}

uint32_t hold_prefix(const struct hold *h)
{
	return h->ranges > 0 && h->range[0].from == 0 ? h->range[0].to : 0;
}

uint32_t hold_after_hole(const struct hold *h)
{
	uint32_t i = hold_prefix(h) > 0;

	return i < h->ranges ? h->range[i].from : 0;
}

uint32_t hold_start(const struct hold *h, uint32_t at, uint32_t end)
{
	for (uint32_t i = 0; i < h->starts; i++)
		if (h->start[i] > at && h->start[i] < end)
			end = h->start[i];
	return end;
}

uint32_t hold_end(const struct hold *h) { return h->ranges > 0 ? h->range[h->ranges - 1].to : 0; }

void hold_drop(struct hold *h, uint32_t n)
{
	uint32_t keep = 0, end = hold_end(h);

	if (n < end && n > 0)
		memmove(h->bytes, h->bytes + n, end - n);
	for (uint32_t i = 0; i < h->ranges; i++) {
		struct hold_range r = h->range[i];
		if (r.to <= n)
			continue;
		h->range[keep].from = r.from > n ? r.from - n : 0;
		h->range[keep++].to = r.to - n;
	}
	h->ranges = keep;
	keep = 0;
	for (uint32_t i = 0; i < h->starts; i++)
		if (h->start[i] > n)
			h->start[keep++] = h->start[i] - n;
	h->starts = keep;
}
