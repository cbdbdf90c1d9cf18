/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of a live handle; the handle itself needs an interface: tests/e2e/live_veth.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "watch/live.h"

/* 850,000 packets a second fill 32 bits in 84 minutes. */
static void test_wrap(void **state)
{
	struct live_sum s = { 0 };
	uint64_t want = 0;
	(void)state;

	for (int i = 0; i < 10000; i++) {
		want += 850000;
		assert_int_equal(live_add(&s, (uint32_t)want, UINT32_MAX), want);
	}
	assert_int_equal(live_add(&s, (uint32_t)(want + 3000000000), UINT32_MAX), want + 3000000000);
}

/* A card that had missed 7 when we came, and whose count then is no more. */
static void test_backwards(void **state)
{
	struct live_sum s = { 0 };
	(void)state;

	assert_int_equal(live_add(&s, 5, INT32_MAX), 5);
	assert_int_equal(live_add(&s, (uint32_t)-7, INT32_MAX), 5);
	assert_int_equal(live_add(&s, (uint32_t)-7, INT32_MAX), 5);
	assert_int_equal(live_add(&s, (uint32_t)-4, INT32_MAX), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_backwards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
