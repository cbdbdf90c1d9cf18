/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dry run says of everybody whether and why; and writes nothing. */
#include "base/text.h"
#include "tests/unit/store/probing.h"
#include "tests/unit/store/schema.h"

static void look(const struct conf *c, const struct probe_look *at, int64_t now, struct probe_sight *out)
{
	(void)c, (void)now;
	*out = (struct probe_sight){ .outcome = PROBE_DONE, .robots = true };
	snprintf(out->url, sizeof(out->url), "https://%s/%s", at->name, at->probe);
	if (strcmp(at->probe, "certificate") == 0)
		out->outcome = PROBE_BAD_PORT;
	assert_true(at->scope_count > 0);
}

static void campus(void)
{
	struct observation o[3];

	o[0] = fx_host("jw.example.edu.cn", 5);
	o[1] = fx_host("www.zhihuishu.com", 8);
	o[2] = fx_seen(SUBJECT_HOST, "asked.example.edu.cn", VIA_DNS_QUERY, 0, 5);
	fx_capture("a", o, 3);
}

static json_t *line_of(const char *name, const char *probe)
{
	for (int i = 0; i < fx_line_count(); i++) {
		json_t *line = fx_line(i);
		const char *n = json_string_value(json_object_get(line, "name"));
		const char *p = json_string_value(json_object_get(line, "probe"));
		if (n && p && strcmp(n, name) == 0 && strcmp(p, probe) == 0)
			return line;
		json_decref(line);
	}
	fail_msg("%s of %s is not told", probe, name);
	return NULL;
}

static void is(const char *name, const char *probe, const char *refusal)
{
	json_t *line = line_of(name, probe);
	const char *told = json_string_value(json_object_get(line, "refusal"));

	assert_int_equal(json_is_true(json_object_get(line, "asked")), refusal == NULL);
	assert_true(refusal ? told && strcmp(told, refusal) == 0 : told == NULL);
	assert_true(json_string_length(json_object_get(line, "why")) > 0);
	json_decref(line);
}

static void everybody_is_told_with_the_reason(void **state)
{
	(void)state;
	campus();
	px_open("opt_out = zhihuishu.com\n");
	store_probes(fx.store, px_rows, 4, look);
	assert_int_equal(fx_ask(-1, "probe --dry-run", NULL), 0);
	assert_int_equal(fx_line_count(), 7);
	schema_check("probe-plan");
	is("jw.example.edu.cn", "page", NULL);
	is("jw.example.edu.cn", "certificate", "bad-port");
	is("www.zhihuishu.com", "page", "opted-out");
	is("asked.example.edu.cn", "page", "no-name");
	assert_true(fx_says("https://jw.example.edu.cn/page"));
	assert_true(fx_says("\"asked\":1,\"unasked\":{\"no-name\":2,\"bad-port\":1,\"opted-out\":2}"));
}

static void one_subject_or_app_can_be_named(void **state)
{
	(void)state;
	campus();
	assert_int_equal(fx_ask(-1, "probe --dry-run", "www.zhihuishu.com", NULL), 0);
	assert_int_equal(fx_line_count(), 3);
	schema_check("probe-plan");
	assert_int_equal(fx_ask(-1, "probe --dry-run", "host:www.zhihuishu.com", NULL), 0);
	assert_int_equal(fx_line_count(), 3);
	assert_int_equal(fx_ask(-1, "probe --dry-run", "WWW.ZhiHuiShu.com", NULL), 0);
	assert_int_equal(fx_line_count(), 3);
	assert_int_equal(fx_ask(-1, "probe --dry-run", "A999", NULL), 1);
	assert_non_null(strstr(fx.error, "A999"));
	assert_int_equal(fx_ask(-1, "probe --dry-run", "nobody.example.com", NULL), 1);
	assert_non_null(strstr(fx.error, "nobody.example.com"));
	assert_int_equal(fx_ask(-1, "probe --dry-run", "://", NULL), 1);
}

