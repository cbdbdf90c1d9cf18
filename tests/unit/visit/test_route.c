/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "visit/route.h"

static const uint8_t loopback[16] = { [10] = 0xff, 0xff, 127, 0, 0, 1 }, loopback6[16] = { [15] = 1 };

static void test_there(void **state)
{
	struct route_last last = { 0 };

	(void)state;
	assert_true(route_there(loopback));
	assert_true(route_cut_off(&last));
	route_reached(&last, loopback);
	assert_false(route_cut_off(&last));
}

/* A network of its own in which nothing is up. */
static void test_nowhere(void **state)
{
	enum { UNTESTED = 77 };
	int status = 0;
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
			_exit(UNTESTED);
		_exit(route_there(loopback) || route_there(loopback6));
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
	if (WEXITSTATUS(status) == UNTESTED)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there),
		cmocka_unit_test(test_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
