/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What probes learnt: it explains, makes filings probable, and clears or accuses nobody by itself. */
#include "policy/learnt.h"

#include "tests/unit/policy/scene.h"

#define JW   "host:jw.hnust.edu.cn"
#define MINI "wechat-mini:" MINI_A

static void test_told(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t jw = scene_host(s, "jw.hnust.edu.cn");
	const char *text;
	(void)state;

	scene_fact(s, jw, FACT_TITLE, "教务系统", "");
	scene_fact(s, jw, FACT_ICP_NUMBER, "湘ICP备05000000号", "示例大学")->confidence = 20;
	text = scene_step(s, JW, "learnt");
	assert_non_null(text);
	assert_non_null(strstr(text, "网页标题「教务系统」"));
	assert_non_null(strstr(text, "湘ICP备05000000号」(示例大学)"));
	assert_int_equal(scene_status(s, JW), APP_UNFILED);
	assert_int_equal(scene_findings(s, JW), 1);
	scene_free(s);
}

static void test_many_are_counted(void **state)
{
	static char text[LEARNT_TOLD + 3][16];
	struct scene *s = scene_new("hnust");
	size_t jw = scene_host(s, "jw.hnust.edu.cn");
	(void)state;

	for (int i = 0; i < LEARNT_TOLD + 3; i++) {
		snprintf(text[i], sizeof(text[i]), "wx%d", i);
		scene_fact(s, jw, FACT_WECHAT_MINI, text[i], "");
	}
	assert_non_null(strstr(scene_step(s, JW, "learnt"), "另有 3 项"));
	scene_free(s);
}

