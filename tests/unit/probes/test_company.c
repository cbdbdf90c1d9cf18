/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/company.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The company in front of a number ("#") that is not the owner. */
static void test_company(void **state)
{
	static const struct {
		const char *text;
		bool is, credited, loose;
	} companys[] = {
		{ "#", false, false, false },
		{ "技术支持：云帆科技有限公司 备案号：#", true, true, false },
		{ "技术服务单位:云帆科技有限公司 | #", true, true, true },
		{ "Powered by 云帆科技有限公司\n#", true, true, true },
		{ "产品提供商：云帆科技有限公司(#", true, true, false },
		{ "云帆科技有限公司 增值电信业务经营许可证：#", true, false, false },
		{ "江州建设集团 #", true, false, false },
		{ "技术支持：云帆科技有限公司\n\n#", false, false, false },
		{ "技术支持：网络中心 #", false, false, false },
		{ "版权所有：云帆科技有限公司 #", false, false, false },
		{ "© 2026 云帆科技有限公司 #", false, false, false },
		{ "Copyright 2010-2026 by 云帆科技有限公司 #", false, false, false },
		{ "云帆科技有限公司 电话 #", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(companys) / sizeof(companys[0]); i++) {
		size_t n = (size_t)(strchr(companys[i].text, '#') - companys[i].text);
		struct company c;
		assert_int_equal(company_before(companys[i].text, 0, n, &c), companys[i].is);
		if (companys[i].is) {
			assert_int_equal(c.credited, companys[i].credited);
			assert_int_equal(c.loose, companys[i].loose);
		}
		for (; n > 0; n--) {
			char *copy = malloc(n);
			memcpy(copy, companys[i].text, n);
			(void)company_before(copy, 0, n, &c);
			(void)company_before(copy, n / 2, n, &c);
			free(copy);
		}
	}
}

/* What stands between two numbers of one filer. */
static void test_labels(void **state)
{
	bool apart = true;

	(void)state;
	assert_true(
		company_labels(" | 增值电信业务经营许可证：", strlen(" | 增值电信业务经营许可证："), &apart));
	assert_false(apart);
	assert_true(company_labels("）", strlen("）"), &apart) && apart);
	assert_true(company_labels(" \n ", 3, &apart) && apart);
	assert_false(company_labels(" 江州学院 ", strlen(" 江州学院 "), &apart));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_company),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests_name("company", tests, NULL, NULL);
}
