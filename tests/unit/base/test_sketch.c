/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"

enum { PUT_MAX = 4096 };

static uint64_t client(unsigned seed, uint32_t number)
{
	struct hash_key key = { { (uint8_t)seed, (uint8_t)(seed >> 8) } };
	return hash_keyed(&key, &number, sizeof(number));
}

static void fill(struct sketch *s, unsigned seed, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		sketch_add(s, client(seed, i));
}

static void assert_same(const struct sketch *a, const struct sketch *b)
{
	assert_int_equal(a->exact, b->exact);
	if (a->exact == SKETCH_DENSE)
		assert_memory_equal(a->reg, b->reg, sizeof(a->reg));
	else if (a->exact > 0)
		assert_memory_equal(a->hash, b->hash, a->exact * sizeof(a->hash[0]));
}

static void exact_up_to_the_limit(void **state)
{
	struct sketch s;
	(void)state;

	sketch_init(&s);
	assert_int_equal(sketch_count(&s), 0);
	for (uint32_t i = 0; i < SKETCH_EXACT; i++) {
		sketch_add(&s, client(1, i));
		sketch_add(&s, client(1, i / 2));
		assert_int_equal(sketch_count(&s), i + 1);
	}
	sketch_add(&s, client(1, SKETCH_EXACT));
	assert_int_equal(s.exact, SKETCH_DENSE);
	assert_in_range(sketch_count(&s), SKETCH_EXACT * 95 / 100, SKETCH_EXACT * 107 / 100);
}

static double error_at(unsigned seed, uint32_t n)
{
	struct sketch s;

	sketch_init(&s);
	fill(&s, seed, 0, n);
	return ((double)sketch_count(&s) - n) / n;
}

/* 2.3 % standard error: a mean beyond 2 % over the seeds would be a bias; 5 % is passed by 3 in 100. */
static void error_stays_small(void **state)
{
	static const uint32_t sizes[] = { 300, 1000, 3000, 5000, 6000, 10000, 30000, 100000, 1000000 };
	unsigned trials = 0, beyond = 0;
	(void)state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned seeds = sizes[i] > 100000 ? 2 : 12;
		double squares = 0, sum = 0;
		for (unsigned seed = 0; seed < seeds; seed++) {
			double e = error_at(seed, sizes[i]);
			squares += e * e;
			sum += e;
			beyond += e > 0.05 || e < -0.05;
			if (e > 0.08 || e < -0.08)
				fail_msg("n %u seed %u: error %.3f", (unsigned)sizes[i], seed, e);
		}
		if (squares / seeds > 0.035 * 0.035 || sum / seeds > 0.02 || sum / seeds < -0.02)
			fail_msg("n %u: mean %.3f", (unsigned)sizes[i], sum / seeds);
		trials += seeds;
	}
	assert_true(beyond * 100 <= trials * 5);
}

static void merge_is_union(void **state)
{
	/* [a, b) and [c, d): disjoint, overlapping, inside; exact with exact, exact with dense, dense with
	 * dense */
	static const uint32_t cases[][4] = {
		{ 0, 0, 0, 0 },       { 0, 10, 10, 20 },     { 0, 100, 50, 256 },  { 0, 200, 100, 400 },
		{ 0, 256, 256, 257 }, { 0, 5000, 0, 100 },   { 0, 100, 50, 5000 }, { 0, 5000, 4000, 9000 },
		{ 0, 9, 0, 9 },       { 0, 9000, 500, 600 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint32_t *c = cases[i];
		struct sketch a, b, both, ab, ba;
		sketch_init(&a);
		sketch_init(&b);
		sketch_init(&both);
		fill(&a, 7, c[0], c[1]);
		fill(&b, 7, c[2], c[3]);
		fill(&both, 7, c[2], c[3]);
		fill(&both, 7, c[0], c[1]);
		ab = a;
		sketch_merge(&ab, &b);
		ba = b;
		sketch_merge(&ba, &a);
		assert_same(&ab, &ba);
		assert_same(&ab, &both);
		sketch_merge(&ab, &both);
		assert_same(&ab, &both);
	}
}

static void order_does_not_matter(void **state)
{
	static const uint32_t sizes[] = { 2, 256, 257, 4000 };
	(void)state;

	for (size_t i = 0; i < 4; i++) {
		struct sketch up, down;
		sketch_init(&up);
		sketch_init(&down);
		fill(&up, 3, 0, sizes[i]);
		for (uint32_t k = sizes[i]; k-- > 0;)
			sketch_add(&down, client(3, k));
		assert_same(&up, &down);
	}
}

static void round_trip_and_truncation(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 255, 256, 257, 100000 };
	(void)state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t bytes[PUT_MAX];
		struct wr w = wr_init(bytes, sizeof(bytes));
		struct sketch s, back;
		struct rd r;
		sketch_init(&s);
		fill(&s, 5, 0, sizes[i]);
		sketch_put(&w, &s);
		assert_true(wr_ok(&w));
		r = rd_init(bytes, wr_len(&w));
		assert_true(sketch_get(&r, &back) && rd_done(&r));
		assert_same(&s, &back);
		for (size_t n = 0; n < wr_len(&w); n++) {
			r = rd_init(bytes, n);
			assert_false(sketch_get(&r, &back));
		}
		r = rd_init(bytes, wr_len(&w) + 1);
		assert_true(sketch_get(&r, &back) && rd_left(&r) == 1);
	}
}

static bool get_two(uint16_t count, uint64_t first, uint64_t second)
{
	uint8_t bytes[PUT_MAX] = { 0 };
	struct wr w = wr_init(bytes, sizeof(bytes));
	struct rd r = rd_init(bytes, sizeof(bytes));
	struct sketch s;

	wr_be16(&w, count);
	wr_be64(&w, first);
	wr_be64(&w, second);
	return sketch_get(&r, &s);
}

static void lies_are_refused(void **state)
{
	const uint64_t highest_rank = UINT64_C(0x36) << 58, beyond = UINT64_C(0x37) << 58;
	(void)state;

	assert_true(get_two(2, 1, 2));
	assert_false(get_two(2, 2, 1));
	assert_false(get_two(2, 2, 2));
	assert_false(get_two(SKETCH_EXACT + 1, 1, 2));
	assert_true(get_two(SKETCH_DENSE, highest_rank, 0));
	assert_false(get_two(SKETCH_DENSE, beyond, 0));
	assert_false(get_two(SKETCH_DENSE, 0, 0));
}

static void set_is_adding_each(void **state)
{
	const uint64_t sorted[] = { 3, 5, 1000 };
	struct sketch added, set;
	(void)state;

	sketch_init(&added);
	for (size_t i = 0; i < 3; i++)
		sketch_add(&added, sorted[2 - i]);
	sketch_set(&set, sorted, 3);
	assert_same(&added, &set);
	sketch_set(&set, sorted, 0);
	assert_int_equal(sketch_count(&set), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_is_adding_each),    cmocka_unit_test(exact_up_to_the_limit),
		cmocka_unit_test(error_stays_small),     cmocka_unit_test(merge_is_union),
		cmocka_unit_test(order_does_not_matter), cmocka_unit_test(round_trip_and_truncation),
		cmocka_unit_test(lies_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