static void each_spelling_is_understood(void **state)
{
	static const char *const texts[] = { "WWW.zhihuishu.com.", "www.zhihuishu.com:443",
					     "HTTPS://www.zhihuishu.com/" };

	(void)state;
	campus();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(fx_ask(-1, "probe --dry-run", texts[i], NULL), 0);
		assert_int_equal(fx_line_count(), 3);
	}
	assert_int_equal(fx_ask(-1, "probe --dry-run", "www.zhihuishu.com", NULL), 0);
	assert_string_equal(fx.error, "");
	assert_int_equal(fx_ask(-1, "probe --dry-run", "", NULL), 1);
	assert_non_null(strstr(fx.error, "不是主机名"));
	assert_int_equal(fx_ask(-1, "probe --dry-run", "www.zhihuishu.com:0", NULL), 1);
	assert_non_null(strstr(fx.error, "端口"));
}

static void the_url_is(const char *url, const char *name, const char *probe, const char *refusal)
{
	assert_int_equal(fx_ask(-1, "probe --dry-run", url, NULL), 0);
	assert_string_equal(fx.error, "");
	assert_int_equal(fx_line_count(), 2);
	schema_check("probe-plan");
	is(name, probe, refusal);
}

/* Not the plan of its host. */
static void a_url_is_told_as_itself(void **state)
{
	struct job_result *r;
	int n;

	(void)state;
	campus();
	px_open("opt_out = zhihuishu.com\nhost_seconds = 17\n");
	store_probes(fx.store, px_rows, 4, look);
	the_url_is("HTTP://jw.example.edu.cn:8080/login?a=b", "jw.example.edu.cn", "page", NULL);
	assert_true(fx_says("\"target\":\"http://jw.example.edu.cn:8080/login?a=…\"") &&
		    fx_says("17 秒一次") && fx_says("由人问一次") && fx_says("\"robots\":true"));
	the_url_is("jw.example.edu.cn/a.apk", "jw.example.edu.cn", "apk", NULL);
	the_url_is("www.zhihuishu.com/x", "www.zhihuishu.com", "page", "opted-out");
	the_url_is("nobody.example.com/x", "nobody.example.com", "page", "out-of-scope");
	assert_true(fx_says("不在探测范围") && !fx_says("由人问一次"));
	n = px_take(px_soon(), 64);
	r = px_result(px_find(n, "jw.example.edu.cn", "page")->id, PROBE_HELD_BACK);
	r->retry_after = 7200;
	fx_ok(px_answer(r, px_soon()));
	the_url_is("jw.example.edu.cn/login", "jw.example.edu.cn", "page", "held-back");
	assert_true(fx_says("对方要求等待"));
	assert_int_equal(fx_ask(-1, "probe --dry-run", "jw.example.edu.cn:0/x", NULL), 1);
}

/* Only who may be asked by a person is offered to be. */
static void who_is_not_planned_is_told_what_may_be_done(void **state)
{
	(void)state;
	px_open("also = partner.com\n");
	assert_int_equal(fx_ask(-1, "probe --dry-run", "www.partner.com", NULL), 1);
	assert_non_null(strstr(fx.error, "可由人问一次"));
	assert_int_equal(fx_ask(-1, "probe --dry-run", "nobody.example.com", NULL), 1);
	assert_non_null(strstr(fx.error, "不在探测范围"));
	assert_null(strstr(fx.error, "可由人问一次"));
}

static const int64_t in_an_hour = 3600 * 1000000LL;
static int64_t opening;

static void closed(const struct conf *c, const struct probe_look *at, int64_t now, struct probe_sight *out)
{
	(void)c, (void)at;
	opening = opening > 0 ? opening : now + in_an_hour;
	*out = (struct probe_sight){ .outcome = PROBE_DONE, .opens = now < opening ? opening : 0 };
}

