/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts come, stay, go and come back; what a prober gone bad sends stays out; links lead on. */
#include "tests/unit/store/probing.h"

#include "store/learn.h"

static const char host[] = "jw.example.edu.cn";

static int64_t page; /* its job */

static void campus(void)
{
	struct observation o = fx_host(host, 5);

	fx_capture("a", &o, 1);
	page = px_find(px_take(px_soon(), 64), host, "page")->id;
}

/* The job's next turn. */
static int64_t next_turn(void)
{
	int64_t when;

	for (int i = 0; i < 8; i++) {
		fx_ok(store_jobs_due(fx.store, &when));
		for (int n = px_take(when, 64); n > 0; n--)
			if (px_job[n - 1].id == page)
				return when;
	}
	fail_msg("the page's job does not come again");
	return 0;
}

static bool says(const char *text)
{
	assert_int_equal(fx_ask(-1, "probes", "--facts", "--all", NULL), 0);
	return fx_says(text);
}

/* Of the fact with this value: the JSON of `key`, the caller drops it; NULL: no such fact. */
static json_t *fact_field(const char *value, const char *key)
{
	assert_int_equal(fx_ask(-1, "probes", "--facts", "--all", NULL), 0);
	for (int i = 0; i < fx_line_count(); i++) {
		json_t *line = fx_line(i), *field = NULL;
		if (strcmp(json_string_value(json_object_get(line, "value")), value) == 0)
			field = json_incref(json_object_get(line, key));
		json_decref(line);
		if (field != NULL)
			return field;
	}
	return NULL;
}

static bool is_gone(const char *value)
{
	json_t *gone = fact_field(value, "gone");
	bool is = gone != NULL;

	assert_true(says(value));
	json_decref(gone);
	return is;
}

static int64_t counter(const char *name)
{
	json_t *line;
	int64_t n;

	assert_int_equal(fx_ask(-1, "probes", NULL), 0);
	line = fx_line(0);
	n = json_integer_value(json_object_get(json_object_get(line, "counters"), name));
	json_decref(line);
	return n;
}

static void learn(const char *const *values, enum fact type, enum probe_outcome outcome, int64_t now)
{
	struct job_result *r = px_result(page, outcome);

	for (; *values; values++)
		px_fact(r, type, *values);
	fx_ok(px_answer(r, now));
}

static void facts_have_a_first_and_a_last_time(void **state)
{
	json_t *first, *last, *again;
	int64_t later;

	(void)state;
	campus();
	learn((const char *[]){ "教务系统", NULL }, FACT_TITLE, PROBE_DONE, px_soon());
	first = fact_field("教务系统", "first");
	later = next_turn();
	learn((const char *[]){ "教务系统", NULL }, FACT_TITLE, PROBE_DONE, later);
	again = fact_field("教务系统", "first");
	last = fact_field("教务系统", "last");
	assert_true(json_equal(first, again));
	assert_false(json_equal(first, last));
	json_decref(first);
	json_decref(again);
	json_decref(last);
}

static void what_a_later_run_does_not_show_is_gone(void **state)
{
	json_t *first, *last;

	(void)state;
	campus();
	learn((const char *[]){ "京ICP备05000001号-1", "京ICP备05000002号", NULL }, FACT_ICP_NUMBER,
	      PROBE_DONE, px_soon());
	learn((const char *[]){ "京ICP备05000002号", NULL }, FACT_ICP_NUMBER, PROBE_DONE, next_turn());
	assert_true(is_gone("京ICP备05000001号-1"));
	assert_false(is_gone("京ICP备05000002号"));
	learn((const char *[]){ "京ICP备05000001号-1", NULL }, FACT_ICP_NUMBER, PROBE_DONE, next_turn());
	assert_false(is_gone("京ICP备05000001号-1"));
	assert_true(is_gone("京ICP备05000002号"));
	first = fact_field("京ICP备05000001号-1", "first");
	last = fact_field("京ICP备05000001号-1", "last");
	assert_true(json_equal(first, last)); /* it stands since it came back */
	json_decref(first);
	json_decref(last);
}

