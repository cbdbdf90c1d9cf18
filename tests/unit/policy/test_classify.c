/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Education or not, exempt or not, in scope or not. */
#include "policy/classify.h"

#include "tests/unit/policy/scene.h"

#define KEY_A "wechat-mini:" MINI_A
#define KEY_B "wechat-mini:" MINI_B

static void test_undecided_is_never_accused(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t i = scene_host(s, "www.some-site.com");
	(void)state;

	s->subject[i].clients = 100000;
	assert_int_equal(scene_status(s, "host:some-site.com"), APP_UNDECIDED);
	assert_int_equal(scene_findings(s, "host:some-site.com"), 0);
	assert_true(scene_app(s, "host:some-site.com")->score <= 0);
	assert_non_null(scene_step(s, "host:some-site.com", "undecided"));
	scene_free(s);
}

static void test_each_kind_of_evidence(void **state)
{
	static const struct {
		enum subject_kind kind;
		const char *name, *key, *word;
	} rows[] = {
		{ SUBJECT_HOST, "jw.hnust.edu.cn", "host:jw.hnust.edu.cn", "campus-suffix" },
		{ SUBJECT_HOST, "hnust.vendor-x.com", "host:vendor-x.com", "campus-tenant" },
		{ SUBJECT_HOST, "sso.hnust.vendor-x.com", "host:vendor-x.com", "campus-tenant" },
		{ SUBJECT_HOST, "www.chaoxing.com", "host:chaoxing.com", "catalog" },
		{ SUBJECT_HOST, "hubei.smartedu.cn", "host:smartedu.cn", "education-rule" },
		{ SUBJECT_HOST, "jwxt.vendor-x.com", "host:vendor-x.com", "education-rule" },
		{ SUBJECT_ANDROID_PACKAGE, "cn.edu.a", "android-package:cn.edu.a", "education-rule" },
		{ SUBJECT_WECHAT_MINI, "wxce6d08f781975d91", "host:wozaixiaoyuan.com", "catalog" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		scene_see(s, rows[i].kind, rows[i].name);
		assert_int_equal(scene_status(s, rows[i].key), APP_UNFILED);
		assert_non_null(scene_step(s, rows[i].key, rows[i].word));
		assert_true(scene_app(s, rows[i].key)->score > 0.5);
		scene_free(s);
	}
}

static void test_what_is_no_evidence(void **state)
{
	static const struct {
		enum subject_kind kind;
		const char *name, *key;
	} rows[] = {
		{ SUBJECT_HOST, "www.hnust-news.com", "host:hnust-news.com" },
		{ SUBJECT_HOST, "xhnust.vendor-x.com", "host:vendor-x.com" },
		{ SUBJECT_HOST, "www.othersmartedu.cn", "host:othersmartedu.cn" },
		{ SUBJECT_HOST, "jwxt1.vendor-x.com", "host:vendor-x.com" },
		{ SUBJECT_HOST, "www.other-school.edu.cn", "host:other-school.edu.cn" },
		{ SUBJECT_IOS_BUNDLE, "cn.edu.a", "ios-bundle:cn.edu.a" },
		{ SUBJECT_ANDROID_PACKAGE, "cn.education.a", "android-package:cn.education.a" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		scene_see(s, rows[i].kind, rows[i].name);
		assert_int_equal(scene_status(s, rows[i].key), APP_UNDECIDED);
		scene_free(s);
	}
}

static void test_evidence_adds_up(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "hnust.vendor-x.com");
	scene_host(s, "hnust.chaoxing.com");
	assert_true(scene_app(s, "host:chaoxing.com")->score > scene_app(s, "host:vendor-x.com")->score);
	assert_true(scene_app(s, "host:chaoxing.com")->score <= 1);
	scene_free(s);
}

/* The register itself calls it education. */
static void test_register_is_evidence(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "www.some-site.com");
	scene_provider(s, "某学习平台", "some-site.com");
	assert_int_equal(scene_status(s, "host:some-site.com"), APP_FILED);
	assert_non_null(scene_step(s, "host:some-site.com", "register"));
	scene_free(s);
}

static void test_person_calls_it_education(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "www.some-site.com");
	scene_decide(s, DECISION_EDUCATION, SUBJECT_HOST, "some-site.com");
	assert_int_equal(scene_status(s, "host:some-site.com"), APP_UNFILED);
	assert_true(scene_app(s, "host:some-site.com")->score >= 1);
	scene_free(s);
}

