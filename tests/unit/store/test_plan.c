/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is asked follows the judgement: once planned, nothing is planned twice, and who left is let alone. */
#include "tests/unit/store/probing.h"

static int wanted(void)
{
	json_t *line;
	int n;

	assert_int_equal(fx_ask(-1, "probes", NULL), 0);
	line = fx_line(0);
	n = (int)json_integer_value(json_object_get(json_object_get(line, "jobs"), "wanted"));
	json_decref(line);
	return n;
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

static void campus(void)
{
	struct observation o[7];

	o[0] = fx_host("jw.example.edu.cn", 5);
	o[1] = fx_host("www.unknown-shop.com", 9); /* undecided */
	o[2] = fx_host("www.zhihuishu.com", 8);    /* catalogued */
	o[3] = fx_host("www.xuexi.cn", 8);         /* exempt */
	o[4] = fx_seen(SUBJECT_HOST, "asked.example.edu.cn", VIA_DNS_QUERY, 0, 5);
	o[5] = fx_seen(SUBJECT_WECHAT_MINI, "wx00000000000000aa", VIA_HTTP_REFERER, 0, 4);
	fx_link(&o[5], SUBJECT_HOST, "mini.example.edu.cn");
	o[6] = fx_host("mini.example.edu.cn", 4);
	fx_capture("a", o, 7);
}

static void only_those_that_the_judgement_wants_to_know_of(void **state)
{
	/* who was asked for was shown as ECH's outer name as well: still nobody went there */
	struct observation outer = fx_seen(SUBJECT_HOST, "asked.example.edu.cn", VIA_TLS, 0, 0);
	int n;

	(void)state;
	outer.count = 9;
	outer.details[0] = (struct record_detail){ DETAIL_ECH, "outer", 9 };
	outer.detail_count = 1;
	fx_capture("b", &outer, 1);
	campus();
	n = px_take(px_soon(), 64);
	assert_int_equal(n, 6);
	px_find(n, "jw.example.edu.cn", "page");
	px_find(n, "jw.example.edu.cn", "certificate");
	px_find(n, "www.zhihuishu.com", "page");
	px_find(n, "mini.example.edu.cn", "certificate");
	for (int i = 0; i < 6; i += 2) { /* one subject after the other, what tells most first */
		assert_string_equal(px_job[i].probe, "page");
		assert_string_equal(px_job[i + 1].probe, "certificate");
		assert_string_equal(px_job[i + 1].name, px_job[i].name);
	}
}

static void a_configured_endpoint_adds_its_probe(void **state)
{
	int n;

	(void)state;
	campus();
	px_open("wechat_record = https://record.example.cn/?appid=\n");
	fx_ok(store_judge(fx.store));
	n = px_take(px_soon(), 64);
	assert_int_equal(n, 7);
	px_find(n, "wx00000000000000aa", "record");
	px_open("");
	fx_ok(store_judge(fx.store));
	assert_int_equal(wanted(), 6);
}

static void a_plan_is_made_once(void **state)
{
	(void)state;
	campus();
	assert_int_equal(wanted(), 6);
	assert_int_equal(px_take(px_soon(), 3), 3);
	fx_ok(px_answer(px_result(px_job[0].id, PROBE_DONE), px_soon()));
	for (int i = 0; i < 3; i++)
		fx_ok(store_judge(fx.store));
	campus(); /* a known capture */
	assert_int_equal(wanted(), 6);
	assert_int_equal(px_take(px_soon(), 64), 3);
}

/* More use changes the verdict, not the plan; what was asked already is not asked again. */
static void use_alone_plans_nothing(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 40);
	int64_t now = px_soon();

	(void)state;
	campus();
	for (int n = px_take(now, 64); n > 0; n--)
		fx_ok(px_answer(px_result(px_job[n - 1].id, PROBE_DONE), now));
	fx_capture("b", &o, 1);
	assert_int_equal(wanted(), 6);
	assert_int_equal(px_take(now + an_hour, 64), 0);
}

static void a_new_member_is_planned(void **state)
{
	struct observation o = fx_host("new.zhihuishu.com", 3);
	int n;

	(void)state;
	campus();
	assert_int_equal(px_take(px_soon(), 64), 6);
	fx_capture("b", &o, 1);
	n = px_take(px_soon(), 64);
	assert_int_equal(n, 2);
	px_find(n, "new.zhihuishu.com", "page");
}

