/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A person asks: at once, before all others, but not out of scope and not whom nobody may ask. */
#include "tests/unit/store/probing.h"
#include "tests/unit/store/schema.h"

static int64_t job[STORE_ASK_MAX];
static size_t count;

static int ask(const char *what) { return store_probe_ask(fx.store, px_soon(), what, job, &count, fx.error); }

static void refused(const char *what, const char *why)
{
	assert_int_equal(ask(what), 1);
	assert_int_equal(count, 0);
	if (strstr(fx.error, why) == NULL)
		fail_msg("%s: %s", what, fx.error);
}

static void campus(void)
{
	struct observation o[4];

	o[0] = fx_host("jw.example.edu.cn", 5);
	o[1] = fx_host("www.unknown-shop.com", 9);
	o[2] = fx_host("www.zhihuishu.com", 8);
	o[3] = fx_host("www.xuexi.cn", 8);
	fx_capture("a", o, 4);
}

static void a_host_gets_every_probe_that_fits(void **state)
{
	(void)state;
	campus();
	assert_int_equal(ask("JW.example.edu.cn."), 0);
	assert_int_equal(count, 2);
	assert_int_equal(px_take(px_soon(), 2), 2);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(px_job[i].name, "jw.example.edu.cn");
		assert_true(px_job[i].urgent);
	}
}

static void a_person_comes_first(void **state)
{
	(void)state;
	campus();
	assert_int_equal(ask("www.zhihuishu.com"), 0);
	assert_int_equal(px_take(px_soon(), 1), 1);
	assert_string_equal(px_job[0].name, "www.zhihuishu.com");
}

/* The plan's own job is only brought forward; it goes on afterwards. */
static void a_planned_job_stays_planned(void **state)
{
	int64_t now = px_soon(), when;

	(void)state;
	campus();
	for (int n = px_take(now, 64); n > 0; n--)
		fx_ok(px_answer(px_result(px_job[n - 1].id, PROBE_DONE), now));
	assert_int_equal(px_take(now, 64), 0);
	assert_int_equal(ask("jw.example.edu.cn"), 0);
	assert_int_equal(px_take(px_soon(), 64), 2);
	for (int i = 0; i < 2; i++)
		fx_ok(px_answer(px_result(px_job[i].id, PROBE_DONE), now));
	fx_ok(store_jobs_due(fx.store, &when));
	assert_true(when > now + 100 * an_hour && when < INT64_MAX);
}

static void what_only_a_person_wants_is_asked_once(void **state)
{
	int64_t when;

	(void)state;
	px_open("also = partner.com\n");
	assert_int_equal(ask("www.partner.com"), 0);
	assert_int_equal(px_take(px_soon(), 64), 2);
	for (int i = 0; i < 2; i++)
		fx_ok(px_answer(px_result(px_job[i].id, PROBE_TIMEOUT), px_soon()));
	fx_ok(store_jobs_due(fx.store, &when));
	assert_true(when == INT64_MAX);
	assert_int_equal(ask("www.partner.com"), 0); /* and again when he asks again */
	assert_int_equal(px_take(px_soon(), 64), 2);
}

/* What a page of somebody in scope named may be asked for, as long as it is in scope. */
static void a_lead_may_be_asked_for(void **state)
{
	struct job_result *r;
	int n;

	(void)state;
	px_open("wechat_record = https://record.example.cn/?appid=\n");
	campus();
	refused("wx00000000000000cc", "不在探测范围");
	n = px_take(px_soon(), 64);
	r = px_result(px_find(n, "jw.example.edu.cn", "page")->id, PROBE_DONE);
	px_fact(r, FACT_WECHAT_MINI, "wx00000000000000cc");
	fx_ok(px_answer(r, px_soon()));
	assert_int_equal(ask("wx00000000000000cc"), 0);
	assert_int_equal(px_take(px_soon(), 1), 1);
	assert_true(px_job[0].urgent);
	fx_ok(px_answer(px_result(px_job[0].id, PROBE_DONE), px_soon()));
	assert_int_equal(px_take(px_soon() + 9000 * an_hour, 64), 2); /* it goes on, as the page does */
	assert_int_equal(fx_ask(-1, "exempt", "jw.example.edu.cn", "测试", NULL), 0);
	refused("wx00000000000000cc", "不在探测范围");
}

static void a_job_that_is_out_is_waited_for(void **state)
{
	(void)state;
	campus();
	assert_int_equal(px_take(px_soon(), 64), 4);
	assert_int_equal(ask("jw.example.edu.cn"), 0);
	assert_int_equal(count, 2);
	assert_int_equal(px_take(px_soon(), 64), 0);
}

