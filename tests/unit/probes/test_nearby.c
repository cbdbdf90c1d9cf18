/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/nearby.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_name(void **state)
{
	static const struct {
		const char *text, *name;
		bool others;
	} rows[] = {
		{ "技术支持：云帆科技有限公司", "云帆科技有限公司", true },
		{ "网站建设单位: 云帆科技有限公司", "云帆科技有限公司", true },
		{ "软件开发商：云帆（江州）公司", "云帆（江州）公司", true },
		{ "服务商：云帆公司", "云帆公司", true },
		{ "Powered by 云帆科技有限公司", "云帆科技有限公司", true },
		{ "主办单位：江州学院", "江州学院", false },
		{ "江州\n江州学院", "江州学院", false },
		{ "1999，Jiangzhou University", "1999，Jiangzhou University", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].text), at;
		struct nearby w;
		nearby_look_back(&w, rows[i].text, rows[i].text + n);
		at = nearby_name(&w, w.n);
		assert_string_equal(w.at[at], rows[i].name);
		assert_int_equal(nearby_others(&w, at), rows[i].others);
		for (; n > 0; n--) {
			char *copy = malloc(n);
			memcpy(copy, rows[i].text, n);
			nearby_look_back(&w, copy, copy + n);
			assert_true(w.n > 0 && nearby_name(&w, w.n) <= w.n);
			free(copy);
		}
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_true(nearby_tells_others("由某公司承建", strlen("由某公司承建")));
	assert_false(nearby_tells_others("江州学院", strlen("江州学院")));
	assert_false(nearby_tells_others("江州学院就业指导中心", strlen("江州学院就业指导中心")));
	assert_true(nearby_tells_others("就业指导中心承建", strlen("就业指导中心承建")));
	assert_true(nearby_sign(':') && nearby_sign(0xa9) && !nearby_sign('a') && !nearby_sign('|'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("nearby", tests, NULL, NULL);
}
