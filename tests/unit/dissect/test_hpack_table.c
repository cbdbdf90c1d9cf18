/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/hpack_table.h"

static struct hpack_tables tables;

static struct dissect_str text(const char *s)
{
	return (struct dissect_str){ (const uint8_t *)s, strlen(s) };
}

static void add(struct hpack_table *t, uint8_t what, const char *value)
{
	hpack_table_add(t, what, 4, text(value), strlen(value));
}

static void expect(const struct hpack_table *t, uint32_t back, uint8_t what, const char *value)
{
	const struct hpack_field *f = hpack_table_get(t, back);
	struct dissect_str v;

	assert_non_null(f);
	assert_int_equal(f->what, what);
	v = hpack_table_value(t, f);
	assert_int_equal(v.n, strlen(value));
	assert_memory_equal(v.p, value, v.n);
}

static struct hpack_table *fresh(void)
{
	memset(&tables, 0, sizeof(tables));
	return hpack_table_of(&tables, hpack_table_new(&tables));
}

static void test_order(void **state)
{
	struct hpack_table *t = fresh();
	(void)state;

	assert_null(hpack_table_get(t, 0));
	add(t, 1, "one");
	add(t, 2, "second");
	expect(t, 0, 2, "second");
	expect(t, 1, 1, "one");
	assert_null(hpack_table_get(t, 2));
	assert_null(hpack_table_get(t, UINT32_MAX));
	assert_int_equal(t->size, 4 + 3 + 32 + 4 + 6 + 32);
}

/* RFC 7541 section 4.4 */
static void test_eviction(void **state)
{
	static char large[4096];
	struct hpack_table *t = fresh();
	(void)state;

	add(t, 1, "a");
	hpack_table_add(t, 0, 10, (struct dissect_str){ NULL, 0 }, 4096 - 37 - 32 - 10);
	assert_int_equal(t->size, 4096);
	expect(t, 1, 1, "a");
	add(t, 2, "");
	assert_null(hpack_table_get(t, 2)); /* "a" left */
	expect(t, 0, 2, "");
	assert_null(hpack_table_value(t, hpack_table_get(t, 1)).p);
	memset(large, 'x', sizeof(large) - 1);
	add(t, 3, large);
	assert_int_equal(t->count, 0);
	assert_int_equal(t->size, 0);
}

static void test_resize(void **state)
{
	struct hpack_table *t = fresh();
	(void)state;

	add(t, 1, "a");
	add(t, 2, "b");
	hpack_table_resize(t, 37);
	assert_int_equal(t->count, 1);
	expect(t, 0, 2, "b");
	hpack_table_resize(t, 36);
	assert_int_equal(t->count, 0);
	add(t, 1, "a");
	assert_int_equal(t->count, 0);
	hpack_table_resize(t, 4096);
	add(t, 1, "a");
	expect(t, 0, 1, "a");
}

/* The sender may have a larger table than we keep: ours is known until a field would have to leave it. */
static void test_larger(void **state)
{
	const struct dissect_str none = { NULL, 0 };
	struct hpack_table *t = fresh();
	(void)state;

	add(t, 1, "a");
	hpack_table_resize(t, 5000);
	expect(t, 0, 1, "a");
	assert_true(hpack_table_add(t, 0, 4, none, 4096 - 37 - 36));
	assert_int_equal(t->size, 4096);
	expect(t, 1, 1, "a");
	assert_false(hpack_table_add(t, 0, 0, none, 0));
	t = fresh(); /* what does not fit the sender's either empties both */
	add(t, 1, "a");
	hpack_table_resize(t, 5000);
	assert_true(hpack_table_add(t, 0, 0, none, 5000));
	assert_int_equal(t->count, 0);
	assert_int_equal(t->size, 0);
	assert_false(hpack_table_add(t, 0, 0, none, 5000 - 32));
	t = fresh(); /* and one that shrinks again in time never was another */
	add(t, 1, "a");
	hpack_table_resize(t, UINT32_MAX);
	add(t, 2, "b");
	hpack_table_resize(t, 4096);
	assert_true(hpack_table_add(t, 0, 0, none, 4096 - 74));
	assert_int_equal(t->count, 2);
	expect(t, 1, 2, "b");
	assert_null(hpack_table_get(t, 2));
}

