/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/hold.h"

enum { SIZE = 64 };

struct pool {
	struct hold holds[3];
	uint8_t bytes[3 * SIZE];
	struct hold_pool pool;
};

static struct stream *const owner = (struct stream *)(void *)1; /* only compared with NULL */

static void pool_make(struct pool *p)
{
	memset(p, 0, sizeof(*p));
	p->pool = (struct hold_pool){ .holds = p->holds, .count = 3, .size = SIZE };
	hold_init(&p->pool, p->bytes);
}

static void test_takes_and_gives(void **state)
{
	struct pool p;
	struct hold *a, *b, *c;
	(void)state;

	pool_make(&p);
	assert_null(hold_victim(&p.pool));
	a = hold_take(&p.pool, owner);
	b = hold_take(&p.pool, owner);
	c = hold_take(&p.pool, owner);
	assert_true(a != NULL && b != NULL && c != NULL && a != b && b != c && a != c);
	assert_true(a->bytes != b->bytes && b->bytes != c->bytes);
	assert_null(hold_take(&p.pool, owner));
	a->time = 5;
	b->time = 3;
	c->time = 4;
	assert_ptr_equal(hold_victim(&p.pool), b);
	hold_put(b, 10, (const uint8_t *)"x", 1);
	hold_give(&p.pool, b);
	assert_ptr_equal(hold_take(&p.pool, owner), b);
	assert_int_equal(b->ranges, 0);
}

static void test_no_buffers(void **state)
{
	struct hold_pool pool = { .count = 0, .size = SIZE };
	(void)state;

	hold_init(&pool, NULL);
	assert_null(hold_take(&pool, owner));
	assert_null(hold_victim(&pool));
}

/* The same told by one byte and one mark for each place. */
struct model {
	uint8_t byte[SIZE];
	bool there[SIZE];
};

static void model_put(struct model *m, uint32_t from, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!m->there[from + i])
			m->byte[from + i] = p[i];
		m->there[from + i] = true;
	}
}

static void model_drop(struct model *m, uint32_t n)
{
	struct model fresh = { { 0 }, { false } };

	for (uint32_t i = n; i < SIZE; i++) {
		fresh.byte[i - n] = m->byte[i];
		fresh.there[i - n] = m->there[i];
	}
	*m = fresh;
}

static void compare(const struct hold *h, const struct model *m)
{
	uint32_t prefix = 0, after = 0, r = 0;
	bool there[SIZE] = { false };

	for (; r < h->ranges; r++) {
		assert_true(h->range[r].from < h->range[r].to && h->range[r].to <= SIZE);
		assert_true(r == 0 || h->range[r - 1].to < h->range[r].from);
		for (uint32_t i = h->range[r].from; i < h->range[r].to; i++)
			there[i] = true;
	}
	assert_memory_equal(there, m->there, sizeof(there));
	for (uint32_t i = 0; i < SIZE; i++)
		assert_true(!there[i] || h->bytes[i] == m->byte[i]);
	while (prefix < SIZE && m->there[prefix])
		prefix++;
	for (after = prefix; after < SIZE && !m->there[after];)
		after++;
	assert_int_equal(hold_prefix(h), prefix);
	assert_int_equal(hold_after_hole(h), after == SIZE ? 0 : after);
}

/* Thousands of overlapping pieces and drops give what the plain model gives; pieces are long, so 16 ranges
 * do. */
static void test_against_model(void **state)
{
	struct pool p;
	(void)state;

	srand(1);
	for (int round = 0; round < 300; round++) {
		struct model m = { { 0 }, { false } };
		pool_make(&p);
		struct hold *h = hold_take(&p.pool, owner);
		for (int i = 0; i < 40; i++) {
			uint8_t bytes[SIZE];
			uint32_t from = (uint32_t)rand() % SIZE, n = 1 + (uint32_t)rand() % 12;
			n = from + n > SIZE ? SIZE - from : n;
			memset(bytes, 1 + rand() % 255, sizeof(bytes));
			if (rand() % 8 == 0) {
				hold_drop(h, from);
				model_drop(&m, from);
			} else if (hold_put(h, from, bytes, n)) {
				model_put(&m, from, bytes, n);
			}
			compare(h, &m);
		}
	}
}

