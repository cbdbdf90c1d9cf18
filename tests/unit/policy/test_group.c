/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which subjects become one app, and which must not. */
#include "policy/group.h"

#include "tests/unit/policy/scene.h"

#define HOST(s, name)    scene_host(s, name)
#define WECHAT(s, name)  scene_see(s, SUBJECT_WECHAT_MINI, name)
#define KEY_A            "wechat-mini:" MINI_A
#define KEY_B            "wechat-mini:" MINI_B
#define SAME(s, at, key) assert_string_equal(scene_home(s, at), key)

static void test_campus_hosts_stand_alone(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t jw = HOST(s, "jw.hnust.edu.cn"), lib = HOST(s, "lib.hnust.edu.cn"),
	       apex = HOST(s, "hnust.edu.cn");
	(void)state;

	SAME(s, jw, "host:jw.hnust.edu.cn");
	SAME(s, lib, "host:lib.hnust.edu.cn");
	SAME(s, apex, "host:hnust.edu.cn");
	assert_non_null(scene_step(s, "host:jw.hnust.edu.cn", "group-campus"));
	scene_free(s);
}

static void test_campus_server_stands_alone(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t inside = HOST(s, "oa.vendor-x.com"), outside = HOST(s, "www.vendor-x.com");
	(void)state;

	s->subject[inside].campus_server = true;
	SAME(s, inside, "host:oa.vendor-x.com");
	SAME(s, outside, "host:vendor-x.com");
	assert_int_equal(scene_status(s, "host:oa.vendor-x.com"), APP_UNFILED);
	assert_int_equal(scene_status(s, "host:vendor-x.com"), APP_UNDECIDED);
	scene_free(s);
}

/* An ISP cache on campus that answers for a product or a tool does not make it the school's own. */
static void test_campus_cache_of_a_product(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t product = HOST(s, "p.chaoxing.com"), tool = HOST(s, "imtt.dd.qq.com");
	(void)state;

	s->subject[product].campus_server = s->subject[tool].campus_server = true;
	SAME(s, product, "host:chaoxing.com");
	SAME(s, tool, "host:qq.com");
	assert_int_equal(scene_status(s, "host:qq.com"), APP_EXEMPT);
	scene_free(s);
}

static void test_suffix_needs_whole_labels(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t other = HOST(s, "www.nothnust.edu.cn");
	(void)state;

	SAME(s, other, "host:nothnust.edu.cn");
	assert_int_equal(scene_status(s, "host:nothnust.edu.cn"), APP_UNDECIDED);
	scene_free(s);
}

static void test_registrable_domain_groups(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t a = HOST(s, "api.vendor-x.com.cn"), b = HOST(s, "www.vendor-x.com.cn");
	(void)state;

	SAME(s, a, "host:vendor-x.com.cn");
	SAME(s, b, "host:vendor-x.com.cn");
	assert_int_equal(scene_tie(s, a), TIE_REGISTRABLE);
	assert_int_equal(scene_app(s, "host:vendor-x.com.cn")->member_count, 2);
	scene_free(s);
}

static void test_private_section_of_the_suffix_list(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t foo = HOST(s, "foo.github.io"), bar = HOST(s, "x.bar.github.io"), io = HOST(s, "github.io");
	(void)state;

	SAME(s, foo, "host:foo.github.io");
	SAME(s, bar, "host:bar.github.io");
	SAME(s, io, "host:github.io");
	assert_non_null(scene_step(s, "host:github.io", "group-alone"));
	scene_free(s);
}

static void test_address_is_no_domain(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t v4 = HOST(s, "192.0.2.7"), v6 = HOST(s, "2001:db8::7"), other = HOST(s, "198.51.2.7");
	(void)state;

	SAME(s, v4, "host:192.0.2.7");
	SAME(s, other, "host:198.51.2.7");
	SAME(s, v6, "host:2001:db8::7");
	scene_free(s);
}

static void test_catalogue_subdomain_is_its_own_group(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t product = HOST(s, "m.weixiao.qq.com"), tool = HOST(s, "mail.qq.com"),
	       near = HOST(s, "xweixiao.qq.com");
	(void)state;

	SAME(s, product, "host:weixiao.qq.com");
	SAME(s, tool, "host:qq.com");
	SAME(s, near, "host:qq.com");
	assert_int_equal(scene_status(s, "host:weixiao.qq.com"), APP_UNFILED);
	assert_int_equal(scene_status(s, "host:qq.com"), APP_EXEMPT);
	scene_free(s);
}

