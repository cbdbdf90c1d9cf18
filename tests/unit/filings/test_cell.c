/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void text_is(const char *cell, const char *want)
{
	const char *why;
	char *have = cell_text(cell, strlen(cell), &why);
	assert_null(why);
	if (want == NULL)
		assert_null(have);
	else
		assert_string_equal(have ? have : "(null)", want);
	free(have);
}

static void test_text(void **state)
{
	const char *why;
	(void)state;

	text_is("", NULL);
	text_is(" \t\n　", NULL);
	text_is("\xe2\x80\x8b", NULL);
	text_is("  甲 \n 乙　", "甲 乙");
	text_is("甲\xc2\xa0\xe2\x80\x8b乙\xef\xbb\xbf", "甲 乙");
	text_is("=\"001\"", "001");
	text_is("=\"\"", NULL);
	text_is("=\"", "=\"");
	text_is("=1+1", "=1+1");
	text_is("'001", "001");
	text_is("'", "'");
	assert_null(cell_text("a\x1b[31m", 5, &why));
	assert_string_equal(why, "含有控制字符");
	assert_null(cell_text("a\x7f", 2, &why));
	assert_non_null(why);
	assert_null(cell_text("a\xc2\x85", 3, &why)); /* C1 */
	assert_non_null(why);
}

static void test_fold(void **state)
{
	char *s = cell_fold("ｗｘ０１，京ＩＣＰ备。a");
	(void)state;
	assert_string_equal(s, "wx01,京ICP备。a");
	free(s);
}

static void value_is(enum filing_field f, const char *text, const char *want, const char *complaint)
{
	struct buf why = { 0 };
	char *have = cell_value(f, text, &why);

	if ((want == NULL) != (have == NULL) || (want && strcmp(want, have) != 0))
		fail_msg("%s of \"%s\": wanted %s, have %s", filing_field_name(f), text,
			 want ? want : "(null)", have ? have : "(null)");
	if (complaint == NULL && why.len > 0)
		fail_msg("\"%s\": %s", text, why.p);
	if (complaint && (why.p == NULL || strstr(why.p, complaint) == NULL))
		fail_msg("\"%s\": wanted \"%s\" in \"%s\"", text, complaint, why.p ? why.p : "");
	free(have);
	buf_clear(&why);
}

static void test_lists(void **state)
{
	(void)state;
	value_is(FILING_DOMAINS, "a.cn，b.cn；c.cn、d.cn e.cn|f.cn", "a.cn,b.cn,c.cn,d.cn,e.cn,f.cn", NULL);
	value_is(FILING_DOMAINS, "、,a.cn、、", "a.cn", NULL);
	value_is(FILING_DOMAINS, "无", NULL, NULL);
	value_is(FILING_DOMAINS, "／", NULL, NULL);
	value_is(FILING_DOMAINS, "a.cn,无", "a.cn", NULL);
	value_is(FILING_DOMAINS, "a.cn,坏的,b.cn,坏2", "a.cn,b.cn",
		 "「坏的」不是域名, 应形如 jw.example.edu.cn; 「坏2」");
	value_is(FILING_APPIDS, "ｗｘ0123456789abcdef", "wx0123456789abcdef", NULL);
	value_is(FILING_DJBH, "11010100001-20001 11010100001-20002", "11010100001-20001,11010100001-20002",
		 NULL);
}

static void test_others(void **state)
{
	char longname[800];
	(void)state;

	memset(longname, 'a', sizeof(longname) - 1);
	longname[sizeof(longname) - 1] = '\0';
	value_is(FILING_NAME, longname, NULL, "太长");
	longname[600] = '\0';
	value_is(FILING_NAME, longname, longname, NULL);
	value_is(FILING_NAME, "无", NULL, NULL);
	value_is(FILING_NAME, "ＡＢ通", "ＡＢ通", NULL); /* as written: who compares folds */
	value_is(FILING_UNIT, "无", "无", NULL);
	value_is(FILING_NATURE, "☑要求 □推荐", "要求", NULL);
	value_is(FILING_CONTACT, "☑张三", "☑张三", NULL); /* no choice */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
