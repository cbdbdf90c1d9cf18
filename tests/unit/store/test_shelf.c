/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/shelf.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void pieces_stay_whole(void **state)
{
	enum { PIECES = 50000 };
	static const char *text[PIECES];
	static uint64_t *number[PIECES];
	struct shelf s = { 0 };
	char name[16];

	(void)state;
	for (uint64_t i = 0; i < PIECES; i++) {
		snprintf(name, sizeof(name), "%ju", (uintmax_t)i);
		text[i] = shelf_text(&s, name);
		number[i] = shelf_copy(&s, &i, sizeof(i));
		assert_int_equal((uintptr_t)number[i] % alignof(max_align_t), 0);
	}
	for (uint64_t i = 0; i < PIECES; i++) {
		snprintf(name, sizeof(name), "%ju", (uintmax_t)i);
		assert_string_equal(text[i], name);
		assert_int_equal(*number[i], i);
	}
	shelf_clear(&s);
}

static void large_and_empty_pieces(void **state)
{
	struct shelf s = { 0 };
	char *large;

	(void)state;
	assert_null(shelf_text(&s, NULL));
	assert_string_equal(shelf_text(&s, ""), "");
	assert_non_null(shelf_copy(&s, "", 0));
	large = shelf_take(&s, 4 << 20);
	memset(large, 'x', 4 << 20);
	assert_string_equal(shelf_text(&s, "after"), "after");
	assert_int_equal(large[(4 << 20) - 1], 'x');
	shelf_clear(&s);
	shelf_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_stay_whole),
		cmocka_unit_test(large_and_empty_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