/* An exempt host is a group apart: its registrable domain is judged by itself. */
static void test_exempt_subdomain_is_its_own_group(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t tool = HOST(s, "a.tool.example.net"), rest = HOST(s, "jwxt.example.net");
	(void)state;

	SAME(s, tool, "host:tool.example.net");
	SAME(s, rest, "host:example.net");
	assert_int_equal(scene_status(s, "host:tool.example.net"), APP_EXEMPT);
	assert_int_equal(scene_status(s, "host:example.net"), APP_UNFILED);
	assert_non_null(scene_step(s, "host:tool.example.net", "group-exempt"));
	scene_free(s);
}

/* The longer row speaks: an exemption within a product, as well as a product within an exemption. */
static void test_exempt_host_of_a_product(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t status = HOST(s, "a.status.mosoteach.cn"), product = HOST(s, "www.mosoteach.cn");
	(void)state;

	SAME(s, status, "host:status.mosoteach.cn");
	SAME(s, product, "host:mosoteach.cn");
	assert_int_equal(scene_status(s, "host:status.mosoteach.cn"), APP_EXEMPT);
	assert_int_equal(scene_status(s, "host:mosoteach.cn"), APP_UNFILED);
	scene_free(s);
}

static void test_product_is_one_app(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t web = HOST(s, "mooc1.chaoxing.com"), other = HOST(s, "www.xuexi365.com");
	size_t package = scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.chaoxing.mobile");
	size_t bundle = scene_see(s, SUBJECT_IOS_BUNDLE, "com.ssreader.ChaoXingStudy");
	(void)state;

	SAME(s, web, "host:chaoxing.com");
	SAME(s, other, "host:chaoxing.com");
	SAME(s, package, "host:chaoxing.com");
	SAME(s, bundle, "host:chaoxing.com");
	assert_int_equal(scene_tie(s, package), TIE_CATALOG);
	assert_int_equal(scene_tie(s, other), TIE_CATALOG);
	assert_int_equal(scene_tie(s, web), TIE_REGISTRABLE);
	assert_string_equal(scene_app(s, "host:chaoxing.com")->name, "学习通/超星泛雅");
	scene_free(s);
}

/* The key does not depend on which part of the product was seen. */
static void test_product_keeps_its_key(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t package = scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.chaoxing.mobile");
	(void)state;

	SAME(s, package, "host:chaoxing.com");
	assert_int_equal(scene_app(s, "host:chaoxing.com")->member_count, 1);
	scene_free(s);
}

static void test_identifier_takes_its_exclusive_host(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), host = HOST(s, "api.vendor-x.com"),
	       web = HOST(s, "www.vendor-x.com");
	(void)state;

	scene_link(s, mini, host, 4);
	SAME(s, mini, KEY_A);
	SAME(s, host, KEY_A);
	SAME(s, web, "host:vendor-x.com");
	assert_int_equal(scene_tie(s, host), TIE_EXCLUSIVE);
	assert_int_equal(scene_tie(s, mini), TIE_ANCHOR);
	assert_non_null(scene_step(s, KEY_A, "tie-exclusive"));
	scene_free(s);
}

static void test_identifier_takes_its_campus_host(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), host = HOST(s, "bx.hnust.edu.cn");
	(void)state;

	scene_link(s, mini, host, 1);
	SAME(s, host, KEY_A);
	assert_null(scene_app(s, "host:bx.hnust.edu.cn"));
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	assert_int_equal(s->out.count, 1);
	scene_free(s);
}

static void test_shared_host_joins_none(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t a = WECHAT(s, MINI_A), b = WECHAT(s, MINI_B), host = HOST(s, "wx.hnust.edu.cn");
	(void)state;

	scene_link(s, a, host, 1);
	scene_link(s, b, host, 50);
	SAME(s, host, "host:wx.hnust.edu.cn");
	assert_int_equal(s->out.count, 3);
	assert_non_null(scene_step(s, "host:wx.hnust.edu.cn", "shared-host"));
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	assert_int_equal(scene_status(s, KEY_B), APP_UNFILED);
	assert_non_null(scene_step(s, KEY_A, "speaks-to"));
	scene_free(s);
}

/* Two links of one identifier to one host, as two windows may give, are still one speaker. */
static void test_repeated_link_is_one_speaker(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t a = WECHAT(s, MINI_A), host = HOST(s, "wx.hnust.edu.cn");
	(void)state;

	scene_link(s, a, host, 1);
	scene_link(s, a, host, 0);
	SAME(s, host, KEY_A);
	scene_free(s);
}