static void only_a_whole_answer_says_that_something_is_gone(void **state)
{
	struct job_result *r;

	(void)state;
	campus();
	learn((const char *[]){ "甲", "乙", NULL }, FACT_OWNER, PROBE_DONE, px_soon());
	learn((const char *[]){ NULL }, FACT_OWNER, PROBE_TIMEOUT, next_turn());
	learn((const char *[]){ NULL }, FACT_OWNER, PROBE_UNRECOGNISED, next_turn());
	learn((const char *[]){ NULL }, FACT_OWNER, PROBE_UNCHANGED, next_turn());
	assert_int_equal(next_turn() > 0, 1);
	r = px_result(page, PROBE_DONE);
	px_fact(r, FACT_OWNER, "甲");
	r->facts_more = 7;
	fx_ok(px_answer(r, px_soon()));
	assert_false(is_gone("乙"));
	assert_int_equal(counter("facts-more"), 7);
}

static void an_unchanged_answer_refreshes(void **state)
{
	json_t *before, *after;

	(void)state;
	campus();
	learn((const char *[]){ "甲", NULL }, FACT_OWNER, PROBE_DONE, px_soon());
	before = fact_field("甲", "last");
	learn((const char *[]){ NULL }, FACT_OWNER, PROBE_UNCHANGED, next_turn());
	after = fact_field("甲", "last");
	assert_false(json_equal(before, after));
	assert_false(is_gone("甲"));
	json_decref(before);
	json_decref(after);
}

/* What ipc/job.h refuses already is refused here as well. */
static void hostile_facts_stay_out(void **state)
{
	struct job_result *r;

	(void)state;
	campus();
	r = px_result(page, PROBE_DONE);
	px_fact(r, FACT_TITLE, "good");
	px_fact(r, FACT_COUNT, "no such type");
	px_fact(r, FACT_TITLE, "");
	px_fact(r, FACT_TITLE, "esc\x1b[2J");
	px_fact(r, FACT_TITLE, "broken\xff");
	px_fact(r, FACT_TITLE, "bidi\xe2\x80\xae");
	px_fact(r, FACT_TITLE, "confidence0");
	r->fact[r->fact_count - 1].confidence = 0;
	px_fact(r, FACT_TITLE, "confidence101");
	r->fact[r->fact_count - 1].confidence = 101;
	px_fact(r, FACT_TITLE, "note");
	snprintf(r->fact[r->fact_count - 1].note, JOB_NOTE_MAX, "\n");
	px_fact(r, FACT_TITLE, "unterminated");
	memset(r->fact[r->fact_count - 1].value, 'a', JOB_VALUE_MAX);
	px_fact(r, FACT_TITLE, "good");
	memset(r->remark, 'r', sizeof(r->remark));
	snprintf(r->transcript, sizeof(r->transcript), "line\nesc\x1b[2J\n\xff\n");
	fx_ok(px_answer(r, px_soon()));
	assert_int_equal(fx_number(STMT_PROBE_FACTS_NUMBER), 1);
	assert_int_equal(counter("facts-refused"), 9);
	assert_int_equal(fx_ask(-1, "probes", host, NULL), 0);
	assert_null(strstr(fx.lines.p, "\x1b"));
	assert_true(fx_says("esc\\\\x1b[2J"));
}

static void facts_that_are_gone_are_kept_up_to_a_number(void **state)
{
	struct job_result *r;
	char value[32];

	(void)state;
	campus();
	for (int round = 0; round < 3; round++) {
		r = px_result(page, PROBE_DONE);
		for (int i = 0; i < 150; i++) {
			snprintf(value, sizeof(value), "%d-%d", round, i);
			px_fact(r, FACT_OWNER, value);
		}
		fx_ok(px_answer(r, round == 0 ? px_soon() : next_turn()));
	}
	assert_int_equal(fx_number(STMT_PROBE_FACTS_NUMBER), 150);
	assert_int_equal(counter("facts-forgotten"), 100);
	assert_int_equal(fx_ask(-1, "probes", "--facts", "--all", NULL), 0);
	assert_int_equal(fx_line_count(), 350);
}

