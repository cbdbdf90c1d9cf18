/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/flow.h"

#include <string.h>

#include "base/prefetch.h"
#include "dissect/mix.h"

enum { FLOW_HEADS_MIN = 16, IDLE_AHEAD = 4 };

/* Two for each flow: the second of a chain would have to be waited for. */
uint32_t flow_heads(uint32_t flows)
{
	uint32_t n = FLOW_HEADS_MIN;

	while (n / 2 < flows && n < UINT32_C(1) << 31)
		n *= 2;
	return n;
}

/* Two hints for each flow: a storm of handshakes has both directions of many waiting at once. */
uint32_t flow_hint_sets(uint32_t flows) { return flow_heads(flows) / FLOW_HINT_WAYS; }

void flow_init(struct flow_table *t, uint32_t count, uint64_t seed)
{
	t->count = count;
	t->mask = flow_heads(count) - 1;
	t->seed = seed;
}

static uint64_t flow_word(const struct dissect_addr *a, int half)
{
	uint64_t v;

	memcpy(&v, a->bytes + 8 * half, sizeof(v));
	return v;
}

/* As memcmp() > 0; IPv4 and most neighbours differ in the second half only. */
static bool flow_is_above(const struct dissect_addr *a, const struct dissect_addr *b)
{
	uint64_t x = flow_word(a, 0), y = flow_word(b, 0);

	if (x == y) {
		x = flow_word(a, 1);
		y = flow_word(b, 1);
	}
	return __builtin_bswap64(x) > __builtin_bswap64(y);
}

int flow_key(struct flow_key *key, const struct dissect_flow *f)
{
	int dir = flow_is_above(&f->src, &f->dst);

	if (dir == 0 && f->sport > f->dport && memcmp(&f->src, &f->dst, sizeof(f->src)) == 0)
		dir = 1;
	key->addr[dir] = f->src;
	key->addr[!dir] = f->dst;
	key->port[dir] = f->sport;
	key->port[!dir] = f->dport;
	return dir;
}

uint64_t flow_hash(const struct flow_table *t, const struct flow_key *key)
{
	const struct dissect_addr *p = &key->addr[0], *q = &key->addr[1];
	uint64_t s = t->seed;
	uint64_t a = mix_product(flow_word(p, 0) ^ s, flow_word(p, 1) ^ UINT64_C(0xa0761d6478bd642f));
	uint64_t b = mix_product(flow_word(q, 0) ^ s ^ UINT64_C(0xe7037ed1a0b428db),
				 flow_word(q, 1) ^ UINT64_C(0x8ebc6af09c88c6e3));
	uint64_t ports = (uint64_t)key->port[0] << 16 | key->port[1];

	return mix_product(a ^ ports ^ UINT64_C(0x589965cc75374cc3), b ^ s);
}

void flow_look(const struct flow_table *t, const struct dissect_flow *f, struct flow_look *look)
{
	look->dir = flow_key(&look->key, f);
	look->hash = flow_hash(t, &look->key);
}

/* Both directions have one set, chosen by the low bits of the hash. */
static struct flow_hint *hint_set(const struct flow_table *t, uint64_t hash)
{
	return t->hints[(hash & t->mask) / FLOW_HINT_WAYS].way;
}

void flow_ahead(const struct flow_table *t, uint64_t hash) { prefetch(&t->heads[hash & t->mask]); }

void flow_ahead_hints(const struct flow_table *t, uint64_t hash) { prefetch(hint_set(t, hash)); }

void flow_ahead_entry(const struct flow_table *t, uint64_t hash)
{
	uint32_t at = t->heads[hash & t->mask];

	if (at != 0) {
		prefetch(&t->flows[at - 1]);
		prefetch(&t->flows[at - 1].dir[1]);
	} else /* nothing of it is known but, at the most, where it begins */
		flow_ahead_hints(t, hash);
}

/* As memcmp() == 0, without a call. */
static bool flow_key_same(const struct flow_key *a, const struct flow_key *b)
{
	uint64_t differ = (flow_word(&a->addr[0], 0) ^ flow_word(&b->addr[0], 0)) |
			  (flow_word(&a->addr[0], 1) ^ flow_word(&b->addr[0], 1)) |
			  (flow_word(&a->addr[1], 0) ^ flow_word(&b->addr[1], 0)) |
			  (flow_word(&a->addr[1], 1) ^ flow_word(&b->addr[1], 1));

	return differ == 0 && a->port[0] == b->port[0] && a->port[1] == b->port[1];
}

struct flow *flow_find(struct flow_table *t, const struct flow_key *key, uint64_t hash)
{
	for (uint32_t i = t->heads[hash & t->mask]; i != 0; i = t->flows[i - 1].chain) {
		struct flow *f = &t->flows[i - 1];
		if (!flow_key_same(&f->key, key))
			continue;
		if (!f->used) /* a line that is only read stays shared */
			f->used = true;
		return f;
	}
	return NULL;
}

/* Soon the hand is there: asks for the flow's memory, and later, when its key can be read, for its head's. */
static void flow_idle_ahead(const struct flow_table *t)
{
	const struct flow *next = &t->flows[t->hand + IDLE_AHEAD], *later = next + IDLE_AHEAD;

	if (t->count - t->hand <= 2 * IDLE_AHEAD)
		return;
	prefetch(later);
	prefetch(&later->dir[1]);
	prefetch(&t->heads[flow_hash(t, &next->key) & t->mask]);
}