static void test_identifiers_of_one_product_are_one_speaker(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t a = scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.chaoxing.mobile");
	size_t b = scene_see(s, SUBJECT_IOS_BUNDLE, "com.ssreader.ChaoXingStudy"),
	       host = HOST(s, "cx.hnust.edu.cn");
	(void)state;

	scene_link(s, a, host, 1);
	scene_link(s, b, host, 1);
	SAME(s, host, "host:chaoxing.com");
	assert_int_equal(scene_tie(s, host), TIE_EXCLUSIVE);
	scene_free(s);
}

static void test_container_is_no_app_and_takes_nothing(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t wechat = scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.tencent.mm"), mini = WECHAT(s, MINI_A);
	size_t host = HOST(s, "wx.hnust.edu.cn"), web = HOST(s, "h5.hnust.edu.cn");
	(void)state;

	scene_link(s, wechat, host, 9);
	scene_link(s, mini, host, 1);
	scene_link(s, wechat, web, 9);
	assert_null(scene_home(s, wechat));
	assert_non_null(s->out.subject_note[wechat]);
	assert_null(s->out.subject_note[mini]);
	SAME(s, host, KEY_A);
	SAME(s, web, "host:h5.hnust.edu.cn");
	scene_free(s);
}

static void test_exempt_identifier_takes_nothing(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t tool = scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.tencent.wemeet.app"),
	       host = HOST(s, "jw.hnust.edu.cn");
	(void)state;

	scene_link(s, tool, host, 3);
	SAME(s, tool, "android-package:com.tencent.wemeet.app");
	SAME(s, host, "host:jw.hnust.edu.cn");
	assert_int_equal(scene_status(s, "android-package:com.tencent.wemeet.app"), APP_EXEMPT);
	assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_UNFILED);
	scene_free(s);
}

static void test_platform_host_joins_nobody(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), login = HOST(s, "open.weixin.qq.com");
	(void)state;

	scene_link(s, mini, login, 3);
	SAME(s, login, "host:qq.com");
	assert_int_equal(scene_status(s, KEY_A), APP_UNDECIDED);
	scene_free(s);
}

/* Browsers use it as well: it stays the product's, and the identifier says to whom it speaks. */
static void test_product_keeps_its_host(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), host = HOST(s, "m.chaoxing.com");
	struct sketch few;
	const char *why;
	(void)state;

	scene_clients(&few, 0, 2);
	s->subject[mini].sketch = &few;
	scene_link(s, mini, host, 3);
	SAME(s, host, "host:chaoxing.com");
	why = scene_step(s, KEY_A, "speaks-to");
	assert_non_null(why);
	assert_non_null(strstr(why, "学习通"));
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	assert_null(scene_app(s, KEY_A)->catalog);
	scene_free(s);
}

static void test_catalogued_identifier_takes_other_hosts(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, "wxce6d08f781975d91"), own = HOST(s, "api.wozaixiaoyuan.com");
	size_t other = HOST(s, "files.wzxy-cdn.com");
	(void)state;

	scene_link(s, mini, own, 3);
	scene_link(s, mini, other, 30);
	SAME(s, mini, "host:wozaixiaoyuan.com");
	SAME(s, own, "host:wozaixiaoyuan.com");
	SAME(s, other, "host:wozaixiaoyuan.com");
	assert_int_equal(scene_tie(s, own), TIE_REGISTRABLE);
	assert_int_equal(scene_tie(s, other), TIE_EXCLUSIVE);
	scene_free(s);
}

static void test_portal_does_not_swallow_campus_systems(void **state)
{
	static const char *const names[] = { "a.hnust.edu.cn", "b.hnust.edu.cn", "c.hnust.edu.cn",
					     "d.hnust.edu.cn" };
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), host[4];
	(void)state;

	for (size_t i = 0; i < 4; i++) {
		host[i] = HOST(s, names[i]);
		scene_link(s, mini, host[i], 1);
	}
	SAME(s, host[0], "host:a.hnust.edu.cn");
	SAME(s, host[3], "host:d.hnust.edu.cn");
	assert_non_null(scene_step(s, KEY_A, "portal"));
	s->in.link_count = 3;
	scene_judge(s);
	SAME(s, host[0], KEY_A);
	SAME(s, host[2], KEY_A);
	SAME(s, host[3], "host:d.hnust.edu.cn");
	scene_free(s);
}

