/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_add_and_grow(void **state)
{
	struct buf b = { 0 };
	(void)state;

	buf_add(&b, NULL, 0);
	assert_string_equal(b.p, "");
	for (int i = 0; i < 5000; i++) {
		buf_add(&b, "ab", 2);
		assert_int_equal(b.len, (size_t)i * 2 + 2);
		assert_int_equal(b.p[b.len], '\0');
		assert_true(b.len < b.cap);
	}
	for (size_t i = 0; i < b.len; i++)
		assert_int_equal(b.p[i], i % 2 ? 'b' : 'a');
	buf_add(&b, "x\0y", 3);
	assert_memory_equal(b.p + b.len - 3, "x\0y", 4);
	buf_clear(&b);
	assert_null(b.p);
	assert_int_equal(b.cap, 0);
	buf_clear(&b);
}

static void test_printf(void **state)
{
	struct buf b = { 0 };
	char big[3000];
	(void)state;

	buf_printf(&b, "%s", "");
	buf_printf(&b, "%d-%s|", -7, "学");
	memset(big, 'z', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	buf_printf(&b, "%s.", big);
	assert_int_equal(b.len, strlen("-7-学|") + 3000);
	assert_memory_equal(b.p, "-7-学|zzz", strlen("-7-学|zzz"));
	assert_string_equal(b.p + b.len - 2, "z.");
	buf_clear(&b);
}

static void test_reset_keeps_memory(void **state)
{
	struct buf b = { 0 };
	char *p;
	(void)state;

	buf_reset(&b);
	assert_null(b.p);
	buf_puts(&b, "something");
	p = b.p;
	buf_reset(&b);
	assert_int_equal(b.len, 0);
	assert_string_equal(b.p, "");
	buf_puts(&b, "else");
	assert_ptr_equal(b.p, p);
	assert_string_equal(b.p, "else");
	buf_clear(&b);
}

static void expect_json(const char *in, size_t n, const char *out)
{
	struct buf b = { 0 };
	char *exact = malloc(n > 0 ? n : 1);
	assert_non_null(exact);
	memcpy(exact, in, n);
	buf_json(&b, exact, n);
	assert_string_equal(b.p, out);
	buf_clear(&b);
	free(exact);
}

/* RFC 8259 section 7; what is not UTF-8 must not reach a reader as such (section 8.1). */
static void test_json(void **state)
{
	(void)state;
	expect_json("", 0, "\"\"");
	expect_json("a/b 学校 😀", strlen("a/b 学校 😀"), "\"a/b 学校 😀\"");
	expect_json("\"\\", 2, "\"\\\"\\\\\"");
	expect_json("\0\n\x1f\x7f", 4, "\"\\u0000\\u000a\\u001f\\u007f\"");
	expect_json("a\xff"
		    "b",
		    3,
		    "\"a\xef\xbf\xbd"
		    "b\"");
	expect_json("\xe5\xad", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	expect_json("\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	expect_json("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void test_number(void **state)
{
	static const uint64_t values[] = { 0, 9, 10, 99, 100, 4294967296, UINT64_MAX };
	struct buf b = { 0 };
	char want[32];
	(void)state;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(want, sizeof(want), "%" PRIu64, values[i]);
		buf_reset(&b);
		buf_number(&b, values[i]);
		assert_string_equal(b.p, want);
	}
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_and_grow),
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_reset_keeps_memory),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