/* A number on a page: a person decides. One that nobody filed, or that a page is not sure of: nothing. */
static void test_number_is_probable(void **state)
{
	static const struct {
		const char *number;
		unsigned confidence;
		enum app_status want;
	} rows[] = {
		{ "教APP备4300001号", 95, APP_PROBABLE },
		{ "教 app 备 4300001 号", 95, APP_PROBABLE },
		{ "教APP备4300002号", 95, APP_UNFILED },
		{ "教APP备4300001号", 50, APP_UNFILED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t jw = scene_host(s, "jw.hnust.edu.cn");
		scene_filing(s, FILING_PROVIDER, "某教务")->number = "教APP备4300001号";
		scene_fact(s, jw, FACT_EDU_NUMBER, rows[i].number, "")->confidence = rows[i].confidence;
		if (scene_status(s, JW) != rows[i].want)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* The platform's record: a name, or a host, alone is probable; both in one filing are that filing. */
static void test_record(void **state)
{
	static const struct {
		const char *name, *domain;
		enum app_status want;
	} rows[] = {
		{ "校园服务大厅", "api.vendor-x.com", APP_FILED },
		{ "校园服务大厅", NULL, APP_PROBABLE },
		{ "别的名字", "api.vendor-x.com", APP_PROBABLE },
		{ "别的名字", NULL, APP_UNFILED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
		scene_decide(s, DECISION_EDUCATION, SUBJECT_WECHAT_MINI, MINI_A);
		scene_provider(s, "校园服务大厅", "api.vendor-x.com");
		if (rows[i].domain)
			scene_fact(s, mini, FACT_APP_DOMAIN, rows[i].domain, "微信小程序资料页");
		scene_fact(s, mini, FACT_APP_NAME, rows[i].name, "微信小程序资料页");
		if (scene_status(s, MINI) != rows[i].want)
			fail_msg("row %zu: %s", i, app_status_name(scene_status(s, MINI)));
		if (rows[i].want != APP_FILED)
			assert_string_equal(scene_app(s, MINI)->name, rows[i].name);
		scene_free(s);
	}
}

/* A mini-program whose traffic nobody reads: the platform says whose hosts it speaks to. */
static void test_record_of_the_campus(void **state)
{
	static const struct {
		const char *domain;
		unsigned confidence;
		enum app_status want;
	} rows[] = {
		{ "api.hnust.edu.cn", 95, APP_UNFILED },   { "mooc1.chaoxing.com", 95, APP_UNFILED },
		{ "api.hnust.edu.cn", 60, APP_UNDECIDED }, { "api.vendor-x.com", 95, APP_UNDECIDED },
		{ "tool.example.net", 95, APP_UNDECIDED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
		scene_fact(s, mini, FACT_APP_DOMAIN, rows[i].domain, "微信小程序资料页")->confidence =
			rows[i].confidence;
		if (scene_status(s, MINI) != rows[i].want)
			fail_msg("row %zu: %s", i, app_status_name(scene_status(s, MINI)));
		assert_int_equal(scene_step(s, MINI, "record-domain") != NULL, rows[i].want == APP_UNFILED);
		scene_free(s);
	}
}

/* A twin of the maker: its filing names another identifier of the class, so name and host are not enough. */
static void test_record_of_a_twin(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	struct policy_filing *f;
	(void)state;

	scene_decide(s, DECISION_EDUCATION, SUBJECT_WECHAT_MINI, MINI_A);
	f = scene_provider(s, "校园服务大厅", "api.vendor-x.com");
	scene_key(&f->appids, MINI_B);
	scene_fact(s, mini, FACT_APP_DOMAIN, "api.vendor-x.com", "微信小程序资料页");
	scene_fact(s, mini, FACT_APP_NAME, "校园服务大厅", "微信小程序资料页");
	assert_int_equal(scene_status(s, MINI), APP_PROBABLE);
	scene_free(s);
}

/* At the well-known place a host names its own; on a page it names anybody's. */
static void test_package(void **state)
{
	static const struct {
		const char *note;
		enum app_status want;
	} rows[] = { { "assetlinks.json", APP_PROBABLE }, { "页面链接", APP_UNFILED } };
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t jw = scene_host(s, "jw.hnust.edu.cn");
		scene_key(&scene_filing(s, FILING_PROVIDER, "某应用")->packages, "com.vendor.campus");
		scene_fact(s, jw, FACT_ANDROID_PACKAGE, "com.vendor.campus", rows[i].note);
		assert_int_equal(scene_status(s, JW), rows[i].want);
		scene_free(s);
	}
}

static void test_nobody(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t jw = scene_host(s, "jw.hnust.edu.cn");
	(void)state;

	scene_fact(s, jw, FACT_PARKED, "nginx 初装页", "nginx");
	assert_int_equal(scene_status(s, JW), APP_UNDECIDED);
	assert_int_equal(scene_findings(s, JW), 0);
	assert_non_null(scene_step(s, JW, "nobody"));
	scene_decide(s, DECISION_EDUCATION, SUBJECT_HOST, "jw.hnust.edu.cn");
	scene_judge(s);
	assert_int_equal(scene_status(s, JW), APP_UNFILED);
	scene_free(s);
}

/* Not sure enough; an interface that identifiers use; a product of the catalogue: these are apps. */
static void test_somebody(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t jw = scene_host(s, "jw.hnust.edu.cn"), api = scene_host(s, "api.hnust.edu.cn");
	size_t mooc = scene_host(s, "mooc1.chaoxing.com"), mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	const char *home;
	(void)state;

	scene_link(s, mini, api, 5);
	scene_fact(s, jw, FACT_PARKED, "nginx 初装页", "")->confidence = LEARNT_NOBODY - 1;
	scene_fact(s, api, FACT_PARKED, "nginx 初装页", "");
	scene_fact(s, mooc, FACT_PARKED, "nginx 初装页", "");
	assert_int_equal(scene_status(s, JW), APP_UNFILED);
	assert_int_equal(scene_status(s, "host:chaoxing.com"), APP_UNFILED);
	home = scene_home(s, api);
	assert_int_equal(scene_status(s, home), APP_UNFILED);
	scene_free(s);
}

/* -- strangers: hosts that nothing but facts brought in ------------------------------------------------- */

#define PKG "cn.edu.hnust.jw"

/* A filed package, and a host of somebody that calls the package its own. */
static struct scene *claimed(size_t *host)
{
	struct scene *s = scene_new("xust");
	struct policy_filing *f = scene_filing(s, FILING_PROVIDER, "教务");

	*host = scene_host(s, "api.vendor-x.com");
	scene_see(s, SUBJECT_ANDROID_PACKAGE, PKG);
	scene_key(&f->packages, PKG);
	f->icp = "湘ICP备05000001号";
	f->operator= "示例大学";
	f->permissions = "无";
	scene_standing(scene_fact(s, *host, FACT_ANDROID_PACKAGE, PKG, "assetlinks.json"), 400);
	return s;
}

/* Its footer, its owner, its package, its age: told, and held against nobody else's filing. */
static void test_stranger_accuses_nobody(void **state)
{
	static const struct {
		enum fact type;
		const char *value;
	} rows[] = {
		{ FACT_ICP_NUMBER, "京ICP备99999999号" },         { FACT_APP_OWNER, "乙科技有限公司" },
		{ FACT_PERMISSION, "android.permission.CAMERA" }, { FACT_APP_VERSION, "1.0" },
		{ FACT_APP_UPDATED, "2020-01-01T00:00:00Z" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t host;
		struct scene *s = claimed(&host);
		scene_standing(scene_fact(s, host, rows[i].type, rows[i].value, "页脚"), 400);
		assert_int_equal(scene_tie(s, host), TIE_LEARNT);
		assert_string_equal(scene_home(s, host), "android-package:" PKG);
		assert_int_equal(scene_status(s, "android-package:" PKG), APP_FILED);
		if (scene_findings(s, "android-package:" PKG) != 0)
			fail_msg("row %zu", i);
		assert_null(scene_step(s, "android-package:" PKG, "drift-unread"));
		scene_free(s);
	}
}

/* The number on the page of a host that facts brought, and the same number of the app itself. */
static void test_stranger_clears_nobody(void **state)
{
	static const struct {
		bool own;
		enum app_status want;
	} rows[] = { { true, APP_PROBABLE }, { false, APP_UNFILED } };
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t host = scene_host(s, "api.vendor-x.com");
		size_t package = scene_see(s, SUBJECT_ANDROID_PACKAGE, PKG);
		scene_provider(s, "别的", "zz.hnust.edu.cn")->number = "教APP备4310001号";
		scene_fact(s, host, FACT_ANDROID_PACKAGE, PKG, "assetlinks.json");
		scene_fact(s, rows[i].own ? package : host, FACT_EDU_NUMBER, "教APP备4310001号", "页脚");
		assert_string_equal(scene_home(s, host), "android-package:" PKG);
		assert_int_equal(scene_tie(s, host), TIE_LEARNT);
		assert_int_equal(scene_status(s, "android-package:" PKG), rows[i].want);
		assert_int_equal(scene_findings(s, "android-package:" PKG), rows[i].want == APP_UNFILED);
		assert_non_null(strstr(scene_step(s, "android-package:" PKG, "learnt"), "教APP备4310001号"));
		scene_free(s);
	}
}

/* What the package on a host calls itself is no platform's record: of a host that facts brought it says
 * nothing, of one that the identifier speaks to it makes nothing certain. */
static void test_name_of_a_package_is_no_record(void **state)
{
	static const struct {
		bool linked, recorded;
		enum app_status want;
	} rows[] = {
		{ false, false, APP_PROBABLE },
		{ true, false, APP_PROBABLE },
		{ true, true, APP_FILED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t api = scene_host(s, "api.vendor-x.com"), jw = scene_host(s, "jw.hnust.edu.cn");
		size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
		struct sketch others;
		scene_clients(&others, 100, 50);
		s->subject[jw].sketch = s->subject[jw].connect_sketch = &others;
		s->subject[jw].clients = 50;
		scene_provider(s, "某教务系统", "jw.hnust.edu.cn");
		scene_link(s, mini, jw, 1);
		if (rows[i].linked)
			scene_link(s, mini, api, 9);
		scene_fact(s, api, FACT_APP_NAME, "某教务系统", "资源表里的默认名");
		scene_fact(s, mini, FACT_APP_DOMAIN, "api.vendor-x.com", "微信小程序资料页");
		scene_fact(s, mini, FACT_APP_DOMAIN, "jw.hnust.edu.cn", "微信小程序资料页");
		if (rows[i].recorded)
			scene_fact(s, mini, FACT_APP_NAME, "某教务系统", "微信小程序资料页");
		assert_int_equal(scene_tie(s, api), rows[i].linked ? TIE_EXCLUSIVE : TIE_LEARNT);
		if (scene_status(s, MINI) != rows[i].want)
			fail_msg("row %zu: %s", i, app_status_name(scene_status(s, MINI)));
		scene_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_many_are_counted),
		cmocka_unit_test(test_number_is_probable),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_record_of_a_twin),
		cmocka_unit_test(test_record_of_the_campus),
		cmocka_unit_test(test_package),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_somebody),
		cmocka_unit_test(test_stranger_accuses_nobody),
		cmocka_unit_test(test_stranger_clears_nobody),
		cmocka_unit_test(test_name_of_a_package_is_no_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
