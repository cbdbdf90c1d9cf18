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

#define RECENT_NONE UINT32_MAX

struct recent_entry {
	uint64_t hash;
	uint32_t next; /* in its chain */
};

struct recent {
	struct recent_entry *entry; /* owned */
	uint32_t *head;             /* owned: chains by hash */
	uint32_t most, count, turn; /* turn: the place that is given away next */
	struct hash_secret secret;
};

/* `most` is a power of two. */
void recent_init(struct recent *r, uint32_t most);
void recent_clear(struct recent *r);
uint64_t recent_hash(const struct recent *r, const void *bytes, size_t n);
/* Two for each: the second of a chain would have to be waited for. */
static inline uint32_t recent_heads(const struct recent *r) { return r->most * 2; }
/* To be said some time before it is looked for; and the next step. */
static inline void recent_prefetch(const struct recent *r, uint64_t hash)
{
	__builtin_prefetch(&r->head[hash & (recent_heads(r) - 1)]);
}
static inline void recent_prefetch_entry(const struct recent *r, uint64_t hash)
{
	uint32_t at = r->head[hash & (recent_heads(r) - 1)];

	if (at != RECENT_NONE)
		__builtin_prefetch(&r->entry[at]);
}
/* Its place, or RECENT_NONE. */
uint32_t recent_find(const struct recent *r, uint64_t hash);
/* The place of one that is not there; *evicted when another had to go. */
uint32_t recent_add(struct recent *r, uint64_t hash, bool *evicted);

#endif