/* One that is too long to be told takes its place, and is not held. */
static void test_long(void **state)
{
	static char value[HPACK_VALUE_MAX + 2];
	struct hpack_table *t = fresh();
	(void)state;

	memset(value, 'x', HPACK_VALUE_MAX);
	add(t, 1, value);
	expect(t, 0, 1, value);
	value[HPACK_VALUE_MAX] = 'x';
	add(t, 2, value);
	assert_null(hpack_table_value(t, hpack_table_get(t, 0)).p);
	assert_int_equal(hpack_table_get(t, 0)->what, 2);
	assert_int_equal(t->end, HPACK_VALUE_MAX);
	assert_int_equal(t->size, 2 * (4 + 32 + HPACK_VALUE_MAX) + 1);
}

/* Many fields of all sizes, against a model that keeps them all. */
static void test_model(void **state)
{
	enum { ALL = 20000 };
	static struct {
		uint8_t what;
		size_t n, size;
		bool held;
		char value[600];
	} all[ALL];
	struct hpack_table *t = fresh();
	unsigned seed = 7;
	(void)state;

	for (size_t i = 0; i < ALL; i++) {
		size_t size = 0, back = 0, room = 4096;
		seed = seed * 1103515245 + 12345;
		all[i].n = (seed >> 16) % (i % 3 == 0 ? 600 : 20);
		all[i].what = (uint8_t)(seed >> 8 & 7);
		all[i].held = (seed >> 12 & 3) != 0 && all[i].n <= HPACK_VALUE_MAX;
		all[i].size = all[i].n + 4 + 32;
		for (size_t k = 0; k < all[i].n; k++)
			all[i].value[k] = (char)('a' + (i + k) % 26);
		hpack_table_add(t, all[i].what, 4,
				all[i].held || all[i].n > HPACK_VALUE_MAX ? text(all[i].value)
									  : (struct dissect_str){ NULL, 0 },
				all[i].n);
		assert_true(t->end <= sizeof(t->bytes));
		for (; back <= i && size + all[i - back].size <= room; back++) {
			const struct hpack_field *f = hpack_table_get(t, (uint32_t)back);
			size += all[i - back].size;
			assert_non_null(f);
			assert_true(!f->held || f->at + f->value_n <= t->end);
			assert_int_equal(f->what, all[i - back].what);
			assert_int_equal(f->value_n, all[i - back].n);
			if (f->held)
				expect(t, (uint32_t)back, all[i - back].what, all[i - back].value);
			assert_int_equal(f->held, all[i - back].held);
		}
		assert_int_equal(t->count, back);
		assert_int_equal(t->size, size);
	}
}

/* One more connection than there are tables: the one that rested longest loses its own. */
static void test_tickets(void **state)
{
	uint32_t ticket[HPACK_TABLES + 1];
	(void)state;

	memset(&tables, 0, sizeof(tables));
	assert_null(hpack_table_of(&tables, 0));
	assert_null(hpack_table_of(NULL, 1));
	for (size_t i = 0; i < HPACK_TABLES; i++) {
		assert_false(hpack_table_crowded(&tables));
		ticket[i] = hpack_table_new(&tables);
	}
	assert_true(hpack_table_crowded(&tables));
	for (size_t i = 0; i < HPACK_TABLES; i++)
		assert_non_null(hpack_table_of(&tables, ticket[i]));
	assert_non_null(hpack_table_of(&tables, ticket[0]));
	ticket[HPACK_TABLES] = hpack_table_new(&tables);
	assert_null(hpack_table_of(&tables, ticket[1]));
	for (size_t i = 0; i <= HPACK_TABLES; i++)
		assert_true((hpack_table_of(&tables, ticket[i]) != NULL) == (i != 1));
}

