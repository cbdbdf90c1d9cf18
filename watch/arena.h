/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fixed amount of memory, taken once and lent out in a few sizes: what the observation table hangs
 * on its entries. Nothing moves; all of it is given back at once when a window closes. Full is a
 * plain NULL for the caller to count.
 */
#ifndef WATCH_ARENA_H
#define WATCH_ARENA_H

#include <stddef.h>
#include <stdint.h>

enum { ARENA_CLASSES = 13, ARENA_CHUNK_MAX = 2064 };

struct arena {
	uint8_t *base; /* owned */
	size_t used, cap;
	void *free[ARENA_CLASSES]; /* chunks given back, by class, each pointing to the next */
};

void arena_init(struct arena *a, size_t cap);
void arena_clear(struct arena *a);
/* Gives back everything; every pointer from arena_get() is void. */
void arena_reset(struct arena *a);
/* n bytes, aligned for anything, not zeroed; NULL when full or n > ARENA_CHUNK_MAX. */
void *arena_get(struct arena *a, size_t n);
/* The same, but never to be put back: takes hardly more than n bytes. */
void *arena_get_for_good(struct arena *a, size_t n);
/* n as it was asked for. */
void arena_put(struct arena *a, void *p, size_t n);
/* How many bytes arena_get(n) really lends. */
size_t arena_room(size_t n);

#endif
