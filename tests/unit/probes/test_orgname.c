/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/orgname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text, *name; /* "": it begins with none */
	bool within;
} rows[] = {
	{ "江州大学", "江州大学", true },
	{ "江州大学教务处", "江州大学教务处", true },
	{ "江州大学招生网", "江州大学", true },
	{ "云帆（江州）科技有限公司 .", "云帆（江州）科技有限公司", true },
	{ "中部石油大学（江州）", "中部石油大学（江州）", true },
	{ "宣传部（新闻中心）", "宣传部（新闻中心）", false },
	{ "江州图书馆", "江州图书馆", false },
	{ "Jiangzhou University of Technology", "Jiangzhou University of Technology", false },
	{ "University", "", false },
	{ "Universityx of Jiangzhou", "", false },
	{ "一中", "", false },
	{ "首页江州大学", "", true },
	{ "转自江州大学", "", true },
	{ "江州大学版权", "", true },
	{ "江州", "", false },
	{ " .,", "", false },
	{ "", "", false },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *s = rows[i].text;
		assert_int_equal(orgname_cut(s, strlen(s)), strlen(rows[i].name));
		assert_memory_equal(s, rows[i].name, strlen(rows[i].name));
		assert_int_equal(orgname_within(s, strlen(s)), rows[i].within);
		for (size_t n = 1; n < strlen(s); n++) {
			char *copy = malloc(n);
			memcpy(copy, s, n);
			assert_true(orgname_cut(copy, n) <= n);
			(void)orgname_within(copy, n);
			free(copy);
		}
	}
}

static void test_inner_end(void **state)
{
	static const struct {
		const char *text;
		size_t end; /* 0: none */
	} all[] = {
		{ "(上海)x", 8 },
		{ "（上海）x", 12 },
		{ "(a1)", 4 },
		{ "(上 海)", 0 },
		{ "(一二三四五六七八九十一二三四五)", 0 },
		{ "(上海", 0 },
		{ "(", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *s = all[i].text, *end = orgname_inner_end(s, s + strlen(s));
		assert_int_equal(end ? (size_t)(end - s) : 0, all[i].end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_inner_end),
	};

	return cmocka_run_group_tests_name("orgname", tests, NULL, NULL);
}
