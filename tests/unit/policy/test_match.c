/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which filing is whose: each key, and each way to be wrong about it. */
#include "policy/match.h"

#include "tests/unit/policy/scene.h"

#define KEY_A "wechat-mini:" MINI_A
#define KEY_B "wechat-mini:" MINI_B

static size_t mini_with_host(struct scene *s, const char *appid, const char *host)
{
	size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, appid), at = scene_host(s, host);
	scene_link(s, mini, at, 5);
	return mini;
}

static void test_campus_host_by_its_own_filing(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "jw.hnust.edu.cn");
	scene_host(s, "lib.hnust.edu.cn");
	scene_provider(s, "教务系统", "jw.hnust.edu.cn");
	assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_FILED);
	assert_int_equal(scene_status(s, "host:lib.hnust.edu.cn"), APP_UNFILED);
	assert_string_equal(scene_app(s, "host:jw.hnust.edu.cn")->name, "教务系统");
	assert_string_equal(scene_app(s, "host:lib.hnust.edu.cn")->name, "lib.hnust.edu.cn");
	assert_non_null(scene_step(s, "host:jw.hnust.edu.cn", "match-domain"));
	assert_non_null(scene_step(s, "host:lib.hnust.edu.cn", "near-miss"));
	scene_free(s);
}

static void test_campus_apex_filing_covers_no_other_host(void **state)
{
	struct scene *s = scene_new("hnust");
	const char *near;
	(void)state;

	scene_host(s, "hnust.edu.cn");
	scene_host(s, "www.hnust.edu.cn");
	scene_host(s, "xg.hnust.edu.cn");
	scene_host(s, "a.xg.hnust.edu.cn");
	scene_provider(s, "门户网站", "www.hnust.edu.cn");
	assert_int_equal(scene_status(s, "host:hnust.edu.cn"), APP_FILED);
	assert_int_equal(scene_status(s, "host:www.hnust.edu.cn"), APP_FILED);
	assert_int_equal(scene_status(s, "host:xg.hnust.edu.cn"), APP_UNFILED);
	assert_int_equal(scene_status(s, "host:a.xg.hnust.edu.cn"), APP_UNFILED);
	near = scene_step(s, "host:xg.hnust.edu.cn", "near-miss");
	assert_non_null(near);
	assert_non_null(strstr(near, "门户网站"));
	scene_free(s);
}

static void test_www_in_front_makes_no_difference(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "www.xg.hnust.edu.cn");
	scene_provider(s, "学工", "xg.hnust.edu.cn");
	assert_int_equal(scene_status(s, "host:www.xg.hnust.edu.cn"), APP_FILED);
	scene_free(s);
}

static void test_registrable_domain_of_a_vendor(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "hnust.vendor-x.com");
	scene_host(s, "hnust.vendor-y.com");
	scene_provider(s, "智慧学工", "www.vendor-x.com");
	assert_int_equal(scene_status(s, "host:vendor-x.com"), APP_FILED);
	assert_int_equal(scene_status(s, "host:vendor-y.com"), APP_UNFILED);
	assert_non_null(scene_step(s, "host:vendor-y.com", "campus-tenant"));
	assert_non_null(scene_step(s, "host:vendor-y.com", "match-none"));
	scene_free(s);
}

static void test_private_suffix_is_no_common_domain(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "foo.github.io");
	scene_host(s, "jwxt.bar.github.io");
	scene_provider(s, "甲", "foo.github.io");
	assert_int_equal(scene_status(s, "host:foo.github.io"), APP_FILED);
	assert_int_equal(scene_status(s, "host:bar.github.io"), APP_UNFILED);
	scene_free(s);
}

static void test_catalogue_subdomain_needs_its_own_filing(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "weixiao.qq.com");
	scene_provider(s, "某腾讯应用", "edu.qq.com");
	assert_int_equal(scene_status(s, "host:weixiao.qq.com"), APP_UNFILED);
	scene_provider(s, "某微校", "h5.weixiao.qq.com");
	scene_judge(s);
	assert_int_equal(scene_status(s, "host:weixiao.qq.com"), APP_FILED);
	scene_free(s);
}

