/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

/* In microseconds, and of the day: between two looks of the C library's own. */
static void test_wall(void **state)
{
	time_t before = time(NULL), after;
	int64_t now = clock_wall();

	(void)state;
	after = time(NULL);
	assert_true(now / 1000000 >= before - 1 && now / 1000000 <= after + 1);
}

static void test_steady(void **state)
{
	const struct timespec wait = { 0, 3000000 };
	int64_t before = clock_steady();

	(void)state;
	nanosleep(&wait, NULL);
	assert_true(clock_steady() - before >= 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_wall), cmocka_unit_test(test_steady) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
