/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <unistd.h>

#include "watch/port.h"

/* The loopback interface is there on every machine, if not always switched on. */
static void test_loopback(void **state)
{
	int fd = port_open();
	struct port_state first = { 0 }, again = { 0 };
	(void)state;

	assert_true(fd >= 0);
	assert_int_equal(port_look(fd, "lo", &first), 0);
	assert_true(first.there);
	assert_int_equal(port_look(fd, "lo", &again), 0);
	assert_true(again.received >= first.received);
	assert_true(first.index > 0);
	assert_int_equal(port_look_at(fd, first.index, &again), 0);
	assert_true(again.there && again.index == first.index);
	assert_int_equal(port_look_at(fd, 0x7fffffff, &again), 0);
	assert_false(again.there);
	close(fd);
}

static void test_absent(void **state)
{
	int fd = port_open();
	struct port_state s = { .there = true, .up = true, .received = 1 };
	(void)state;

	assert_int_equal(port_look(fd, "no-such-if0", &s), 0);
	assert_false(s.there || s.up);
	assert_int_equal(s.received, 0);
	assert_int_equal(port_look(fd, "a-name-too-long-for-an-interface", &s), 0);
	assert_false(s.there);
	close(fd);
}

static void test_bad_descriptor(void **state)
{
	struct port_state s;
	(void)state;

	assert_true(port_look(-1, "lo", &s) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_bad_descriptor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
