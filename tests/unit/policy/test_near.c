/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identifiers beside a filed product or system: covered, likely, or somebody else. */
#include "policy/near.h"

#include "tests/unit/policy/scene.h"

#define KEY_A "wechat-mini:" MINI_A

static size_t mini_with_host(struct scene *s, const char *appid, const char *host)
{
	size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, appid), at = scene_host(s, host);
	scene_link(s, mini, at, 5);
	return mini;
}

static void test_product_filing_covers_its_identifier(void **state)
{
	static const struct {
		const char *name, *domain, *package;
	} rows[] = {
		{ "某平台", "www.xuexi365.com", NULL },
		{ "某平台", "*.chaoxing.com", NULL },
		{ "学习通", NULL, NULL },
		{ "某平台", NULL, "com.chaoxing.mobile" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_new("hnust");
		struct policy_filing *f = scene_filing(s, FILING_PROVIDER, rows[i].name);
		mini_with_host(s, MINI_A, "api.chaoxing.com");
		if (rows[i].domain != NULL)
			scene_key(&f->domains, rows[i].domain);
		if (rows[i].package != NULL)
			scene_key(&f->packages, rows[i].package);
		assert_int_equal(scene_status(s, KEY_A), APP_FILED);
		scene_key(&f->appids, MINI_B);
		scene_judge(s);
		assert_int_equal(scene_status(s, KEY_A), APP_PROBABLE);
		scene_key(&f->appids, MINI_A);
		scene_judge(s);
		assert_int_equal(scene_status(s, KEY_A), APP_FILED);
		scene_free(s);
	}
}

/* It speaks to more than the product: the filing may be its own, a person decides. */
static void test_product_filing_and_a_host_of_nobody_known(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = mini_with_host(s, MINI_A, "api.chaoxing.com");
	(void)state;

	scene_link(s, mini, scene_host(s, "api.vendor-x.com"), 5);
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	scene_provider(s, "某平台", "www.xuexi365.com");
	scene_judge(s);
	assert_int_equal(scene_status(s, KEY_A), APP_PROBABLE);
	scene_free(s);
}

/* The hosts are used by browsers too and stay the product's: nobody is accused while the product is filed. */
static void test_product_filing_makes_its_speaker_probable(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = mini_with_host(s, MINI_A, "www.chaoxing.com");
	struct sketch few;
	(void)state;

	scene_clients(&few, 0, 2);
	s->subject[mini].sketch = &few;
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	scene_provider(s, "某平台", "www.xuexi365.com");
	scene_judge(s);
	assert_int_equal(scene_status(s, "host:chaoxing.com"), APP_FILED);
	assert_int_equal(scene_status(s, KEY_A), APP_PROBABLE);
	assert_int_equal(scene_findings(s, KEY_A), 0);
	scene_free(s);
}

/* A school's filed system that browsers use: its mini-program may be in the same filing. */
static void test_speaker_to_a_filed_campus_host_is_probable(void **state)
{
	struct scene *s = scene_new("hnust");
	size_t mini = mini_with_host(s, MINI_A, "jw.hnust.edu.cn");
	struct policy_filing *f;
	struct sketch few;
	(void)state;

	scene_clients(&few, 0, 2);
	s->subject[mini].sketch = &few;
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	f = scene_provider(s, "教务", "jw.hnust.edu.cn");
	scene_judge(s);
	assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), APP_FILED);
	assert_int_equal(scene_status(s, KEY_A), APP_PROBABLE);
	assert_non_null(scene_step(s, KEY_A, "beside-filed"));
	scene_key(&f->appids, MINI_B);
	scene_judge(s);
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	f->appids.count = 0;
	scene_link(s, mini, scene_host(s, "bx.hnust.edu.cn"), 1); /* and one that nobody filed */
	scene_judge(s);
	assert_int_equal(scene_status(s, KEY_A), APP_UNFILED);
	scene_free(s);
}

/* Another profile removes the identifier's alert and adds none: the product's hosts left with it. */
static void test_product_of_an_identifier_in_another_profile(void **state)
{
	struct scene *s = scene_new("xust");
	(void)state;

	mini_with_host(s, MINI_A, "api.chaoxing.com");
	assert_int_equal(scene_status(s, KEY_A), APP_OUT_OF_SCOPE);
	assert_null(scene_app(s, "host:chaoxing.com"));
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_product_filing_covers_its_identifier),
		cmocka_unit_test(test_product_filing_and_a_host_of_nobody_known),
		cmocka_unit_test(test_product_filing_makes_its_speaker_probable),
		cmocka_unit_test(test_speaker_to_a_filed_campus_host_is_probable),
		cmocka_unit_test(test_product_of_an_identifier_in_another_profile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
