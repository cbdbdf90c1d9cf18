/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t utf8_len(const char *s, size_t n)
{
	uint8_t *exact = malloc(n > 0 ? n : 1);
	size_t len;
	assert_non_null(exact);
	memcpy(exact, s, n);
	len = text_utf8_len(exact, n);
	free(exact);
	return len;
}

static void test_utf8_len(void **state)
{
	static const struct {
		const char *s;
		size_t n, len;
	} rows[] = {
		{ "", 0, 0 },
		{ "a", 1, 1 },
		{ "\0", 1, 1 },
		{ "\x7f", 1, 1 },
		{ "\x80", 1, 0 },
		{ "\xc1\xbf", 2, 0 }, /* overlong U+007F */
		{ "\xc2\x80", 2, 2 },
		{ "\xc2", 1, 0 },
		{ "\xc2z", 2, 0 },
		{ "\xdf\xbf", 2, 2 },
		{ "\xe0\x9f\xbf", 3, 0 }, /* overlong U+07FF */
		{ "\xe0\xa0\x80", 3, 3 },
		{ "\xe5\xad\xa6", 3, 3 },
		{ "\xe5\xad", 2, 0 },
		{ "\xed\x9f\xbf", 3, 3 },
		{ "\xed\xa0\x80", 3, 0 }, /* surrogates */
		{ "\xed\xbf\xbf", 3, 0 },
		{ "\xee\x80\x80", 3, 3 },
		{ "\xf0\x8f\xbf\xbf", 4, 0 }, /* overlong U+FFFF */
		{ "\xf0\x90\x80\x80", 4, 4 },
		{ "\xf0\x9f\x98\x80", 4, 4 },
		{ "\xf0\x9f\x98", 3, 0 },
		{ "\xf4\x8f\xbf\xbf", 4, 4 },
		{ "\xf4\x90\x80\x80", 4, 0 }, /* beyond U+10FFFF */
		{ "\xf5\x80\x80\x80", 4, 0 },
		{ "\xff", 1, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(utf8_len(rows[i].s, rows[i].n), rows[i].len);
}

static void test_is_utf8(void **state)
{
	(void)state;
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8("学校 ok 😀", strlen("学校 ok 😀")));
	assert_false(text_is_utf8("学校", 5));
	assert_false(text_is_utf8("\xbf\xce\xb3\xcc", 4)); /* 课程 in GB18030 */
}

static void expect_safe(const char *in, const char *out)
{
	char got[256];
	assert_int_equal(text_safe(got, sizeof(got), in, strlen(in)), strlen(out));
	assert_string_equal(got, out);
}

static void test_safe(void **state)
{
	char got[8];
	(void)state;
	expect_safe("课程 course \\ 100%", "课程 course \\ 100%");
	expect_safe("a\nb\t\x1b[31m\x7f", "a\\x0ab\\x09\\x1b[31m\\x7f");
	expect_safe("\xc2\x9b"
		    "31m",
		    "\\xc2\\x9b31m"); /* C1: CSI */
	expect_safe("a\xe2\x80\xae"
		    "b",
		    "a\\xe2\\x80\\xaeb"); /* U+202E right-to-left override */
	expect_safe("\xe2\x81\xa6\xef\xbb\xbf", "\\xe2\\x81\\xa6\\xef\\xbb\\xbf");
	expect_safe("\xd8\x9c\xc2\xad", "\\xd8\\x9c\\xc2\\xad"); /* Arabic letter mark, soft hyphen */
	expect_safe("\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81"); /* a tag character */
	expect_safe("\xe2\x80\x94\xc2\xb7\xe3\x80\x8c", "\xe2\x80\x94\xc2\xb7\xe3\x80\x8c"); /* —·「 stay */
	expect_safe("\xe5\xad", "\\xe5\\xad");
	assert_int_equal(text_safe(got, 4, "ab\0c", 4), 2); /* \x00 does not fit whole */
	assert_string_equal(got, "ab");
	assert_int_equal(text_safe(got, 0, "a", 1), 0);
}

/* Whatever the room, the result ends within it and holds whole characters only. */
static void test_safe_in_any_room(void **state)
{
	static const char in[] = "学a\x01\xe5校\n";
	char whole[64];
	(void)state;
	text_safe(whole, sizeof(whole), in, sizeof(in) - 1);
	for (size_t cap = 1; cap < 40; cap++) {
		char *out = malloc(cap);
		size_t n;
		assert_non_null(out);
		n = text_safe(out, cap, in, sizeof(in) - 1);
		assert_int_equal(strlen(out), n);
		assert_memory_equal(out, whole, strlen(out));
		assert_true(text_is_utf8(out, strlen(out)));
		free(out);
	}
}

static void test_hex_escape(void **state)
{
	static const uint8_t in[] = { 'a', ' ', '~', '\\', 0, 0x7f, 0xe5, 'z' };
	char got[64];
	(void)state;
	assert_int_equal(text_hex_escape(got, sizeof(got), in, sizeof(in)), 20);
	assert_string_equal(got, "a ~\\x5c\\x00\\x7f\\xe5z");
	assert_int_equal(text_hex_escape(got, 21, in, sizeof(in)), 20);
	assert_int_equal(text_hex_escape(got, 20, in, sizeof(in)), 19);
	assert_int_equal(text_hex_escape(got, 7, in, sizeof(in)), 3); /* never half an escape */
	assert_string_equal(got, "a ~");
	assert_int_equal(text_hex_escape(got, 1, in, sizeof(in)), 0);
	assert_string_equal(got, "");
	assert_int_equal(text_hex_escape(got, 0, in, sizeof(in)), 0);
}

static void test_times(void **state)
{
	static const struct {
		int64_t us;
		const char *utc, *beijing;
		int64_t day;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000000Z", "1970-01-01 08:00:00", 0 },
		{ -1, "1969-12-31T23:59:59.999999Z", "1970-01-01 07:59:59", 0 },
		{ -28800000001, "1969-12-31T15:59:59.999999Z", "1969-12-31 23:59:59", -1 },
		{ 1795248000123456, "2026-11-21T08:00:00.123456Z", "2026-11-21 16:00:00", 20778 },
		{ 1795276799999999, "2026-11-21T15:59:59.999999Z", "2026-11-21 23:59:59", 20778 },
		{ 1795276800000000, "2026-11-21T16:00:00.000000Z", "2026-11-22 00:00:00", 20779 },
	};
	char got[TEXT_TIME_MAX];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_time_utc(got, rows[i].us);
		assert_string_equal(got, rows[i].utc);
		text_time_beijing(got, rows[i].us);
		assert_string_equal(got, rows[i].beijing);
		assert_int_equal(text_beijing_day(rows[i].us), rows[i].day);
	}
}