static void test_person_stands_above_the_exempt_table(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "a.tool.example.net");
	assert_int_equal(scene_status(s, "host:tool.example.net"), APP_EXEMPT);
	scene_decide(s, DECISION_EDUCATION, SUBJECT_HOST, "tool.example.net");
	scene_judge(s);
	assert_int_equal(scene_status(s, "host:tool.example.net"), APP_UNFILED);
	scene_free(s);
}

static void test_person_exempts(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "jw.hnust.edu.cn");
	scene_host(s, "lib.hnust.edu.cn");
	scene_decide(s, DECISION_EXEMPT, SUBJECT_HOST, "jw.hnust.edu.cn");
	assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_EXEMPT);
	assert_int_equal(scene_status(s, "host:lib.hnust.edu.cn"), APP_UNFILED);
	assert_non_null(scene_step(s, "host:jw.hnust.edu.cn", "decision-exempt"));
	scene_free(s);
}

/* A person exempted the campus system; that a mini-program speaks to it later changes nothing. */
static void test_exemption_follows_the_host_into_the_identifier(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A), host = scene_host(s, "bx.hnust.edu.cn");
	(void)state;

	scene_link(s, mini, host, 1);
	scene_decide(s, DECISION_EXEMPT, SUBJECT_HOST, "bx.hnust.edu.cn");
	assert_int_equal(scene_status(s, KEY_A), APP_EXEMPT);
	scene_free(s);
}

/* A decision is about a (kind, name): the same name of another kind, or one host of many, is not the app. */
static void test_decision_about_something_else(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "jwxt.vendor-x.com");
	scene_decide(s, DECISION_EXEMPT, SUBJECT_ANDROID_PACKAGE, "vendor-x.com");
	scene_decide(s, DECISION_EXEMPT, SUBJECT_HOST, "jwxt.vendor-x.com");
	assert_int_equal(scene_status(s, "host:vendor-x.com"), APP_UNFILED);
	scene_free(s);
}

static void test_center_hosts_are_exempt_where_the_profile_says_so(void **state)
{
	static const char *const profiles[] = { "hnust", "xust" };
	static const enum app_status want[] = { APP_EXEMPT, APP_UNFILED };
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct scene *s = scene_new(profiles[i]);
		s->conf.campus.center_hosts.item[s->conf.campus.center_hosts.count++] =
			xstrdup("my.hnust.edu.cn");
		scene_host(s, "my.hnust.edu.cn");
		scene_host(s, "www.my.hnust.edu.cn");
		scene_host(s, "a.my.hnust.edu.cn");
		assert_int_equal(scene_status(s, "host:my.hnust.edu.cn"), want[i]);
		assert_int_equal(scene_status(s, "host:www.my.hnust.edu.cn"), want[i]);
		assert_int_equal(scene_status(s, "host:a.my.hnust.edu.cn"), APP_UNFILED);
		scene_free(s);
	}
}

static void test_mini_program_of_the_center(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A), host = scene_host(s, "my.hnust.edu.cn"),
	       other;
	(void)state;

	s->conf.campus.center_hosts.item[s->conf.campus.center_hosts.count++] = xstrdup("my.hnust.edu.cn");
	scene_link(s, mini, host, 1);
	assert_int_equal(scene_status(s, KEY_A), APP_EXEMPT);
	other = scene_host(s, "xg.hnust.edu.cn");
	scene_link(s, mini, other, 1);
	scene_judge(s);
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	scene_free(s);
}

/* What hnust governs and xust does not: exactly the mini-programs and official accounts, hosts of theirs
 * included. */
