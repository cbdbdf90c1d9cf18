/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judgement as a whole: deterministic, careful, quick, and at one with the shipped tables. */
#include <time.h>

#include "base/buf.h"
#include "tests/unit/policy/scene.h"

/* -- a random campus ----------------------------------------------------------------------------- */

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static const char *const hosts[] = {
	"jw.hnust.edu.cn",    "bx.hnust.edu.cn",     "www.hnust.edu.cn",   "hnust.vendor-x.com",
	"api.vendor-x.com",   "www.chaoxing.com",    "m.xuexi365.com",     "m.weixiao.qq.com",
	"open.weixin.qq.com", "www.some-site.com",   "a.tool.example.net", "jwxt.example.net",
	"foo.github.io",      "jwxt.bar.github.io",  "api.zuoye-k12.com",  "api.wozaixiaoyuan.com",
	"192.0.2.1",          "h5.other-vendor.com", "hubei.smartedu.cn",  "github.io",
};

static const struct {
	enum subject_kind kind;
	const char *name;
} identifiers[] = {
	{ SUBJECT_WECHAT_MINI, MINI_A },
	{ SUBJECT_WECHAT_MINI, MINI_B },
	{ SUBJECT_WECHAT_MINI, "wxce6d08f781975d91" },
	{ SUBJECT_WECHAT_OA, "wxcccccccccccccccc" },
	{ SUBJECT_ANDROID_PACKAGE, "com.tencent.mm" },
	{ SUBJECT_ANDROID_PACKAGE, "com.tencent.wemeet.app" },
	{ SUBJECT_ANDROID_PACKAGE, "com.chaoxing.mobile" },
	{ SUBJECT_ANDROID_PACKAGE, "cn.edu.a" },
	{ SUBJECT_IOS_BUNDLE, "com.unlisted.browser" },
};

enum { HOSTS = sizeof(hosts) / sizeof(hosts[0]), IDENTIFIERS = sizeof(identifiers) / sizeof(identifiers[0]) };

static void random_filing(struct scene *s, uint64_t *seed)
{
	static const char *const names[] = { "学习通", "教务系统", "云班课", "某平台" };
	struct policy_filing *f =
		scene_filing(s, (enum filing_kind)(next(seed) % FILING_KIND_COUNT), names[next(seed) % 4]);
	f->unit = next(seed) % 2 ? "教务处" : NULL;
	f->number = next(seed) % 2 ? "教APP备4300001号" : NULL;
	if (next(seed) % 2)
		scene_key(&f->domains, hosts[next(seed) % HOSTS]);
	if (next(seed) % 4 == 0)
		scene_key(&f->appids, identifiers[next(seed) % 4].name);
	if (next(seed) % 4 == 0)
		scene_key(&f->packages, identifiers[4 + next(seed) % 4].name);
}

enum { CROWDS = 6 };

/* Clients of all sizes and overlaps, some of another key epoch, some unknown. */
static void random_clients(struct scene *s, size_t i, uint64_t *seed)
{
	static struct sketch crowd[CROWDS];

	for (size_t k = 0; sketch_count(&crowd[CROWDS - 1]) == 0; k++)
		scene_clients(&crowd[k], k, k * 3);
	s->subject[i].sketch = next(seed) % 8 ? &crowd[next(seed) % CROWDS] : NULL;
	s->subject[i].connect_sketch = next(seed) % 8 ? &crowd[next(seed) % CROWDS] : NULL;
	s->subject[i].sketch_epoch = next(seed) % 8 == 0;
}

static struct scene *random_scene(uint64_t seed)
{
	struct scene *s = scene_new(next(&seed) % 2 ? "hnust" : "xust");

	for (size_t i = 0; i < HOSTS; i++)
		s->subject[scene_host(s, hosts[i])].clients = next(&seed) % 6;
	for (size_t i = 0; i < IDENTIFIERS; i++)
		scene_see(s, identifiers[i].kind, identifiers[i].name);
	for (size_t i = 0; i < s->in.subject_count; i++)
		random_clients(s, i, &seed);
	for (size_t i = 0; i < 14; i++)
		scene_link(s, HOSTS + next(&seed) % IDENTIFIERS, next(&seed) % HOSTS, next(&seed) % 9);
	for (size_t i = 0; i < 8; i++)
		random_filing(s, &seed);
	scene_decide(s, DECISION_EXEMPT, SUBJECT_HOST, hosts[next(&seed) % HOSTS]);
	scene_decide(s, DECISION_EDUCATION, SUBJECT_HOST, "some-site.com");
	s->conf.campus.center_hosts.item[s->conf.campus.center_hosts.count++] = xstrdup("www.hnust.edu.cn");
	return s;
}

