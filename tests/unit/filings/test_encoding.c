/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/encoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/text.h"

static void decodes(const char *bytes, size_t n, const char *charset, const char *want)
{
	struct encoding_reading r[ENCODING_READINGS];
	char error[CONF_ERROR_MAX];

	if (encoding_decode(r, (const uint8_t *)bytes, n, error) < 1)
		fail_msg("%s", error);
	assert_string_equal(r[0].charset, charset);
	assert_string_equal(r[0].text.p, want);
	assert_int_equal(r[0].broken, 0);
	assert_int_equal(r[0].bad, n);
	encoding_clear(r);
}

static void refused(const char *bytes, size_t n, const char *want)
{
	struct encoding_reading r[ENCODING_READINGS];
	char error[CONF_ERROR_MAX];

	assert_int_equal(encoding_decode(r, (const uint8_t *)bytes, n, error), -1);
	if (strstr(error, want) == NULL)
		fail_msg("wanted \"%s\" in \"%s\"", want, error);
	encoding_clear(r);
}

/* The likeliest reading: its charset, its text with marks, how many lines hold any, and where it is told. */
static void broken(const char *bytes, size_t n, const char *charset, const char *text, size_t lines,
		   const char *want)
{
	struct encoding_reading r[ENCODING_READINGS];
	char error[CONF_ERROR_MAX] = "";

	assert_in_range(encoding_decode(r, (const uint8_t *)bytes, n, error), 1, 2);
	assert_string_equal(r[0].charset, charset);
	assert_string_equal(r[0].text.p, text);
	assert_int_equal(r[0].broken, lines);
	if (strstr(error, want) == NULL)
		fail_msg("wanted \"%s\" in \"%s\"", want, error);
	encoding_clear(r);
}

static void test_good(void **state)
{
	(void)state;
	decodes("", 0, "UTF-8", "");
	decodes("a\r\nb\rc\n\r\n", 9, "UTF-8", "a\nb\nc\n\n");
	decodes("\xef\xbb\xbf甲", 6, "UTF-8 BOM", "甲");
	decodes("\xbc\xd7", 2, "GB18030", "甲");
	decodes("\xff\xfe\x32\x75", 4, "UTF-16", "甲");
	decodes("\xfe\xff\x75\x32", 4, "UTF-16", "甲");
}

static void test_refused(void **state)
{
	(void)state;
	refused("\xff\xfe\x32", 3, "UTF-16");
	refused("\xff\xfe\x00\xd8", 4, "UTF-16"); /* half a surrogate pair */
	refused("PK\x03\x04", 4, "xlsx");
	refused("\xd0\xcf\x11\xe0", 4, "xls");
}

static void test_broken(void **state)
{
	(void)state;
	broken("a\nb\xff", 4, "UTF-8",
	       "a\nb\xff"
	       "FF",
	       1, "第 2 行第 2 字节不是 UTF-8");
	/* each line is counted and marked once */
	broken("\xff\xfa\rb\n\x80\xe7\n", 8, "UTF-8",
	       "\xff"
	       "FF?\nb\n\xff"
	       "80?\n",
	       2, "第 1 行第 1 字节");
	broken("\xef\xbb\xbf\xbc\xd7", 5, "UTF-8 BOM",
	       "\xff"
	       "BC?",
	       1, "第 1 行第 4 字节不是 UTF-8");
	/* fewer lines are broken as GB18030; after the bad byte the line end is one again */
	broken("\xbc\xd7\n\xbc\xd7\xff\xbc\n\xbc\xd7\n", 11, "GB18030",
	       "甲\n甲\xff"
	       "FF?\n甲\n",
	       1, "第 1 行第 1 字节不是 UTF-8, 第 2 行第 3 字节不是 GB18030");
	broken("a\n\0b", 4, "UTF-8",
	       "a\n\xff"
	       "00b",
	       1, "第 2 行有 NUL");
	broken("\xbc\xd7\n\0", 4, "GB18030",
	       "甲\n\xff"
	       "00",
	       1, "第 2 行有 NUL");
	broken("\xbc\xd7\0", 3, "GB18030",
	       "甲\xff"
	       "00",
	       1, "第 1 行有 NUL");
	broken("\xff\xfe\x00\x00", 4, "UTF-16",
	       "\xff"
	       "00",
	       1, "第 1 行有 NUL");
}

/* Longer than one piece of the converter, with characters across every edge, and cut at every length. */
static void test_long_and_truncated(void **state)
{
	enum { N = 3 * 4096 };
	char *gb = xmalloc(N + 1), error[CONF_ERROR_MAX];
	struct encoding_reading r[ENCODING_READINGS];
	(void)state;

	gb[0] = 'x';
	for (size_t i = 1; i < N; i += 2)
		memcpy(gb + i, "\xbc\xd7", 2);
	assert_int_equal(encoding_decode(r, (const uint8_t *)gb, N + 1, error), 2);
	assert_string_equal(r[0].charset, "GB18030");
	assert_int_equal(r[0].broken, 0);
	assert_int_equal(r[0].text.len, 1 + N / 2 * 3);
	assert_true(text_is_utf8(r[0].text.p, r[0].text.len));
	encoding_clear(r);
	for (size_t n = 2; n < 64; n++) {
		assert_int_equal(encoding_decode(r, (const uint8_t *)gb, n, error), 2);
		assert_int_equal(r[0].broken, n % 2 ? 0 : 1);
		encoding_clear(r);
	}
	/* a bad byte on either side of the edge between two pieces */
	for (size_t at = 4094; at < 4099; at++) {
		memset(gb, 'a', N);
		gb[at] = '\xff';
		assert_int_equal(encoding_decode(r, (const uint8_t *)gb, N, error), 2);
		assert_int_equal(r[1].bad, at);
		assert_int_equal(r[1].text.len, N + 2);
		assert_memory_equal(r[1].text.p + at,
				    "\xff"
				    "FFa",
				    4);
		encoding_clear(r);
	}
	free(gb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_long_and_truncated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
