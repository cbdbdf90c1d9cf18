/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which hosts facts bring to an identifier's app, and which they must not. Subjects are added in their order.
 */
#include "policy/join.h"

#include "tests/unit/policy/scene.h"

#define MINI       "wechat-mini:" MINI_A
#define RECORD     "微信小程序资料页"
#define PKG        "cn.edu.hnust.jw"
#define HOME(i, k) assert_string_equal(scene_home(s, i), k)

/* A host seen over TLS alone, and a mini-program whose record lists it. */
static struct scene *recorded(const char *profile, const char *host, size_t *h, size_t *mini)
{
	struct scene *s = scene_new(profile);

	*h = scene_host(s, host);
	*mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	scene_fact(s, *mini, FACT_APP_DOMAIN, host, RECORD);
	return s;
}

static void test_record(void **state)
{
	static const struct {
		const char *host;
		uint64_t from, n; /* clients of the host; the mini-program has 0..4 */
		unsigned confidence;
		bool joins;
	} rows[] = {
		{ "api.vendor-x.com", 0, 5, 98, true },    { "api.vendor-x.com", 2, 6, 98, true },
		{ "api.vendor-x.com", 3, 6, 98, false },   { "api.vendor-x.com", 50, 5, 98, false },
		{ "api.vendor-x.com", 0, 5, 89, false },   { "mini.hnust.edu.cn", 0, 5, 98, true },
		{ "p.chaoxing.com", 0, 5, 98, false },     { "tool.example.net", 0, 5, 98, false },
		{ "mini.hnust.edu.cn", 3, 60, 98, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t h, mini;
		struct scene *s = recorded("hnust", rows[i].host, &h, &mini);
		struct sketch clients;
		scene_clients(&clients, rows[i].from, rows[i].n);
		s->subject[h].sketch = s->subject[h].connect_sketch = &clients;
		s->subject[h].clients = rows[i].n;
		s->fact[0].confidence = rows[i].confidence;
		if ((strcmp(scene_home(s, h), MINI) == 0) != rows[i].joins)
			fail_msg("row %zu", i);
		assert_int_equal(scene_tie(s, h) == TIE_LEARNT, rows[i].joins);
		assert_int_equal(scene_step(s, MINI, "tie-learnt") != NULL, rows[i].joins);
		HOME(mini, MINI);
		scene_free(s);
	}
}

static void test_record_is_told(void **state)
{
	size_t h, mini;
	struct scene *s = recorded("hnust", "api.vendor-x.com", &h, &mini);
	const char *text = scene_step(s, MINI, "tie-learnt");
	(void)state;

	assert_non_null(text);
	assert_non_null(strstr(text, "api.vendor-x.com 归入本应用(探测所见,置信度 95%)"));
	assert_non_null(strstr(text, RECORD));
	assert_int_equal(scene_app(s, MINI)->member_count, 2);
	assert_int_equal(scene_status(s, MINI), APP_UNDECIDED); /* it made nobody education */
	assert_null(scene_app(s, "host:vendor-x.com"));
	scene_free(s);
}

/* Clients of two key epochs cannot be compared: nobody can say, so nothing joins. */
static void test_no_comparison(void **state)
{
	size_t h, mini;
	struct scene *s = recorded("hnust", "api.vendor-x.com", &h, &mini);
	(void)state;

	s->subject[h].sketch_epoch = 2;
	HOME(h, "host:vendor-x.com");
	assert_non_null(scene_step(s, "host:vendor-x.com", "learnt-apart"));
	s->subject[h].sketch_epoch = 0;
	s->subject[h].sketch = s->subject[h].connect_sketch = NULL;
	s->subject[h].count_via[VIA_TLS] = 0;
	s->judged = false;
	HOME(h, "host:vendor-x.com");
	scene_free(s);
}

/* Two records list it, or another mini-program was heard to speak to it: a shared interface. */
static void test_shared(void **state)
{
	(void)state;
	for (int heard = 0; heard < 2; heard++) {
		size_t h, mini, other;
		struct scene *s = recorded("hnust", "api.vendor-x.com", &h, &mini);
		other = scene_see(s, SUBJECT_WECHAT_MINI, MINI_B);
		if (heard)
			scene_link(s, other, h, 9);
		else
			scene_fact(s, other, FACT_APP_DOMAIN, "api.vendor-x.com", RECORD);
		assert_string_not_equal(scene_home(s, h), MINI);
		scene_free(s);
	}
}

/* What was heard stands: a record of somebody else takes nothing away. */
static void test_heard_stands(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t h = scene_host(s, "api.vendor-x.com"), a = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A),
	       b = scene_see(s, SUBJECT_WECHAT_MINI, MINI_B);
	(void)state;

	scene_link(s, a, h, 9);
	scene_fact(s, b, FACT_APP_DOMAIN, "api.vendor-x.com", RECORD);
	HOME(h, MINI);
	assert_int_equal(scene_tie(s, h), TIE_EXCLUSIVE);
	scene_free(s);
}

