/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static uint64_t share(struct shares *s, const char *name, uint64_t value, bool last)
{
	struct msg_counters m = { .count = 1 };

	snprintf(m.counter[0].name, sizeof(m.counter[0].name), "%s", name);
	m.counter[0].value = value;
	share_cut(s, &m, last);
	return m.counter[0].value;
}

/* However often a source tells, the last word of each adds up to the whole. */
static void test_adds_up(void **state)
{
	struct shares s = { 0 };
	(void)state;

	assert_int_equal(share(&s, "kernel-received", 70, false), 70);
	assert_int_equal(share(&s, "kernel-received", 100, true), 100);
	assert_int_equal(share(&s, "kernel-received", 100, false), 0);
	assert_int_equal(share(&s, "kernel-received", 150, true), 50);
	assert_int_equal(share(&s, "kernel-received", 157, true), 7);
	assert_int_equal(share(&s, "worker-lost", 1, true), 1);
	assert_int_equal(share(&s, "worker-lost", 1, true), 0);
}

/* An interface that is gone tells nothing; what it told is not told again if it does later. */
static void test_goes_back(void **state)
{
	struct shares s = { 0 };
	(void)state;

	assert_int_equal(share(&s, "kernel-drop", 9, true), 9);
	assert_int_equal(share(&s, "kernel-drop", 0, true), 0);
	assert_int_equal(share(&s, "kernel-drop", 11, true), 2);
}

/* What begins anew with each source is its own already; a state is no sum. */
static void test_others(void **state)
{
	static const char *const names[] = { "packets", "prefilter-missing", "interface-alarms",
					     "capture-cut" };
	struct shares s = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(share(&s, names[i], 5, true), 5);
		assert_int_equal(share(&s, names[i], 5, true), 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adds_up),
		cmocka_unit_test(test_goes_back),
		cmocka_unit_test(test_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
