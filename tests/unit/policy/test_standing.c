/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever facts there are: nobody who is accused is cleared by them, and nobody who is cleared is accused.
 * Random campuses from fixed seeds, judged without facts and with them. */
#include "policy/join.h"
#include "policy/learnt.h"

#include "tests/unit/policy/scene.h"

enum { ROUNDS = 4000, FACTS_MAX = 12 };

#define NUMBER "教APP备4310001号"

/* Sorted, as the judgement wants them. */
static const char *const hosts[] = {
	"a.hnust.edu.cn",     "b.hnust.edu.cn", "c.hnust.edu.cn",  "ct.hnust.edu.cn",
	"hnust.vendor.com",   "jwxt.evil.com",  "jwxt.vendor.com", "jwxt.vendor.net",
	"login.hnust.edu.cn", "shop.evil.com",  "vendor.com",      "www.a.hnust.edu.cn",
	"www.b.hnust.edu.cn", "www.vendor.com",
};
static const char *const packages[] = { "cn.edu.hnust.p", "org.x" };
enum { HOSTS = sizeof(hosts) / sizeof(hosts[0]), VENDOR = 10, MINI = HOSTS, PACKAGE, SUBJECTS = PACKAGE + 2 };

static char url[HOSTS][64];

static unsigned draw(uint64_t *seed, unsigned n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33) % n;
}

static void see_all(struct scene *s, uint64_t *r)
{
	struct conf_list *center = &s->conf.campus.center_hosts;

	center->item[center->count++] = xstrdup("ct.hnust.edu.cn");
	for (size_t i = 0; i < HOSTS; i++) {
		size_t host = scene_host(s, hosts[i]);
		s->subject[host].campus_server = (i == VENDOR || draw(r, 8) == 0) && draw(r, 2);
	}
	scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
	scene_see(s, SUBJECT_ANDROID_PACKAGE, packages[0]);
	scene_see(s, SUBJECT_ANDROID_PACKAGE, packages[1]);
}

static void file_some(struct scene *s, uint64_t *r)
{
	for (unsigned i = draw(r, 4); i > 0; i--)
		scene_link(s, MINI + draw(r, 3), draw(r, HOSTS), 1 + draw(r, 9));
	for (unsigned i = draw(r, 3); i > 0; i--)
		scene_provider(s, "某系统名称", hosts[draw(r, HOSTS)]);
	if (draw(r, 4) == 0)
		scene_key(&scene_provider(s, "包名备案", "zz.hnust.edu.cn")->packages, packages[draw(r, 2)]);
	if (draw(r, 4) == 0)
		scene_key(&scene_filing(s, FILING_USER, "使用备案")->packages, packages[draw(r, 2)]);
	if (draw(r, 4) == 0)
		scene_provider(s, "别的系统", "yy.hnust.edu.cn")->number = NUMBER;
	if (draw(r, 4) == 0)
		scene_decide(s, draw(r, 2) ? DECISION_EXEMPT : DECISION_EDUCATION, SUBJECT_HOST,
			     hosts[draw(r, HOSTS)]);
}

static struct policy_fact any_fact(uint64_t *r)
{
	const char *icp = "湘ICP备05000001号-7", *title = "示例大学教务管理系统";
	size_t to = draw(r, HOSTS);
	const struct policy_fact rows[] = {
		{ .type = FACT_REDIRECT, .value = url[to], .note = LEARNT_FOR_GOOD },
		{ .type = FACT_ANDROID_PACKAGE, .value = packages[to % 2], .note = "assetlinks.json" },
		{ .type = FACT_APP_DOMAIN, .value = hosts[to], .note = "微信小程序资料页" },
		{ .type = FACT_TITLE, .value = title, .note = "" },
		{ .type = FACT_ICP_NUMBER, .value = icp, .note = "" },
		{ .type = FACT_EDU_NUMBER, .value = NUMBER, .note = "页脚" },
		{ .type = FACT_APP_NAME, .value = "某系统名称", .note = "资源表" },
	};
	struct policy_fact f = rows[draw(r, sizeof(rows) / sizeof(rows[0]))];

