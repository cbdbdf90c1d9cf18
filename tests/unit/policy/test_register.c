/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a filing names: hosts, all hosts below one, and quick apps under either name. */
#include "policy/register.h"

#include "tests/unit/policy/scene.h"

#define KEY_A "wechat-mini:" MINI_A

static size_t mini_with_host(struct scene *s, const char *appid, const char *host)
{
	size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, appid), at = scene_host(s, host);
	scene_link(s, mini, at, 5);
	return mini;
}

static void test_quick_app_by_package(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = { "com.qs.a", "com.qs.b", "com.qs.c" }, *const hosts[] = {
			"a.hnust.edu.cn", "b.hnust.edu.cn", "c.hnust.edu.cn"
		};
		size_t quick = scene_see(s, SUBJECT_QUICK_APP, names[i]);
		scene_link(s, quick, scene_host(s, hosts[i]), 5);
	}
	scene_key(&scene_filing(s, FILING_PROVIDER, "甲")->packages, "com.qs.a");
	scene_key(&scene_filing(s, FILING_PROVIDER, "乙")->appids, "com.qs.b");
	assert_int_equal(scene_status(s, "quick-app:com.qs.a"), APP_FILED);
	assert_int_equal(scene_status(s, "quick-app:com.qs.b"), APP_FILED);
	assert_int_equal(scene_status(s, "quick-app:com.qs.c"), APP_UNFILED);
	assert_true(scene_app(s, "quick-app:com.qs.a")->match[0].keys[MATCH_PACKAGE]);
	scene_free(s);
}

static void test_wildcard_covers_what_is_below(void **state)
{
	struct scene *s = scene_new("hnust");
	const char *near;
	(void)state;

	scene_host(s, "a.sub.hnust.edu.cn");
	scene_host(s, "www.b.sub.hnust.edu.cn");
	scene_host(s, "sub.hnust.edu.cn");
	scene_host(s, "xsub.hnust.edu.cn");
	mini_with_host(s, MINI_A, "c.sub.hnust.edu.cn");
	scene_provider(s, "子系统", "*.sub.hnust.edu.cn");
	assert_int_equal(scene_status(s, "host:a.sub.hnust.edu.cn"), APP_FILED);
	assert_int_equal(scene_status(s, "host:www.b.sub.hnust.edu.cn"), APP_FILED);
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	assert_int_equal(scene_status(s, "host:xsub.hnust.edu.cn"), APP_UNFILED);
	assert_int_equal(scene_status(s, "host:sub.hnust.edu.cn"), APP_UNFILED);
	near = scene_step(s, "host:sub.hnust.edu.cn", "near-miss");
	assert_non_null(near);
	assert_non_null(strstr(near, "不含这个域名自己"));
	scene_free(s);
}

static void test_wildcard_of_a_whole_campus_covers_nothing(void **state)
{
	static const char *const wild[] = { "*.hnust.edu.cn", "*.edu.cn" };
	(void)state;

	for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
		struct scene *s = scene_new("hnust");
		const char *near;
		scene_host(s, "jw.hnust.edu.cn");
		scene_provider(s, "全部", wild[i]);
		assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_UNFILED);
		near = scene_step(s, "host:jw.hnust.edu.cn", "near-miss");
		assert_non_null(near);
		assert_non_null(strstr(near, "通配"));
		scene_free(s);
	}
}

static void test_wildcard_of_a_vendor(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "hnust.vendor-x.com");
	scene_host(s, "hnust.vendor-y.com.cn");
	scene_provider(s, "甲", "*.vendor-x.com");
	scene_provider(s, "乙", "*.com.cn");
	assert_int_equal(scene_status(s, "host:vendor-x.com"), APP_FILED);
	assert_int_equal(scene_status(s, "host:vendor-y.com.cn"), APP_UNFILED);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quick_app_by_package),
		cmocka_unit_test(test_wildcard_covers_what_is_below),
		cmocka_unit_test(test_wildcard_of_a_whole_campus_covers_nothing),
		cmocka_unit_test(test_wildcard_of_a_vendor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
