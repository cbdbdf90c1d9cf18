/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/flow.h"

enum { COUNT = 64 };

static struct flow_table *table_new(void)
{
	struct flow_table *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->flows = calloc(COUNT, sizeof(struct flow));
	t->hints = calloc(flow_hint_sets(COUNT), sizeof(struct flow_hints));
	t->heads = calloc(flow_heads(COUNT), sizeof(uint32_t));
	assert_true(t->flows != NULL && t->hints != NULL && t->heads != NULL);
	flow_init(t, COUNT, 0x9e3779b97f4a7c15);
	return t;
}

static void table_free(struct flow_table *t)
{
	free(t->flows);
	free(t->hints);
	free(t->heads);
	free(t);
}

static struct flow_key key_of(uint32_t n)
{
	struct flow_key key;
	struct dissect_flow f = { .sport = (uint16_t)n, .dport = 80 };

	f.src.bytes[14] = (uint8_t)(n >> 24);
	f.src.bytes[15] = (uint8_t)(n >> 16);
	f.dst.bytes[0] = 1;
	flow_key(&key, &f);
	return key;
}

static struct flow *add(struct flow_table *t, uint32_t n)
{
	struct flow_key key = key_of(n);

	return flow_add(t, &key, flow_hash(t, &key));
}

static struct flow *find(struct flow_table *t, uint32_t n)
{
	struct flow_key key = key_of(n);

	return flow_find(t, &key, flow_hash(t, &key));
}

/* Both directions have one key; the two ends tell them apart, also when only the ports differ. */
static void test_key(void **state)
{
	struct dissect_flow f = { .sport = 5, .dport = 9 }, back = { .sport = 9, .dport = 5 };
	struct flow_key a, b;
	(void)state;

	assert_int_equal(flow_key(&a, &f) + flow_key(&b, &back), 1);
	assert_memory_equal(&a, &b, sizeof(a));
	f.src.bytes[3] = back.dst.bytes[3] = 7;
	assert_int_equal(flow_key(&a, &f) + flow_key(&b, &back), 1);
	assert_memory_equal(&a, &b, sizeof(a));
	_Static_assert(sizeof(struct flow_key) == 36, "compared as memory: no padding");
}

static struct flow *first(struct flow_table *t)
{
	uint32_t at = 0;

	return flow_next(t, &at);
}

/* Who had a packet since the search came by is passed over once; the rest goes in order. */
static void test_second_chance(void **state)
{
	struct flow_table *t = table_new();
	(void)state;

	assert_null(first(t));
	for (uint32_t n = 0; n < COUNT; n++) {
		assert_null(flow_crowded(t, 0));
		add(t, n);
	}
	assert_non_null(find(t, 0));
	assert_non_null(find(t, 1));
	assert_ptr_equal(flow_crowded(t, 0), &t->flows[2]);
	flow_remove(t, &t->flows[2]);
	assert_null(find(t, 2));
	assert_null(flow_crowded(t, 0));
	add(t, COUNT); /* where the third was */
	assert_non_null(find(t, COUNT));
	for (uint32_t n = 3; n < COUNT; n++) {
		assert_ptr_equal(flow_crowded(t, 0), &t->flows[n]);
		flow_remove(t, &t->flows[n]);
		add(t, COUNT + n);
	}
	assert_ptr_equal(flow_crowded(t, 0), &t->flows[0]); /* its chance is used up */
	table_free(t);
}

static void test_all_can_go_and_come_again(void **state)
{
	struct flow_table *t = table_new();
	uint32_t at = 0, n = 0;
	(void)state;

	for (int round = 0; round < 3; round++, at = n = 0) {
		for (uint32_t i = 0; i < COUNT; i++)
			add(t, i);
		for (uint32_t i = 0; i < COUNT; i += 3)
			flow_retire(t, find(t, i));
		for (struct flow *f; (f = flow_next(t, &at)) != NULL; n++)
			flow_remove(t, f);
		assert_int_equal(n, COUNT);
		for (uint32_t i = 0; i < COUNT; i++)
			assert_null(find(t, i));
		assert_null(flow_crowded(t, 0));
	}
	table_free(t);
}