	f.subject = f.type == FACT_APP_DOMAIN ? MINI : draw(r, HOSTS);
	f.confidence = 95;
	f.first = DAY * 86400000000 + draw(r, 5);
	f.last = f.first + 10;
	return f;
}

static int compare_fact(const void *left, const void *right)
{
	const struct policy_fact *a = left, *b = right;

	if (a->subject != b->subject)
		return a->subject < b->subject ? -1 : 1;
	return a->type != b->type ? (a->type < b->type ? -1 : 1) : strcmp(a->value, b->value);
}

static void learn_some(struct scene *s, uint64_t *r)
{
	struct policy_fact f[FACTS_MAX * 2];
	size_t n = 0;

	for (unsigned i = draw(r, FACTS_MAX) + 1; i > 0; i--) {
		f[n++] = any_fact(r);
		if (f[n - 1].type != FACT_TITLE) /* a title alone says nothing: with a number it does */
			continue;
		f[n] = f[n - 1];
		f[n].type = FACT_ICP_NUMBER;
		f[n++].value = "湘ICP备05000001号-7";
	}
	qsort(f, n, sizeof(*f), compare_fact);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || compare_fact(&f[i - 1], &f[i]) != 0)
			s->fact[s->in.fact_count++] = f[i];
}

/* An education host by itself: what stays behind when such a host leaves its domain is nobody's loss. */
static bool is_accused(const struct scene *s, size_t i)
{
	const char *name = hosts[i];

	return s->subject[i].campus_server || strstr(name, "hnust") != NULL || strncmp(name, "jwxt.", 5) == 0;
}

static enum app_status status_of(const struct scene *s, size_t subject)
{
	return s->out.app[s->out.app_of_subject[subject]].status;
}

/* An app may come near to a filing by its own facts; who joined may not. */
static bool is_cleared(struct scene *s, size_t i, enum app_status before)
{
	enum app_status now = status_of(s, i);

	if (before != APP_UNFILED || (i < HOSTS && !is_accused(s, i)))
		return false;
	return now != APP_UNFILED && (now != APP_PROBABLE || scene_tie(s, i) == TIE_LEARNT);
}

static bool is_newly_accused(const struct scene *s, size_t i, enum app_status before)
{
	return (before == APP_FILED || before == APP_EXEMPT) && status_of(s, i) == APP_UNFILED;
}

/* How many of the campus are joined. */
static size_t judge_one(uint64_t seed)
{
	uint64_t r = seed;
	struct scene *s = scene_new(draw(&r, 2) ? "hnust" : "xust");
	enum app_status before[SUBJECTS];
	size_t joined = 0;

	see_all(s, &r);
	file_some(s, &r);
	scene_judge(s);
	for (size_t i = 0; i < SUBJECTS; i++)
		before[i] = status_of(s, i);
	learn_some(s, &r);
	scene_judge(s);
	for (size_t i = 0; i < SUBJECTS; i++) {
		if (is_cleared(s, i, before[i]) || is_newly_accused(s, i, before[i]))
			fail_msg("seed %u: %s was %s, is %s in %s", (unsigned)seed, s->subject[i].name,
				 app_status_name(before[i]), app_status_name(status_of(s, i)),
				 scene_home(s, i));
		joined += scene_tie(s, i) == TIE_LEARNT;
	}
	scene_free(s);
	return joined;
}

static void test_facts_clear_and_accuse_nobody(void **state)
{
	size_t joined = 0;
	(void)state;

	for (size_t i = 0; i < HOSTS; i++)
		snprintf(url[i], sizeof(url[i]), "https://%s", hosts[i]);
	for (uint64_t seed = 1; seed <= ROUNDS; seed++)
		joined += judge_one(seed);
	assert_true(joined > ROUNDS / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_facts_clear_and_accuse_nobody) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