/* Everything that a judgement says, without positions in the input. */
static void print_app(struct buf *b, const struct scene *s, const struct app *a)
{
	buf_printf(b, "%s %s %s %.2f %s %zu %zu\n", a->key, a->name, app_status_name(a->status), a->score,
		   a->unit ? a->unit : "-", (size_t)a->clients, (size_t)a->days);
	for (size_t i = 0; i < a->member_count; i++)
		buf_printf(b, "  %s %s\n", s->in.subject[a->member[i].subject].name,
			   tie_name(a->member[i].tie));
	for (size_t i = 0; i < a->match_count; i++)
		buf_printf(b, "  #%d %s %.2f\n", (int)s->in.filing[a->match[i].filing].id,
			   match_grade_name(a->match[i].grade), a->match[i].score);
	for (size_t i = 0; i < a->step_count; i++)
		buf_printf(b, "  %s: %s\n", a->step[i].word, a->step[i].text);
	for (size_t i = 0; i < a->finding_count; i++)
		buf_printf(b, "  ! %s %s\n", a->finding[i].rule, a->finding[i].title);
}

static char *print_all(const struct scene *s)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < s->out.count; i++)
		print_app(&b, s, &s->out.app[i]);
	return b.p;
}

static void shuffle(struct scene *s, uint64_t seed)
{
	size_t to[SCENE_MAX], n = s->in.subject_count;
	struct policy_subject old[SCENE_MAX];

	for (size_t i = 0; i < n; i++)
		to[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t j = next(&seed) % i, keep = to[i - 1];
		to[i - 1] = to[j];
		to[j] = keep;
	}
	memcpy(old, s->subject, sizeof(old));
	for (size_t i = 0; i < n; i++)
		s->subject[to[i]] = old[i];
	for (size_t i = 0; i < s->in.link_count; i++) {
		s->link[i].from = to[s->link[i].from];
		s->link[i].to = to[s->link[i].to];
	}
	for (size_t i = s->in.filing_count; i > 1; i--) {
		size_t j = next(&seed) % i;
		struct policy_filing keep = s->filing[i - 1];
		s->filing[i - 1] = s->filing[j];
		s->filing[j] = keep;
	}
	for (size_t i = s->in.link_count; i > 1; i--) {
		size_t j = next(&seed) % i;
		struct policy_link keep = s->link[i - 1];
		s->link[i - 1] = s->link[j];
		s->link[j] = keep;
	}
}

static void test_order_of_input_does_not_matter(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct scene *s = random_scene(seed);
		char *before, *after;
		scene_judge(s);
		before = print_all(s);
		shuffle(s, seed * 7);
		scene_judge(s);
		after = print_all(s);
		assert_string_equal(before, after);
		free(before);
		free(after);
		scene_free(s);
	}
}

static void check_app(const struct scene *s, const struct app *a)
{
	bool accused = a->finding_count > 0;

	assert_true(a->member_count > 0);
	assert_non_null(a->name);
	assert_true(a->step_count > 0);
	assert_int_equal(accused && a->status != APP_UNFILED, 0);
	assert_int_equal(accused && a->clients < s->in.profile->min_clients, 0);
	assert_true(a->score >= 0 && a->score <= 1);
	if (a->status == APP_FILED)
		assert_true(a->match_count > 0 && a->match[0].grade == MATCH_EXACT);
	if (a->status == APP_UNDECIDED)
		assert_true(a->score <= 0);
}

/* Nothing exempt, undecided, out of scope or filed is ever accused; every subject has one home or a note. */
static void test_what_must_hold_in_every_case(void **state)
{
	size_t accused = 0;
	(void)state;

	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct scene *s = random_scene(seed);
		size_t members = 0, homeless = 0;
		scene_judge(s);
		for (size_t i = 0; i < s->out.count; i++) {
			check_app(s, &s->out.app[i]);
			members += s->out.app[i].member_count;
			accused += s->out.app[i].finding_count;
			if (i > 0)
				assert_true(strcmp(s->out.app[i - 1].key, s->out.app[i].key) < 0);
		}
		for (size_t i = 0; i < s->out.subject_count; i++) {
			bool home = s->out.app_of_subject[i] != SIZE_MAX;
			assert_int_equal(home, s->out.subject_note[i] == NULL);
			homeless += !home;
		}
		assert_int_equal(members + homeless, s->in.subject_count);
		scene_free(s);
	}
	assert_true(accused > 0);
}