static void a_url_is_looked_at_by_one_probe(void **state)
{
	(void)state;
	campus();
	assert_int_equal(ask("https://jw.example.edu.cn/login?x=1"), 0);
	assert_int_equal(count, 1);
	assert_int_equal(px_take(px_soon(), 1), 1);
	assert_string_equal(px_job[0].probe, "page");
	assert_string_equal(px_job[0].target, "https://jw.example.edu.cn/login?x=1");
	assert_int_equal(ask("https://dl.example.edu.cn/a.APK?v=2"), 0);
	assert_int_equal(px_take(px_soon(), 1), 1);
	assert_string_equal(px_job[0].probe, "apk");
	assert_int_equal(ask("https://jw.example.edu.cn/"), 0);
	assert_int_equal(count, 2);
}

static const char ticket[] = "https://jw.example.edu.cn/cb?ticket=ST-SECRET123&openid=oABC";

static void is_nowhere(const char *secret)
{
	static const char *const options[] = { "--all", "jw.example.edu.cn" };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		assert_int_equal(fx_ask(-1, "probes", options[i], NULL), 0);
		assert_true(fx_says("/cb?ticket=…&openid=…"));
		assert_false(fx_says(secret));
	}
}

/* The prober needs it; nobody else, and nobody afterwards. */
static void a_ticket_is_kept_until_it_was_asked(void **state)
{
	struct db_txn t;
	struct query q;

	(void)state;
	campus();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask(ticket), 0);
		is_nowhere("SECRET");
		assert_int_equal(px_take(px_soon(), 1), 1);
		assert_string_equal(px_job[0].target, ticket);
		is_nowhere("SECRET");
		fx_ok(px_answer(px_result(px_job[0].id, i == 0 ? PROBE_TIMEOUT : PROBE_DONE), px_soon()));
		db_begin(&t, fx.store->db, DB_READ);
		query_open(&q, &t, STMT_PROBE_JOBS_LIST);
		query_int(&q, 1);
		query_text(&q, NULL);
		query_text(&q, NULL);
		query_text(&q, NULL);
		query_int(&q, -1);
		for (int n = 0; query_row(&q);) {
			const char *target = query_get_text(&q, 4);
			assert_null(strstr(target, "SECRET"));
			n += target[0] != '\0';
			assert_true(n <= 1);
		}
		fx_ok(state_end(fx.store, &t));
		is_nowhere("SECRET");
	}
}

static void a_port_is_not_another_one(void **state)
{
	(void)state;
	campus();
	assert_int_equal(ask("http://jw.example.edu.cn:8080/"), 0);
	assert_int_equal(count, 1);
	assert_int_equal(px_take(px_soon(), 1), 1);
	assert_string_equal(px_job[0].target, "http://jw.example.edu.cn:8080/");
}

/* No spelling makes it silently something else. */
static void each_spelling_is_honoured(void **state)
{
	static const struct {
		const char *text, *target;
	} rows[] = {
		{ "jw.example.edu.cn/login", "https://jw.example.edu.cn/login" },
		{ "JW.example.edu.cn.:8443", "https://jw.example.edu.cn:8443" },
		{ "host:jw.example.edu.cn/login", "https://jw.example.edu.cn/login" },
		{ "HTTPS://JW.Example.edu.cn:443/Login?a=B#top", "https://jw.example.edu.cn/Login?a=B" },
		{ "http://jw.example.edu.cn:443/", "http://jw.example.edu.cn:443/" },
		{ "jw.example.edu.cn?x", "https://jw.example.edu.cn/?x" },
		{ "jw.example.edu.cn/cas?s=http://x.cn/", "https://jw.example.edu.cn/cas?s=http://x.cn/" },
		{ "https://教务.example.edu.cn/a", "https://xn--zfr984b.example.edu.cn/a" },
		{ "jw.example.edu.cn:443", "" },
		{ "https://jw.example.edu.cn:/#/login", "" },
		{ "http://jw.example.edu.cn:80/", "" },
		{ "host:jw.example.edu.cn:443", "" },
	};

	(void)state;
	campus();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ask(rows[i].text) != 0)
			fail_msg("%s: %s", rows[i].text, fx.error);
		assert_int_equal(count, rows[i].target[0] != '\0' ? 1 : 2);
		for (int n = px_take(px_soon(), count); n > 0; n--) {
			assert_string_equal(px_job[n - 1].target, rows[i].target);
			fx_ok(px_answer(px_result(px_job[n - 1].id, PROBE_DONE), px_soon()));
		}
	}
	refused("jw.example.edu.cn:0", "端口");
	refused("jw.example.edu.cn:65536", "端口");
	refused("https://jw.example.edu.cn:99999999999999999999/", "端口");
	refused("jw.example.edu.cn:abc", "端口");
	refused("user@jw.example.edu.cn", "用户名");
	refused("jw.example.edu.cn/登录", "ASCII");
	refused("https://[::1/", "不是主机名");
}