static void test_product_by_any_of_its_domains(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "mooc1.chaoxing.com");
	scene_provider(s, "某平台", "www.xuexi365.com");
	assert_int_equal(scene_status(s, "host:chaoxing.com"), APP_FILED);
	scene_free(s);
}

static void test_product_by_package_that_was_not_seen(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "mooc1.chaoxing.com");
	scene_key(&scene_filing(s, FILING_PROVIDER, "某平台")->packages, "com.chaoxing.mobile");
	assert_int_equal(scene_status(s, "host:chaoxing.com"), APP_FILED);
	assert_true(scene_app(s, "host:chaoxing.com")->match[0].keys[MATCH_PACKAGE]);
	scene_free(s);
}

static void test_product_by_alias(void **state)
{
	static const char *const names[] = { "学习通", "超星泛雅", "学 习 通 APP", "超星泛雅(安卓版)" };
	(void)state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct scene *s = scene_new("hnust");
		scene_host(s, "mooc1.chaoxing.com");
		scene_filing(s, FILING_PROVIDER, names[i]);
		assert_int_equal(scene_status(s, "host:chaoxing.com"), APP_FILED);
		assert_non_null(scene_step(s, "host:chaoxing.com", "match-name"));
		scene_free(s);
	}
}

static void test_alias_with_and_without_brackets(void **state)
{
	static const char *const names[] = { "云班课", "云班课(蓝墨云)", "云班课 蓝墨云" };
	(void)state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct scene *s = scene_new("hnust");
		scene_host(s, "www.mosoteach.cn");
		scene_filing(s, FILING_PROVIDER, names[i]);
		assert_int_equal(scene_status(s, "host:mosoteach.cn"), APP_FILED);
		scene_free(s);
	}
}

/* Somebody else's app of the same name: it says where it lives, and that is elsewhere. */
static void test_alias_with_foreign_domain_is_only_probable(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "www.mosoteach.cn");
	scene_provider(s, "云班课", "other-vendor.com");
	assert_int_equal(scene_status(s, "host:mosoteach.cn"), APP_PROBABLE);
	scene_free(s);
}

static void test_name_alone_matches_no_uncatalogued_app(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "jw.hnust.edu.cn");
	scene_filing(s, FILING_PROVIDER, "jw.hnust.edu.cn");
	assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_UNFILED);
	scene_free(s);
}

static void test_appid_package_bundle(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.vendor.a");
	scene_see(s, SUBJECT_IOS_BUNDLE, "com.vendor.A");
	scene_key(&scene_filing(s, FILING_PROVIDER, "一")->appids, MINI_A);
	scene_key(&scene_filing(s, FILING_PROVIDER, "二")->packages, "com.vendor.a");
	scene_key(&scene_filing(s, FILING_PROVIDER, "三")->bundles, "com.vendor.A");
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	assert_int_equal(scene_status(s, "android-package:com.vendor.a"), APP_FILED);
	assert_int_equal(scene_status(s, "ios-bundle:com.vendor.A"), APP_FILED);
	assert_int_equal(scene_app(s, KEY_A)->match_count, 1);
	assert_string_equal(scene_app(s, KEY_A)->name, "一");
	scene_free(s);
}

/* A package in the appid column, or the reverse, is no match. */
static void test_identifier_classes_do_not_mix(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_see(s, SUBJECT_ANDROID_PACKAGE, "cn.edu.a");
	scene_key(&scene_filing(s, FILING_PROVIDER, "一")->bundles, "cn.edu.a");
	assert_int_equal(scene_status(s, "android-package:cn.edu.a"), APP_UNFILED);
	scene_free(s);
}

static void test_exclusive_host_by_equal_domain(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	mini_with_host(s, MINI_A, "api.vendor-x.com");
	scene_provider(s, "甲", "api.vendor-x.com");
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	scene_free(s);
}

static void test_exclusive_host_by_registrable_domain_is_probable(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	mini_with_host(s, MINI_A, "jwxt.vendor-x.com");
	scene_provider(s, "甲", "www.vendor-x.com");
	assert_int_equal(scene_status(s, KEY_A), APP_PROBABLE);
	assert_int_equal(scene_findings(s, KEY_A), 0);
	assert_int_equal(scene_app(s, KEY_A)->match[0].grade, MATCH_IS_PROBABLE);
	scene_free(s);
}

