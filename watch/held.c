/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/held.h"

#include <stdlib.h>

#include "base/alloc.h"

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

bool held_take(struct held *h, int64_t until, struct held_hello *g)
{
	if (h->count == 0 || h->hello[h->from].heard > until)
		return false;
	*g = h->hello[h->from];
	h->from = (h->from + 1) % HELD_MOST;
	h->count--;
	return true;
}
