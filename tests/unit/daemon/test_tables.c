/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Read whole each time, by whoever has the descriptor, and changed by nobody. */
static void test_held(void **state)
{
	struct buf pack = { 0 };
	int fd, other;
	(void)state;

	for (int i = 0; i < 5000; i++)
		buf_puts(&pack, "0123456789");
	fd = tables_hold(&pack);
	assert_true(fd >= 0);
	other = dup(fd);
	for (int i = 0; i < 2; i++) {
		struct buf is = { 0 };
		assert_int_equal(tables_read(i > 0 ? other : fd, &is), 0);
		assert_int_equal(is.len, pack.len);
		assert_memory_equal(is.p, pack.p, is.len);
		buf_clear(&is);
	}
	assert_int_equal(pwrite(other, "x", 1, 0), -1);
	assert_int_not_equal(ftruncate(other, 0), 0);
	close(fd);
	close(other);
	assert_true(tables_read(fd, &pack) < 0);
	buf_clear(&pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_held) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
