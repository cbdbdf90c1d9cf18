/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CAP = 8192 };

static void lends_until_full(void **state)
{
	struct arena a;
	char *p[CAP / 16];
	size_t n = 0;
	(void)state;

	arena_init(&a, CAP);
	while (n < CAP / 16 && (p[n] = arena_get(&a, 1 + n % 16)) != NULL) {
		memset(p[n], (int)n, 16);
		n++;
	}
	assert_int_equal(n, CAP / 16);
	assert_null(arena_get(&a, 1));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < 16; k++)
			assert_int_equal((uint8_t)p[i][k], (uint8_t)i);
	arena_put(&a, p[7], 9);
	arena_put(&a, p[9], 16);
	assert_ptr_equal(arena_get(&a, 3), p[9]);
	assert_ptr_equal(arena_get(&a, 3), p[7]);
	assert_null(arena_get(&a, 3));
	arena_reset(&a);
	assert_non_null(arena_get(&a, ARENA_CHUNK_MAX));
	arena_clear(&a);
}

static void sizes(void **state)
{
	struct arena a;
	(void)state;

	arena_init(&a, 3 * ARENA_CHUNK_MAX);
	assert_null(arena_get(&a, ARENA_CHUNK_MAX + 1));
	for (size_t n = 1; n <= ARENA_CHUNK_MAX; n++) {
		assert_true(arena_room(n) >= n);
		assert_true(arena_room(n) == arena_room(arena_room(n)));
	}
	assert_int_equal(arena_room(ARENA_CHUNK_MAX + 1), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal((uintptr_t)arena_get(&a, ARENA_CHUNK_MAX) % 16, 0);
	assert_null(arena_get(&a, ARENA_CHUNK_MAX));
	arena_put(&a, NULL, 16);
	arena_clear(&a);
}

static void for_good_is_exact(void **state)
{
	struct arena a;
	char *p, *q;
	(void)state;

	arena_init(&a, 96);
	p = arena_get_for_good(&a, 33);
	q = arena_get_for_good(&a, 16);
	assert_ptr_equal(q, p + 48);
	assert_ptr_equal(arena_get(&a, 32), p + 64);
	assert_null(arena_get_for_good(&a, 1));
	arena_put(&a, p + 64, 32);
	assert_null(arena_get_for_good(&a, 1));
	assert_null(arena_get_for_good(&a, SIZE_MAX));
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lends_until_full), cmocka_unit_test(sizes),
					    cmocka_unit_test(for_good_is_exact) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