/* A profile without mini-programs and accounts accuses nobody whom the wider one does not. */
static void test_narrower_profile_only_removes(void **state)
{
	size_t removed = 0;
	(void)state;

	for (uint64_t seed = 1; seed <= 600; seed++) {
		struct scene *s = random_scene(seed);
		char *keys[SCENE_MAX];
		size_t n = 0;
		s->conf.campus.center_hosts.count = 0; /* exempt in the wider one alone */
		s->in.profile = data_profile(&s->data, "xust");
		scene_judge(s);
		for (size_t i = 0; i < s->out.count; i++) {
			if (s->out.app[i].finding_count > 0)
				keys[n++] = xstrdup(s->out.app[i].key);
		}
		s->in.profile = data_profile(&s->data, "hnust");
		scene_judge(s);
		for (size_t i = 0; i < s->out.count; i++)
			removed += s->out.app[i].finding_count;
		removed -= n;
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(scene_findings(s, keys[i]), 1);
			free(keys[i]);
		}
		s->conf.campus.center_hosts.count = 1;
		scene_free(s);
	}
	assert_true(removed > 0);
}

/* -- size --------------------------------------------------------------------------------------------- */

enum { MANY_SUBJECTS = 100000, MANY_FILINGS = 10000 };

static char *many_name(size_t i)
{
	struct buf b = { 0 };
	if (i % 10 == 0)
		buf_printf(&b, "sys%zu.hnust.edu.cn", i);
	else if (i % 10 == 1)
		buf_printf(&b, "wx%016zx", i);
	else
		buf_printf(&b, "www.site%zu.com", i / 3);
	return b.p;
}

static void many_subjects(struct policy_subject *subject)
{
	static const int64_t day = DAY;
	for (size_t i = 0; i < MANY_SUBJECTS; i++) {
		subject[i] = (struct policy_subject){
			.kind = i % 10 == 1 ? SUBJECT_WECHAT_MINI : SUBJECT_HOST,
			.name = many_name(i),
			.clients = 5,
			.days = 1,
			.day_list = &day,
			.count_via = { [VIA_TLS] = 1 },
		};
	}
}

static void many_filings(struct policy_filing *filing, char **domain)
{
	for (size_t i = 0; i < MANY_FILINGS; i++) {
		struct buf b = { 0 };
		buf_printf(&b, i % 2 ? "sys%zu.hnust.edu.cn" : "www.site%zu.com", i * 20);
		domain[i] = b.p;
		filing[i] = (struct policy_filing){
			.id = (int64_t)i,
			.kind = FILING_PROVIDER,
			.name = domain[i],
			.domains = { .item = &domain[i], .count = 1 },
		};
	}
}

