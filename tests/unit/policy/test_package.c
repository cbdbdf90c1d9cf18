/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a package declares counts only when it is certainly the app's own. Told by its permissions. */
#include "policy/package.h"

#include "policy/drift.h"
#include "tests/unit/policy/scene.h"

#define JW "host:jw.hnust.edu.cn"

/* Facts of a filed host in their order, until a value is NULL. */
struct given {
	enum fact type;
	const char *value, *note;
};

static struct scene *offered(const struct given *g, size_t n)
{
	struct scene *s = scene_new("xust");
	size_t host = scene_host(s, "jw.hnust.edu.cn");

	scene_provider(s, "示例教务通", "jw.hnust.edu.cn")->permissions = "相机";
	for (size_t i = 0; i < n && g[i].value != NULL; i++)
		scene_standing(scene_fact(s, host, g[i].type, g[i].value, g[i].note), DRIFT_GRACE_DAYS);
	return s;
}

static void test_own(void **state)
{
	static const struct {
		struct given fact[4];
		bool own;
	} rows[] = {
		{ { { FACT_ANDROID_PACKAGE, "cn.a", "" }, { FACT_APP_NAME, "示例教务通APP", "" } }, true },
		{ { { FACT_ANDROID_PACKAGE, "cn.a", "" }, { FACT_APP_NAME, "别的应用", "" } }, false },
		{ { { FACT_ANDROID_PACKAGE, "cn.a", "" } }, false },
		{ { { FACT_APP_NAME, "示例教务通", "" } }, false },
		/* two packages, one name: whose it is nobody can say */
		{ { { FACT_ANDROID_PACKAGE, "cn.a", "" },
		    { FACT_ANDROID_PACKAGE, "cn.b", "" },
		    { FACT_APP_NAME, "示例教务通", "" } },
		  false },
		{ { { FACT_ANDROID_PACKAGE, "cn.a", "" },
		    { FACT_IOS_BUNDLE, "cn.a", "" },
		    { FACT_APP_NAME, "示例教务通", "" } },
		  true },
		{ { { FACT_ANDROID_PACKAGE, "cn.a", "" },
		    { FACT_IOS_BUNDLE, "com.other", "" },
		    { FACT_APP_NAME, "示例教务通", "" } },
		  false },
		/* what a page links is no manifest */
		{ { { FACT_ANDROID_PACKAGE, "cn.a", "href" }, { FACT_APP_NAME, "示例教务通", "" } }, false },
		{ { { FACT_ANDROID_PACKAGE, "cn.a", "assetlinks.json" },
		    { FACT_APP_NAME, "示例教务通", "" } },
		  true },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = offered(rows[i].fact, 4);
		scene_standing(scene_fact(s, 0, FACT_PERMISSION, "android.permission.READ_SMS", ""),
			       DRIFT_GRACE_DAYS);
		if ((scene_step(s, JW, "drift-permissions") != NULL) != rows[i].own)
			fail_msg("row %zu", i);
		assert_int_equal(scene_step(s, JW, "drift-unread") != NULL, !rows[i].own);
		scene_free(s);
	}
}

/* Each platform's keys are of its own package. */
static void test_platforms(void **state)
{
	static const struct given android = { FACT_ANDROID_PACKAGE, "cn.a", "" };
	struct scene *s = offered(&android, 1);
	(void)state;

	scene_key(&s->filing[0].packages, "cn.a");
	scene_fact(s, 0, FACT_PERMISSION, "NSContactsUsageDescription", "");
	assert_null(scene_step(s, JW, "drift-permissions"));
	assert_non_null(scene_step(s, JW, "drift-unread"));
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_own), cmocka_unit_test(test_platforms) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