/* All are in use: the next that had no packet since the hand came by. */
static struct flow *flow_idle(struct flow_table *t)
{
	for (;;) {
		struct flow *f = &t->flows[t->hand];
		flow_idle_ahead(t);
		t->hand = t->hand + 1 < t->count ? t->hand + 1 : 0;
		if (!f->used)
			return f;
		f->used = false;
	}
}

struct flow *flow_crowded(struct flow_table *t, uint64_t hash)
{
	uint32_t i = t->heads[hash & t->mask], last = i, n = 0;

	for (; i != 0; i = t->flows[i - 1].chain, n++)
		last = i;
	if (n >= FLOW_CHAIN_MAX)
		return &t->flows[last - 1];
	if (t->fresh < t->count)
		return NULL;
	if (t->ready_first == 0)
		return flow_idle(t);
	struct flow *f = &t->flows[t->ready_first - 1];
	return f->state == FLOW_OVER ? f : NULL;
}

/* The first of the queue when it is free, else one that was never used. */
static uint32_t flow_place(struct flow_table *t)
{
	uint32_t at = t->ready_first;

	if (at == 0 || t->flows[at - 1].state != FLOW_FREE)
		return ++t->fresh;
	t->ready_first = t->flows[at - 1].ready;
	if (t->ready_first == 0)
		t->ready_last = 0;
	return at;
}

struct flow *flow_add(struct flow_table *t, const struct flow_key *key, uint64_t hash)
{
	uint32_t at = flow_place(t), *head = &t->heads[hash & t->mask];
	struct flow *f = &t->flows[at - 1];

	memset(f, 0, sizeof(*f));
	f->key = *key;
	f->state = FLOW_LIVE;
	f->chain = *head;
	*head = at;
	return f;
}

static uint32_t flow_index(const struct flow_table *t, const struct flow *f)
{
	return (uint32_t)(f - t->flows) + 1;
}

void flow_remove(struct flow_table *t, struct flow *f)
{
	uint32_t at = flow_index(t, f), *link = &t->heads[flow_hash(t, &f->key) & t->mask];

	while (*link != at)
		link = &t->flows[*link - 1].chain;
	*link = f->chain;
	if (f->state == FLOW_LIVE) { /* one that is over is in the queue, and stays there */
		f->ready = t->ready_first;
		t->ready_first = at;
		if (t->ready_last == 0)
			t->ready_last = at;
	}
	f->state = FLOW_FREE;
}

void flow_retire(struct flow_table *t, struct flow *f)
{
	uint32_t at = flow_index(t, f);

	f->state = FLOW_OVER;
	f->done = 0;
	f->ready = 0;
	if (t->ready_last == 0)
		t->ready_first = at;
	else
		t->flows[t->ready_last - 1].ready = at;
	t->ready_last = at;
}

struct flow *flow_next(struct flow_table *t, uint32_t *at)
{
	while (*at < t->fresh) {
		struct flow *f = &t->flows[(*at)++];
		if (f->state != FLOW_FREE)
			return f;
	}
	return NULL;
}

void flow_clear(struct flow_table *t)
{
	memset(t->heads, 0, ((size_t)t->mask + 1) * sizeof(*t->heads));
	t->fresh = t->hand = t->ready_first = t->ready_last = 0;
}

/* Those of a set stand without gaps. */
enum { HINT_SYN = 1, HINT_DIR = 2, HINT_USED = 4, HINT_BITS = 7 };

static uint32_t hint_tag(uint64_t hash, int dir)
{
	return ((uint32_t)(hash >> 32) & ~(uint32_t)HINT_BITS) | HINT_USED | (dir != 0 ? HINT_DIR : 0);
}

static bool hint_is(const struct flow_hint *h, uint32_t tag) { return (h->tag & ~(uint32_t)HINT_SYN) == tag; }

/* That one; else the first that is free, behind all that are taken; else the last. */
static size_t hint_find(const struct flow_hint *set, uint32_t tag)
{
	size_t i = 0;

	while (i < FLOW_HINT_WAYS - 1 && set[i].tag != 0 && !hint_is(&set[i], tag))
		i++;
	return i;
}

void flow_hint_put(struct flow_table *t, uint64_t hash, int dir, uint32_t next, bool syn)
{
	struct flow_hint *set = hint_set(t, hash);
	uint32_t tag = hint_tag(hash, dir);
	size_t i = hint_find(set, tag);

	if (hint_is(&set[i], tag) && !syn && (set[i].tag & HINT_SYN) != 0)
		return;
	memmove(set + 1, set, i * sizeof(*set));
	set[0] = (struct flow_hint){ .tag = tag | (syn ? HINT_SYN : 0), .next = next };
}

bool flow_hint_take(struct flow_table *t, uint64_t hash, int dir, uint32_t *next, bool *syn)
{
	struct flow_hint *set = hint_set(t, hash);
	uint32_t tag = hint_tag(hash, dir);
	size_t i = hint_find(set, tag);

	if (!hint_is(&set[i], tag))
		return false;
	*next = set[i].next;
	*syn = (set[i].tag & HINT_SYN) != 0;
	memmove(set + i, set + i + 1, (FLOW_HINT_WAYS - 1 - i) * sizeof(*set));
	set[FLOW_HINT_WAYS - 1].tag = 0;
	return true;
}
