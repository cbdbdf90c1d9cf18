/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/errno.h"

static void test_common_ones_are_chinese(void **state)
{
	static const int common[] = { EACCES, ENOENT, ENOSPC, EROFS, EISDIR, EADDRINUSE, EPERM };
	(void)state;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		assert_true((unsigned char)errno_zh(common[i])[0] >= 0x80);
	assert_string_equal(errno_zh(ENOSPC), "磁盘已满");
}

static void test_any_number_has_a_text(void **state)
{
	(void)state;
	for (int e = -1; e < 200; e++)
		assert_true(strlen(errno_zh(e)) > 0);
}

static void test_what_is_ours(void **state)
{
	(void)state;
	assert_true(errno_is_shortage(EMFILE) && errno_is_shortage(ENFILE) && errno_is_shortage(ENOBUFS) &&
		    errno_is_shortage(ENOMEM));
	assert_false(errno_is_shortage(0) || errno_is_shortage(ECONNREFUSED) ||
		     errno_is_shortage(ENETUNREACH) || errno_is_shortage(EACCES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_common_ones_are_chinese),
		cmocka_unit_test(test_any_number_has_a_text),
		cmocka_unit_test(test_what_is_ours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
