/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/checkbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const rows[][2] = {
	{ "要求", "要求" },
	{ "☑要求 □推荐", "要求" },
	{ "□要求☑推荐", "推荐" },
	{ "要求☑ 推荐□", "要求" },
	{ "要求 ☑ 推荐 □", "要求" },
	{ "有√ 没有", "有" },
	{ "性质: ■要求 □推荐", "要求" },
	{ "√学生/√教师/□家长", "学生,教师" },
	{ "学生√、教师√、家长", "学生,教师" },
	{ "(√)是 ( )否", "是" },
	{ "（ ）是 （√）否", "否" },
	{ "[x]是 [ ]否", "是" },
	{ "☑有: 姓名、学号 □没有", "有: 姓名、学号" },
	{ "√", "是" },
	{ "■", "是" },
	{ "□", NULL },
	{ "□是 □否", NULL },
	{ "( )", NULL },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *have = checkbox_value(rows[i][0]);
		const char *want = rows[i][1];
		if ((want == NULL) != (have == NULL) || (want && strcmp(want, have) != 0))
			fail_msg("\"%s\": wanted %s, have %s", rows[i][0], want ? want : "(null)",
				 have ? have : "(null)");
		free(have);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
