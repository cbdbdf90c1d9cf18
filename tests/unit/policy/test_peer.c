/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which hosts are one with another host. Subjects are added in their order. */
#include "policy/join.h"
#include "policy/learnt.h"

#include "tests/unit/policy/scene.h"

#define NEW        "host:jw.hnust.edu.cn"
#define OLD        "host:jwc.hnust.edu.cn"
#define HOME(i, k) assert_string_equal(scene_home(s, i), k)

enum { JW, JWC, XG };

static struct scene *campus(void)
{
	struct scene *s = scene_new("hnust");

	scene_host(s, "jw.hnust.edu.cn");
	scene_host(s, "jwc.hnust.edu.cn");
	scene_host(s, "xg.hnust.edu.cn");
	return s;
}

static void test_moved(void **state)
{
	static const struct {
		const char *to[2], *note[2];
		bool joins;
	} rows[] = {
		{ { "https://jw.hnust.edu.cn" }, { LEARNT_FOR_GOOD }, true },
		{ { "http://jw.hnust.edu.cn", "https://jw.hnust.edu.cn:8443" },
		  { LEARNT_FOR_GOOD, "http" },
		  true },
		{ { "https://jwc.hnust.edu.cn", "https://jw.hnust.edu.cn" },
		  { LEARNT_FOR_GOOD, LEARNT_FOR_GOOD },
		  true },
		{ { "https://jw.hnust.edu.cn" }, { "http" }, false },
		{ { "https://jw.hnust.edu.cn" }, { "refresh" }, false },
		{ { "https://jw.hnust.edu.cn", "https://xg.hnust.edu.cn" },
		  { LEARNT_FOR_GOOD, LEARNT_FOR_GOOD },
		  false },
		{ { "https://never-seen.hnust.edu.cn" }, { LEARNT_FOR_GOOD }, false },
		{ { "https://jw.hnust.edu.cn.evil.com" }, { LEARNT_FOR_GOOD }, false },
		{ { "https://j" }, { LEARNT_FOR_GOOD }, false },
		{ { "jw.hnust.edu.cn" }, { LEARNT_FOR_GOOD }, true },
		{ { "https://" }, { LEARNT_FOR_GOOD }, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = campus();
		for (int k = 0; k < 2 && rows[i].to[k] != NULL; k++)
			scene_fact(s, JWC, FACT_REDIRECT, rows[i].to[k], rows[i].note[k]);
		if ((strcmp(scene_home(s, JWC), NEW) == 0) != rows[i].joins)
			fail_msg("row %zu", i);
		assert_int_equal(scene_step(s, NEW, "tie-learnt") != NULL, rows[i].joins);
		HOME(JW, NEW);
		HOME(XG, "host:xg.hnust.edu.cn");
		scene_free(s);
	}
}

static void test_chain_and_circle(void **state)
{
	struct scene *s = campus();
	(void)state;

	scene_fact(s, JWC, FACT_REDIRECT, "https://xg.hnust.edu.cn", LEARNT_FOR_GOOD);
	scene_fact(s, XG, FACT_REDIRECT, "https://jw.hnust.edu.cn", LEARNT_FOR_GOOD);
	HOME(JWC, NEW);
	HOME(XG, NEW);
	assert_int_equal(scene_app(s, NEW)->clients, 5);
	s->in.fact_count = 0;
	scene_fact(s, JW, FACT_REDIRECT, "https://jwc.hnust.edu.cn", LEARNT_FOR_GOOD);
	scene_fact(s, JWC, FACT_REDIRECT, "https://jw.hnust.edu.cn", LEARNT_FOR_GOOD);
	s->judged = false;
	HOME(JW, NEW);
	HOME(JWC, OLD);
	scene_free(s);
}

/* Whoever is redirected to a gate stays what it was. */
static void test_gate(void **state)
{
	static const char *const names[] = { "a.hnust.edu.cn", "b.hnust.edu.cn", "c.hnust.edu.cn",
					     "d.hnust.edu.cn" };
	(void)state;

	for (size_t n = 3; n <= 4; n++) {
		struct scene *s = scene_new("hnust");
		for (size_t i = 0; i < n; i++)
			scene_host(s, names[i]);
		scene_host(s, "hub.hnust.edu.cn");
		for (size_t i = 0; i < n; i++)
			scene_fact(s, i, FACT_REDIRECT, "https://hub.hnust.edu.cn", LEARNT_FOR_GOOD);
		assert_int_equal(scene_app(s, "host:hub.hnust.edu.cn")->member_count, n == 3 ? 4 : 1);
		assert_int_equal(scene_step(s, "host:a.hnust.edu.cn", "learnt-apart") != NULL, n == 4);
		scene_free(s);
	}
}

/* One that everybody has to pass is known by what it calls itself, also when few are sent there. */
static void test_named_gate(void **state)
{
	struct scene *s = campus();
	(void)state;

	scene_fact(s, JW, FACT_TITLE, "示例大学统一身份认证平台", "");
	scene_fact(s, JWC, FACT_REDIRECT, "https://jw.hnust.edu.cn", LEARNT_FOR_GOOD);
	HOME(JWC, OLD);
	assert_null(scene_step(s, OLD, "learnt-apart"));
	scene_free(s);
}

/* A login is one by its page or by its name: whoever sends people there is no part of it, filed or not. */
static void test_login_is_a_gate(void **state)
{
	static const struct {
		const char *host, *title;
		bool gate;
	} rows[] = {
		{ "login.hnust.edu.cn", "用户登录", true }, { "login.hnust.edu.cn", NULL, true },
		{ "cas2.hnust.edu.cn", NULL, true },        { "new-sso.hnust.edu.cn", NULL, true },
		{ "www.ids.hnust.edu.cn", NULL, true },     { "my.hnust.edu.cn", "User Login", true },
		{ "my.hnust.edu.cn", "用户登陆", true },    { "my.hnust.edu.cn", "Passport", true },
		{ "my.hnust.edu.cn", "我的大学", false },   { "cascade.hnust.edu.cn", NULL, false },
		{ "idea.hnust.edu.cn", NULL, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 2; i++) {
		struct scene *s = scene_new("xust");
		bool filed = i & 1, gate = rows[i / 2].gate;
		char to[64];
		size_t from = scene_host(s, "aa.hnust.edu.cn"), host = scene_host(s, rows[i / 2].host);
		snprintf(to, sizeof(to), "https://%s", rows[i / 2].host);
		if (filed)
			scene_provider(s, "教务", "aa.hnust.edu.cn");
		scene_fact(s, from, FACT_REDIRECT, to, LEARNT_FOR_GOOD);
		if (rows[i / 2].title != NULL)
			scene_fact(s, host, FACT_TITLE, rows[i / 2].title, "");
		if ((strcmp(scene_home(s, from), scene_home(s, host)) == 0) != (!gate && !filed) ||
		    (scene_step(s, scene_home(s, host), "learnt-apart") != NULL) != (!gate && filed))
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* One of the two is filed: both stay, and a person looks. Each is: nothing is said. */
static void test_moved_and_filed(void **state)
{
	(void)state;
	for (int filed = 1; filed <= 3; filed++) {
		struct scene *s = campus();
		if (filed & 1)
			scene_provider(s, "新", "jw.hnust.edu.cn");
		if (filed & 2)
			scene_provider(s, "旧", "jwc.hnust.edu.cn");
		scene_fact(s, JWC, FACT_REDIRECT, "https://jw.hnust.edu.cn", LEARNT_FOR_GOOD);
		HOME(JW, NEW);
		HOME(JWC, OLD);
		assert_int_equal(scene_status(s, NEW), filed & 1 ? APP_FILED : APP_PROBABLE);
		assert_int_equal(scene_status(s, OLD), filed & 2 ? APP_FILED : APP_PROBABLE);
		assert_int_equal(scene_step(s, NEW, "learnt-apart") != NULL, filed == 2);
		assert_int_equal(scene_step(s, OLD, "learnt-apart") != NULL, filed != 3);
		scene_free(s);
	}
}

static void test_person(void **state)
{
	static const struct {
		enum decision_kind decision;
		const char *name;
		bool joins;
	} rows[] = {
		{ DECISION_EXEMPT, "jw.hnust.edu.cn", false },
		{ DECISION_EXEMPT, "jwc.hnust.edu.cn", false },
		{ DECISION_EDUCATION, "jw.hnust.edu.cn", true },
		{ DECISION_EDUCATION, "jwc.hnust.edu.cn", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = campus();
		scene_decide(s, rows[i].decision, SUBJECT_HOST, rows[i].name);
		scene_fact(s, JWC, FACT_REDIRECT, "https://jw.hnust.edu.cn", LEARNT_FOR_GOOD);
		if ((scene_tie(s, JWC) == TIE_LEARNT) != rows[i].joins)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* The network centre's own are exempt: nobody joins them, and they join nobody. */
static void test_center(void **state)
{
	struct scene *s = campus();
	struct conf_list *center = &s->conf.campus.center_hosts;
	(void)state;

	center->item[center->count++] = xstrdup("jw.hnust.edu.cn");
	scene_fact(s, JWC, FACT_REDIRECT, "https://jw.hnust.edu.cn", LEARNT_FOR_GOOD);
	HOME(JWC, OLD);
	assert_int_equal(scene_status(s, NEW), APP_EXEMPT);
	assert_int_equal(scene_status(s, OLD), APP_UNFILED);
	scene_free(s);
}

#define ICP   "湘ICP备05000001号-7"
#define TITLE "示例大学教务通"

static void page(struct scene *s, size_t host, const char *title, const char *icp, int64_t days)
{
	scene_standing(scene_fact(s, host, FACT_TITLE, title, ""), days);
	scene_standing(scene_fact(s, host, FACT_ICP_NUMBER, icp, ""), days);
}

static void test_twins(void **state)
{
	static const struct {
		const char *title, *icp;
		bool joins;
	} rows[] = {
		{ TITLE, ICP, true },
		{ "示例大学 · 教务通", "湘 ICP 备05000001号-7", true },
		{ TITLE, "湘ICP备05000001号", false },
		{ TITLE, "湘ICP备05000001号-8", false },
		{ "示例大学学工通", ICP, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = campus();
		page(s, JW, TITLE, ICP, 9);
		page(s, JWC, rows[i].title, rows[i].icp, 1);
		if ((strcmp(scene_home(s, JWC), NEW) == 0) != rows[i].joins)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* What quite different systems are called, numbers without a service, doubtful ones, somebody else's page. */
static void test_no_twins(void **state)
{
	static const struct {
		const char *title, *icp;
		unsigned confidence;
		const char *leads;
	} rows[] = {
		{ "示例大学统一身份认证", ICP, 95, NULL },
		{ "首页", ICP, 95, NULL },
		{ "教务", ICP, 95, NULL },
		{ TITLE, "湘ICP备05000001号", 95, NULL },
		{ TITLE, "湘ICP备05000001号-7A", 95, NULL },
		{ TITLE, ICP, 70, NULL },
		{ TITLE, ICP, 95, "https://xg.hnust.edu.cn" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = campus();
		for (size_t host = JW; host <= JWC; host++) {
			page(s, host, rows[i].title, rows[i].icp, 1);
			s->fact[s->in.fact_count - 1].confidence = rows[i].confidence;
			if (rows[i].leads)
				scene_fact(s, host, FACT_REDIRECT, rows[i].leads, "http");
		}
		if (strcmp(scene_home(s, JWC), OLD) != 0)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* Whose page it is says nothing about what it is. */
static void test_name_of_the_school(void **state)
{
	static const struct {
		const char *title;
		bool joins;
	} rows[] = {
		{ "示例大学", false },
		{ "示例科技大学官网", false },
		{ "示例大学 - 计算机学院", false },
		{ "示例职业技术学院网站", false },
		{ "示例大学教务处", false },
		{ "示例大学党委组织部", false },
		{ "Example University", false },
		{ "示例大学图书馆座位", true },
		{ "示例大学学工系统", true },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = campus();
		page(s, JW, rows[i].title, ICP, 9);
		page(s, JWC, rows[i].title, ICP, 1);
		if ((strcmp(scene_home(s, JWC), NEW) == 0) != rows[i].joins)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* The whole domain of a twin goes along, so each of its hosts must be one that could: whoever known first. */
static void test_twin_brings_no_stranger(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		bool first = i & 1, stranger = i & 2;
		struct scene *s = scene_new("hnust");
		size_t a = scene_host(s, "hnust.vendor-a.com"), b = scene_host(s, "jwxt.evil.com");
		page(s, a, TITLE, ICP, first ? 9 : 1);
		page(s, b, TITLE, ICP, first ? 1 : 9);
		if (stranger)
			scene_host(s, "shop.evil.com");
		assert_int_equal(strcmp(scene_home(s, a), scene_home(s, b)) == 0, !stranger);
		assert_int_equal(scene_status(s, scene_home(s, a)), APP_UNFILED);
		scene_free(s);
	}
}

/* One that shows the number of a filing stays by itself: the other is not cleared by it. */
static void test_twin_with_a_number(void **state)
{
	(void)state;
	for (size_t shows = JW; shows <= JWC; shows++) {
		struct scene *s = campus();
		scene_provider(s, "别的", "zz.hnust.edu.cn")->number = "教APP备4310001号";
		for (size_t i = JW; i <= JWC; i++) {
			if (i == shows)
				scene_fact(s, i, FACT_EDU_NUMBER, "教APP备4310001号", "页脚");
			scene_fact(s, i, FACT_ANDROID_PACKAGE, "org.x", "assetlinks.json")->first +=
				(int64_t)i;
		}
		assert_int_equal(scene_status(s, NEW), shows == JW ? APP_PROBABLE : APP_UNFILED);
		assert_int_equal(scene_status(s, OLD), shows == JWC ? APP_PROBABLE : APP_UNFILED);
		assert_int_equal(scene_findings(s, shows == JW ? OLD : NEW), 1);
		scene_free(s);
	}
}

/* Moved one way and alike the other way round: one app, and no circle. */
static void test_moved_and_alike(void **state)
{
	struct scene *s = campus();
	(void)state;

	scene_fact(s, JW, FACT_REDIRECT, "https://jwc.hnust.edu.cn", LEARNT_FOR_GOOD);
	scene_fact(s, JW, FACT_ANDROID_PACKAGE, "org.x", "assetlinks.json");
	scene_fact(s, JWC, FACT_REDIRECT, "https://xg.hnust.edu.cn", "http");
	scene_fact(s, JWC, FACT_ANDROID_PACKAGE, "org.x", "assetlinks.json")->first += 5;
	scene_fact(s, XG, FACT_ANDROID_PACKAGE, "org.x", "assetlinks.json")->first += 9;
	HOME(JW, OLD);
	HOME(JWC, OLD);
	HOME(XG, OLD);
	assert_int_equal(scene_tie(s, JWC), TIE_ANCHOR);
	assert_int_equal(scene_app(s, OLD)->member_count, 3);
	scene_free(s);
}

/* Whoever was known first stays the centre, whoever comes later and whatever its name. */
static void test_center_is_the_first_known(void **state)
{
	struct scene *s = campus();
	(void)state;

	page(s, JW, TITLE, ICP, 1);
	page(s, JWC, TITLE, ICP, 30);
	page(s, XG, TITLE, ICP, 10);
	HOME(JW, OLD);
	HOME(JWC, OLD);
	HOME(XG, OLD);
	assert_int_equal(scene_tie(s, JWC), TIE_ANCHOR);
	assert_int_equal(scene_app(s, OLD)->clients, 5);
	scene_decide(s, DECISION_EDUCATION, SUBJECT_HOST, "xg.hnust.edu.cn");
	s->judged = false;
	HOME(JW, "host:xg.hnust.edu.cn");
	scene_free(s);
}

static void test_twin_of_a_filed_one(void **state)
{
	struct scene *s = campus();
	(void)state;

	page(s, JW, TITLE, ICP, 1);
	page(s, JWC, TITLE, ICP, 1);
	page(s, XG, TITLE, ICP, 1);
	scene_provider(s, "教务通", "xg.hnust.edu.cn");
	assert_int_equal(scene_status(s, "host:xg.hnust.edu.cn"), APP_FILED);
	assert_int_equal(scene_status(s, NEW), APP_PROBABLE);
	assert_int_equal(scene_status(s, OLD), APP_PROBABLE);
	scene_free(s);
}

/* The same app at the well-known place of both; a product's says which product they use, not who they are. */
static void test_common(void **state)
{
	static const struct {
		const char *package;
		bool joins;
	} rows[] = { { "cn.edu.hnust.app", true },
		     { "com.chaoxing.mobile", false },
		     { "com.tencent.mm", false } };
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = campus();
		scene_fact(s, JW, FACT_ANDROID_PACKAGE, rows[i].package, "assetlinks.json");
		scene_fact(s, JWC, FACT_ANDROID_PACKAGE, rows[i].package, "assetlinks.json");
		scene_fact(s, XG, FACT_ANDROID_PACKAGE, rows[i].package, "href");
		if ((strcmp(scene_home(s, JWC), NEW) == 0) != rows[i].joins)
			fail_msg("row %zu", i);
		HOME(XG, "host:xg.hnust.edu.cn");
		if (rows[i].joins)
			assert_non_null(strstr(scene_step(s, NEW, "tie-learnt"), rows[i].package));
		scene_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_chain_and_circle),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_named_gate),
		cmocka_unit_test(test_moved_and_filed),
		cmocka_unit_test(test_person),
		cmocka_unit_test(test_center),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_no_twins),
		cmocka_unit_test(test_center_is_the_first_known),
		cmocka_unit_test(test_twin_of_a_filed_one),
		cmocka_unit_test(test_common),
		cmocka_unit_test(test_login_is_a_gate),
		cmocka_unit_test(test_name_of_the_school),
		cmocka_unit_test(test_twin_brings_no_stranger),
		cmocka_unit_test(test_twin_with_a_number),
		cmocka_unit_test(test_moved_and_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