/* A browser that nobody listed: most of what it asks for is not education. */
static void test_unlisted_browser_is_not_accused(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t browser = scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.unlisted.browser");
	size_t jw = HOST(s, "jw.hnust.edu.cn"), news = HOST(s, "news.some-site.com");
	(void)state;

	scene_link(s, browser, jw, 10);
	scene_link(s, browser, news, 31);
	SAME(s, jw, "host:jw.hnust.edu.cn");
	assert_int_equal(scene_status(s, "android-package:com.unlisted.browser"), APP_UNDECIDED);
	assert_non_null(scene_step(s, "android-package:com.unlisted.browser", "unfocused"));
	s->link[1].count = 30;
	scene_judge(s);
	SAME(s, jw, "android-package:com.unlisted.browser");
	scene_free(s);
}

/* A mini-program is no browser, however much it loads from elsewhere. */
static void test_mini_program_with_little_campus_traffic(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), jw = HOST(s, "jw.hnust.edu.cn"), own = HOST(s, "api.vendor-x.com");
	(void)state;

	scene_link(s, mini, jw, 1);
	scene_link(s, mini, own, 100);
	SAME(s, jw, KEY_A);
	SAME(s, own, KEY_A);
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	scene_free(s);
}

static void test_cname_links_group_nothing(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t jw = HOST(s, "jw.hnust.edu.cn"), cdn = HOST(s, "jw.some-cdn.com");
	(void)state;

	scene_link(s, jw, cdn, 9);
	SAME(s, jw, "host:jw.hnust.edu.cn");
	SAME(s, cdn, "host:some-cdn.com");
	scene_free(s);
}

static void test_link_out_of_range_is_ignored(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A);
	(void)state;

	scene_link(s, mini, 99, 1);
	scene_link(s, 99, mini, 1);
	SAME(s, mini, KEY_A);
	scene_free(s);
}

static void test_nothing_seen(void **state)
{
	struct scene *s = scene_new("hnust");
	(void)state;

	scene_judge(s);
	assert_int_equal(s->out.count, 0);
	scene_free(s);
}

/* -- rule: what clears one system clears no other -------------------------------------------------- */

static void test_filed_campus_host_clears_no_other(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), jw = HOST(s, "jw.hnust.edu.cn"), xk = HOST(s, "xk.hnust.edu.cn");
	(void)state;

	scene_link(s, mini, jw, 1);
	scene_link(s, mini, xk, 1);
	scene_provider(s, "教务", "jw.hnust.edu.cn");
	SAME(s, jw, KEY_A);
	SAME(s, xk, KEY_A);
	assert_int_equal(scene_status(s, KEY_A), APP_PROBABLE);
	assert_non_null(scene_step(s, KEY_A, "part-filed"));
	scene_provider(s, "选课", "*.xk.hnust.edu.cn"); /* not the host itself */
	scene_judge(s);
	assert_int_equal(scene_status(s, KEY_A), APP_PROBABLE);
	scene_provider(s, "选课", "xk.hnust.edu.cn");
	scene_judge(s);
	SAME(s, jw, KEY_A);
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	assert_null(scene_step(s, KEY_A, "part-filed"));
	scene_free(s);
}

static void test_filed_identifier_is_filed_with_all_its_hosts(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), jw = HOST(s, "jw.hnust.edu.cn"), xk = HOST(s, "xk.hnust.edu.cn");
	struct policy_filing *f;
	(void)state;

	scene_link(s, mini, jw, 1);
	scene_link(s, mini, xk, 1);
	scene_provider(s, "教务", "jw.hnust.edu.cn");
	f = scene_filing(s, FILING_USER, "掌上校园");
	scene_key(&f->appids, MINI_A);
	assert_int_equal(scene_status(s, KEY_A),
			 APP_PROBABLE); /* a user's form alone proves no provider filing */
	f->number = "教APP备4300009号";
	scene_filing(s, FILING_PROVIDER, "掌上校园")->number = "教APP备4300009号";
	scene_judge(s);
	SAME(s, jw, KEY_A);
	SAME(s, xk, KEY_A);
	assert_int_equal(scene_status(s, KEY_A), APP_FILED);
	scene_free(s);
}

/* -- rule: who is not governed takes nothing of the school's --------------------------------------- */

static void test_out_of_audience_takes_no_campus_host(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t k12 = scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.k12.zuoye"), jw = HOST(s, "jw.hnust.edu.cn");
	size_t tenant = HOST(s, "hnust.vendor-x.com"), other = HOST(s, "files.vendor-y.com");
	(void)state;

	scene_link(s, k12, jw, 5);
	scene_link(s, k12, tenant, 5);
	scene_link(s, k12, other, 5);
	SAME(s, jw, "host:jw.hnust.edu.cn");
	SAME(s, tenant, "host:vendor-x.com");
	SAME(s, other, "host:zuoye-k12.com");
	assert_int_equal(scene_findings(s, "host:jw.hnust.edu.cn"), 1);
	assert_non_null(scene_step(s, "host:jw.hnust.edu.cn", "not-governed"));
	assert_int_equal(scene_status(s, "host:zuoye-k12.com"), APP_OUT_OF_SCOPE);
	scene_free(s);
}

