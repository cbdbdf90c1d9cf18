/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sieve lets through unread can only be undecided. */
#include "policy/sieve.h"

#include "tests/unit/policy/scene.h"

static struct sieve sift(const struct scene *s)
{
	struct sieve out;
	sieve_init(&out, &s->in);
	return out;
}

static void test_classes(void **state)
{
	static const struct {
		const char *host;
		enum sieve_class class;
	} rows[] = {
		{ "hnust.edu.cn", SIEVE_LISTED },
		{ "jw.hnust.edu.cn", SIEVE_LISTED },
		{ "xhnust.edu.cn", SIEVE_PLAIN },
		{ "www.chaoxing.com", SIEVE_LISTED },
		{ "notchaoxing.com", SIEVE_PLAIN },
		{ "mail.qq.com", SIEVE_LISTED },
		{ "tool.example.net", SIEVE_LISTED },
		{ "www.example.net", SIEVE_PLAIN },
		{ "hnust.vendor-x.com", SIEVE_MARKED },
		{ "sso.hnust.vendor-x.com", SIEVE_MARKED },
		{ "hnust1.vendor-x.com", SIEVE_PLAIN },
		{ "hubei.smartedu.cn", SIEVE_MARKED },
		{ "smartedu.cn", SIEVE_MARKED },
		{ "othersmartedu.cn", SIEVE_PLAIN },
		{ "jwxt.vendor-x.com", SIEVE_MARKED },
		{ "a.jwxt.com", SIEVE_PLAIN },
		{ "jwxt", SIEVE_PLAIN },
		{ "portal.example.org", SIEVE_MARKED },
		{ "www.portal.example.org", SIEVE_MARKED },
		{ "a.portal.example.org", SIEVE_PLAIN },
		{ "", SIEVE_PLAIN },
		{ ".", SIEVE_PLAIN },
	};
	struct scene *s = scene_new("hnust");
	struct sieve sieve;
	(void)state;

	s->conf.campus.center_hosts.item[s->conf.campus.center_hosts.count++] = xstrdup("portal.example.org");
	sieve = sift(s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (sieve_host(&sieve, rows[i].host) != rows[i].class)
			fail_msg("%s", rows[i].host);
	sieve_clear(&sieve);
	scene_free(s);
}

static void test_wanted_groups(void **state)
{
	struct scene *s = scene_new("hnust");
	struct sieve sieve;
	(void)state;

	scene_provider(s, "甲", "app.filed-one.com");
	scene_provider(s, "乙", "*.filed-two.com.cn");
	scene_decide(s, DECISION_EXEMPT, SUBJECT_HOST, "decided.com");
	scene_decide(s, DECISION_EXEMPT, SUBJECT_WECHAT_MINI, MINI_A);
	sieve = sift(s);
	assert_true(sieve_wants(&sieve, sieve_group("www.filed-one.com")));
	assert_true(sieve_wants(&sieve, sieve_group("filed-two.com.cn")));
	assert_true(sieve_wants(&sieve, sieve_group("www.decided.com")));
	assert_false(sieve_wants(&sieve, sieve_group("www.unfiled.com")));
	assert_false(sieve_wants(&sieve, MINI_A));
	assert_string_equal(sieve_group("a.b.filed-two.com.cn"), "filed-two.com.cn");
	assert_string_equal(sieve_group("com.cn"), "com.cn");
	assert_string_equal(sieve_group("192.0.2.1"), "192.0.2.1");
	sieve_clear(&sieve);
	scene_free(s);
}

static const char *const crowd[] = {
	"a.alone.com",
	"b.alone.com",
	"jwxt.mixed.com",
	"www.mixed.com",
	"x.filed-one.com",
	"filed-one.com",
	"www.twin.com",
	"chaoxing.com.twin.com",
	"status.mosoteach.cn",
	"www.mosoteach.cn",
	"tool.example.net",
	"www.example.net",
	"github.io",
	"a.github.io",
	"b.a.github.io",
	"hnust.github.io",
	"192.0.2.7",
	"intranet",
	"jw.hnust.edu.cn",
	"jw.hnust.edu.cn.waf.com",
	"www.waf.com",
	"hnust.edu.cn.com",
	"center.org",
	"x.center.org",
	"decided.com",
	"www.decided.com",
	"www.decided-below.com",
	"decided-below.com",
};
enum { CROWD = sizeof(crowd) / sizeof(crowd[0]) };

static struct scene *crowded(void)
{
	struct scene *s = scene_new("hnust");

	for (size_t i = 0; i < CROWD; i++)
		scene_host(s, crowd[i]);
	s->conf.campus.center_hosts.item[s->conf.campus.center_hosts.count++] = xstrdup("center.org");
	scene_provider(s, "甲", "app.filed-one.com");
	scene_provider(s, "乙", "*.com.cn");
	scene_decide(s, DECISION_EDUCATION, SUBJECT_HOST, "decided.com");
	scene_decide(s, DECISION_EXEMPT, SUBJECT_HOST, "www.decided-below.com");
	return s;
}

static bool matters(const struct sieve *sieve, const char *group)
{
	bool found = sieve_wants(sieve, group);
	for (size_t k = 0; k < CROWD; k++)
		found |= strcmp(sieve_group(crowd[k]), group) == 0 &&
			 sieve_host(sieve, crowd[k]) != SIEVE_PLAIN;
	return found;
}

/* Every host of a group that the sieve lets through, judged all the same beside everybody else. */
static void test_it_keeps_enough(void **state)
{
	struct scene *s = crowded();
	struct sieve sieve = sift(s);
	size_t let_through = 0;
	char key[300];
	(void)state;

	for (size_t i = 0; i < CROWD; i++) {
		const char *group = sieve_group(crowd[i]);
		if (matters(&sieve, group))
			continue;
		snprintf(key, sizeof(key), "host:%s", group);
		assert_string_equal(scene_home(s, i), key);
		assert_int_equal(scene_status(s, key), APP_UNDECIDED);
		assert_int_equal(scene_app(s, key)->step_count, 2);
		let_through++;
	}
	assert_true(let_through >= 8);
	sieve_clear(&sieve);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_wanted_groups),
		cmocka_unit_test(test_it_keeps_enough),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