static void test_exclusive_campus_host_needs_equality(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	mini_with_host(s, MINI_A, "bx.hnust.edu.cn");
	scene_provider(s, "门户", "www.hnust.edu.cn");
	scene_provider(s, "别的", "other.hnust.edu.cn");
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	assert_non_null(scene_step(s, KEY_A, "near-miss"));
	scene_provider(s, "报修", "bx.hnust.edu.cn");
	scene_judge(s);
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	scene_free(s);
}

/* Twins of one maker: the filing names A, so B is not filed by it although the domain agrees. */
static void test_twins_filed_and_unfiled_by_appid(void **state)
{
	struct scene *s = scene_new("hnust");
	struct policy_filing *f;
	const char *why;
	(void)state;

	mini_with_host(s, MINI_A, "jwxt.a.vendor-x.com");
	mini_with_host(s, MINI_B, "jwxt.vendor-x.com");
	f = scene_provider(s, "甲", "a.vendor-x.com");
	scene_key(&f->appids, MINI_A);
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	assert_int_equal(scene_status(s, KEY_B), APP_UNFILED);
	assert_int_equal(scene_findings(s, KEY_B), 1);
	why = scene_step(s, KEY_B, "near-miss");
	assert_non_null(why);
	assert_non_null(strstr(why, "孪生"));
	scene_free(s);
}

/* The forms have no appid column: the filing of the very host of A is A's, and B next door is not filed by
 * it. */
static void test_twins_filed_and_unfiled_by_host(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	mini_with_host(s, MINI_A, "jwxt.a.vendor-x.com");
	mini_with_host(s, MINI_B, "jwxt.b.vendor-x.com");
	scene_provider(s, "甲", "jwxt.a.vendor-x.com");
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	assert_int_equal(scene_status(s, KEY_B), APP_UNFILED);
	scene_free(s);
}

static void test_twins_on_campus(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	mini_with_host(s, MINI_A, "a.hnust.edu.cn");
	mini_with_host(s, MINI_B, "b.hnust.edu.cn");
	scene_provider(s, "甲", "a.hnust.edu.cn");
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	assert_int_equal(scene_findings(s, KEY_A), 0);
	assert_int_equal(scene_status(s, KEY_B), APP_UNFILED);
	assert_int_equal(scene_findings(s, KEY_B), 1);
	scene_free(s);
}

/* The app's own row is known: a neighbour's filing under the same domain is not its own as well. */
static void test_identifier_that_is_in_another_filing(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	mini_with_host(s, MINI_A, "jwxt.vendor-x.com");
	scene_provider(s, "甲", "www.vendor-x.com");
	assert_int_equal(scene_status(s, KEY_A), APP_PROBABLE);
	scene_key(&scene_filing(s, FILING_SELFCHECK, "乙")->appids, MINI_A);
	scene_judge(s);
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	assert_string_equal(scene_app(s, KEY_A)->name, "乙");
	scene_free(s);
}

/* The host agrees but the filing names another identifier: a person decides. */
static void test_equal_host_of_a_filing_for_another_identifier(void **state)
{
	struct scene *s = scene_new("hnust");
	struct policy_filing *f;
	(void)state;

	mini_with_host(s, MINI_B, "jwxt.vendor-x.com");
	f = scene_provider(s, "甲", "jwxt.vendor-x.com");
	scene_key(&f->appids, MINI_A);
	assert_int_equal(scene_status(s, KEY_B), APP_PROBABLE);
	scene_free(s);
}

static void test_filing_that_lists_several_identifiers(void **state)
{
	struct scene *s = scene_new("hnust");
	struct policy_filing *f;
	(void)state;

	mini_with_host(s, MINI_B, "jwxt.vendor-x.com");
	f = scene_provider(s, "甲", "jwxt.vendor-x.com");
	scene_key(&f->appids, MINI_A);
	scene_key(&f->appids, MINI_B);
	assert_int_equal(scene_status(s, KEY_B), APP_FILED);
	assert_true(scene_app(s, KEY_B)->match[0].keys[MATCH_DOMAIN]);
	assert_true(scene_app(s, KEY_B)->match[0].keys[MATCH_APPID]);
	scene_free(s);
}

