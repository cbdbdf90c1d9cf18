/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "visit/term.h"

#define SECOND INT64_C(1000000)

static const int64_t start = 5 * SECOND, all = TERM_SECONDS_MAX * SECOND;

static void test_target_is_slow(void **state)
{
	struct term t;

	(void)state;
	term_begin(&t, start);
	assert_int_equal(term_left(&t, start), all);
	assert_int_equal(term_left(&t, start + all - 1), 1);
	assert_int_equal(term_left(&t, start + all), 0);
	assert_int_equal(term_left(&t, start + 2 * all), 0);
	assert_int_equal(term_outcome(&t), PROBE_TIMEOUT);
}

/* However slowly we ask, the target has the same time. */
static void test_our_waits_do_not_count(void **state)
{
	struct term t;

	(void)state;
	term_begin(&t, start);
	for (int i = 0; i < 12; i++)
		term_waits(&t, 600 * SECOND);
	assert_int_equal(term_left(&t, start + 7200 * SECOND), all);
	assert_int_equal(term_left(&t, start + 7200 * SECOND + all), 0);
	assert_int_equal(term_outcome(&t), PROBE_TIMEOUT);
}

static void test_our_waits_end(void **state)
{
	struct term t;

	(void)state;
	term_begin(&t, start);
	for (int i = 0; i < 100; i++)
		term_waits(&t, 599 * SECOND);
	assert_int_equal(term_left(&t, start + 7200 * SECOND + all), 0);
	assert_int_equal(term_outcome(&t), PROBE_PAUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target_is_slow),
		cmocka_unit_test(test_our_waits_do_not_count),
		cmocka_unit_test(test_our_waits_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