static void test_switching_the_profile_removes_exactly_the_mini_programs(void **state)
{
	static const struct {
		const char *key;
		enum app_status hnust, xust;
	} rows[] = {
		{ "host:jw.hnust.edu.cn", APP_UNFILED, APP_UNFILED },
		{ "host:wx.hnust.edu.cn", APP_UNFILED, APP_UNFILED },
		{ "host:chaoxing.com", APP_UNFILED, APP_UNFILED },
		{ "host:wozaixiaoyuan.com", APP_UNFILED, APP_OUT_OF_SCOPE },
		{ KEY_A, APP_UNFILED, APP_OUT_OF_SCOPE },
		{ KEY_B, APP_UNFILED, APP_OUT_OF_SCOPE },
		{ "wechat-oa:wxcccccccccccccccc", APP_UNFILED, APP_OUT_OF_SCOPE },
		{ "android-package:cn.edu.a", APP_UNFILED, APP_UNFILED },
	};
	(void)state;

	for (size_t profile = 0; profile < 2; profile++) {
		struct scene *s = scene_new(profile ? "xust" : "hnust");
		size_t a = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A),
		       b = scene_see(s, SUBJECT_WECHAT_MINI, MINI_B);
		size_t oa = scene_see(s, SUBJECT_WECHAT_OA, "wxcccccccccccccccc");
		size_t known = scene_see(s, SUBJECT_WECHAT_MINI, "wxce6d08f781975d91");
		size_t shared = scene_host(s, "wx.hnust.edu.cn");
		scene_host(s, "jw.hnust.edu.cn");
		scene_host(s, "www.chaoxing.com");
		scene_see(s, SUBJECT_ANDROID_PACKAGE, "cn.edu.a");
		scene_link(s, a, scene_host(s, "bx.hnust.edu.cn"), 1);
		scene_link(s, a, shared, 1);
		scene_link(s, b, shared, 1);
		scene_link(s, oa, scene_host(s, "hnust.vendor-x.com"), 1);
		scene_link(s, known, scene_host(s, "api.wozaixiaoyuan.com"), 1);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			enum app_status want = profile ? rows[i].xust : rows[i].hnust;
			assert_int_equal(scene_status(s, rows[i].key), want);
			assert_int_equal(scene_findings(s, rows[i].key), want == APP_UNFILED);
		}
		assert_int_equal(s->out.count, sizeof(rows) / sizeof(rows[0]));
		scene_free(s);
	}
}

/* The product is also used otherwise than through the mini-program: it stays in scope. */
static void test_product_with_a_kind_in_scope(void **state)
{
	struct scene *s = scene_new("xust");
	size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, "wxce6d08f781975d91");
	(void)state;

	scene_link(s, mini, scene_host(s, "api.wozaixiaoyuan.com"), 1);
	scene_host(s, "www.wozaixiaoyuan.com");
	assert_int_equal(scene_status(s, "host:wozaixiaoyuan.com"), APP_UNFILED);
	scene_free(s);
}

static void test_k12_is_out_of_scope(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_host(s, "www.zuoye-k12.com");
	scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.k12.zuoye");
	assert_int_equal(scene_status(s, "host:zuoye-k12.com"), APP_OUT_OF_SCOPE);
	assert_non_null(scene_step(s, "host:zuoye-k12.com", "scope-audience"));
	scene_free(s);
}

/* Nothing but the K12 product that it speaks to calls it education: its audience decides. */
static void test_mini_program_of_a_k12_product_is_out_of_scope(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	(void)state;

	scene_link(s, mini, scene_host(s, "api.zuoye-k12.com"), 1);
	assert_int_equal(scene_status(s, KEY_A), APP_OUT_OF_SCOPE);
	scene_free(s);
}

/* Campus domains come first, unless a row is more exact. */
static void test_catalogue_row_about_the_campus_itself(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	free(s->conf.campus.domains.item[0]);
	s->conf.campus.domains.item[0] = xstrdup("chaoxing.com");
	scene_host(s, "a.chaoxing.com");
	scene_host(s, "b.chaoxing.com");
	scene_host(s, "www.xuexi365.com");
	assert_non_null(scene_app(s, "host:a.chaoxing.com"));
	assert_null(scene_app(s, "host:a.chaoxing.com")->catalog);
	assert_non_null(scene_app(s, "host:b.chaoxing.com"));
	assert_string_equal(scene_app(s, "host:xuexi365.com")->name, "学习通/超星泛雅");
	scene_free(s);
}

static void test_exempt_row_within_campus(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	free(s->conf.campus.domains.item[0]);
	s->conf.campus.domains.item[0] = xstrdup("example.net");
	scene_host(s, "tool.example.net");
	scene_host(s, "jw.example.net");
	assert_int_equal(scene_status(s, "host:tool.example.net"), APP_EXEMPT);
	assert_int_equal(scene_status(s, "host:jw.example.net"), APP_UNFILED);
	scene_free(s);
}