/* Both speak to the filed host: it is nobody's, and neither twin is filed by it. */
static void test_twins_that_share_the_filed_host(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t a = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A), b = scene_see(s, SUBJECT_WECHAT_MINI, MINI_B);
	size_t host = scene_host(s, "wx.hnust.edu.cn");
	struct policy_filing *f = scene_provider(s, "甲", "wx.hnust.edu.cn");
	(void)state;

	scene_link(s, a, host, 1);
	scene_link(s, b, host, 1);
	scene_key(&f->appids, MINI_A);
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	assert_int_equal(scene_status(s, KEY_B), APP_UNFILED);
	assert_int_equal(scene_status(s, "host:wx.hnust.edu.cn"), APP_FILED);
	scene_free(s);
}

static void test_number_links_user_form_to_provider(void **state)
{
	struct scene *s = scene_new("hnust");
	struct policy_filing *f;
	(void)state;

	scene_host(s, "jw.hnust.edu.cn");
	f = scene_provider(s, "教务系统", "jw.hnust.edu.cn");
	f->number = "教APP备 4300001 号";
	f = scene_filing(s, FILING_USER, "本校教务");
	f->number = "教app备4300001号";
	f->unit = "教务处";
	assert_string_equal(scene_app(s, "host:jw.hnust.edu.cn")->unit, "教务处");
	assert_int_equal(scene_app(s, "host:jw.hnust.edu.cn")->match_count, 2);
	assert_non_null(scene_step(s, "host:jw.hnust.edu.cn", "unit"));
	scene_free(s);
}

static void test_number_links_provider_to_user_form(void **state)
{
	struct scene *s = scene_new("hnust");
	struct policy_filing *f;
	(void)state;

	scene_host(s, "jw.hnust.edu.cn");
	f = scene_filing(s, FILING_USER, "教务");
	scene_key(&f->domains, "jw.hnust.edu.cn");
	f->number = "教APP备4300001号";
	assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_PROBABLE);
	scene_filing(s, FILING_PROVIDER, "某教务产品")->number = "教APP备4300001号";
	scene_judge(s);
	assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_FILED);
	assert_non_null(scene_step(s, "host:jw.hnust.edu.cn", "match-number"));
	scene_free(s);
}

static void test_number_that_is_none_links_nothing(void **state)
{
	struct scene *s = scene_new("hnust");
	struct policy_filing *f;
	(void)state;

	scene_host(s, "jw.hnust.edu.cn");
	f = scene_filing(s, FILING_USER, "教务");
	scene_key(&f->domains, "jw.hnust.edu.cn");
	f->number = "无";
	scene_filing(s, FILING_PROVIDER, "别的")->number = "无";
	assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_PROBABLE);
	scene_free(s);
}

static void test_user_form_with_nothing_but_the_name(void **state)
{
	struct scene *s = scene_new("hnust");
	struct policy_filing *f;
	(void)state;

	scene_host(s, "jw.hnust.edu.cn");
	scene_host(s, "jw2.hnust.edu.cn");
	scene_provider(s, "教务系统", "jw.hnust.edu.cn");
	f = scene_filing(s, FILING_SELFCHECK, "教务系统APP");
	f->unit = "教务处";
	f = scene_filing(s, FILING_USER, "教务系统");
	f->unit = "别的学院";
	scene_key(&f->domains, "jw2.hnust.edu.cn");
	assert_string_equal(scene_app(s, "host:jw.hnust.edu.cn")->unit, "教务处");
	assert_string_equal(scene_app(s, "host:jw2.hnust.edu.cn")->unit, "别的学院");
	scene_free(s);
}

static void test_user_filing_alone_is_probable(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "jw.hnust.edu.cn");
	scene_key(&scene_filing(s, FILING_USER, "教务")->domains, "jw.hnust.edu.cn");
	assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_PROBABLE);
	assert_int_equal(scene_findings(s, "host:jw.hnust.edu.cn"), 0);
	scene_free(s);
}

