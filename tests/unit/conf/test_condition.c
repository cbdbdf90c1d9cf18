/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/condition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_valid(void **state)
{
	static const struct {
		const char *cell;
		bool want;
	} rows[] = {
		{ "body=style/base/jw.css", true },
		{ "body=/jkingo.js && body=kingosoft", true },
		{ "!body=x y && cookie=moodlesession", true },
		{ "favicon=-438482901", true },
		{ "favicon=478149598 && server=nginx", true },
		{ "body=强智科技", true },
		{ "", false },
		{ "body=", false },
		{ "body=ab", false },
		{ "body=Kingo", false },
		{ "title=abc", false },
		{ "!body=abc", false },
		{ "body=abc && ", false },
		{ "body=abc &&", false },
		{ "body=abc && x", false },
		{ "favicon=12a", false },
		{ "favicon=-", false },
		{ "favicon=12345678901", false },
		{ "!!body=abc", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (condition_valid(rows[i].cell) != rows[i].want)
			fail_msg("%s", rows[i].cell);
}

static void test_next(void **state)
{
	const char *at = "body=a=b && !cookie=x&&y && favicon=-7";
	struct condition c;

	(void)state;
	assert_true(condition_next(&at, &c));
	assert_int_equal(c.field, CONDITION_BODY);
	assert_false(c.negated);
	assert_int_equal(c.n, 3);
	assert_memory_equal(c.text, "a=b", 3);
	assert_true(condition_next(&at, &c));
	assert_int_equal(c.field, CONDITION_COOKIE);
	assert_true(c.negated);
	assert_memory_equal(c.text, "x&&y", c.n);
	assert_true(condition_next(&at, &c));
	assert_int_equal(c.field, CONDITION_FAVICON);
	assert_memory_equal(c.text, "-7", c.n);
	assert_false(condition_next(&at, &c));
}

/* Cut anywhere: never read beyond the NUL. */
static void test_truncated(void **state)
{
	static const char text[] = "!body=abc && cookie=def && favicon=-12";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		char *exact = calloc(1, n + 1);
		memcpy(exact, text, n);
		(void)condition_valid(exact);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_truncated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
