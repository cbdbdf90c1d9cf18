/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sandbox.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct sandbox_powers powers = { .role = "test", .files = 16, .umask = 027 };

/* In a child of its own: a sandbox can not be left. */
static int in_child(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(sandbox_enter(&powers) == 0 ? fn() : 99);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1; }

static int limits(void)
{
	struct rlimit core, files;

	if (getrlimit(RLIMIT_CORE, &core) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 1;
	if (core.rlim_max != 0 || files.rlim_cur != 16 || files.rlim_max != 16)
		return 2;
	for (int i = 0; i < 32; i++)
		if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
			return 0;
	return 3;
}

static int mask(void) { return umask(0) == 027 ? 0 : 1; }

static int dumpable(void)
{
#ifdef __SANITIZE_ADDRESS__
	return 0; /* LeakSanitizer could not attach: see sandbox.c */
#else
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1;
#endif
}

static void test_enter(void **state)
{
	(void)state;
	assert_int_equal(in_child(privileges), 0);
	assert_int_equal(in_child(limits), 0);
	assert_int_equal(in_child(mask), 0);
	assert_int_equal(in_child(dumpable), 0);
}

/* A lower limit from outside stays: entering asks for no more than there is. */
static int narrow(void)
{
	struct sandbox_powers more = powers;
	struct rlimit files;

	more.files = 4096;
	if (sandbox_enter(&more) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 1;
	return files.rlim_max == 16 ? 0 : 2;
}

static void test_never_widens(void **state)
{
	(void)state;
	assert_int_equal(in_child(narrow), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_enter),
					    cmocka_unit_test(test_never_widens) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