static void test_names(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	scene_host(s, "jw.hnust.edu.cn");
	scene_host(s, "a.chaoxing.com");
	assert_string_equal(scene_app(s, KEY_A)->name, "微信小程序 " MINI_A);
	assert_string_equal(scene_app(s, "host:jw.hnust.edu.cn")->name, "jw.hnust.edu.cn");
	assert_string_equal(scene_app(s, "host:chaoxing.com")->name, "学习通/超星泛雅");
	scene_free(s);
}

/* -- whose tenant ------------------------------------------------------------------------------------------
 */

static void test_who_is_a_tenant(void **state)
{
	static const struct {
		const char *host, *app;
		bool tenant;
	} rows[] = {
		{ "hnust.vendor1.cn", "host:vendor1.cn", true },
		{ "vpn.hnust.vendor2.com.cn", "host:vendor2.com.cn", true },
		{ "hnust.com", "host:hnust.com", false },
		{ "www.hnust.cn", "host:hnust.cn", false },
		{ "hnust.github.io", "host:hnust.github.io", false },
		{ "hnust.someuni.edu.cn", "host:someuni.edu.cn", false },
		{ "hnust-my.vendor3.cn", "host:vendor3.cn", false },
		{ "hnust.jw.hnust.edu.cn.waf-a.com", "host:waf-a.com", false },
		{ "hnust.edu.cn.waf-b.com", "host:waf-b.com", false },
		{ "hnust.edu.cnx.vendor4.com", "host:vendor4.com", true },
	};
	struct scene *s = scene_new("hnust");
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		scene_host(s, rows[i].host);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool is = scene_step(s, rows[i].app, "campus-tenant") != NULL;
		if (is != rows[i].tenant)
			fail_msg("%s", rows[i].host);
		assert_int_equal(scene_findings(s, rows[i].app), rows[i].tenant);
	}
	scene_free(s);
}

static void test_target_of_an_alias_is_no_tenant(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t host = scene_host(s, "hnust.some-cdn.com");
	(void)state;

	memset(s->subject[host].count_via, 0, sizeof(s->subject[host].count_via));
	s->subject[host].count_via[VIA_DNS_ANSWER] = 10;
	assert_int_equal(scene_status(s, "host:some-cdn.com"), APP_UNDECIDED);
	s->subject[host].count_via[VIA_DNS_QUERY] = 1;
	scene_judge(s);
	assert_int_equal(scene_status(s, "host:some-cdn.com"), APP_UNFILED);
	scene_free(s);
}

/* What a proxy on campus answers for is not the school's; the step names no address. */
static void test_proxy_on_campus(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t host = scene_host(s, "www.some-news.com");
	(void)state;

	s->subject[host].campus_proxy = true;
	assert_int_equal(scene_status(s, "host:some-news.com"), APP_UNDECIDED);
	assert_non_null(scene_step(s, "host:some-news.com", "campus-proxy"));
	s->subject[host].campus_server = true; /* another address of its own as well */
	scene_judge(s);
	assert_int_equal(scene_status(s, "host:www.some-news.com"), APP_UNFILED);
	assert_null(scene_step(s, "host:www.some-news.com", "campus-proxy"));
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undecided_is_never_accused),
		cmocka_unit_test(test_each_kind_of_evidence),
		cmocka_unit_test(test_what_is_no_evidence),
		cmocka_unit_test(test_evidence_adds_up),
		cmocka_unit_test(test_register_is_evidence),
		cmocka_unit_test(test_person_calls_it_education),
		cmocka_unit_test(test_person_stands_above_the_exempt_table),
		cmocka_unit_test(test_person_exempts),
		cmocka_unit_test(test_exemption_follows_the_host_into_the_identifier),
		cmocka_unit_test(test_decision_about_something_else),
		cmocka_unit_test(test_center_hosts_are_exempt_where_the_profile_says_so),
		cmocka_unit_test(test_mini_program_of_the_center),
		cmocka_unit_test(test_switching_the_profile_removes_exactly_the_mini_programs),
		cmocka_unit_test(test_product_with_a_kind_in_scope),
		cmocka_unit_test(test_k12_is_out_of_scope),
		cmocka_unit_test(test_mini_program_of_a_k12_product_is_out_of_scope),
		cmocka_unit_test(test_catalogue_row_about_the_campus_itself),
		cmocka_unit_test(test_exempt_row_within_campus),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_who_is_a_tenant),
		cmocka_unit_test(test_target_of_an_alias_is_no_tenant),
		cmocka_unit_test(test_proxy_on_campus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