/* Those that were dropped are taken first, and nobody else's then. */
static void test_dropped(void **state)
{
	uint32_t ticket[HPACK_TABLES];
	(void)state;

	memset(&tables, 0, sizeof(tables));
	ticket[0] = hpack_table_new(&tables);
	hpack_table_drop(NULL, ticket[0]);
	hpack_table_drop(&tables, 0);
	hpack_table_drop(&tables, ticket[0] + HPACK_TABLES); /* of another time */
	assert_non_null(hpack_table_of(&tables, ticket[0]));
	hpack_table_drop(&tables, ticket[0]);
	hpack_table_drop(&tables, ticket[0]);
	assert_null(hpack_table_of(&tables, ticket[0]));
	for (size_t i = 0; i < HPACK_TABLES; i++) {
		ticket[i] = hpack_table_new(&tables);
		assert_int_equal(tables.used, i + 1);
	}
	for (size_t i = 5; i < 8; i++)
		hpack_table_drop(&tables, ticket[i]);
	for (size_t i = 0; i < 3; i++) {
		assert_false(hpack_table_crowded(&tables));
		ticket[5 + i] = hpack_table_new(&tables);
	}
	assert_true(hpack_table_crowded(&tables));
	for (size_t i = 0; i < HPACK_TABLES; i++)
		assert_non_null(hpack_table_of(&tables, ticket[i]));
}

/* Random asks, drops and new ones against a list in order. */
static void test_rest_model(void **state)
{
	enum { STEPS = 60000 };
	uint32_t rest[HPACK_TABLES + 1]; /* tickets, the longest rested first */
	size_t n = 0;
	unsigned seed = 3;
	(void)state;

	memset(&tables, 0, sizeof(tables));
	for (size_t step = 0; step < STEPS; step++) {
		uint32_t ticket;
		size_t i;
		seed = seed * 1103515245 + 12345;
		i = n > 0 ? (seed >> 16) % n : 0;
		ticket = n > 0 ? rest[i] : 0;
		switch (n > 0 ? seed >> 10 & 3 : 0) {
		case 0:
		case 1:
			assert_true(hpack_table_crowded(&tables) == (n == HPACK_TABLES));
			ticket = hpack_table_new(&tables);
			i = 0;
			if (n == HPACK_TABLES)
				assert_null(hpack_table_of(&tables, rest[0]));
			else
				i = n++;
			break;
		case 2:
			assert_non_null(hpack_table_of(&tables, ticket));
			break;
		default:
			hpack_table_drop(&tables, ticket);
			assert_null(hpack_table_of(&tables, ticket));
			ticket = 0;
		}
		memmove(rest + i, rest + i + 1, (n - i - 1) * sizeof(rest[0]));
		if (ticket != 0)
			rest[n - 1] = ticket;
		else
			n--;
	}
}

/* A table that went to another connection is empty, and a ticket is never 0. */
static void test_taken_again(void **state)
{
	struct hpack_table *t = fresh();
	uint32_t ticket = t->ticket;
	(void)state;

	for (int i = 0; i < 200; i++) /* the ring has turned */
		add(t, 1, "abc");
	hpack_table_resize(t, 100);
	hpack_table_drop(&tables, ticket);
	tables.tickets = UINT32_MAX / HPACK_TABLES;
	ticket = hpack_table_new(&tables);
	assert_int_equal(ticket, HPACK_TABLES);
	assert_ptr_equal(hpack_table_of(&tables, ticket), t);
	assert_null(hpack_table_get(t, 0));
	assert_int_equal(t->count, 0);
	assert_int_equal(t->size, 0);
	assert_int_equal(t->end, 0);
	assert_int_equal(t->max, HPACK_TABLE_BYTES);
	for (int i = 0; i < 105; i++) /* of 39 bytes */
		add(t, 2, "xyz");
	assert_int_equal(t->count, 105);
	expect(t, 104, 2, "xyz");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),      cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_resize),     cmocka_unit_test(test_larger),
		cmocka_unit_test(test_long),       cmocka_unit_test(test_model),
		cmocka_unit_test(test_tickets),    cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_rest_model), cmocka_unit_test(test_taken_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
