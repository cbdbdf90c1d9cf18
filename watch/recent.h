/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of many things were met lately: a fixed number of them, known by 64-bit hashes under a secret; a new
 * one takes the place of the one that came first. What the secret is makes no difference to who stays: the
 * same input gives the same result. Each has a place, a number below `most`, for what the caller knows of it.
 */
#ifndef WATCH_RECENT_H
#define WATCH_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/prefetch.h"

#define RECENT_NONE UINT32_MAX

struct recent_slot {
	uint32_t start; /* the hash's low bits: where it is looked for first, and enough to tell it from most
			 */
	uint32_t place; /* RECENT_NONE: free */
};

struct recent {
	uint64_t *hash;             /* owned, by place */
	struct recent_slot *slot;   /* owned: open addressing, without a look at anything else */
	uint32_t mask;              /* of the slots: two for each place */
	uint32_t most, count, turn; /* turn: the place that is given away next */
	struct hash_secret secret;
};

/* `most` is a power of two. */
void recent_init(struct recent *r, uint32_t most);
void recent_clear(struct recent *r);
uint64_t recent_hash(const struct recent *r, const void *bytes, size_t n);
/* To be said some time before it is looked for; and the next step. */
static inline void recent_prefetch(const struct recent *r, uint64_t hash)
{
	prefetch(&r->slot[(uint32_t)hash & r->mask]);
}
static inline void recent_prefetch_entry(const struct recent *r, uint64_t hash)
{
	const struct recent_slot *s = &r->slot[(uint32_t)hash & r->mask];

	if (s->place != RECENT_NONE && s->start == (uint32_t)hash)
		prefetch(&r->hash[s->place]);
}
/* Its place, or RECENT_NONE. */
uint32_t recent_find(const struct recent *r, uint64_t hash);
/* The place of one that is not there; *evicted when another had to go. */
uint32_t recent_add(struct recent *r, uint64_t hash, bool *evicted);

#endif
