/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/span.h"

#include <string.h>

#include "dissect/mix.h"

/* Adds n octets, or those of them that are looked at, in pairs of words; the pairs do not wait for each
 * other. */
static uint64_t span_digest(uint64_t seed, const uint8_t *p, size_t n)
{
	uint64_t word[SPAN_LOOK / sizeof(uint64_t)] = { 0 }, h = 0;

	if (n > SPAN_LOOK) {
		memcpy(word, p, SPAN_LOOK - SPAN_TAIL);
		memcpy((uint8_t *)word + SPAN_LOOK - SPAN_TAIL, p + n - SPAN_TAIL, SPAN_TAIL);
		n = SPAN_LOOK;
	} else if (n > 0) {
		memcpy(word, p, n);
	}
	for (size_t i = 0; i * sizeof(uint64_t) < n; i += 2) {
		seed += UINT64_C(0x9e3779b97f4a7c15);
		h ^= mix_product(word[i] ^ seed, word[i + 1] ^ UINT64_C(0xa0761d6478bd642f));
	}
	return h;
}

bool span_repeats(struct span_table *t, const struct span_sight *s)
{
	const struct dissect_flow *f = s->flow;
	uint64_t ports = (uint64_t)f->sport << 32 | (uint64_t)f->dport << 16 | f->proto;
	uint64_t h = mix_product(t->seed ^ ports, s->n ^ UINT64_C(0xe7037ed1a0b428db));

	h ^= span_digest(t->seed, f->src.bytes, sizeof(f->src));
	h ^= span_digest(~t->seed, f->dst.bytes, sizeof(f->dst));
	h += span_digest(t->seed ^ UINT64_C(0x589965cc75374cc3), s->p, s->n);
	h = mix_product(h ^ s->tag, UINT64_C(0x8ebc6af09c88c6e3));
	struct span_row *row = &t->row[h % SPAN_ROWS];
	if (row->digest == h && s->time - row->time <= SPAN_MICROS && row->time - s->time <= SPAN_MICROS)
		return true;
	*row = (struct span_row){ .digest = h, .time = s->time };
	return false;
}

void span_finish(struct span_table *t) { memset(t->row, 0, sizeof(t->row)); }
