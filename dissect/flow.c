/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/flow.h"

#include <string.h>

uint32_t flow_heads(uint32_t flows)
{
	uint32_t n = 16;

	while (n < flows && n < UINT32_C(1) << 30)
		n *= 2;
	return n;
}

void flow_init(struct flow_table *t, uint32_t count)
{
	t->count = count;
	t->mask = flow_heads(count) - 1;
	t->oldest = t->newest = FLOW_NONE;
	t->free = FLOW_NONE;
	/* Where the memory lies differs from run to run, so nobody can aim at one chain. Nothing but the
	 * length of chains depends on it: results stay the same. */
	t->seed = (uint64_t)(uintptr_t)t->flows * UINT64_C(0x9e3779b97f4a7c15);
	for (uint32_t i = 0; i <= t->mask; i++)
		t->heads[i] = FLOW_NONE;
	for (uint32_t i = count; i-- > 0;) {
		t->flows[i].chain = t->free;
		t->free = (int32_t)i;
	}
}

int flow_key(struct flow_key *key, const struct dissect_flow *f)
{
	int order = memcmp(&f->src, &f->dst, sizeof(f->src));
	int dir = order != 0 ? order > 0 : f->sport > f->dport;

	key->addr[dir] = f->src;
	key->addr[!dir] = f->dst;
	key->port[dir] = f->sport;
	key->port[!dir] = f->dport;
	return dir;
}

static uint64_t flow_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0xff51afd7ed558ccd);
	return h ^ h >> 32;
}

uint64_t flow_hash(const struct flow_table *t, const struct flow_key *key)
{
	uint64_t word[4], h = t->seed;

	memcpy(word, key->addr, sizeof(word));
	for (int i = 0; i < 4; i++)
		h = flow_mix(h, word[i]);
	h = flow_mix(h, (uint64_t)key->port[0] << 16 | key->port[1]);
	return flow_mix(h, t->seed);
}

static int32_t flow_index(const struct flow_table *t, const struct flow *f)
{
	return (int32_t)(f - t->flows);
}

static void flow_unlink(struct flow_table *t, struct flow *f)
{
	if (f->older == FLOW_NONE)
		t->oldest = f->newer;
	else
		t->flows[f->older].newer = f->newer;
	if (f->newer == FLOW_NONE)
		t->newest = f->older;
	else
		t->flows[f->newer].older = f->older;
}

static void flow_link_newest(struct flow_table *t, struct flow *f)
{
	int32_t at = flow_index(t, f);

	f->older = t->newest;
	f->newer = FLOW_NONE;
	if (t->newest == FLOW_NONE)
		t->oldest = at;
	else
		t->flows[t->newest].newer = at;
	t->newest = at;
}

struct flow *flow_find(struct flow_table *t, const struct flow_key *key, uint64_t hash)
{
	for (int32_t i = t->heads[hash & t->mask]; i != FLOW_NONE; i = t->flows[i].chain) {
		struct flow *f = &t->flows[i];
		if (memcmp(&f->key, key, sizeof(*key)) != 0)
			continue;
		if (!f->over && t->newest != i) {
			flow_unlink(t, f);
			flow_link_newest(t, f);
		}
		return f;
	}
	return NULL;
}

struct flow *flow_crowded(struct flow_table *t, uint64_t hash)
{
	int32_t i = t->heads[hash & t->mask], last = i;
	int n = 0;

	for (; i != FLOW_NONE; i = t->flows[i].chain, n++)
		last = i;
	if (n >= FLOW_CHAIN_MAX)
		return &t->flows[last];
	return t->free == FLOW_NONE ? flow_oldest(t) : NULL;
}

struct flow *flow_add(struct flow_table *t, const struct flow_key *key, uint64_t hash)
{
	int32_t at = t->free;
	struct flow *f = &t->flows[at];

	t->free = f->chain;
	memset(f, 0, sizeof(*f));
	f->key = *key;
	f->chain = t->heads[hash & t->mask];
	t->heads[hash & t->mask] = at;
	flow_link_newest(t, f);
	return f;
}

void flow_remove(struct flow_table *t, struct flow *f)
{
	int32_t at = flow_index(t, f), *link = &t->heads[flow_hash(t, &f->key) & t->mask];

	while (*link != at)
		link = &t->flows[*link].chain;
	*link = f->chain;
	flow_unlink(t, f);
	f->chain = t->free;
	t->free = at;
}

void flow_retire(struct flow_table *t, struct flow *f)
{
	int32_t at = flow_index(t, f);

	f->over = true;
	flow_unlink(t, f);
	f->newer = t->oldest;
	f->older = FLOW_NONE;
	if (t->oldest == FLOW_NONE)
		t->newest = at;
	else
		t->flows[t->oldest].older = at;
	t->oldest = at;
}

struct flow *flow_oldest(struct flow_table *t)
{
	return t->oldest == FLOW_NONE ? NULL : &t->flows[t->oldest];
}

/* The set of a direction, newest first. */
static struct flow_hint *hint_set(struct flow_table *t, uint64_t hash, int dir, uint32_t *tag)
{
	uint64_t h = flow_mix(hash, (uint64_t)dir + 1);

	*tag = (uint32_t)(h >> 32) | FLOW_HINT_USED | FLOW_HINT_SYN;
	return &t->hints[h & t->mask & ~(uint64_t)(FLOW_HINT_WAYS - 1)];
}

static int hint_find(const struct flow_hint *set, uint32_t tag)
{
	int i = 0;

	while (i < FLOW_HINT_WAYS && (set[i].tag | FLOW_HINT_SYN) != tag)
		i++;
	return i;
}

void flow_hint_put(struct flow_table *t, uint64_t hash, int dir, uint32_t next, bool syn)
{
	uint32_t tag;
	struct flow_hint *set = hint_set(t, hash, dir, &tag);
	int i = hint_find(set, tag);

	if (i < FLOW_HINT_WAYS && !syn && (set[i].tag & FLOW_HINT_SYN) != 0)
		return;
	for (i = i < FLOW_HINT_WAYS ? i : FLOW_HINT_WAYS - 1; i > 0; i--)
		set[i] = set[i - 1];
	set[0] = (struct flow_hint){ .tag = syn ? tag : tag & ~(uint32_t)FLOW_HINT_SYN, .next = next };
}

bool flow_hint_take(struct flow_table *t, uint64_t hash, int dir, uint32_t *next, bool *syn)
{
	uint32_t tag;
	struct flow_hint *set = hint_set(t, hash, dir, &tag);
	int i = hint_find(set, tag);

	if (i == FLOW_HINT_WAYS)
		return false;
	*next = set[i].next;
	*syn = (set[i].tag & FLOW_HINT_SYN) != 0;
	set[i].tag = 0;
	return true;
}