static void why_nobody_is_asked_now_is_told(void **state)
{
	char text[TEXT_TIME_MAX];
	json_t *line;

	(void)state;
	campus();
	opening = 0;
	store_probes(fx.store, px_rows, 4, closed);
	assert_int_equal(fx_ask(-1, "probe --dry-run", NULL), 0);
	schema_check("probe-plan");
	is("jw.example.edu.cn", "page", NULL);
	text_time_utc(text, opening);
	line = line_of("jw.example.edu.cn", "page");
	assert_string_equal(json_string_value(json_object_get(line, "next")), text);
	json_decref(line);
	text_time_beijing(text, opening);
	assert_true(fx_says("不在时段") && fx_says(text) && !fx_says("paused"));
	assert_int_equal(fx_ask(-1, "probe pause", NULL), 0);
	assert_int_equal(fx_ask(-1, "probe --dry-run", NULL), 0);
	schema_check("probe-plan");
	assert_true(fx_says("\"probing\":\"paused\",\"remark\":\"探测已暂停"));
}

/* Also before probing is on, and in a database that may not be written. */
static void nothing_is_written(void **state)
{
	(void)state;
	store_close(fx.store);
	fx_conf("hnust", "");
	fx_open();
	campus();
	store_close(fx.store);
	fx.store = store_open(&fx.conf, &fx.data, true, fx.error);
	assert_non_null(fx.store);
	store_probes(fx.store, px_rows, 4, look);
	assert_int_equal(fx_ask(-1, "probe --dry-run", NULL), 0);
	assert_int_equal(fx_line_count(), 7);
	schema_check("probe-plan");
	assert_true(fx_says("\"probing\":\"off\",\"remark\":\"探测没有启用"));
	assert_int_equal(fx_number(STMT_PROBE_JOBS_COUNT), 0);
}

/* A job that was answered is told with its own time. */
static void what_was_asked_comes_later(void **state)
{
	int64_t now = px_soon();
	json_t *line, *job;

	(void)state;
	campus();
	for (int n = px_take(now, 64); n > 0; n--)
		fx_ok(px_answer(px_result(px_job[n - 1].id, PROBE_DONE), now));
	assert_int_equal(fx_ask(-1, "probes", "jw.example.edu.cn", NULL), 0);
	job = line_of("jw.example.edu.cn", "page");
	assert_int_equal(fx_ask(-1, "probe --dry-run", NULL), 0);
	line = line_of("jw.example.edu.cn", "page");
	assert_true(json_equal(json_object_get(line, "next"), json_object_get(job, "next")));
	json_decref(line);
	json_decref(job);
}

static void what_facts_led_to_is_told_too(void **state)
{
	struct job_result *r;
	int n;

	(void)state;
	campus();
	store_probes(fx.store, px_rows, 4, look);
	n = px_take(px_soon(), 64);
	r = px_result(px_find(n, "jw.example.edu.cn", "page")->id, PROBE_DONE);
	px_fact(r, FACT_APK_LINK, "https://dl.example.edu.cn/a.apk");
	fx_ok(px_answer(r, px_soon()));
	assert_int_equal(fx_ask(-1, "probe --dry-run", "jw.example.edu.cn", NULL), 0);
	assert_int_equal(fx_line_count(), 4);
	schema_check("probe-plan");
	is("jw.example.edu.cn", "apk", NULL);
	assert_true(fx_says("https://dl.example.edu.cn/a.apk"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_TEST(everybody_is_told_with_the_reason),
		PX_TEST(one_subject_or_app_can_be_named),
		PX_TEST(each_spelling_is_understood),
		PX_TEST(a_url_is_told_as_itself),
		PX_TEST(who_is_not_planned_is_told_what_may_be_done),
		PX_TEST(why_nobody_is_asked_now_is_told),
		PX_TEST(nothing_is_written),
		PX_TEST(what_was_asked_comes_later),
		PX_TEST(what_facts_led_to_is_told_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
