/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/held.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "watch/ech.h"

void held_init(struct held *h) { *h = (struct held){ .hello = xcalloc(HELD_MOST, sizeof(*h->hello)) }; }

void held_clear(struct held *h)
{
	free(h->hello);
	*h = (struct held){ 0 };
}

bool held_full(const struct held *h) { return h->count == HELD_MOST; }

void held_add(struct held *h, const struct held_hello *g)
{
	h->hello[(h->from + h->count) % HELD_MOST] = *g;
	h->count++;
}

/* What would wait for too long came before the clock was set back. */
static bool waits(int64_t heard, int64_t until)
{
	return heard > until && (uint64_t)heard - (uint64_t)until <= ECH_WAIT_US;
}

bool held_take(struct held *h, int64_t until, struct held_hello *g)
{
	const struct held_hello *first = &h->hello[h->from];

	if (h->count == 0 || waits(first->heard, until))
		return false;
	*g = *first;
	h->from = (h->from + 1) % HELD_MOST;
	h->count--;
	return true;
}
