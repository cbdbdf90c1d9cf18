/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/selfsaid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What leads to a number ("#") behind the first line. */
static const struct {
	const char *text;
	bool leads;
	const char *owner;
} rows[] = {
	{ "#", false, "" },
	{ "备案号：#", false, "" },
	{ "网站备案号为#", false, "" },
	{ "我们的网站备案号为#", true, "" },
	{ "我们是江州学院，我们的ICP备案号：#", true, "江州学院" },
	{ "我们是江州学院（以下简称“我们”），我们的备案号：#", true, "江州学院" },
	{ "我们是一群学生，我们的备案号：#", true, "" },
	{ "我校网站备案编号#", true, "" },
	{ "他们的网站备案号为#", false, "" },
	{ "云帆学堂由云帆科技有限公司运营，备案号：#", true, "云帆科技有限公司" },
	{ "云帆学堂由云帆科技有限公司独立运营。ICP备案号为#", true, "云帆科技有限公司" },
	{ "云帆学堂由云帆科技有限公司开发，备案号：#", false, "" },
	{ "经查，云帆学堂由云帆科技有限公司运营，备案号：#", false, "" },
	{ "云帆学堂由他们运营，备案号：#", false, "" },
	{ "由运营#", false, "" },
	{ "由独立运营#", false, "" },
};

static void test_rows(void **state)
{
	struct owner o;
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int from = snprintf(text, sizeof(text), "我们的\n");
		snprintf(text + from, sizeof(text) - (size_t)from, "%s", rows[i].text);
		size_t at = (size_t)(strchr(text, '#') - text);
		assert_int_equal(selfsaid_leads(text, (size_t)from, at, &o), rows[i].leads);
		if (rows[i].leads) {
			assert_int_equal(o.n, strlen(rows[i].owner));
			assert_true(o.n == 0 || memcmp(o.name, rows[i].owner, o.n) == 0);
		}
	}
}

static void test_truncated(void **state)
{
	struct owner o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 1; n < strlen(rows[i].text); n++)
			for (size_t from = 0; from < n; from++) {
				char *copy = malloc(n - from);
				memcpy(copy, rows[i].text + from, n - from);
				(void)selfsaid_leads(copy, 0, n - from, &o);
				free(copy);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests_name("selfsaid", tests, NULL, NULL);
}
