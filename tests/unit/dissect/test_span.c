/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/span.h"

static struct span_table *table_new(void)
{
	struct span_table *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->seed = 7;
	return t;
}

/* A sight is told from each that differs in one thing, and from none that differs in nothing. */
static void test_what_counts(void **state)
{
	struct span_table *t = table_new();
	uint8_t bytes[100] = { 1, 2, 3 }, other[100] = { 1, 2, 3 };
	struct dissect_flow f = { .sport = 1, .dport = 2, .proto = 17 }, g;
	struct span_sight s = { .flow = &f, .p = bytes, .n = 100, .time = 1000000 }, d;
	(void)state;

	assert_false(span_repeats(t, &s));
	assert_true(span_repeats(t, &s));
	d = s;
	d.flow = &g;
	for (size_t i = 0; i < 16; i++) {
		g = f;
		g.src.bytes[i] = 1;
		assert_false(span_repeats(t, &d));
		g = f;
		g.dst.bytes[i] = 1;
		assert_false(span_repeats(t, &d));
	}
	g = f;
	g.sport = 3;
	assert_false(span_repeats(t, &d));
	g = f;
	g.dport = 3;
	assert_false(span_repeats(t, &d));
	d = s;
	d.p = other;
	for (size_t i = 0; i < SPAN_LOOK; i++) {
		size_t at = i < SPAN_LOOK - SPAN_TAIL ? i : sizeof(other) - SPAN_LOOK + i;
		other[at] ^= 0x80;
		assert_false(span_repeats(t, &d));
		other[at] ^= 0x80;
	}
	for (d.n = 0; d.n < 100; d.n++)
		assert_false(span_repeats(t, &d));
	d.tag = 1;
	assert_false(span_repeats(t, &d));
	d.tag = UINT64_C(1) << 32;
	assert_false(span_repeats(t, &d));
	free(t);
}

static void test_times(void **state)
{
	struct span_table *t = table_new();
	struct dissect_flow f = { .sport = 1 };
	struct span_sight s = { .flow = &f, .p = (const uint8_t *)"abc", .n = 3, .time = 1000000 };
	(void)state;

	assert_false(span_repeats(t, &s));
	s.time += SPAN_MICROS;
	assert_true(span_repeats(t, &s));
	s.time += 1;
	assert_false(span_repeats(t, &s)); /* sent again; its copies count from here */
	s.time -= SPAN_MICROS;
	assert_true(span_repeats(t, &s)); /* two queues of one card are not in order */
	s.time -= 1;
	assert_false(span_repeats(t, &s));
	span_finish(t);
	assert_false(span_repeats(t, &s));
	free(t);
}

/* Thousands that came since make it forget, and take no datagram for another. */
static void test_many(void **state)
{
	struct span_table *t = table_new();
	struct dissect_flow f = { .sport = 1 };
	int repeats = 0;
	(void)state;

	for (uint64_t round = 0; round < 2; round++)
		for (uint64_t i = 0; i < 100000; i++)
			repeats += span_repeats(t, &(struct span_sight){ .flow = &f, .tag = i, .time = 5 });
	assert_int_equal(repeats, 0);
	for (uint64_t i = 0; i < 100; i++)
		span_repeats(t, &(struct span_sight){ .flow = &f, .tag = i, .time = 5 });
	for (uint64_t i = 0; i < 100; i++)
		repeats += span_repeats(t, &(struct span_sight){ .flow = &f, .tag = i, .time = 5 });
	assert_true(repeats >= 90);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_counts),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
