/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *type;  /* content type */
	const char *bytes; /* of the body */
	size_t n;
	const char *name; /* what it is taken for */
	enum charset_by by;
	const char *has; /* in the text */
};

#define BYTES(s) s, sizeof(s) - 1
#define GBK      "\xd5\xfd\xb7\xbd\xbd\xcc\xce\xf1"                 /* 正方教务 */
#define UTF8     "\xe6\xad\xa3\xe6\x96\xb9\xe6\x95\x99\xe5\x8a\xa1" /* the same */

static const struct row rows[] = {
	{ "", BYTES(""), "UTF-8", CHARSET_BY_UTF8, "" },
	{ "text/html", BYTES("<p>ascii"), "UTF-8", CHARSET_BY_UTF8, "<p>ascii" },
	/* the order: mark, header, meta, UTF-8, GB18030 */
	{ "text/html; charset=gbk", BYTES("\xef\xbb\xbf" UTF8), "UTF-8", CHARSET_BY_BOM, UTF8 },
	{ "text/html; charset=GB2312", BYTES("<meta charset=big5>" GBK), "GB18030", CHARSET_BY_HEADER, UTF8 },
	{ "text/html; charset=\"gbk\"", BYTES(GBK), "GB18030", CHARSET_BY_HEADER, UTF8 },
	{ "text/html", BYTES("<META http-equiv=Content-Type content='text/html; charset=gb2312'>" GBK),
	  "GB18030", CHARSET_BY_META, UTF8 },
	{ "text/html", BYTES("<?xml version='1.0' encoding='x'?><meta charset = GBK >" GBK), "GB18030",
	  CHARSET_BY_META, UTF8 },
	{ "text/html", BYTES(UTF8), "UTF-8", CHARSET_BY_UTF8, UTF8 },
	{ "text/html", BYTES(GBK), "GB18030", CHARSET_BY_GB18030, UTF8 },
	{ "text/html; charset=x-unheard-of", BYTES(GBK), "GB18030", CHARSET_BY_GB18030, UTF8 },
	{ "text/html; charset=big5", BYTES("\xa4\xa4\xa4\xe5"), "BIG5-HKSCS", CHARSET_BY_HEADER,
	  "\xe4\xb8\xad\xe6\x96\x87" },
	/* labels that lie */
	{ "text/html; charset=gbk", BYTES(UTF8 "<p>"), "UTF-8", CHARSET_BY_UTF8, UTF8 },
	{ "text/html; charset=gbk", BYTES("<meta charset=utf-8>" UTF8), "UTF-8", CHARSET_BY_META, UTF8 },
	{ "text/html; charset=utf-8", BYTES(GBK), "GB18030", CHARSET_BY_GB18030, UTF8 },
	{ "text/html; charset=utf-8", BYTES("<meta charset=gb2312>" GBK), "GB18030", CHARSET_BY_META, UTF8 },
	{ "text/html; charset=ISO-8859-1", BYTES(GBK), "GB18030", CHARSET_BY_GB18030, UTF8 },
	{ "text/html; charset=ISO-8859-1", BYTES(UTF8), "UTF-8", CHARSET_BY_UTF8, UTF8 },
	{ "text/html", BYTES("<!-- <meta charset=big5> --><meta charset=gbk>" GBK), "GB18030",
	  CHARSET_BY_META, UTF8 },
	/* a page that can be read up to its <meta> is not UTF-16 */
	{ "text/html", BYTES("<meta charset=utf-16>" UTF8), "UTF-8", CHARSET_BY_META, UTF8 },
	{ "text/html; charset=utf-16", BYTES(UTF8), "UTF-8", CHARSET_BY_UTF8, UTF8 },
	/* UTF-16 */
	{ "", BYTES("\xff\xfe\x63\x6b\xb9\x65"), "UTF-16LE", CHARSET_BY_BOM, "\xe6\xad\xa3\xe6\x96\xb9" },
	{ "", BYTES("\xfe\xff\x6b\x63\x65\xb9"), "UTF-16BE", CHARSET_BY_BOM, "\xe6\xad\xa3\xe6\x96\xb9" },
	{ "", BYTES("<\0p\0>\0\x63\x6b"), "UTF-16LE", CHARSET_BY_BOM, "<p>\xe6\xad\xa3" },
	/* four bytes a character, and one that GBK has not */
	{ "", BYTES("\x81\x39\xef\x34" GBK), "GB18030", CHARSET_BY_GB18030, UTF8 },
	/* the end cuts a character */
	{ "text/html", BYTES(UTF8 "\xe6\x95"), "UTF-8", CHARSET_BY_UTF8, UTF8 },
	{ "text/html; charset=gbk", BYTES(GBK "\xd5"), "GB18030", CHARSET_BY_HEADER, UTF8 },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct charset_found f;
		struct buf out = { 0 };
		charset_decode(&out, &f, (const uint8_t *)rows[i].bytes, rows[i].n, rows[i].type);
		if (strcmp(f.name, rows[i].name) != 0 || f.by != rows[i].by || f.broken != 0 ||
		    strstr(out.p, rows[i].has) == NULL)
			fail_msg("row %zu: %s by %d, broken %zu: %s", i, f.name, f.by, f.broken, out.p);
		buf_clear(&out);
	}
}

/* Damage is replaced, and the label still holds. */
static void test_damaged(void **state)
{
	static const char utf8[] =
		UTF8 UTF8 UTF8 UTF8 UTF8 UTF8 UTF8 UTF8 UTF8 UTF8 UTF8 UTF8 UTF8 "\xff<p>" UTF8;
	struct charset_found f;
	struct buf out = { 0 };

	(void)state;
	charset_decode(&out, &f, (const uint8_t *)BYTES(GBK "\xff<p>" GBK), "text/html; charset=gbk");
	assert_string_equal(f.name, "GB18030");
	assert_int_equal(f.broken, 1);
	assert_string_equal(out.p, UTF8 "\xef\xbf\xbd<p>" UTF8);
	buf_reset(&out);
	charset_decode(&out, &f, (const uint8_t *)utf8, sizeof(utf8) - 1, "text/html; charset=utf-8");
	assert_string_equal(f.name, "UTF-8");
	assert_int_equal(f.broken, 1);
	assert_non_null(strstr(out.p, UTF8 "\xef\xbf\xbd<p>" UTF8));
	buf_clear(&out);
}

/* At every length, the text is UTF-8 and no longer than it may be. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 0; n <= rows[i].n; n++) {
			struct charset_found f;
			struct buf out = { 0 };
			uint8_t *copy = malloc(n + 1);
			memcpy(copy + 1, rows[i].bytes, n);
			charset_decode(&out, &f, copy + 1, n, rows[i].type);
			assert_true(out.len <= 3 * n);
			assert_int_equal(strlen(f.name) > 0, 1);
			free(copy);
			buf_clear(&out);
		}
}

static void test_load(void **state)
{
	struct charsets *c = charset_load();

	(void)state;
	assert_non_null(c);
	charset_unload(c);
	charset_unload(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests_name("charset", tests, NULL, NULL);
}