static double seconds_to_judge(const struct policy_input *in, struct judgement *out)
{
	struct timespec from, to;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	policy_judge(in, out);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Generous limit: sanitizers and a busy machine; what it guards against is quadratic work. */
static void test_a_large_campus_is_judged_quickly(void **state)
{
	struct scene *s = scene_new("hnust");
	struct policy_subject *subject = xcalloc(MANY_SUBJECTS, sizeof(*subject));
	struct policy_filing *filing = xcalloc(MANY_FILINGS, sizeof(*filing));
	struct policy_link *link = xcalloc(MANY_SUBJECTS, sizeof(*link));
	char **domain = xcalloc(MANY_FILINGS, sizeof(*domain));
	struct policy_input in = s->in;
	double seconds;
	(void)state;

	many_subjects(subject);
	many_filings(filing, domain);
	in.subject = subject;
	in.subject_count = MANY_SUBJECTS;
	in.filing = filing;
	in.filing_count = MANY_FILINGS;
	in.link = link;
	for (size_t i = 1; i < MANY_SUBJECTS; i += 10)
		link[in.link_count++] = (struct policy_link){ .from = i, .to = i - 1, .count = 1 };
	seconds = seconds_to_judge(&in, &s->out);
	print_message("%d subjects, %d filings: %zu apps in %.2f s\n", MANY_SUBJECTS, MANY_FILINGS,
		      s->out.count, seconds);
	assert_true(s->out.count > MANY_SUBJECTS / 3);
	assert_true(seconds < 20);
	judgement_clear(&s->out);
	for (size_t i = 0; i < MANY_SUBJECTS; i++)
		free((void *)(uintptr_t)subject[i].name);
	for (size_t i = 0; i < MANY_FILINGS; i++)
		free(domain[i]);
	free(subject);
	free(filing);
	free(link);
	free(domain);
	scene_free(s);
}

/* -- the shipped tables --------------------------------------------------------------------------------- */

static struct scene *shipped_scene(const char *profile)
{
	struct scene *s = scene_new("hnust");
	char error[CONF_ERROR_MAX];

	data_clear(&s->data);
	if (data_load(&s->data, "conf", error) != 0)
		fail_msg("%s", error);
	s->in.profile = data_profile(&s->data, profile);
	assert_non_null(s->in.profile);
	return s;
}

static void test_shipped_tables(void **state)
{
	static const struct {
		const char *profile;
		enum app_status product, mini, campus, tool, k12, other;
	} rows[] = {
		{ "moe-2019", APP_UNFILED, APP_UNFILED, APP_UNFILED, APP_EXEMPT, APP_OUT_OF_SCOPE,
		  APP_UNDECIDED },
		{ "hnust", APP_UNFILED, APP_UNFILED, APP_UNFILED, APP_EXEMPT, APP_OUT_OF_SCOPE,
		  APP_UNDECIDED },
		{ "ncvu", APP_UNFILED, APP_UNFILED, APP_UNFILED, APP_EXEMPT, APP_OUT_OF_SCOPE,
		  APP_UNDECIDED },
		{ "xust", APP_UNFILED, APP_OUT_OF_SCOPE, APP_UNFILED, APP_EXEMPT, APP_OUT_OF_SCOPE,
		  APP_UNDECIDED },
		{ "bj-municipal", APP_UNFILED, APP_UNFILED, APP_UNFILED, APP_EXEMPT, APP_OUT_OF_SCOPE,
		  APP_UNDECIDED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = shipped_scene(rows[i].profile);
		size_t mini = scene_see(s, SUBJECT_WECHAT_MINI, MINI_A);
		scene_link(s, mini, scene_host(s, "bx.hnust.edu.cn"), 1);
		scene_host(s, "mooc1-api.chaoxing.com");
		scene_host(s, "jw.hnust.edu.cn");
		scene_host(s, "short.weixin.qq.com");
		scene_host(s, "www.zuoyebang.com");
		scene_host(s, "www.some-site.com");
		assert_int_equal(scene_status(s, "host:chaoxing.com"), rows[i].product);
		assert_int_equal(scene_status(s, "wechat-mini:" MINI_A), rows[i].mini);
		assert_int_equal(scene_status(s, "host:jw.hnust.edu.cn"), rows[i].campus);
		assert_int_equal(scene_status(s, "host:qq.com"), rows[i].tool);
		assert_int_equal(scene_status(s, "host:zuoyebang.com"), rows[i].k12);
		assert_int_equal(scene_status(s, "host:some-site.com"), rows[i].other);
		assert_int_equal(scene_findings(s, "host:chaoxing.com"), 1);
		assert_true(scene_app(s, "host:chaoxing.com")->finding[0].rule_row->cites.count > 0);
		scene_free(s);
	}
}

/* Every domain of every product leads to an app that bears the product's name. */
static void test_every_shipped_product_is_found(void **state)
{
	struct scene *s = shipped_scene("moe-2019");
	(void)state;

	for (size_t i = 0; i < s->data.catalog.count; i++) {
		const struct catalog_entry *e = &s->data.catalog.entry[i];
		for (size_t k = 0; k < e->domains.count; k++) {
			s->in.subject_count = 0;
			scene_host(s, e->domains.item[k]);
			scene_judge(s);
			assert_int_equal(s->out.count, 1);
			if (s->out.app[0].catalog != e)
				fail_msg("%s: not 「%s」", e->domains.item[k], e->product);
		}
	}
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_of_input_does_not_matter),
		cmocka_unit_test(test_what_must_hold_in_every_case),
		cmocka_unit_test(test_narrower_profile_only_removes),
		cmocka_unit_test(test_a_large_campus_is_judged_quickly),
		cmocka_unit_test(test_shipped_tables),
		cmocka_unit_test(test_every_shipped_product_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
