/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { AHEAD = 16 };

void recent_init(struct recent *r, uint32_t most)
{
	*r = (struct recent){ .most = most, .mask = most * 2 - 1 };
	r->hash = xmalloc(most * sizeof(*r->hash));
	r->slot = xmalloc(((size_t)r->mask + 1) * sizeof(*r->slot));
	for (uint32_t i = 0; i <= r->mask; i++)
		r->slot[i] = (struct recent_slot){ 0, RECENT_NONE };
	hash_secret_random(&r->secret);
}

void recent_clear(struct recent *r)
{
	free(r->hash);
	free(r->slot);
	memset(r, 0, sizeof(*r));
}

uint64_t recent_hash(const struct recent *r, const void *bytes, size_t n)
{
	return hash_secret(&r->secret, bytes, n);
}

uint32_t recent_find(const struct recent *r, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & r->mask;

	for (; r->slot[at].place != RECENT_NONE; at = (at + 1) & r->mask)
		if (r->slot[at].start == (uint32_t)hash && r->hash[r->slot[at].place] == hash)
			return r->slot[at].place;
	return RECENT_NONE;
}

/* Those behind the gap move up, as far as they may: none stands before where it is looked for first. */
static void close_gap(struct recent *r, uint32_t gap)
{
	for (uint32_t at = (gap + 1) & r->mask; r->slot[at].place != RECENT_NONE; at = (at + 1) & r->mask) {
		uint32_t past = (at - r->slot[at].start) & r->mask;
		if (past < ((at - gap) & r->mask))
			continue;
		r->slot[gap] = r->slot[at];
		gap = at;
	}
	r->slot[gap].place = RECENT_NONE;
}

static void forget(struct recent *r, uint32_t place)
{
	uint32_t at = (uint32_t)r->hash[place] & r->mask;

	while (r->slot[at].place != place)
		at = (at + 1) & r->mask;
	close_gap(r, at);
}

uint32_t recent_add(struct recent *r, uint64_t hash, bool *evicted)
{
	uint32_t place = r->turn, at = (uint32_t)hash & r->mask;

	*evicted = r->count == r->most;
	if (*evicted) /* soon another has to go */
		recent_prefetch(r, r->hash[(place + AHEAD) & (r->most - 1)]);
	if (*evicted)
		forget(r, place);
	else
		r->count++;
	r->turn = (place + 1) & (r->most - 1);
	while (r->slot[at].place != RECENT_NONE)
		at = (at + 1) & r->mask;
	r->slot[at] = (struct recent_slot){ (uint32_t)hash, place };
	r->hash[place] = hash;
	return place;
}
