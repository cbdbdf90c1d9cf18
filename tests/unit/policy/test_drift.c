/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R12 and R14: only what is sure, only what contradicts, only where a clause says so. */
#include "policy/drift.h"

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
		scene_fact(s, app, FACT_ICP_NUMBER, rows[i].seen, "");
		if (rows[i].seen_too)
			scene_fact(s, app, FACT_ICP_NUMBER, rows[i].seen_too, "");
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
		scene_fact(s, app, FACT_APP_OWNER, rows[i].seen, "苹果商店");
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

	scene_fact(s, app, FACT_ICP_NUMBER, "湘ICP备05000002号", "");
	assert_false(found(s, "R14"));
	assert_non_null(scene_step(s, PKG, "drift-icp"));
	assert_null(scene_step(s, PKG, "rule-missing"));
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stale), cmocka_unit_test(test_icp),
					    cmocka_unit_test(test_operator),
					    cmocka_unit_test(test_no_clause) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
