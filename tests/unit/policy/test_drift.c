/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R12 and R14: only what is sure, only what contradicts, only where a clause says so. */
#include "policy/drift.h"
#include "policy/learnt.h"

#include "tests/unit/policy/scene.h"

#define PKG "ios-bundle:cn.edu.hnust.app"

static size_t filed_bundle(struct scene *s, const char *icp, const char *operator)
{
	size_t i = scene_see(s, SUBJECT_IOS_BUNDLE, "cn.edu.hnust.app");
	struct policy_filing *f = scene_filing(s, FILING_PROVIDER, "校园");

	scene_key(&f->bundles, "cn.edu.hnust.app");
	f->icp = icp;
	f->operator= operator;
	return i;
}

static bool found(struct scene *s, const char *rule)
{
	const struct app *a = scene_app(s, PKG);

	for (size_t i = 0; i < a->finding_count; i++)
		if (strcmp(a->finding[i].rule, rule) == 0)
			return true;
	return false;
}

/* DAY is 2024-10-04. */
static void test_stale(void **state)
{
	static const struct {
		const char *updated;
		unsigned confidence;
		bool want;
	} rows[] = {
		{ "2024-01-01T00:00:00Z", 98, true },  { "2024-04-04T00:00:00Z", 98, true },
		{ "2024-04-05T00:00:00Z", 98, false }, { "2024-01-01T00:00:00Z", 60, false },
		{ "2024-01-01", 98, false },           { "", 98, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		size_t app = filed_bundle(s, NULL, NULL);
		scene_fact(s, app, FACT_APP_UPDATED, rows[i].updated, "苹果商店")->confidence =
			(uint8_t)rows[i].confidence;
		assert_int_equal(scene_status(s, PKG), APP_FILED);
		if (found(s, "R12") != rows[i].want)
			fail_msg("row %zu", i);
		assert_int_equal(scene_step(s, PKG, "stale") != NULL, rows[i].want);
		scene_free(s);
	}
}

static void test_icp(void **state)
{
	static const struct {
		const char *filed, *seen, *seen_too;
		bool want;
	} rows[] = {
		{ "湘ICP备05000001号", "湘ICP备05000002号", NULL, true },
		{ "湘ICP备05000001号", "湘ICP备05000001号-7", NULL, false },
		{ "湘ICP备05000001号-2A", "湘ICP备05000001号", NULL, false },
		{ "湘ICP备05000001号", "湘ICP备05000001号", "湘ICP备05000002号", false },
		{ "湘ICP备2021000001号", "湘ICP备20210000号", NULL, true },
		{ NULL, "湘ICP备05000002号", NULL, false },
		{ "无", "湘ICP备05000002号", NULL, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("xust");
		size_t app = filed_bundle(s, rows[i].filed, NULL);
		scene_standing(scene_fact(s, app, FACT_ICP_NUMBER, rows[i].seen, ""), DRIFT_GRACE_DAYS);
		if (rows[i].seen_too)
			scene_standing(scene_fact(s, app, FACT_ICP_NUMBER, rows[i].seen_too, ""),
				       DRIFT_GRACE_DAYS);
		if (found(s, "R14") != rows[i].want)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

static void test_operator(void **state)
{
	static const struct {
		const char *filed, *seen;
		bool want;
	} rows[] = {
		{ "甲科技有限公司", "乙科技有限公司", true },
		{ "甲科技有限公司", " 甲科技 有限公司 ", false },
		{ "示例大学", "示例大学网络信息中心", false },
		{ NULL, "乙科技有限公司", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("xust");
		size_t app = filed_bundle(s, NULL, rows[i].filed);
		scene_standing(scene_fact(s, app, FACT_APP_OWNER, rows[i].seen, "苹果商店"),
			       DRIFT_GRACE_DAYS);
		if (found(s, "R14") != rows[i].want)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* A profile whose documents have no such clause: said, not accused. */
static void test_no_clause(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t app = filed_bundle(s, "湘ICP备05000001号", NULL);
	(void)state;

	scene_standing(scene_fact(s, app, FACT_ICP_NUMBER, "湘ICP备05000002号", ""), DRIFT_GRACE_DAYS);
	assert_false(found(s, "R14"));
	assert_non_null(scene_step(s, PKG, "drift-icp"));
	assert_null(scene_step(s, PKG, "rule-missing"));
	scene_free(s);
}

/* Ten working days are for whoever filed: until then it is told, not accused. */
static void test_grace(void **state)
{
	(void)state;
	for (int days = 0; days <= DRIFT_GRACE_DAYS; days += days == 0 ? DRIFT_GRACE_DAYS - 1 : 1) {
		struct scene *s = scene_new("xust");
		size_t app = filed_bundle(s, "湘ICP备05000001号", NULL);
		scene_standing(scene_fact(s, app, FACT_ICP_NUMBER, "湘ICP备05000002号", ""), days);
		assert_int_equal(found(s, "R14"), days >= DRIFT_GRACE_DAYS);
		assert_non_null(scene_step(s, PKG, "drift-icp"));
		assert_int_equal(scene_step(s, PKG, "drift-grace") != NULL, days < DRIFT_GRACE_DAYS);
		scene_free(s);
	}
}

#define JW "host:jw.hnust.edu.cn"

/* A filed host with what a probe read from the package that it offers. */
static struct scene *packaged(const char *filed, const char *package, size_t *host)
{
	struct scene *s = scene_new("xust");
	struct policy_filing *f = scene_provider(s, "教务通", "jw.hnust.edu.cn");

	f->permissions = filed;
	*host = scene_host(s, "jw.hnust.edu.cn");
	scene_key(&f->packages, "cn.edu.hnust.jw");
	scene_standing(scene_fact(s, *host, FACT_ANDROID_PACKAGE, package, ""), 300);
	return s;
}

static bool host_found(struct scene *s, const char *rule)
{
	const struct app *a = scene_app(s, JW);

	for (size_t i = 0; i < a->finding_count; i++)
		if (strcmp(a->finding[i].rule, rule) == 0)
			return true;
	return false;
}

static void test_permissions(void **state)
{
	static const struct {
		const char *filed, *package, *declared;
		bool want, unread;
	} rows[] = {
		{ "相机、存储", "cn.edu.hnust.jw", "android.permission.ACCESS_FINE_LOCATION", true, false },
		{ "相机、存储、位置信息", "cn.edu.hnust.jw", "android.permission.ACCESS_FINE_LOCATION", false,
		  false },
		{ "无", "cn.edu.hnust.jw", "android.permission.CAMERA", true, false },
		{ "无", "cn.edu.hnust.jw", "android.permission.INTERNET", false, false },
		{ "相机等", "cn.edu.hnust.jw", "android.permission.READ_SMS", false, true },
		{ "详见隐私政策", "cn.edu.hnust.jw", "android.permission.READ_SMS", false, true },
		{ NULL, "cn.edu.hnust.jw", "android.permission.READ_SMS", false, false },
		{ "相机", "com.tencent.mm", "android.permission.READ_SMS", false, true }, /* somebody's */
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t host;
		struct scene *s = packaged(rows[i].filed, rows[i].package, &host);
		scene_standing(scene_fact(s, host, FACT_PERMISSION, rows[i].declared, ""), DRIFT_GRACE_DAYS);
		if (host_found(s, "R14") != rows[i].want)
			fail_msg("row %zu", i);
		assert_int_equal(scene_step(s, JW, "drift-permissions") != NULL, rows[i].want);
		assert_int_equal(scene_step(s, JW, "drift-unread") != NULL, rows[i].unread);
		scene_free(s);
	}
}

/* An app may have a filing for each platform: what one of them names, or does not say, accuses nobody. */
static void test_permissions_of_two_filings(void **state)
{
	static const struct {
		const char *second;
		bool want;
	} rows[] = { { "位置", false }, { "存储", true }, { "全部", false }, { NULL, false } };
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t host;
		struct scene *s = packaged("相机", "cn.edu.hnust.jw", &host);
		scene_provider(s, "教务通", "jw.hnust.edu.cn")->permissions = rows[i].second;
		scene_standing(
			scene_fact(s, host, FACT_PERMISSION, "android.permission.ACCESS_FINE_LOCATION", ""),
			DRIFT_GRACE_DAYS);
		if (host_found(s, "R14") != rows[i].want)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* A form may hold a page of text: a step quotes its beginning. */
static void test_long_form_is_quoted_briefly(void **state)
{
	static const char camera[] = "相机、";
	char filed[600] = "";
	(void)state;

	for (size_t i = 0; i + sizeof(camera) <= sizeof(filed); i += sizeof(camera) - 1)
		memcpy(filed + i, camera, sizeof(camera));
	for (int unread = 0; unread < 2; unread++) {
		size_t host;
		struct scene *s = packaged(filed, "cn.edu.hnust.jw", &host);
		const char *text, *end;
		if (unread)
			memcpy(filed + strlen(filed) - strlen(camera), "什么等", sizeof("什么等"));
		scene_standing(scene_fact(s, host, FACT_PERMISSION, "android.permission.READ_SMS", ""), 1);
		text = scene_step(s, JW, unread ? "drift-unread" : "drift-permissions");
		assert_non_null(text);
		end = strstr(text, "…」");
		assert_non_null(end);
		assert_in_range(end - strstr(text, camera), 200, 242);
		scene_free(s);
	}
}

/* A filed host that has moved for good to one that nobody filed. */
static void test_domain(void **state)
{
	static const struct {
		const char *filed; /* besides the old host */
		const char *note;
		bool want;
	} rows[] = {
		{ NULL, LEARNT_FOR_GOOD, true },
		{ NULL, "http", false },
		{ "jw2.hnust.edu.cn", LEARNT_FOR_GOOD, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("xust");
		struct policy_filing *f = scene_provider(s, "教务通", "jw.hnust.edu.cn");
		size_t old = scene_host(s, "jw.hnust.edu.cn");
		scene_host(s, "jw2.hnust.edu.cn");
		if (rows[i].filed)
			scene_key(&f->domains, rows[i].filed);
		scene_standing(scene_fact(s, old, FACT_REDIRECT, "https://jw2.hnust.edu.cn", rows[i].note),
			       DRIFT_GRACE_DAYS);
		if (host_found(s, "R14") != rows[i].want)
			fail_msg("row %zu", i);
		assert_int_equal(scene_step(s, JW, "drift-domain") != NULL, rows[i].want);
		scene_free(s);
	}
}

/* A version that is not the filed one is told, and accuses nobody. */
static void test_filed_version(void **state)
{
	static const struct {
		const char *filed, *seen;
		bool told;
	} rows[] = {
		{ "3.2", "3.3", true },    { "V3.2", "3.2", false }, { "3.2", "v3.2", false },
		{ "3.x", "3.3", false },   { NULL, "3.3", false },   { "3.2", "3.3 beta", false },
		{ "3.2/3.3", "4", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t host;
		struct scene *s = packaged(NULL, "cn.edu.hnust.jw", &host);
		s->filing[0].version = rows[i].filed;
		scene_standing(scene_fact(s, host, FACT_APP_VERSION, rows[i].seen, ""), 100);
		assert_false(host_found(s, "R14"));
		if ((scene_step(s, JW, "drift-version") != NULL) != rows[i].told)
			fail_msg("row %zu", i);
		scene_free(s);
	}
}

/* A package whose version has not changed for half a year, when it is certainly the app's. */
static void test_version(void **state)
{
	static const struct {
		const char *package;
		int days, newer;
		bool want;
	} rows[] = {
		{ "cn.edu.hnust.jw", DRIFT_STALE_DAYS, -1, true },
		{ "cn.edu.hnust.jw", DRIFT_STALE_DAYS - 1, -1, false },
		{ "cn.edu.hnust.jw", DRIFT_STALE_DAYS, 3, false },
		{ "com.other.app", DRIFT_STALE_DAYS, -1, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t host;
		struct scene *s = packaged(NULL, rows[i].package, &host);
		scene_standing(scene_fact(s, host, FACT_APP_VERSION, "1.0", "versionCode 1"), rows[i].days);
		if (rows[i].newer >= 0)
			scene_standing(scene_fact(s, host, FACT_APP_VERSION, "1.1", "versionCode 2"),
				       rows[i].newer);
		if (host_found(s, "R12") != rows[i].want)
			fail_msg("row %zu", i);
		assert_int_equal(scene_step(s, JW, "stale") != NULL, rows[i].want);
		scene_free(s);
	}
}

/* Where a shop dates the update, the version says nothing more; a package that changed since says it is
 * alive. */
static void test_version_and_shop(void **state)
{
	struct scene *s = scene_new("xust");
	size_t app = filed_bundle(s, NULL, NULL);
	(void)state;

	scene_standing(scene_fact(s, app, FACT_APP_VERSION, "1.0", "苹果商店"), 400);
	scene_fact(s, app, FACT_APP_UPDATED, "2024-09-01T00:00:00Z", "苹果商店");
	assert_false(found(s, "R12"));
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stale),
					    cmocka_unit_test(test_icp),
					    cmocka_unit_test(test_operator),
					    cmocka_unit_test(test_no_clause),
					    cmocka_unit_test(test_grace),
					    cmocka_unit_test(test_permissions),
					    cmocka_unit_test(test_permissions_of_two_filings),
					    cmocka_unit_test(test_long_form_is_quoted_briefly),
					    cmocka_unit_test(test_version),
					    cmocka_unit_test(test_domain),
					    cmocka_unit_test(test_filed_version),
					    cmocka_unit_test(test_version_and_shop) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
