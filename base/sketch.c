/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sketch.h"

#include <stddef.h>
#include <string.h>

#include "base/prefetch.h"

enum {
	RANK_BITS = 64 - SKETCH_BITS,
	RANK_MAX = RANK_BITS + 1, /* all bits behind the register's number are zero */
	PACK_REGISTERS = 4,       /* 6 bits each in 3 bytes: RANK_MAX is below 64 */
};

_Static_assert(RANK_MAX < 64, "a rank must fit in 6 bits");
_Static_assert(SKETCH_REGISTERS % PACK_REGISTERS == 0, "registers are packed by fours");

void sketch_init(struct sketch *s) { s->exact = 0; }

void sketch_set(struct sketch *s, const uint64_t *sorted, size_t n)
{
	s->exact = (uint16_t)n;
	memcpy(s->hash, sorted, n * sizeof(*sorted));
}

/* Flajolet et al. 2007: the first bits choose the register, it keeps the longest run of zeros + 1 behind
 * them. */
static void dense_add(struct sketch *s, uint64_t hash)
{
	uint64_t rest = hash << SKETCH_BITS;
	uint8_t rank = rest == 0 ? RANK_MAX : (uint8_t)(__builtin_clzll(rest) + 1);
	uint8_t *reg = &s->reg[hash >> RANK_BITS];

	if (rank > *reg)
		*reg = rank;
}

static void make_dense(struct sketch *s)
{
	uint64_t held[SKETCH_EXACT];
	size_t n = s->exact;

	memcpy(held, s->hash, n * sizeof(held[0]));
	memset(s->reg, 0, sizeof(s->reg));
	s->exact = SKETCH_DENSE;
	for (size_t i = 0; i < n; i++)
		dense_add(s, held[i]);
}

size_t sketch_find(const uint64_t *sorted, size_t n, uint64_t hash)
{
	size_t at = sketch_guess(n, hash);

	while (at < n && sorted[at] < hash)
		at++;
	while (at > 0 && sorted[at - 1] >= hash)
		at--;
	return at;
}

void sketch_prefetch(const struct sketch *s, uint16_t exact, uint64_t hash)
{
	prefetch(&s->exact);
	if (exact == SKETCH_DENSE)
		prefetch(&s->reg[hash >> RANK_BITS]);
	else
		prefetch(&s->hash[sketch_guess(exact, hash)]);
}

void sketch_add(struct sketch *s, uint64_t hash)
{
	size_t at;

	if (s->exact == SKETCH_DENSE) {
		dense_add(s, hash);
		return;
	}
	at = sketch_find(s->hash, s->exact, hash);
	if (at < s->exact && s->hash[at] == hash)
		return;
	if (s->exact == SKETCH_EXACT) {
		make_dense(s);
		dense_add(s, hash);
		return;
	}
	memmove(&s->hash[at + 1], &s->hash[at], (s->exact - at) * sizeof(s->hash[0]));
	s->hash[at] = hash;
	s->exact++;
}

void sketch_merge(struct sketch *into, const struct sketch *from)
{
	if (from->exact != SKETCH_DENSE) {
		for (size_t i = 0; i < from->exact; i++)
			sketch_add(into, from->hash[i]);
		return;
	}
	if (into->exact != SKETCH_DENSE)
		make_dense(into);
	for (size_t i = 0; i < SKETCH_REGISTERS; i++)
		if (from->reg[i] > into->reg[i])
			into->reg[i] = from->reg[i];
}

/* sigma(x) = x + sum of x^(2^k) * 2^(k-1), the small-range part of the estimator below. x < 1. */
static double sigma(double x)
{
	double before, weight = 1, sum = x;

	do {
		before = sum;
		x *= x;
		sum += x * weight;
		weight += weight;
	} while (sum > before);
	return sum;
}

/* Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6: one formula
 * without the bias that the original has where it changes over from linear counting. Its large-range term
 * is left out: it matters from 2^53 clients on. */
static double dense_count(const struct sketch *s)
{
	const double m = SKETCH_REGISTERS, half_per_ln2 = 0.72134752044448170368;
	unsigned with[RANK_MAX + 1] = { 0 };
	double z = 0;

	for (size_t i = 0; i < SKETCH_REGISTERS; i++)
		with[s->reg[i]]++;
	if (with[0] == SKETCH_REGISTERS)
		return 0;
	for (size_t k = RANK_MAX; k >= 1; k--)
		z = 0.5 * (z + with[k]);
	z += m * sigma(with[0] / m);
	return half_per_ln2 * m * m / z;
}

uint64_t sketch_count(const struct sketch *s)
{
	return s->exact == SKETCH_DENSE ? (uint64_t)(dense_count(s) + 0.5) : s->exact;
}

static void put_registers(struct wr *w, const uint8_t reg[SKETCH_REGISTERS])
{
	for (size_t i = 0; i < SKETCH_REGISTERS; i += PACK_REGISTERS) {
		uint32_t four = (uint32_t)reg[i] << 18 | (uint32_t)reg[i + 1] << 12 |
				(uint32_t)reg[i + 2] << 6 | reg[i + 3];
		wr_u8(w, (uint8_t)(four >> 16));
		wr_be16(w, (uint16_t)four);
	}
}

static bool get_registers(struct rd *r, uint8_t reg[SKETCH_REGISTERS])
{
	uint8_t highest = 0;

	for (size_t i = 0; i < SKETCH_REGISTERS; i += PACK_REGISTERS) {
		uint32_t four = rd_be24(r);
		for (size_t k = 0; k < PACK_REGISTERS; k++) {
			reg[i + k] = four >> (18 - 6 * k) & 63;
			if (reg[i + k] > highest)
				highest = reg[i + k];
		}
	}
	return rd_ok(r) && highest >= 1 && highest <= RANK_MAX;
}

void sketch_put(struct wr *w, const struct sketch *s)
{
	wr_be16(w, s->exact);
	if (s->exact == SKETCH_DENSE) {
		put_registers(w, s->reg);
		return;
	}
	for (size_t i = 0; i < s->exact; i++)
		wr_be64(w, s->hash[i]);
}

bool sketch_get(struct rd *r, struct sketch *s)
{
	sketch_init(s);
	s->exact = rd_be16(r);
	if (s->exact == SKETCH_DENSE)
		return get_registers(r, s->reg);
	if (s->exact > SKETCH_EXACT)
		return false;
	for (size_t i = 0; i < s->exact; i++) {
		s->hash[i] = rd_be64(r);
		if (i > 0 && s->hash[i] <= s->hash[i - 1])
			return false;
	}
	return rd_ok(r);
}
