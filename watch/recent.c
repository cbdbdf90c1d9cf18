/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { AHEAD = 4 };

void recent_init(struct recent *r, uint32_t most)
{
	*r = (struct recent){ .most = most };
	r->entry = xmalloc(most * sizeof(*r->entry));
	r->head = xmalloc(recent_heads(r) * sizeof(*r->head));
	for (uint32_t i = 0; i < recent_heads(r); i++)
		r->head[i] = RECENT_NONE;
	hash_secret_random(&r->secret);
}

void recent_clear(struct recent *r)
{
	free(r->entry);
	free(r->head);
	memset(r, 0, sizeof(*r));
}

uint64_t recent_hash(const struct recent *r, const void *bytes, size_t n)
{
	return hash_secret(&r->secret, bytes, n);
}

static uint32_t *head_of(const struct recent *r, uint64_t hash)
{
	return &r->head[hash & (recent_heads(r) - 1)];
}

uint32_t recent_find(const struct recent *r, uint64_t hash)
{
	uint32_t at = *head_of(r, hash);

	while (at != RECENT_NONE && r->entry[at].hash != hash)
		at = r->entry[at].next;
	return at;
}

static void forget(struct recent *r, uint32_t at)
{
	uint32_t *link = head_of(r, r->entry[at].hash);

	while (*link != at)
		link = &r->entry[*link].next;
	*link = r->entry[at].next;
}

uint32_t recent_add(struct recent *r, uint64_t hash, bool *evicted)
{
	uint32_t at = r->turn, *head = head_of(r, hash);

	*evicted = r->count == r->most;
	if (*evicted) /* soon another has to go */
		__builtin_prefetch(head_of(r, r->entry[(at + AHEAD) & (r->most - 1)].hash));
	if (*evicted)
		forget(r, at);
	else
		r->count++;
	r->turn = (at + 1) & (r->most - 1);
	r->entry[at] = (struct recent_entry){ hash, *head };
	*head = at;
	return at;
}
