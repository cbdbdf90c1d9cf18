/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/reserve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(struct conf_list *list, const char *word) { list->item[list->count++] = strdup(word); }

static bool is_for(const struct reserve *r, const char *name)
{
	return reserve_is_for(r, SUBJECT_HOST, name, strlen(name));
}

static void campus_and_nobody_else(void **state)
{
	static const char *const own[] = { "example.edu.cn",      "jw.example.edu.cn",    "a.b.example.cn",
					   "exampleu.vendor.com", "x.exampleu.vendor.cn", "my.other.edu.cn",
					   "www.my.other.edu.cn" };
	static const char *const strange[] = { "example.com",
					       "xexample.edu.cn",
					       "edu.cn",
					       "cn",
					       "a",
					       "exampleux.vendor.com",
					       "other.edu.cn",
					       "a.my.other.edu.cn",
					       "example.edu.cn.x.com",
					       "www.",
					       "wwww.my.other.edu.cn" };
	struct reserve r;
	struct conf conf;
	(void)state;

	conf_init(&conf);
	add(&conf.campus.domains, "example.edu.cn");
	add(&conf.campus.domains, "example.cn");
	add(&conf.campus.labels, "exampleu");
	add(&conf.campus.center_hosts, "www.my.other.edu.cn");
	reserve_init(&r, &conf);
	conf_clear(&conf);
	assert_true(reserve_is_set(&r));
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!is_for(&r, own[i]))
			fail_msg("%s", own[i]);
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		if (is_for(&r, strange[i]))
			fail_msg("%s", strange[i]);
	assert_true(reserve_is_for(&r, SUBJECT_WECHAT_MINI, "wx1", 3));
	reserve_clear(&r);
}

static void without_campus_nobody_is_preferred(void **state)
{
	struct reserve r;
	struct conf conf;
	(void)state;

	conf_init(&conf);
	reserve_init(&r, &conf);
	assert_false(reserve_is_set(&r));
	assert_false(is_for(&r, "jw.example.edu.cn"));
	reserve_clear(&r);
	conf_clear(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(campus_and_nobody_else),
		cmocka_unit_test(without_campus_nobody_is_preferred),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