/* A campus host never slips under a filing, nor out of the profile: the filing is probable, a person looks.
 */
static void test_clears_nobody(void **state)
{
	static const struct {
		const char *profile;
		bool filed;
		enum app_status want;
	} rows[] = {
		{ "hnust", true, APP_PROBABLE },
		{ "xust", false, APP_UNFILED },
		{ "xust", true, APP_UNFILED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t h, mini;
		struct scene *s = recorded(rows[i].profile, "mini.hnust.edu.cn", &h, &mini);
		if (rows[i].filed)
			scene_key(&scene_filing(s, FILING_PROVIDER, "小程序")->appids, MINI_A);
		HOME(h, "host:mini.hnust.edu.cn");
		if (scene_status(s, "host:mini.hnust.edu.cn") != rows[i].want)
			fail_msg("row %zu", i);
		assert_int_equal(scene_step(s, "host:mini.hnust.edu.cn", "learnt-apart") != NULL,
				 rows[i].want == APP_PROBABLE);
		scene_free(s);
	}
}

/* A host that a unit filed stays its own, and the mini-program is probably covered. */
static void test_filed_host_stays(void **state)
{
	size_t h, mini;
	struct scene *s = recorded("hnust", "mini.hnust.edu.cn", &h, &mini);
	(void)state;

	scene_provider(s, "某系统", "mini.hnust.edu.cn");
	HOME(h, "host:mini.hnust.edu.cn");
	assert_int_equal(scene_status(s, "host:mini.hnust.edu.cn"), APP_FILED);
	assert_int_equal(scene_status(s, MINI), APP_PROBABLE);
	assert_non_null(scene_step(s, MINI, "learnt-apart"));
	scene_free(s);
}

static void test_person(void **state)
{
	static const struct {
		enum decision_kind decision;
		enum subject_kind kind;
		const char *name;
		bool joins;
	} rows[] = {
		{ DECISION_EXEMPT, SUBJECT_WECHAT_MINI, MINI_A, false },
		{ DECISION_EDUCATION, SUBJECT_WECHAT_MINI, MINI_A, true },
		{ DECISION_EXEMPT, SUBJECT_HOST, "mini.hnust.edu.cn", false },
		{ DECISION_EDUCATION, SUBJECT_HOST, "mini.hnust.edu.cn", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t h, mini;
		struct scene *s = recorded("hnust", "mini.hnust.edu.cn", &h, &mini);
		scene_decide(s, rows[i].decision, rows[i].kind, rows[i].name);
		if ((scene_tie(s, h) == TIE_LEARNT) != rows[i].joins)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* More than three campus hosts: a portal, whose systems stay apps of their own. */
static void test_portal(void **state)
{
	static const char *const names[] = { "a.hnust.edu.cn", "b.hnust.edu.cn", "c.hnust.edu.cn",
					     "d.hnust.edu.cn" };
	(void)state;

	for (size_t n = 3; n <= 4; n++) {
		struct scene *s = scene_new("hnust");
		size_t mini;
		for (size_t i = 0; i < n; i++)
			scene_host(s, names[i]);
		mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
		for (size_t i = 0; i < n; i++)
			scene_fact(s, mini, FACT_APP_DOMAIN, names[i], RECORD);
		assert_int_equal(scene_app(s, MINI)->member_count, n == 3 ? 4 : 1);
		assert_int_equal(scene_app(s, "host:a.hnust.edu.cn") != NULL, n == 4);
		scene_free(s);
	}
}

/* The host's own word for a package that was seen in use; one that lists a browser or a product says nothing.
 */
static void test_declared(void **state)
{
	static const struct {
		const char *package, *note;
		bool joins;
	} rows[] = {
		{ PKG, "assetlinks.json", true },
		{ PKG, "href", false },
		{ "com.chaoxing.mobile", "assetlinks.json", false },
		{ "com.tencent.mm", "assetlinks.json", false },
		{ "com.tencent.wemeet.app", "assetlinks.json", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t h = scene_host(s, "jw.hnust.edu.cn");
		scene_see(s, SUBJECT_ANDROID_PACKAGE, rows[i].package);
		scene_fact(s, h, FACT_ANDROID_PACKAGE, rows[i].package, rows[i].note);
		if ((scene_tie(s, h) == TIE_LEARNT) != rows[i].joins)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* A parked host, or one that is the same for every name, is nobody's. */
static void test_nobody(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t h = scene_host(s, "jw.hnust.edu.cn"), mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	(void)state;

	scene_fact(s, h, FACT_CATCH_ALL, "随机名称同样应答", "");
	scene_fact(s, mini, FACT_APP_DOMAIN, "jw.hnust.edu.cn", RECORD);
	HOME(h, "host:jw.hnust.edu.cn");
	scene_free(s);
}

/* The fact comes and goes: the host with it, and every app keeps its key. */
static void test_keys_stay(void **state)
{
	size_t h, mini;
	struct scene *s = recorded("hnust", "mini.hnust.edu.cn", &h, &mini);
	(void)state;

	assert_int_equal(scene_status(s, MINI), APP_UNFILED);
	assert_int_equal(scene_findings(s, MINI), 1);
	s->in.fact_count = 0;
	s->judged = false;
	HOME(h, "host:mini.hnust.edu.cn");
	HOME(mini, MINI);
	scene_free(s);
}

/* An unfiled host that calls a filed app its own: the app is filed through a host that it took, a product's,
 * by a user's filing, perhaps by one of a host that it speaks to, or its record lists a filed host. The host
 * stays what it was. */
enum through { BY_TAKEN, BY_USER, BY_PRODUCT, BY_BESIDE, BY_RECORD, THROUGH_COUNT };

static struct scene *covered(enum through by, size_t *xg)
{
	const char *name = by == BY_PRODUCT ? "p.chaoxing.com" : "jw.hnust.edu.cn";
	static struct sketch far;
	struct scene *s = scene_new("hnust");
	size_t jw = scene_host(s, name), p;

	*xg = scene_host(s, "xg.hnust.edu.cn");
	p = scene_see(s, SUBJECT_ANDROID_PACKAGE, PKG);
	if (by == BY_USER)
		scene_key(&scene_filing(s, FILING_USER, "教务")->packages, PKG);
	else if (by == BY_PRODUCT) /* by its name alone */
		scene_filing(s, FILING_PROVIDER, "学习通");
	else
		scene_provider(s, "教务", name);
	if (by != BY_USER && by != BY_RECORD)
		scene_link(s, p, jw, 9);
	if (by == BY_BESIDE) { /* jw is filed, and mostly used by others */
		scene_clients(&far, 100, 50);
		s->subject[jw].sketch = s->subject[jw].connect_sketch = &far;
		s->subject[jw].clients = 50;
	}
	scene_fact(s, *xg, FACT_ANDROID_PACKAGE, PKG, "assetlinks.json");
	if (by == BY_RECORD)
		scene_fact(s, p, FACT_APP_DOMAIN, "jw.hnust.edu.cn", RECORD);
	return s;
}

static void test_hides_under_no_filing(void **state)
{
	(void)state;
	for (enum through by = 0; by < THROUGH_COUNT; by++) {
		size_t xg;
		struct scene *s = covered(by, &xg);
		HOME(xg, "host:xg.hnust.edu.cn");
		if (scene_status(s, "host:xg.hnust.edu.cn") != APP_UNFILED ||
		    scene_findings(s, "host:xg.hnust.edu.cn") != 1)
			fail_msg("row %d", by);
		assert_non_null(scene_step(s, "host:xg.hnust.edu.cn", "learnt-apart"));
		assert_int_not_equal(scene_status(s, "android-package:" PKG), APP_UNFILED);
		scene_free(s);
	}
}

/* One that is accused by nobody may join a filed app: it is covered by nothing that it needs. */
static void test_stranger_joins_filed(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t h = scene_host(s, "api.vendor-x.com"), mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	(void)state;

	scene_key(&scene_filing(s, FILING_PROVIDER, "小程序")->appids, MINI_A);
	scene_fact(s, mini, FACT_APP_DOMAIN, "api.vendor-x.com", RECORD);
	HOME(h, MINI);
	assert_int_equal(scene_status(s, MINI), APP_FILED);
	scene_free(s);
}

/* The record lists two hosts, one of them filed: the filing is probably the mini-program's, and the other's
 * is still missing. */
static void test_kin_clears_no_third(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t jw = scene_host(s, "jw.hnust.edu.cn"), xg = scene_host(s, "xg.hnust.edu.cn"),
	       mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	(void)state;

	scene_provider(s, "教务", "jw.hnust.edu.cn");
	scene_fact(s, mini, FACT_APP_DOMAIN, "jw.hnust.edu.cn", RECORD);
	scene_fact(s, mini, FACT_APP_DOMAIN, "xg.hnust.edu.cn", RECORD);
	HOME(jw, "host:jw.hnust.edu.cn");
	HOME(xg, "host:xg.hnust.edu.cn");
	assert_int_equal(scene_status(s, MINI), APP_PROBABLE);
	assert_int_equal(scene_status(s, "host:xg.hnust.edu.cn"), APP_UNFILED);
	scene_free(s);
}

/* The network centre's app stays exempt and takes nobody in; the same app of anybody else does. */
static void test_center_takes_nobody(void **state)
{
	(void)state;
	for (int center = 0; center < 2; center++) {
		struct scene *s = scene_new("hnust");
		struct conf_list *list = &s->conf.campus.center_hosts;
		size_t h = scene_host(s, "api.vendor-x.com"), ct = scene_host(s, "ct.hnust.edu.cn"),
		       mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
		if (center)
			list->item[list->count++] = xstrdup("ct.hnust.edu.cn");
		scene_link(s, mini, ct, 9);
		scene_fact(s, mini, FACT_APP_DOMAIN, "api.vendor-x.com", RECORD);
		HOME(ct, MINI);
		HOME(h, center ? "host:vendor-x.com" : MINI);
		assert_int_equal(scene_status(s, MINI), center ? APP_EXEMPT : APP_UNFILED);
		scene_free(s);
	}
}

/* vendor.com is served on campus, but one app with www.vendor.com, which the filing of the domain clears: it
 * does not leave for an app without one. */
static void test_filed_by_its_domain(void **state)
{
	static const char *const filed[] = { "www.vendor.com", "x.vendor.com", NULL };
	(void)state;

	for (size_t i = 0; i < sizeof(filed) / sizeof(filed[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t h = scene_host(s, "vendor.com");
		scene_host(s, "www.vendor.com");
		scene_see(s, SUBJECT_ANDROID_PACKAGE, PKG);
		s->subject[h].campus_server = true;
		if (filed[i] != NULL)
			scene_provider(s, "某系统", filed[i]);
		scene_fact(s, h, FACT_ANDROID_PACKAGE, PKG, "assetlinks.json");
		HOME(h, filed[i] != NULL ? "host:vendor.com" : "android-package:" PKG);
		if (filed[i] != NULL)
			assert_int_equal(scene_status(s, "host:vendor.com"), APP_FILED);
		scene_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_record_is_told),
		cmocka_unit_test(test_no_comparison),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_heard_stands),
		cmocka_unit_test(test_clears_nobody),
		cmocka_unit_test(test_filed_host_stays),
		cmocka_unit_test(test_person),
		cmocka_unit_test(test_portal),
		cmocka_unit_test(test_declared),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_keys_stay),
		cmocka_unit_test(test_hides_under_no_filing),
		cmocka_unit_test(test_stranger_joins_filed),
		cmocka_unit_test(test_kin_clears_no_third),
		cmocka_unit_test(test_center_takes_nobody),
		cmocka_unit_test(test_filed_by_its_domain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