static void new_facts_make_a_judgement_due(void **state)
{
	(void)state;
	campus();
	fx_ok(store_judge(fx.store));
	learn((const char *[]){ "甲", NULL }, FACT_OWNER, PROBE_DONE, px_soon());
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	assert_true(fx_says("\"due\":true"));
	fx_ok(store_judge(fx.store));
	learn((const char *[]){ "甲", NULL }, FACT_OWNER, PROBE_DONE, next_turn());
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	assert_true(fx_says("\"due\":false"));
}

/* The transcript that the facts come from outlives runs that brought none. */
static void two_transcripts_are_kept(void **state)
{
	struct job_result *r;

	(void)state;
	campus();
	learn((const char *[]){ "甲", NULL }, FACT_OWNER, PROBE_DONE, px_soon());
	for (int i = 0; i < 3; i++) {
		(void)next_turn();
		r = px_result(page, PROBE_TIMEOUT);
		snprintf(r->transcript, sizeof(r->transcript), "try %d\n", i);
		fx_ok(px_answer(r, px_soon() + i));
	}
	assert_int_equal(fx_ask(-1, "probes", host, NULL), 0);
	assert_true(fx_says("GET / -> 200"));
	assert_true(fx_says("try 2"));
	assert_false(fx_says("try 1"));
	/* SHA-256 of "try 2\n" */
	assert_true(fx_says("67ef16ec46aac42c1ec8abf0e3eb77305d9167f628505f3772ed6fd1a591c003"));
}

static void a_package_in_scope_is_followed(void **state)
{
	int n;

	(void)state;
	campus();
	learn((const char *[]){ "https://dl.example.edu.cn/a.apk", "https://cdn.elsewhere.com/a.apk",
				"ftp://dl.example.edu.cn/b.apk", "https://dl.example.edu.cn/a b.apk",
				"https:///none.apk", "https://evil.com@dl.example.edu.cn:1/x\"", NULL },
	      FACT_APK_LINK, PROBE_DONE, px_soon());
	n = px_take(px_soon(), 64);
	px_find(n, host, "apk");
	for (int i = 0; i < n; i++)
		assert_null(strstr(px_job[i].target, "elsewhere"));
	assert_string_equal(px_find(n, host, "apk")->target, "https://dl.example.edu.cn/a.apk");
	assert_int_equal(counter("leads-out-of-scope"), 1);
	assert_true(counter("leads-no-url") >= 3);
}

/* By the link that named it: its URL may end in anything. */
static void a_list_to_install_from_is_followed(void **state)
{
	int n;

	(void)state;
	campus();
	learn((const char *[]){ "https://dl.example.edu.cn/install/12", NULL }, FACT_IOS_MANIFEST, PROBE_DONE,
	      px_soon());
	n = px_take(px_soon(), 64);
	assert_string_equal(px_find(n, host, "ipa")->target, "https://dl.example.edu.cn/install/12");
	for (int i = 0; i < n; i++)
		assert_string_not_equal(px_job[i].probe, "apk");
}

static void a_package_is_followed_by_its_kind(void **state)
{
	int n;

	(void)state;
	campus();
	learn((const char *[]){ "https://dl.example.edu.cn/a.IPA?v=1", NULL }, FACT_APK_LINK, PROBE_DONE,
	      px_soon());
	n = px_take(px_soon(), 64);
	assert_string_equal(px_find(n, host, "ipa")->target, "https://dl.example.edu.cn/a.IPA?v=1");
	for (int i = 0; i < n; i++)
		assert_string_not_equal(px_job[i].probe, "apk");
}

static void a_link_that_is_gone_leads_nowhere(void **state)
{
	(void)state;
	campus();
	learn((const char *[]){ "https://dl.example.edu.cn/a.apk", NULL }, FACT_APK_LINK, PROBE_DONE,
	      px_soon());
	learn((const char *[]){ "https://dl.example.edu.cn/b.apk", NULL }, FACT_APK_LINK, PROBE_DONE,
	      next_turn());
	for (int n = px_take(px_soon() + 400 * an_hour * 24, 64); n > 0; n--)
		if (strcmp(px_job[n - 1].probe, "apk") == 0)
			assert_string_equal(px_job[n - 1].target, "https://dl.example.edu.cn/b.apk");
}