static void a_url_that_is_too_long_is_told_so(void **state)
{
	char url[JOB_URL_MAX + 8] = "https://jw.example.edu.cn/";

	(void)state;
	campus();
	memset(url + strlen(url), 'a', sizeof(url) - 1 - strlen(url));
	refused(url, "太长");
	url[JOB_URL_MAX - 1] = '\0';
	assert_int_equal(ask(url), 0);
	memset(url + 8, 'a', 600); /* a host that is cut would be another one */
	refused(url, "不是主机名");
}

static void nobody_home(const struct conf *c, const struct probe_look *at, int64_t now,
			struct probe_sight *out)
{
	(void)c, (void)now;
	*out = (struct probe_sight){ .outcome = strstr(at->target, ":8443") ? PROBE_BAD_PORT : PROBE_DONE };
}

static void what_the_prober_would_refuse_is_refused_at_once(void **state)
{
	(void)state;
	campus();
	store_probes(fx.store, px_rows, 4, nobody_home);
	refused("jw.example.edu.cn:8443", "端口不许访问");
	assert_int_equal(ask("jw.example.edu.cn:8080"), 0);
}

static void no_room_is_told_so(void **state)
{
	(void)state;
	px_open("also = partner.com\n");
	fx.conf.probe.jobs = 1;
	assert_int_equal(ask("www.partner.com"), 0);
	assert_int_equal(count, 1);
	refused("www2.partner.com", "任务已满");
}

static void out_of_scope_is_refused_with_the_reason(void **state)
{
	(void)state;
	campus();
	refused("www.unknown-shop.com", "不在探测范围");
	refused("www.never-seen.com", "不在探测范围");
	refused("https://www.unknown-shop.com/a.apk", "不在探测范围");
	refused("www.xuexi.cn", "豁免");
	refused("wx00000000000000aa", "不在探测范围");
	refused("127.0.0.1", "不是主机名");
	refused("http://[::1]/", "不是主机名");
	refused("localhost", "不是主机名");
	refused("ftp://jw.example.edu.cn/", "只探测");
	refused("file:///etc/passwd", "只探测");
	refused("https://user@jw.example.edu.cn/x", "用户名");
	refused("https://jw.example.edu.cn/a b", "空格");
	refused("", "不是主机名");
	refused("host:", "不是主机名");
	refused("wechat-mini:", "标识为空");
}

static void opt_out_wins(void **state)
{
	(void)state;
	campus();
	px_open("opt_out = jw.example.edu.cn\nalso = jw.example.edu.cn\n");
	refused("jw.example.edu.cn", "退出");
	refused("https://jw.example.edu.cn/login", "退出");
}

static void who_asked_to_wait_is_left_alone(void **state)
{
	int64_t now = px_soon();

	(void)state;
	campus();
	for (int n = px_take(now, 64); n > 0; n--) {
		struct job_result *r = px_result(px_job[n - 1].id, PROBE_HELD_BACK);
		r->retry_after = 3 * 86400;
		fx_ok(px_answer(r, now));
	}
	refused("jw.example.edu.cn", "要求等待");
}

/* One probe met him; the others, and a URL of his, are not asked instead. */
static void who_asked_one_probe_to_wait_is_left_alone(void **state)
{
	int64_t now = px_soon();
	struct job_result *r;
	int n;

	(void)state;
	campus();
	n = px_take(now, 64);
	for (int i = 0; i < n; i++)
		fx_ok(px_answer(px_result(px_job[i].id, PROBE_DONE), now));
	assert_int_equal(ask("jw.example.edu.cn"), 0);
	n = px_take(px_soon(), 64);
	assert_true(n > 1);
	r = px_result(px_job[0].id, PROBE_HELD_BACK);
	r->retry_after = 3600;
	fx_ok(px_answer(r, px_soon()));
	for (int i = 1; i < n; i++)
		fx_ok(px_answer(px_result(px_job[i].id, PROBE_DONE), px_soon()));
	refused("jw.example.edu.cn", "要求等待");
	refused("https://jw.example.edu.cn/login", "要求等待");
}

static void not_while_paused_or_off(void **state)
{
	(void)state;
	campus();
	assert_int_equal(fx_ask(-1, "probe pause", NULL), 0);
	refused("jw.example.edu.cn", "已暂停");
	store_close(fx.store);
	fx_conf("hnust", "");
	fx_open();
	refused("jw.example.edu.cn", "没有启用");
}

