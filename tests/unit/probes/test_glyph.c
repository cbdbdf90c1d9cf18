/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/glyph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct glyphs of(const char *s) { return (struct glyphs){ s, s + strlen(s) }; }

static void test_next(void **state)
{
	static const struct {
		const char *text;
		uint32_t c;
	} rows[] = {
		{ "a", 'a' },
		{ "Ａ", 'A' },
		{ "９", '9' },
		{ "：", ':' },
		{ "　", ' ' },
		{ "\xc2\xa0", ' ' },
		{ "\n", ' ' },
		{ "—", '-' },
		{ "－", '-' },
		{ "–", '-' },
		{ "\xe2\x80\x8b"
		  "x",
		  'x' },
		{ "\xef\xbb\xbf"
		  "x",
		  'x' },
		{ "備", 0x5907 },
		{ "粵", 0x7ca4 },
		{ "─", '-' },
		{ "ー", '-' },
		{ "湘", 0x6e58 },
		{ "Ⓒ", 0xa9 },
		{ "ⓒ", 0xa9 },
		{ "\xff", 0xfffd },
		{ "\xe6\xb9", 0xfffd },
		{ "", 0 },
		{ "\xe2\x80\xae", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(glyph_peek(of(rows[i].text)), rows[i].c);
}

static void test_word(void **state)
{
	struct glyphs g = of("Ｉ c　P \xe2\x80\x8b备x"), before;

	(void)state;
	before = g;
	assert_false(glyph_word(&g, "ICP证"));
	assert_ptr_equal(g.p, before.p);
	assert_true(glyph_word(&g, "ICP备"));
	assert_int_equal(glyph_next(&g), 'x');
	assert_int_equal(glyph_next(&g), 0);
	assert_false(glyph_word(&g, "x"));
	before = g = of("All rightsreserved");
	assert_true(glyph_word(&g, "All Rights Reserved"));
	assert_ptr_equal(g.p, g.end);
	assert_true(glyph_word(&before, "AllRights"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_next), cmocka_unit_test(test_word) };

	return cmocka_run_group_tests_name("glyph", tests, NULL, NULL);
}