/* An answer shows that the name is there. */
static void a_name_that_answers_at_last_is_planned(void **state)
{
	struct observation o = fx_host("asked.example.edu.cn", 3);
	int n;

	(void)state;
	campus();
	assert_int_equal(px_take(px_soon(), 64), 6);
	fx_capture("b", &o, 1);
	n = px_take(px_soon(), 64);
	assert_int_equal(n, 2);
	px_find(n, "asked.example.edu.cn", "page");
}

static void who_is_exempt_is_let_alone_and_may_come_back(void **state)
{
	(void)state;
	campus();
	assert_int_equal(fx_ask(-1, "exempt", "jw.example.edu.cn", "测试", NULL), 0);
	assert_int_equal(wanted(), 4);
	for (int n = px_take(px_soon(), 64); n > 0; n--)
		assert_string_not_equal(px_job[n - 1].name, "jw.example.edu.cn");
	assert_int_equal(fx_ask(-1, "unexempt", "jw.example.edu.cn", NULL), 0);
	assert_int_equal(wanted(), 6);
	assert_int_equal(px_take(px_soon(), 64), 2);
}

static void who_opted_out_is_never_asked(void **state)
{
	(void)state;
	campus();
	px_open("opt_out = zhihuishu.com\n");
	fx_ok(store_judge(fx.store));
	assert_int_equal(wanted(), 4);
	for (int n = px_take(px_soon(), 64); n > 0; n--)
		assert_string_not_equal(px_job[n - 1].name, "www.zhihuishu.com");
}

static void another_set_of_probes_plans_anew(void **state)
{
	(void)state;
	campus();
	store_probes(fx.store, px_rows, 1, NULL);
	fx_ok(store_judge(fx.store));
	assert_int_equal(wanted(), 3);
	for (int n = px_take(px_soon(), 64); n > 0; n--)
		assert_string_equal(px_job[n - 1].probe, "page");
}

static void what_finds_no_room_is_counted(void **state)
{
	struct observation o[60];
	char name[64];

	(void)state;
	px_open("jobs = 100\n");
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "h%02d.example.edu.cn", i);
		o[i] = fx_host(name, 5);
	}
	fx_capture("a", o, 60);
	assert_int_equal(wanted(), 100);
	assert_int_equal(counter("jobs-refused"), 20);
	fx_ok(store_judge(fx.store));
	assert_int_equal(counter("jobs-refused"), 20);
	px_open("jobs = 1000\n");
	fx_ok(store_judge(fx.store));
	assert_int_equal(wanted(), 120);
}

/* Judged and planned in one transaction: each of its statements fails in turn. */
static void a_plan_is_whole_or_not_there(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	unsigned nth = 0;
	int code = -1;
	int64_t source;

	(void)state;
	fx_ok(store_source_begin(fx.store, "a", false, &source));
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	while (code != 0) {
		db_fail_at(fx.store->db, ++nth);
		code = store_judge(fx.store);
		db_fail_at(fx.store->db, 0);
		if (code != 0) {
			assert_int_equal(code, -EIO);
			assert_int_equal(fx_number(STMT_PROBE_JOBS_COUNT), 0);
		}
	}
	assert_true(nth > 20);
	assert_int_equal(fx_number(STMT_PROBE_JOBS_COUNT), 2);
}

static void without_probing_nothing_is_planned(void **state)
{
	(void)state;
	store_close(fx.store);
	fx_conf("hnust", "");
	fx_open();
	store_probes(fx.store, px_rows, 3, NULL);
	campus();
	assert_int_equal(fx_number(STMT_PROBE_JOBS_COUNT), 0);
	px_open("");
	fx_ok(store_judge(fx.store));
	assert_int_equal(fx_number(STMT_PROBE_JOBS_COUNT), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_TEST(only_those_that_the_judgement_wants_to_know_of),
		PX_TEST(a_configured_endpoint_adds_its_probe),
		PX_TEST(a_plan_is_made_once),
		PX_TEST(use_alone_plans_nothing),
		PX_TEST(a_new_member_is_planned),
		PX_TEST(a_name_that_answers_at_last_is_planned),
		PX_TEST(who_is_exempt_is_let_alone_and_may_come_back),
		PX_TEST(who_opted_out_is_never_asked),
		PX_TEST(another_set_of_probes_plans_anew),
		PX_TEST(what_finds_no_room_is_counted),
		PX_TEST(a_plan_is_whole_or_not_there),
		PX_TEST(without_probing_nothing_is_planned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