static void test_selfcheck_alone_is_unfiled_with_unit(void **state)
{
	struct scene *s = scene_new("hnust");
	struct policy_filing *f = scene_filing(s, FILING_SELFCHECK, "报修");
	(void)state;

	scene_host(s, "bx.hnust.edu.cn");
	scene_key(&f->domains, "bx.hnust.edu.cn");
	f->unit = "后勤处";
	assert_int_equal(scene_status(s, "host:bx.hnust.edu.cn"), APP_UNFILED);
	assert_int_equal(scene_findings(s, "host:bx.hnust.edu.cn"), 1);
	assert_string_equal(scene_app(s, "host:bx.hnust.edu.cn")->unit, "后勤处");
	assert_non_null(scene_step(s, "host:bx.hnust.edu.cn", "selfcheck-only"));
	scene_free(s);
}

static void test_best_match_stands_first(void **state)
{
	struct scene *s = scene_new("hnust");
	const struct app *a;
	struct policy_filing *f;
	(void)state;

	scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	scene_key(&scene_filing(s, FILING_SELFCHECK, "一")->appids, MINI_A);
	f = scene_filing(s, FILING_PROVIDER, "二");
	scene_key(&f->appids, MINI_A);
	a = scene_app(s, KEY_A);
	assert_int_equal(a->match_count, 2);
	assert_int_equal(s->filing[a->match[0].filing].kind, FILING_PROVIDER);
	assert_string_equal(a->name, "二");
	scene_free(s);
}

/* Thousands of filings under one vendor's domain: all count, a few are told. */
static void test_many_filings_are_told_briefly(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "hnust.vendor-x.com");
	for (size_t i = 0; i < 20; i++)
		scene_provider(s, "某校平台", "www.vendor-x.com");
	assert_int_equal(scene_app(s, "host:vendor-x.com")->match_count, 20);
	assert_non_null(scene_step(s, "host:vendor-x.com", "match-more"));
	assert_true(scene_app(s, "host:vendor-x.com")->step_count < 15);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_campus_host_by_its_own_filing),
		cmocka_unit_test(test_campus_apex_filing_covers_no_other_host),
		cmocka_unit_test(test_www_in_front_makes_no_difference),
		cmocka_unit_test(test_registrable_domain_of_a_vendor),
		cmocka_unit_test(test_private_suffix_is_no_common_domain),
		cmocka_unit_test(test_catalogue_subdomain_needs_its_own_filing),
		cmocka_unit_test(test_product_by_any_of_its_domains),
		cmocka_unit_test(test_product_by_package_that_was_not_seen),
		cmocka_unit_test(test_product_by_alias),
		cmocka_unit_test(test_alias_with_and_without_brackets),
		cmocka_unit_test(test_alias_with_foreign_domain_is_only_probable),
		cmocka_unit_test(test_name_alone_matches_no_uncatalogued_app),
		cmocka_unit_test(test_appid_package_bundle),
		cmocka_unit_test(test_identifier_classes_do_not_mix),
		cmocka_unit_test(test_exclusive_host_by_equal_domain),
		cmocka_unit_test(test_exclusive_host_by_registrable_domain_is_probable),
		cmocka_unit_test(test_exclusive_campus_host_needs_equality),
		cmocka_unit_test(test_twins_filed_and_unfiled_by_appid),
		cmocka_unit_test(test_twins_filed_and_unfiled_by_host),
		cmocka_unit_test(test_twins_on_campus),
		cmocka_unit_test(test_identifier_that_is_in_another_filing),
		cmocka_unit_test(test_equal_host_of_a_filing_for_another_identifier),
		cmocka_unit_test(test_filing_that_lists_several_identifiers),
		cmocka_unit_test(test_twins_that_share_the_filed_host),
		cmocka_unit_test(test_number_links_user_form_to_provider),
		cmocka_unit_test(test_number_links_provider_to_user_form),
		cmocka_unit_test(test_number_that_is_none_links_nothing),
		cmocka_unit_test(test_user_form_with_nothing_but_the_name),
		cmocka_unit_test(test_user_filing_alone_is_probable),
		cmocka_unit_test(test_selfcheck_alone_is_unfiled_with_unit),
		cmocka_unit_test(test_best_match_stands_first),
		cmocka_unit_test(test_many_filings_are_told_briefly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
