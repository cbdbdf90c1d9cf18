/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/span.h"

#include <string.h>

#include "base/prefetch.h"
#include "dissect/mix.h"

enum { PAIR = 16 };

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

_Static_assert((int)SPAN_TAIL == (int)PAIR && SPAN_LOOK % PAIR == 0, "what is looked at are whole pairs");

/* Two words of octets under one seed. */
static inline uint64_t span_pair(uint64_t seed, const uint8_t p[PAIR])
{
	uint64_t first, second;

	memcpy(&first, p, sizeof(first));
	memcpy(&second, p + sizeof(first), sizeof(second));
	return mix_product(first ^ seed, second ^ UINT64_C(0xa0761d6478bd642f));
}

/* Those of n octets that are looked at, in pairs of words that do not wait for each other. The last pair ends
 * with the datagram, and may begin in the one before it. */
static uint64_t span_digest(uint64_t seed, const uint8_t *p, size_t n)
{
	uint8_t few[PAIR] = { 0 };
	size_t head = n > SPAN_LOOK ? SPAN_LOOK - SPAN_TAIL : n - PAIR;
	uint64_t h = 0;

	if (n < PAIR) {
		if (n > 0)
			memcpy(few, p, n);
		return span_pair(seed, few);
	}
	for (size_t at = 0; at < head; at += PAIR) {
		seed += GOLDEN;
		h ^= span_pair(seed, p + at);
	}
	return h ^ span_pair(seed + GOLDEN, p + n - PAIR);
}

static uint64_t span_whole(const struct span_table *t, const struct span_sight *s)
{
	const struct dissect_flow *f = s->flow;
	uint64_t ports = (uint64_t)f->sport << 32 | (uint64_t)f->dport << 16 | f->proto;
	uint64_t h = mix_product(t->seed ^ ports, s->n ^ UINT64_C(0xe7037ed1a0b428db));

	h ^= span_pair(t->seed, f->src.bytes);
	h ^= span_pair(t->seed + GOLDEN, f->dst.bytes);
	h += span_digest(t->seed ^ UINT64_C(0x589965cc75374cc3), s->p, s->n);
	return mix_product(h ^ s->tag, UINT64_C(0x8ebc6af09c88c6e3));
}

uint64_t span_ahead(const struct span_table *t, const struct span_sight *s)
{
	uint64_t h = span_whole(t, s);

	prefetch(&t->row[h % SPAN_ROWS]);
	return h;
}

bool span_repeats(struct span_table *t, const struct span_sight *s)
{
	uint64_t h = s->digest != NULL ? *s->digest : span_whole(t, s);
	struct span_row *row = &t->row[h % SPAN_ROWS];

	if (row->digest == h && s->time - row->time <= SPAN_MICROS && row->time - s->time <= SPAN_MICROS)
		return true;
	*row = (struct span_row){ .digest = h, .time = s->time };
	return false;
}

void span_finish(struct span_table *t) { memset(t->row, 0, sizeof(t->row)); }
