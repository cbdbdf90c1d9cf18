/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissect/proto.h"
#include "tests/unit/dissect/seen.h"

enum { LONG = 40 };

/* In memory of just that size, so that ASan sees a byte too many. */
static void expect_name(const uint8_t *raw, size_t n)
{
	uint8_t *p = seen_exact(raw, n), *room = malloc(n);
	struct dissect_str name = proto_name(room, n, (struct dissect_str){ p, n });
	size_t want = n > 1 && raw[n - 1] == '.' ? n - 1 : n;

	assert_int_equal(name.n, want);
	for (size_t i = 0; i < want; i++)
		assert_int_equal(name.p[i], proto_lower(raw[i]));
	free(p);
	free(room);
}

/* Each octet at each place of names of each length. */
static void test_name(void **state)
{
	uint8_t raw[LONG];
	(void)state;

	for (size_t n = 1; n <= LONG; n++)
		for (size_t at = 0; at < n; at++)
			for (int c = 0; c < 256; c++) {
				memset(raw, at % 2 == 0 ? 'Q' : '-', n);
				raw[at] = (uint8_t)c;
				expect_name(raw, n);
			}
}

static void test_name_absent(void **state)
{
	uint8_t room[4];
	(void)state;

	assert_null(proto_name(room, 4, (struct dissect_str){ NULL, 0 }).p);
	assert_null(proto_name(room, 4, (struct dissect_str){ (const uint8_t *)"abcde", 5 }).p);
	assert_int_equal(proto_name(room, 4, (struct dissect_str){ (const uint8_t *)"ABCD.", 5 }).n, 4);
	assert_memory_equal(room, "abcd", 4);
	assert_int_equal(proto_name(room, 4, (struct dissect_str){ (const uint8_t *)".", 1 }).n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_name_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
