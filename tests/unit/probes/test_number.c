/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char line[1024];
static size_t used;

static void add(void *arg, const struct number *m)
{
	(void)arg;
	used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s %s%s", used ? "; " : "",
				 fact_name(m->type), m->value, m->bare ? "?" : "");
}

static size_t scan(const char *text, size_t n)
{
	used = 0;
	line[0] = '\0';
	return number_scan(text, n, add, NULL);
}

static const struct {
	const char *text, *want;
	size_t templates;
} rows[] = {
	/* ICP */
	{ "湘ICP备05000001号", "icp-number 湘ICP备05000001号", 0 },
	{ "京ICP备2021026895号-5", "icp-number 京ICP备2021026895号-5", 0 },
	{ "湘 ＩＣＰ 备 ０５０００００１ 号 － ２", "icp-number 湘ICP备05000001号-2", 0 },
	{ "(湘)ICP备05000001号", "icp-number 湘ICP备05000001号", 0 },
	{ "湘ICP备案号:05000001", "icp-number 湘ICP备05000001号", 0 },
	{ "湘ICP备05000001-3 ", "icp-number 湘ICP备05000001号-3", 0 },
	{ "湘ICP備05000001號", "icp-number 湘ICP备05000001号", 0 },
	{ "湘icp备\xe2\x80\x8b"
	  "05000001\xc2\xa0号\n-\n1",
	  "icp-number 湘ICP备05000001号-1", 0 },
	{ "粤ICP备 1402 1486 号", "icp-number 粤ICP备14021486号", 0 },
	{ "粤ICP备14021486 电话 1234", "icp-number 粤ICP备14021486号", 0 },
	{ "湘ICP备05000001号 - 2026 某大学", "icp-number 湘ICP备05000001号", 0 },
	{ "京ICP备18027903号-11A 京ICP备18027903号-12x",
	  "icp-app 京ICP备18027903号-11A; icp-mini 京ICP备18027903号-12X", 0 },
	{ "湘ICP备05000001号 - 115", "icp-number 湘ICP备05000001号-115", 0 },
	{ "湘ICP备05000001号 - 400 810 1234", "icp-number 湘ICP备05000001号", 0 },
	{ "湘.ICP备05000001号 湘ICP备-05000002号",
	  "icp-number 湘ICP备05000001号; icp-number 湘ICP备05000002号", 0 },
	{ "网安备案号：43010402000123", "police-number 湘公网安备43010402000123号", 0 },
	{ "增值电信业务经营许可证\n版本：A1-20239171", "", 0 },
	{ "ICP证：B2-20239171", "telecom-number B2-20239171", 0 },
	/* examples, of whoever has the number */
	{ "（样例）湘ICP备05000001号 写法：“湘ICP备05000002号”", "", 2 },
	{ "格式如：湘ICP备05000001号 （例：湘ICP备05000002号） e.g. 湘ICP备05000003号", "", 3 },
	{ "形如 教APP备1100871号 的编号", "", 1 },
	{ "联系方式如下：湘ICP备05000001号", "icp-number 湘ICP备05000001号", 0 },
	{ "依照管理条例 湘ICP备05000001号", "icp-number 湘ICP备05000001号", 0 },
	{ "湘ICP备05000001号-1-湘公网安备43010402000123号",
	  "icp-number 湘ICP备05000001号-1; police-number 湘公网安备43010402000123号", 0 },
	{ "湘ICP备05000001号-1-", "icp-number 湘ICP备05000001号-1", 0 },
	{ "湘ICP备05000001号-1--", "icp-number 湘ICP备05000001号-1", 0 },
	{ "湘 ICP 备 05000001 号-1-- ICP证：B2-20239171",
	  "icp-number 湘ICP备05000001号-1; telecom-number B2-20239171", 0 },
	{ "湘ICP备05000001号-1-2026", "icp-number 湘ICP备05000001号", 0 },
	{ "京ICP证030173 京ICP证030174A", "telecom-number 京ICP证030173号", 0 },
	/* none */
	{ "ICP备05000001号 大ICP备05000001号", "", 0 },
	{ "湘ICP备0500001号 湘ICP备050000011号 湘ICP备05000001234号", "", 0 },
	{ "湘教QS1-200505-000152 ICP证030173号 京ICP证0301731号 京ICP证000000号", "", 0 },
	{ "湘ICP备XXXXXXXX号 湘ICP备********号", "", 0 },
	{ "湘ICP备00000000号 湘ICP备12345678号 湘ICP备87654321号 湘ICP备2025000000号", "", 4 },
	/* police */
	{ "湘公网安备43010402000123号", "police-number 湘公网安备43010402000123号", 0 },
	{ "公安备案 31011202006203 号", "police-number 沪公网安备31011202006203号", 0 },
	{ "京公网安备 110402430047 号", "police-number 京公网安备110402430047号", 0 },
	{ "公安机关备案号：43010402000123", "police-number 湘公网安备43010402000123号", 0 },
	{ "公安联网备案号:43010402000123 公安机关热线 43010402000124",
	  "police-number 湘公网安备43010402000123号", 0 },
	{ "联网备案号：46011002000638 联网备案 2024", "police-number 琼公网安备46011002000638号", 0 },
	{ "京公海网安备110108073349号", "police-number 京公网安备110108073349号", 0 },
	{ "公司网安备忘 公海网安备案须知2024", "", 0 },
	{ "湘公网安备4301040200012号 公网安备99010402000123号", "", 1 },
	/* telecom */
	{ "湘网文〔2019〕1234-567号 B2-20196906", "telecom-number B2-20196906", 0 },
	{ "增值电信业务经营许可证：粤B2-20150286", "telecom-number 粤B2-20150286", 0 },
	{ "许可证 合字B2-20150210 A2.B1.B2-20050002",
	  "telecom-number B2-20150210; telecom-number A2.B1.B2-20050002", 0 },
	{ "粤B2-20090059-1626X", "icp-mini 粤B2-20090059-1626X", 0 },
	{ "增值电信业务经营许可证：京ICP证030173号", "telecom-number 京ICP证030173号", 0 },
	{ "-京ICP证 040867 号-3 湘教QS1-200505-000152", "telecom-number 京ICP证040867号-3", 0 },
	{ "增值电信业务经营许可证：粤b2-20150286", "telecom-number 粤B2-20150286", 0 },
	{ "许可证 b2-20150286 粤ab2-20150286", "", 0 },
	{ "停车场 B2-20240115 浙D3-20210002 粤B2-2015028", "", 0 },
	{ "粤B2-20000000", "", 1 },
	/* education */
	{ "教APP备1100871号 教 App 备 ５１００１１８ 号",
	  "edu-number 教APP备1100871号; edu-number 教APP备5100118号", 0 },
	{ "教APP备110213号.", "edu-number 教APP备110213号", 0 },
	{ "教APP备案须知 教APP备12号", "", 0 },
	/* grade: eleven digits and five, and not a telephone's */
	{ "等保备案证明编号：43010413065-00001", "grade-number 43010413065-00001", 0 },
	{ "等保备案 13010413065-00001", "grade-number 13010413065-00001", 0 },
	{ "43010413065-00001", "grade-number 43010413065-00001?", 0 },
	{ "等保编号:43010413065-00001", "grade-number 43010413065-00001", 0 },
	{ "招标编号:43010360342-22784 合同号 43010360342-22785", "", 0 },
	{ "电话 13812345678-12345 01012345678-12345 86073112345-12345", "", 0 },
	{ "等保备案请电话联系 13812345678-12345", "", 0 },
	{ "143010413065-00001 43010413065-000011 43010413065-00001-2 2024-01-01 12:30:45", "", 0 },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t t = scan(rows[i].text, strlen(rows[i].text));
		assert_string_equal(line, rows[i].want);
		assert_int_equal(t, rows[i].templates);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 1; n < strlen(rows[i].text); n++) {
			char *copy = malloc(n);
			memcpy(copy, rows[i].text, n);
			scan(copy, n);
			free(copy);
		}
	scan("湘ICP备0500000", strlen("湘ICP备0500000"));
	assert_string_equal(line, "");
}

static void test_recordcode(void **state)
{
	char out[NUMBER_MAX];

	(void)state;
	assert_true(number_police(out, "43010402000123", 14));
	assert_string_equal(out, "湘公网安备43010402000123号");
	assert_false(number_police(out, "4301040200012", 13));
	assert_false(number_police(out, "99010402000123", 14));
	assert_false(number_police(out, "43010402000abc", 14));
	assert_false(number_police(out, "43010400000000", 14));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_recordcode),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
