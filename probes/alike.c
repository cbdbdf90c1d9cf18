/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/alike.h"

#include <stdlib.h>

/* Fewer pieces are too few to tell a template from a page: then only equal bytes are alike. */
enum { PIECES_LEAST = 8 };

/* FNV-1a; who makes two pages collide only hides his own page from himself. */
static uint64_t mix(uint64_t h, uint8_t c) { return (h ^ c) * UINT64_C(1099511628211); }

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void alike_read(struct alike *a, const uint8_t *page, size_t n)
{
	const uint64_t start = UINT64_C(14695981039346656037);
	uint64_t h = start;

	a->count = 0;
	a->bytes = n;
	a->whole = start;
	for (size_t i = 0; i <= n; i++) {
		if ((i == n || page[i] == '<') && h != start && a->count < ALIKE_PIECES_MAX) {
			a->piece[a->count++] = h;
			h = start;
		}
		if (i < n) {
			h = mix(h, page[i]);
			a->whole = mix(a->whole, page[i]);
		}
	}
	qsort(a->piece, a->count, sizeof(a->piece[0]), by_value);
}

static size_t common(const struct alike *a, const struct alike *b)
{
	size_t i = 0, j = 0, both = 0;

	while (i < a->count && j < b->count) {
		both += a->piece[i] == b->piece[j];
		if (a->piece[i] < b->piece[j])
			i++;
		else if (a->piece[i] > b->piece[j])
			j++;
		else
			i++, j++;
	}
	return both;
}

bool alike_is(const struct alike *a, const struct alike *b)
{
	if (a->bytes == 0 || b->bytes == 0)
		return false;
	if (a->bytes == b->bytes && a->whole == b->whole)
		return true;
	return a->count >= PIECES_LEAST && b->count >= PIECES_LEAST &&
	       common(a, b) * 200 >= (a->count + b->count) * ALIKE_PERCENT;
}
