/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "notify/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_rows(void **state)
{
	(void)state;
	for (int i = 0; i < NOTIFY_COUNT; i++) {
		assert_non_null(notify_rows[i]);
		assert_non_null(notify_rows[i]->open);
		assert_non_null(notify_rows[i]->send);
		assert_non_null(notify_rows[i]->close);
		assert_int_equal(notify_find(notify_rows[i]->name), i);
		/* the outbox and the messages hold names of at most 15 bytes */
		assert_in_range(strlen(notify_rows[i]->name), 1, 15);
		notify_rows[i]->close(NULL);
	}
	assert_int_equal(notify_find("mail"), -1);
	assert_int_equal(notify_find("file"), NOTIFY_FILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