static void the_lead_of_an_exempt_app_is_dropped(void **state)
{
	(void)state;
	campus();
	learn((const char *[]){ "https://dl.example.edu.cn/a.apk", NULL }, FACT_APK_LINK, PROBE_DONE,
	      px_soon());
	assert_int_equal(fx_ask(-1, "exempt", host, "测试", NULL), 0);
	assert_int_equal(px_take(px_soon() + 400 * an_hour * 24, 64), 0);
	assert_int_equal(fx_ask(-1, "unexempt", host, NULL), 0);
	px_find(px_take(px_soon() + 400 * an_hour * 24, 64), host, "apk");
}

static void leads_of_one_page_have_a_number(void **state)
{
	char value[64];
	struct job_result *r;
	int n, leads = 0;

	(void)state;
	campus();
	r = px_result(page, PROBE_DONE);
	for (int i = 0; i < 20; i++) {
		snprintf(value, sizeof(value), "https://dl.example.edu.cn/%d.apk", i);
		px_fact(r, FACT_APK_LINK, value);
	}
	fx_ok(px_answer(r, px_soon()));
	n = px_take(px_soon(), 64);
	for (int i = 0; i < n; i++)
		leads += strcmp(px_job[i].probe, "apk") == 0;
	assert_int_equal(leads, 8);
	assert_int_equal(counter("leads-more"), 12);
}

static void a_mini_program_that_a_page_names_is_looked_up(void **state)
{
	struct observation o = fx_host(host, 5);
	int n;

	(void)state;
	px_open("wechat_record = https://record.example.cn/?appid=\n");
	fx_capture("a", &o, 1);
	page = px_find(px_take(px_soon(), 64), host, "page")->id;
	learn((const char *[]){ "gh_0123456789ab", "wx00000000000000cc", NULL }, FACT_WECHAT_MINI, PROBE_DONE,
	      px_soon());
	n = px_take(px_soon(), 64);
	assert_int_equal(n, 1);
	assert_int_equal(px_job[0].kind, SUBJECT_WECHAT_MINI);
	assert_string_equal(px_job[0].name, "wx00000000000000cc");
	assert_string_equal(px_job[0].probe, "record");
}

static void a_certificate_that_ends_soon_comes_earlier(void **state)
{
	struct job_result *r = px_result(1, PROBE_DONE);

	(void)state;
	px_fact(r, FACT_CERT_UNTIL, "2026-12-01T08:00:00Z");
	px_fact(r, FACT_CERT_UNTIL, "2026-11-30T08:00:00Z");
	px_fact(r, FACT_CERT_UNTIL, "soon");
	assert_true(learn_cert_until(r) == 1796025600000000);
	r->fact_count = 0;
	assert_true(learn_cert_until(r) == 0);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_TEST(facts_have_a_first_and_a_last_time),
		PX_TEST(what_a_later_run_does_not_show_is_gone),
		PX_TEST(only_a_whole_answer_says_that_something_is_gone),
		PX_TEST(an_unchanged_answer_refreshes),
		PX_TEST(hostile_facts_stay_out),
		PX_TEST(facts_that_are_gone_are_kept_up_to_a_number),
		PX_TEST(new_facts_make_a_judgement_due),
		PX_TEST(two_transcripts_are_kept),
		PX_TEST(a_package_in_scope_is_followed),
		PX_TEST(a_list_to_install_from_is_followed),
		PX_TEST(a_package_is_followed_by_its_kind),
		PX_TEST(a_link_that_is_gone_leads_nowhere),
		PX_TEST(the_lead_of_an_exempt_app_is_dropped),
		PX_TEST(leads_of_one_page_have_a_number),
		PX_TEST(a_mini_program_that_a_page_names_is_looked_up),
		PX_TEST(a_certificate_that_ends_soon_comes_earlier),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