static void an_identifier_needs_its_endpoint(void **state)
{
	struct observation o[2];

	(void)state;
	o[0] = fx_seen(SUBJECT_WECHAT_MINI, "wx00000000000000aa", VIA_HTTP_REFERER, 0, 4);
	fx_link(&o[0], SUBJECT_HOST, "mini.example.edu.cn");
	o[1] = fx_host("mini.example.edu.cn", 4);
	fx_capture("a", o, 2);
	refused("wx00000000000000aa", "probe.wechat_record");
	px_open("wechat_record = https://record.example.cn/?appid=\n");
	assert_int_equal(ask("wx00000000000000aa"), 0);
	assert_int_equal(count, 1);
	assert_int_equal(ask("wechat-mini:wx00000000000000aa"), 0);
}

static void take_line(void *arg, const char *json)
{
	(void)arg;
	buf_puts(&fx.lines, json);
	buf_puts(&fx.lines, "\n");
}

static void the_answer_has_job_facts_and_transcript(void **state)
{
	struct store_reply r = { .line = take_line };
	struct job_result *result;

	(void)state;
	campus();
	assert_int_equal(ask("jw.example.edu.cn"), 0);
	assert_int_equal(px_take(px_soon(), 1), 1);
	result = px_result(px_job[0].id, PROBE_DONE);
	px_fact(result, FACT_TITLE, "教务系统");
	fx_ok(px_answer(result, px_soon()));
	buf_reset(&fx.lines);
	fx_ok(store_probe_tell(fx.store, px_job[0].id, &r));
	assert_int_equal(fx_line_count(), 3);
	assert_true(fx_says("\"origin\":\"plan\""));
	assert_true(fx_says("教务系统"));
	assert_true(fx_says("GET / -> 200"));
	schema_check("probe");
}

static const char *told(enum probe_outcome o, unsigned status)
{
	struct store_reply r = { .line = take_line, .error = "?" };
	struct job_result *result;

	assert_int_equal(ask("jw.example.edu.cn/x"), 0);
	assert_int_equal(px_take(px_soon(), 1), 1);
	result = px_result(px_job[0].id, o);
	result->status = (uint16_t)status;
	fx_ok(px_answer(result, px_soon()));
	fx_ok(store_probe_tell(fx.store, px_job[0].id, &r));
	snprintf(fx.error, sizeof(fx.error), "%s", r.error);
	return fx.error;
}

/* By that `probe` ends with 0 or 1. */
static void who_answered_anything_was_reached(void **state)
{
	(void)state;
	campus();
	assert_string_equal(told(PROBE_DONE, 200), "");
	assert_string_equal(told(PROBE_HTTP_ERROR, 400), "");
	assert_string_equal(told(PROBE_ROBOTS, 0), "");
	assert_string_equal(told(PROBE_OUT_OF_SCOPE, 302), "");
	assert_non_null(strstr(told(PROBE_NO_NAME, 0), "jw.example.edu.cn 没有得到回答: 域名不存在"));
	assert_non_null(strstr(told(PROBE_TLS_FAILED, 0), "TLS 失败"));
	assert_non_null(strstr(told(PROBE_OPTED_OUT, 0), "对方已退出"));
	assert_non_null(strstr(told(PROBE_BAD_ADDRESS, 0), "地址不许访问"));
	assert_non_null(strstr(told(PROBE_PAUSED, 200), "已暂停"));
	assert_string_equal(told(PROBE_HELD_BACK, 503), "");
}

static void without_the_daemon_nobody_asks(void **state)
{
	(void)state;
	assert_int_equal(fx_ask(-1, "probe", "jw.example.edu.cn", NULL), 1);
	assert_non_null(strstr(fx.error, "--dry-run"));
	assert_int_equal(fx_ask(-1, "probe", NULL), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_TEST(a_host_gets_every_probe_that_fits),
		PX_TEST(a_person_comes_first),
		PX_TEST(a_planned_job_stays_planned),
		PX_TEST(what_only_a_person_wants_is_asked_once),
		PX_TEST(a_lead_may_be_asked_for),
		PX_TEST(a_job_that_is_out_is_waited_for),
		PX_TEST(a_url_is_looked_at_by_one_probe),
		PX_TEST(a_ticket_is_kept_until_it_was_asked),
		PX_TEST(a_port_is_not_another_one),
		PX_TEST(each_spelling_is_honoured),
		PX_TEST(a_url_that_is_too_long_is_told_so),
		PX_TEST(what_the_prober_would_refuse_is_refused_at_once),
		PX_TEST(no_room_is_told_so),
		PX_TEST(out_of_scope_is_refused_with_the_reason),
		PX_TEST(opt_out_wins),
		PX_TEST(who_asked_to_wait_is_left_alone),
		PX_TEST(who_asked_one_probe_to_wait_is_left_alone),
		PX_TEST(not_while_paused_or_off),
		PX_TEST(an_identifier_needs_its_endpoint),
		PX_TEST(the_answer_has_job_facts_and_transcript),
		PX_TEST(who_answered_anything_was_reached),
		PX_TEST(without_the_daemon_nobody_asks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
