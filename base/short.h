/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts that are nearly always of 16 to 64 bytes, as the names of hosts are: four blocks of 16 reach from
 * their first byte to their last, whatever lies between, and some bytes are in two of them. So nothing
 * branches on a length, which is as random as names are, and no call is made. Others take a little longer.
 */
#ifndef BASE_SHORT_H
#define BASE_SHORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SHORT_BLOCK = 16, SHORT_BLOCKS = 4, SHORT_MOST = SHORT_BLOCK * SHORT_BLOCKS };

static inline bool short_is(size_t n) { return n - SHORT_BLOCK <= SHORT_MOST - SHORT_BLOCK; }

/* Where the second, third and last block of such a text begin; the first one does at 0. */
struct short_places {
	size_t second, third, last;
};

static inline struct short_places short_places(size_t n)
{
	size_t last = n - SHORT_BLOCK;

	return (struct short_places){ last < SHORT_BLOCK ? last : SHORT_BLOCK,
				      last < 2 * SHORT_BLOCK ? last : 2 * SHORT_BLOCK, last };
}

/* Fewer than a block has, or more than all have. */
static inline void short_copy_odd(uint8_t *to, const uint8_t *from, size_t n)
{
	if (n > SHORT_MOST) {
		memmove(to, from, n); /* no string instruction, which begins slowly */
	} else if (n >= 8) {
		memcpy(to, from, 8);
		memcpy(to + n - 8, from + n - 8, 8);
	} else {
		for (size_t i = 0; i < n; i++)
			to[i] = from[i];
	}
}

/* Exactly n bytes; they do not overlap. */
static inline void short_copy(void *to, const void *from, size_t n)
{
	const struct short_places at = short_places(n);
	uint8_t *out = to;
	const uint8_t *in = from;

	if (!short_is(n)) {
		short_copy_odd(out, in, n);
		return;
	}
	memcpy(out, in, SHORT_BLOCK);
	memcpy(out + at.second, in + at.second, SHORT_BLOCK);
	memcpy(out + at.third, in + at.third, SHORT_BLOCK);
	memcpy(out + at.last, in + at.last, SHORT_BLOCK);
}

/* How two blocks differ: 0 when they do not. */
static inline uint64_t short_differ(const uint8_t *a, const uint8_t *b)
{
	uint64_t x[SHORT_BLOCK / 8], y[SHORT_BLOCK / 8];

	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	return (x[0] ^ y[0]) | (x[1] ^ y[1]);
}

/* Are n bytes the same? */
static inline bool short_same(const void *a, const void *b, size_t n)
{
	const struct short_places at = short_places(n);
	const uint8_t *x = a, *y = b;

	if (!short_is(n))
		return memcmp(a, b, n) == 0;
	return (short_differ(x, y) | short_differ(x + at.second, y + at.second) |
		short_differ(x + at.third, y + at.third) | short_differ(x + at.last, y + at.last)) == 0;
}

#endif
