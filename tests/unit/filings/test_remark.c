/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/remark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct row {
	const char *cell;
	enum remark want;
};

static const struct row rows[] = {
	{ "合计", REMARK_SUM },
	{ " 合 计 ： ", REMARK_SUM },
	{ "总计 12 个", REMARK_SUM },
	{ "小计（教务处）", REMARK_SUM },
	{ "共计三项", REMARK_SUM },
	{ "*合　计*", REMARK_SUM },
	{ "合计宝", REMARK_NONE },
	{ "小计算器", REMARK_NONE },
	{ "合", REMARK_NONE },
	{ "注:本表一式两份", REMARK_NOTE },
	{ "注：本表一式两份", REMARK_NOTE },
	{ "【注】：1.应用名称须与备案一致", REMARK_NOTE },
	{ "注1：应用名称", REMARK_NOTE },
	{ "注二、域名", REMARK_NOTE },
	{ "注1", REMARK_NONE },
	{ "说明", REMARK_NOTE },
	{ "备注: 无", REMARK_NOTE },
	{ "填表说明应用名称须与备案一致", REMARK_NOTE },
	{ "填表人：甲某", REMARK_NOTE },
	{ "注册中心", REMARK_NONE },
	{ "注12306", REMARK_NONE },
	{ "说明书平台", REMARK_NONE },
	{ "备注云", REMARK_NONE },
	{ "一注册", REMARK_NONE },
	{ "填表系统", REMARK_NONE },
	{ "", REMARK_NONE },
	{ "\xe6\xb3", REMARK_NONE }, /* half of 注 */
};

static void test_remarks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (remark_of(rows[i].cell) != rows[i].want)
			fail_msg("\"%s\" is %d", rows[i].cell, (int)remark_of(rows[i].cell));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_remarks) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
