/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* Whatever came before, a time is written as by itself. */
static void test_times_after_times(void **state)
{
	static const int64_t us[] = { 0,
				      1,
				      999999,
				      1000000,
				      -1,
				      -1000000,
				      1795248000123456,
				      1795248000999999,
				      1795248001000000,
				      INT64_MIN,
				      INT64_MAX,
				      0,
				      INT64_MAX,
				      7 };
	struct text_times t = { 0 };
	char got[TEXT_TIME_MAX], want[TEXT_TIME_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof(us) / sizeof(us[0]); i++) {
		assert_int_equal(text_time_next(&t, got, us[i]), text_time_utc(want, us[i]));
		assert_string_equal(got, want);
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

/* Each day of the years that are not left to the C library, and its first and last microsecond. */
static void test_times_are_the_c_librarys(void **state)
{
	char got[TEXT_TIME_MAX], want[TEXT_TIME_MAX];
	(void)state;

	for (int64_t day = -1; day < 2932897 + 2; day += day % 400 == 0 ? 37 : 1) {
		time_t s = (time_t)(day * 86400 + (day * 12345 % 86400 + 86400) % 86400);
		struct tm tm;
		assert_non_null(gmtime_r(&s, &tm));
		assert_true(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000Z", &tm) > 0);
		text_time_utc(got, (int64_t)s * 1000000);
		assert_string_equal(got, want);
	}
	text_time_utc(got, INT64_C(253402300799999999));
	assert_string_equal(got, "9999-12-31T23:59:59.999999Z");
	text_time_utc(got, INT64_C(253402300800000000));
	assert_string_equal(got, "10000-01-01T00:00:00.000000Z");
}

static void expect_addr(const uint8_t addr[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = memcmp(addr, mapped, sizeof(mapped)) == 0;
	char got[TEXT_ADDR_MAX], want[INET6_ADDRSTRLEN];

	inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? addr + 12 : addr, want, sizeof(want));
	assert_int_equal(text_addr(got, addr), strlen(want));
	assert_string_equal(got, want);
	assert_int_equal(text_addr_is_v4(addr), v4);
}

static void test_addresses_are_the_c_librarys(void **state)
{
	uint32_t random = 7;
	(void)state;

	/* each pattern of zero words, with words of each length */
	for (unsigned zeroes = 0; zeroes < 256; zeroes++) {
		for (int length = 0; length < 16; length += 3) {
			uint8_t addr[16] = { 0 };
			for (int i = 0; i < 8; i++) {
				unsigned word = zeroes >> i & 1 ? 0 : 0xfedcu >> length;
				addr[2 * i] = (uint8_t)(word >> 8);
				addr[2 * i + 1] = (uint8_t)word;
			}
			expect_addr(addr);
		}
	}
	for (int round = 0; round < 4000; round++) {
		uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };
		for (int i = round % 2 == 0 ? 12 : 0; i < 16; i++) {
			random = random * 1664525 + 1013904223;
			addr[i] = (uint8_t)(random >> 24);
		}
		expect_addr(addr);
	}
}

static void test_is_safe(void **state)
{
	(void)state;
	assert_true(text_is_safe("", 0));
	assert_true(text_is_safe("教务系统 A", strlen("教务系统 A")));
	assert_false(text_is_safe("a\nb", 3));
	assert_false(text_is_safe("a\0b", 3));
	assert_false(text_is_safe("\xe2\x80\xae", 3));
	assert_false(text_is_safe("\xe5\xad", 2));
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

static void file_names(void **state)
{
	(void)state;

	assert_string_equal(text_file_name("/var/lib/a.csv"), "a.csv");
	assert_string_equal(text_file_name("a.csv"), "a.csv");
	assert_string_equal(text_file_name("folder/"), "folder/");
	assert_string_equal(text_file_name("/"), "/");
	assert_string_equal(text_file_name(""), "");
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
		cmocka_unit_test(test_times_after_times),
		cmocka_unit_test(test_times_at_the_ends),
		cmocka_unit_test(test_times_are_the_c_librarys),
		cmocka_unit_test(test_addresses_are_the_c_librarys),
		cmocka_unit_test(test_is_safe),
		cmocka_unit_test(test_lower),
		cmocka_unit_test(file_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
