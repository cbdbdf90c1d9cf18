/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/neighbour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void there_and_back(void **state)
{
	static const uint32_t chances[] = { 0, 0xabc, 0x89abcdef, UINT32_MAX };
	uint32_t back;
	char name[64];

	(void)state;
	for (size_t i = 0; i < sizeof(chances) / sizeof(chances[0]); i++) {
		assert_true(neighbour_put(name, sizeof(name), "jw.example.edu.cn", chances[i]));
		assert_string_equal(neighbour_suffix(name), ".example.edu.cn");
		assert_true(neighbour_get(name, &back));
		assert_int_equal(back, chances[i]);
	}
	assert_string_equal(name, "bdffffffff.example.edu.cn");
}

static void who_has_none(void **state)
{
	char name[26];

	(void)state;
	assert_null(neighbour_suffix("localhost"));
	assert_false(neighbour_put(name, sizeof(name), "localhost", 1));
	assert_true(neighbour_put(name, sizeof(name), "x.example.edu.cn", 1));
	assert_false(neighbour_put(name, sizeof(name) - 1, "x.example.edu.cn", 1));
}

static void other_names(void **state)
{
	static const char *const names[] = { "",
					     ".",
					     "bd",
					     "bd00000abc",
					     "bd0000abc.example.edu.cn",
					     "bd000000abc.example.edu.cn",
					     "bd00000abg.example.edu.cn",
					     "bd00000ABC.example.edu.cn",
					     "BD00000abc.example.edu.cn",
					     "bd-0000abc.example.edu.cn",
					     "db00000abc.example.edu.cn",
					     "www.bd00000abc.example.edu.cn" };
	uint32_t chance;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(neighbour_get(names[i], &chance));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(who_has_none),
		cmocka_unit_test(other_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