/* Those that are over go first, in the order in which they ended; until then they are known. */
static void test_retired_goes_first(void **state)
{
	struct flow_table *t = table_new();
	(void)state;

	for (uint32_t n = 0; n < COUNT; n++)
		add(t, n);
	flow_retire(t, find(t, 9));
	flow_retire(t, find(t, 4));
	flow_retire(t, find(t, 7));
	assert_int_equal(find(t, 9)->state, FLOW_OVER);
	flow_remove(t, find(t, 4)); /* out of the middle: its ports are used again */
	assert_null(find(t, 4));
	assert_ptr_equal(flow_crowded(t, 0), find(t, 9));
	flow_remove(t, find(t, 9));
	for (uint32_t n = COUNT; n < COUNT + 2; n++) {
		assert_null(flow_crowded(t, 0));
		add(t, n);
	}
	assert_ptr_equal(flow_crowded(t, 0), find(t, 7));
	flow_remove(t, find(t, 7));
	add(t, COUNT + 2);
	assert_int_equal(flow_crowded(t, 0)->state, FLOW_LIVE);
	flow_retire(t, find(t, COUNT + 1)); /* the only one */
	assert_ptr_equal(flow_crowded(t, 0), find(t, COUNT + 1));
	table_free(t);
}

/* Whoever finds keys of one chain cannot make it long: its oldest must go. */
static void test_chains_are_short(void **state)
{
	struct flow_table *t = table_new();
	uint32_t lowest = 0, found = 0, n = 0;
	(void)state;

	for (; found < FLOW_CHAIN_MAX; n++) {
		struct flow_key key = key_of(n);
		if ((flow_hash(t, &key) & t->mask) != 0)
			continue;
		lowest = found == 0 ? n : lowest;
		found++;
		assert_null(flow_crowded(t, 0));
		add(t, n);
	}
	assert_ptr_equal(flow_crowded(t, 0), find(t, lowest));
	assert_null(flow_crowded(t, 1));
	table_free(t);
}

static void expect_hint(struct flow_table *t, uint64_t hash, int dir, uint32_t want, bool want_syn)
{
	uint32_t next;
	bool syn;

	assert_true(flow_hint_take(t, hash, dir, &next, &syn));
	assert_int_equal(next, want);
	assert_int_equal(syn, want_syn);
	assert_false(flow_hint_take(t, hash, dir, &next, &syn));
}

static void test_hints(void **state)
{
	struct flow_table *t = table_new();
	(void)state;

	for (uint32_t n = 0; n < 1000; n++) {
		struct flow_key key = key_of(n);
		uint64_t hash = flow_hash(t, &key);
		flow_hint_put(t, hash, 0, n, true);
		flow_hint_put(t, hash, 1, ~n, false);
		expect_hint(t, hash, 1, ~n, false);
		expect_hint(t, hash, 0, n, true);
	}
	table_free(t);
}

/* What a SYN said stays when an ACK says otherwise; a new SYN overwrites it. */
static void test_hints_of_syns_stay(void **state)
{
	struct flow_table *t = table_new();
	(void)state;

	flow_hint_put(t, 7, 0, 100, true);
	flow_hint_put(t, 7, 0, 200, false);
	expect_hint(t, 7, 0, 100, true);
	flow_hint_put(t, 7, 0, 200, false);
	flow_hint_put(t, 7, 0, 300, true);
	expect_hint(t, 7, 0, 300, true);
	table_free(t);
}

/* As many as a set holds stand beside each other; then the oldest goes. */
static void test_hints_of_one_set(void **state)
{
	struct flow_table *t = table_new();
	uint32_t next;
	bool syn;
	(void)state;

	t->mask = FLOW_HINT_WAYS / 2 - 1; /* one set for all */
	for (uint32_t n = 0; n <= FLOW_HINT_WAYS; n++)
		flow_hint_put(t, n * UINT64_C(0x9e3779b97f4a7c15), 0, n, true);
	assert_false(flow_hint_take(t, 0, 0, &next, &syn));
	for (uint32_t n = 1; n <= FLOW_HINT_WAYS; n++)
		expect_hint(t, n * UINT64_C(0x9e3779b97f4a7c15), 0, n, true);
	for (uint32_t n = 0; n < FLOW_HINT_WAYS; n++)
		flow_hint_put(t, n * UINT64_C(0x9e3779b97f4a7c15), 0, n, true);
	expect_hint(t, 3 * UINT64_C(0x9e3779b97f4a7c15), 0, 3, true);
	flow_hint_put(t, 50 * UINT64_C(0x9e3779b97f4a7c15), 0, 50, true); /* there is room */
	expect_hint(t, 0, 0, 0, true);
	expect_hint(t, 50 * UINT64_C(0x9e3779b97f4a7c15), 0, 50, true);
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_second_chance),
		cmocka_unit_test(test_all_can_go_and_come_again),
		cmocka_unit_test(test_retired_goes_first),
		cmocka_unit_test(test_chains_are_short),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_hints_of_syns_stay),
		cmocka_unit_test(test_hints_of_one_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
