/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { PIECE = 16, PIECES_MOST = 64 };

/* The largest holds a struct sketch. */
static const uint16_t class_size[ARENA_CLASSES] = {
	16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, ARENA_CHUNK_MAX
};

/* Of 1 to 64 pieces. */
static const uint8_t piece_class[PIECES_MOST] = {
	0,  1,  2,  3,  4,  4,  5,  5,  6,  6,  6,  6,  7,  7,  7,  7,  8,  8,  8,  8,  8,  8,
	8,  8,  9,  9,  9,  9,  9,  9,  9,  9,  10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
	10, 10, 10, 10, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
};

void arena_init(struct arena *a, size_t cap)
{
	/* Not zeroed, so that pages that are never needed are never touched. */
	*a = (struct arena){ .base = xmalloc(cap), .cap = cap };
}

void arena_clear(struct arena *a)
{
	free(a->base);
	memset(a, 0, sizeof(*a));
}

void arena_reset(struct arena *a)
{
	a->used = 0;
	memset(a->free, 0, sizeof(a->free));
}

/* ARENA_CLASSES when it is too large. */
static size_t class_of(size_t n)
{
	size_t pieces = n > 0 ? (n - 1) / PIECE : 0;

	if (pieces < PIECES_MOST)
		return piece_class[pieces];
	return n <= ARENA_CHUNK_MAX ? ARENA_CLASSES - 1 : ARENA_CLASSES;
}

size_t arena_room(size_t n)
{
	size_t class = class_of(n);
	return class < ARENA_CLASSES ? class_size[class] : 0;
}

static void *take(struct arena *a, size_t n)
{
	void *p = a->base + a->used;

	if (n > a->cap - a->used)
		return NULL;
	a->used += n;
	return p;
}

void *arena_get(struct arena *a, size_t n)
{
	size_t class = class_of(n);
	void *p;

	if (class == ARENA_CLASSES)
		return NULL;
	p = a->free[class];
	if (p != NULL) {
		memcpy(&a->free[class], p, sizeof(p));
		return p;
	}
	return take(a, class_size[class]);
}

void *arena_get_for_good(struct arena *a, size_t n)
{
	size_t whole = (n + PIECE - 1) / PIECE * PIECE;

	return n > ARENA_CHUNK_MAX ? NULL : take(a, whole);
}

void arena_put(struct arena *a, void *p, size_t n)
{
	size_t class = class_of(n);

	if (p == NULL || class == ARENA_CLASSES)
		return;
	memcpy(p, &a->free[class], sizeof(p));
	a->free[class] = p;
}
