/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/matter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text;
	size_t rest, strange, names;
	bool mark, self, stop, dated;
} rows[] = {
	{ "", 0, 0, 0, false, false, false, false },
	{ "版权所有 © 2003-2021 江州学院", 0, 0, 1, true, false, false, false },
	{ "Copyright (c) 2021 All Rights Reserved.", 0, 0, 0, true, false, false, false },
	{ "本站由江州学院主办", 0, 0, 1, false, true, false, false },
	{ "ICP备案号： 增值电信业务经营许可证编号：", 0, 0, 0, false, false, false, false },
	{ "地址：江州市学院路1号　邮编：100000　电话：010-80000000", 0, 0, 0, false, false, false, false },
	{ "建议使用谷歌浏览器 分辨率：1920*1080", 0, 0, 0, false, false, false, false },
	{ "技术支持：云帆（江州）科技有限公司", 0, 0, 1, false, false, false, false },
	{ "中华人民共和国工业和信息化部备案", 0, 0, 0, false, false, false, false },
	{ "網站備案號", 0, 0, 0, false, false, false, false },
	{ "春天来了", 4, 0, 0, false, false, false, false },
	{ "春天来了。", 4, 0, 0, false, false, true, false },
	{ "涉嫌", 12, 1, 0, false, false, false, false },
	{ "2023-01-10", 0, 0, 0, false, false, false, true },
	{ "2023年5月", 1, 0, 0, false, false, false, true },
	{ "2003-2021", 0, 0, 0, false, false, false, false },
	{ "010-80000000", 0, 0, 0, false, false, false, false },
	{ "Design by Cloud Sail Inc", 0, 0, 0, false, false, false, false },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct matter m = { 0 };
		matter_read(&m, rows[i].text, strlen(rows[i].text));
		assert_int_equal(m.rest, rows[i].rest);
		assert_int_equal(m.strange, rows[i].strange);
		assert_int_equal(m.names, rows[i].names);
		assert_int_equal(m.mark, rows[i].mark);
		assert_int_equal(m.self, rows[i].self);
		assert_int_equal(m.stop, rows[i].stop);
		assert_int_equal(m.dated, rows[i].dated);
	}
}

/* It adds up over the pieces of a line. */
static void test_adds(void **state)
{
	struct matter m = { 0 };

	(void)state;
	matter_read(&m, "春天", strlen("春天"));
	matter_read(&m, "江州学院 来了", strlen("江州学院 来了"));
	assert_int_equal(m.rest, 4);
	assert_int_equal(m.names, 1);
}

/* Text that ends anywhere, and bytes that are no text. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 1; n <= strlen(rows[i].text); n++) {
			char *copy = malloc(n);
			struct matter m = { 0 };
			memcpy(copy, rows[i].text, n);
			matter_read(&m, copy, n);
			assert_true(m.rest <= 12 && m.names <= 1);
			copy[n - 1] = (char)0xff;
			matter_read(&m, copy, n);
			free(copy);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_adds),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests_name("matter", tests, NULL, NULL);
}