/* Times that a lying capture may carry. */
static void test_times_at_the_ends(void **state)
{
	char *got = malloc(TEXT_TIME_MAX);
	(void)state;
	assert_non_null(got);
	text_time_utc(got, INT64_MAX);
	assert_string_equal(got, "294247-01-10T04:00:54.775807Z");
	text_time_utc(got, INT64_MIN);
	assert_string_equal(got, "-290308-12-21T19:59:05.224192Z");
	text_time_beijing(got, INT64_MAX);
	assert_string_equal(got, "294247-01-10 12:00:54");
	text_time_beijing(got, INT64_MIN);
	assert_string_equal(got, "-290308-12-22 03:59:05");
	assert_int_equal(text_beijing_day(INT64_MAX), 106751991);
	free(got);
}

static void test_lower(void **state)
{
	char s[] = "AZaz@[`{09 ÉÀ学";
	(void)state;
	text_lower(s);
	assert_string_equal(s, "azaz@[`{09 ÉÀ学");
}

static void test_few_people_are_not_told_apart(void **state)
{
	static const struct {
		uint64_t n;
		const char *text;
	} rows[] = {
		{ 0, "<3" }, { 1, "<3" }, { 2, "<3" }, { 3, "3" }, { UINT64_MAX, "18446744073709551615" }
	};
	char out[TEXT_PEOPLE_MAX];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_people(out, rows[i].n);
		assert_string_equal(out, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_people_are_not_told_apart),
		cmocka_unit_test(test_utf8_len),
		cmocka_unit_test(test_is_utf8),
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_safe_in_any_room),
		cmocka_unit_test(test_hex_escape),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_times_at_the_ends),
		cmocka_unit_test(test_lower),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