/* -- rule: identifiers of a catalogued product ----------------------------------------------------- */

static void test_exclusive_host_of_a_product_joins(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = WECHAT(s, MINI_A), host = HOST(s, "api.mosoteach.cn");
	(void)state;

	scene_link(s, mini, host, 5);
	SAME(s, host, KEY_A);
	assert_int_equal(scene_tie(s, host), TIE_EXCLUSIVE);
	assert_non_null(scene_app(s, KEY_A)->catalog);
	assert_non_null(scene_step(s, KEY_A, "catalog"));
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	assert_int_equal(s->out.count, 1);
	scene_free(s);
}

/* With a system of the school's, or two products, one product's filing must not stand for all. */
static void test_product_host_joins_no_mixed_identifier(void **state)
{
	static const char *const others[] = { "jw.hnust.edu.cn", "m.chaoxing.com", "hnust.vendor-x.com" };
	(void)state;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t mini = WECHAT(s, MINI_A), host = HOST(s, "api.mosoteach.cn");
		scene_link(s, mini, host, 5);
		scene_link(s, mini, HOST(s, others[i]), 5);
		scene_provider(s, "云班课", "mosoteach.cn");
		SAME(s, host, "host:mosoteach.cn");
		assert_int_equal(scene_status(s, "host:mosoteach.cn"), APP_FILED);
		assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
		scene_free(s);
	}
}

/* A product's identifier takes no other product's host. */
static void test_product_takes_no_other_products_host(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t package = scene_see(s, SUBJECT_ANDROID_PACKAGE, "com.chaoxing.mobile"),
	       host = HOST(s, "api.mosoteach.cn");
	(void)state;

	scene_link(s, package, host, 5);
	SAME(s, host, "host:mosoteach.cn");
	assert_int_equal(scene_status(s, "host:chaoxing.com"), APP_UNFILED);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_campus_hosts_stand_alone),
		cmocka_unit_test(test_campus_server_stands_alone),
		cmocka_unit_test(test_campus_cache_of_a_product),
		cmocka_unit_test(test_suffix_needs_whole_labels),
		cmocka_unit_test(test_registrable_domain_groups),
		cmocka_unit_test(test_private_section_of_the_suffix_list),
		cmocka_unit_test(test_address_is_no_domain),
		cmocka_unit_test(test_catalogue_subdomain_is_its_own_group),
		cmocka_unit_test(test_exempt_subdomain_is_its_own_group),
		cmocka_unit_test(test_exempt_host_of_a_product),
		cmocka_unit_test(test_product_is_one_app),
		cmocka_unit_test(test_product_keeps_its_key),
		cmocka_unit_test(test_identifier_takes_its_exclusive_host),
		cmocka_unit_test(test_identifier_takes_its_campus_host),
		cmocka_unit_test(test_shared_host_joins_none),
		cmocka_unit_test(test_repeated_link_is_one_speaker),
		cmocka_unit_test(test_identifiers_of_one_product_are_one_speaker),
		cmocka_unit_test(test_container_is_no_app_and_takes_nothing),
		cmocka_unit_test(test_exempt_identifier_takes_nothing),
		cmocka_unit_test(test_platform_host_joins_nobody),
		cmocka_unit_test(test_product_keeps_its_host),
		cmocka_unit_test(test_catalogued_identifier_takes_other_hosts),
		cmocka_unit_test(test_portal_does_not_swallow_campus_systems),
		cmocka_unit_test(test_unlisted_browser_is_not_accused),
		cmocka_unit_test(test_mini_program_with_little_campus_traffic),
		cmocka_unit_test(test_cname_links_group_nothing),
		cmocka_unit_test(test_link_out_of_range_is_ignored),
		cmocka_unit_test(test_nothing_seen),
		cmocka_unit_test(test_filed_campus_host_clears_no_other),
		cmocka_unit_test(test_filed_identifier_is_filed_with_all_its_hosts),
		cmocka_unit_test(test_out_of_audience_takes_no_campus_host),
		cmocka_unit_test(test_exclusive_host_of_a_product_joins),
		cmocka_unit_test(test_product_host_joins_no_mixed_identifier),
		cmocka_unit_test(test_product_takes_no_other_products_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
