/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/text.h"

static void decodes(const char *bytes, size_t n, const char *charset, const char *want)
{
	struct buf out = { 0 };
	char error[CONF_ERROR_MAX];
	const char *have;

	if (charset_decode(&out, &have, (const uint8_t *)bytes, n, error) != 0)
		fail_msg("%s", error);
	assert_string_equal(have, charset);
	assert_string_equal(out.p, want);
	buf_clear(&out);
}

static void refused(const char *bytes, size_t n, const char *want)
{
	struct buf out = { 0 };
	char error[CONF_ERROR_MAX];
	const char *charset;

	assert_int_equal(charset_decode(&out, &charset, (const uint8_t *)bytes, n, error), -1);
	if (strstr(error, want) == NULL)
		fail_msg("wanted \"%s\" in \"%s\"", want, error);
	buf_clear(&out);
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
	refused("a\nb\xff", 4, "第 2 行第 2 字节不是 UTF-8");
	refused("\xef\xbb\xbf\xbc\xd7", 5, "第 1 行第 4 字节不是 UTF-8");
	refused("\xff\xfe\x32", 3, "UTF-16");
	refused("\xff\xfe\x00\xd8", 4, "UTF-16"); /* half a surrogate pair */
	refused("a\n\0", 3, "第 2 行有 NUL");
	refused("PK\x03\x04", 4, "xlsx");
	refused("\xd0\xcf\x11\xe0", 4, "xls");
}

/* Longer than one piece of the converter, with characters across every edge, and cut at every length. */
static void test_long_and_truncated(void **state)
{
	enum { N = 3 * 4096 };
	char *gb = xmalloc(N + 1), error[CONF_ERROR_MAX];
	struct buf out = { 0 };
	const char *charset;
	(void)state;

	gb[0] = 'x';
	for (size_t i = 1; i < N; i += 2)
		memcpy(gb + i, "\xbc\xd7", 2);
	assert_int_equal(charset_decode(&out, &charset, (const uint8_t *)gb, N + 1, error), 0);
	assert_int_equal(out.len, 1 + N / 2 * 3);
	assert_true(text_is_utf8(out.p, out.len));
	buf_clear(&out);
	for (size_t n = 1; n < 64; n++) {
		int rc = charset_decode(&out, &charset, (const uint8_t *)gb, n, error);
		assert_int_equal(rc, n % 2 ? 0 : -1);
		buf_clear(&out);
	}
	free(gb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long_and_truncated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