/* Bytes that differ from those held are told, for this piece only; those behind what is held are not. */
static void test_conflict(void **state)
{
	struct pool p;
	(void)state;

	pool_make(&p);
	struct hold *h = hold_take(&p.pool, owner);
	assert_true(hold_put(h, 4, (const uint8_t *)"efgh", 4) && !h->conflict);
	assert_true(hold_put(h, 12, (const uint8_t *)"mn", 2) && !h->conflict);
	assert_true(hold_put(h, 0, (const uint8_t *)"abcdefghijklmnop", 16) && !h->conflict);
	assert_true(hold_put(h, 14, (const uint8_t *)"oP", 2) && h->conflict);
	assert_true(hold_put(h, 14, (const uint8_t *)"op", 2) && !h->conflict);
	assert_memory_equal(h->bytes, "abcdefghijklmnop", 16);
	assert_true(hold_put(h, 13, (const uint8_t *)"nopq", 4) && !h->conflict);
	assert_true(hold_put(h, 18, (const uint8_t *)"st", 2) && !h->conflict);
	assert_true(hold_put(h, 16, (const uint8_t *)"qrX", 3) &&
		    h->conflict); /* in the second of two ranges */
}

/* With every range in use a far piece is refused, and a near one drives out the farthest. */
static void test_many_ranges(void **state)
{
	struct pool p;
	struct hold *h;
	(void)state;

	pool_make(&p);
	h = hold_take(&p.pool, owner);
	for (uint32_t i = 0; i < HOLD_RANGES; i++)
		assert_true(hold_put(h, 2 + 3 * i, (const uint8_t *)"ab", 1));
	assert_false(hold_put(h, 2 + 3 * HOLD_RANGES, (const uint8_t *)"ab", 1));
	assert_int_equal(h->range[h->ranges - 1].from, 2 + 3 * (HOLD_RANGES - 1));
	assert_true(hold_put(h, 0, (const uint8_t *)"ab", 1));
	assert_int_equal(h->ranges, HOLD_RANGES);
	assert_int_equal(hold_prefix(h), 1);
	assert_int_equal(h->range[h->ranges - 1].from, 2 + 3 * (HOLD_RANGES - 2));
	assert_true(hold_put(
		h, 0, (const uint8_t *)"0123456789012345678901234567890123456789012345678901234567890123",
		SIZE));
	assert_int_equal(h->ranges, 1);
	assert_int_equal(hold_prefix(h), SIZE);
	hold_drop(h, SIZE);
	assert_int_equal(h->ranges, 0);
}

/* Segments are remembered where they began, and go with the bytes in front of them. */
static void test_starts(void **state)
{
	static const uint8_t bytes[20] = "01234567890123456789";
	struct pool p;
	(void)state;

	pool_make(&p);
	struct hold *h = hold_take(&p.pool, owner);
	assert_true(hold_put(h, 20, bytes, 3) && h->added && hold_put(h, 0, bytes, 10) && h->added);
	assert_true(hold_put(h, 10, bytes, 10) && h->added && hold_put(h, 5, bytes + 5, 9) && !h->added);
	assert_int_equal(hold_prefix(h), 23);
	assert_int_equal(hold_start(h, 0, 23), 10);
	assert_int_equal(hold_start(h, 10, 23), 20);
	assert_int_equal(hold_start(h, 10, 15), 15);
	hold_drop(h, 12);
	assert_int_equal(hold_start(h, 0, 11), 8);
	assert_int_equal(hold_start(h, 8, 11), 11);
	hold_give(&p.pool, h);
	assert_int_equal(hold_start(hold_take(&p.pool, owner), 0, 11), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes_and_gives), cmocka_unit_test(test_no_buffers),
		cmocka_unit_test(test_against_model),   cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_many_ranges),     cmocka_unit_test(test_starts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
