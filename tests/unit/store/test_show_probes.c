/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people see of probing, each line against its schema; pausing. */
#include "tests/unit/store/probing.h"
#include "tests/unit/store/schema.h"

static void campus(void)
{
	struct observation o[2];

	o[0] = fx_host("jw.example.edu.cn", 5);
	o[1] = fx_host("www.zhihuishu.com", 8);
	fx_capture("a", o, 2);
}

/* One job answered, one out. */
static void half_done(void)
{
	struct job_result *r;

	campus();
	assert_int_equal(px_take(px_soon(), 2), 2);
	r = px_result(px_find(2, "jw.example.edu.cn", "page")->id, PROBE_DONE);
	px_fact(r, FACT_TITLE, "教务系统");
	px_fact(r, FACT_ICP_NUMBER, "京ICP备05000001号-1");
	fx_ok(px_answer(r, px_soon()));
}

static json_t *whole(void)
{
	assert_int_equal(fx_ask(-1, "probes", NULL), 0);
	return fx_line(0);
}

static int jobs_in(const char *state)
{
	json_t *line = whole();
	int n = (int)json_integer_value(json_object_get(json_object_get(line, "jobs"), state));

	json_decref(line);
	return n;
}

static void every_line_follows_its_schema(void **state)
{
	(void)state;
	assert_int_equal(fx_ask(-1, "probes", NULL), 0);
	assert_int_equal(fx_line_count(), 1);
	schema_check("probe");
	half_done();
	assert_int_equal(fx_ask(-1, "probes", NULL), 0);
	assert_int_equal(fx_line_count(), 5);
	schema_check("probe");
	assert_int_equal(fx_ask(-1, "probes", "--all", NULL), 0);
	schema_check("probe");
	assert_int_equal(fx_ask(-1, "probes", "--facts", NULL), 0);
	assert_int_equal(fx_line_count(), 2);
	schema_check("probe");
	assert_int_equal(fx_ask(-1, "probes", "jw.example.edu.cn", NULL), 0);
	assert_int_equal(fx_line_count(), 2 + 2 + 1); /* jobs, facts, transcript */
	schema_check("probe");
	assert_int_equal(fx_ask(-1, "probe pause", NULL), 0);
	schema_check("probing");
	assert_int_equal(fx_ask(-1, "probes", NULL), 0);
	schema_check("probe");
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	schema_check("status");
	assert_int_equal(fx_ask(-1, "probe resume", NULL), 0);
	schema_check("probing");
	assert_int_equal(fx_ask(-1, "app", "A1", NULL), 0);
	assert_true(fx_says("教务系统"));
	schema_check("app-detail");
	assert_int_equal(fx_ask(-1, "explain", "jw.example.edu.cn", NULL), 0);
	assert_true(fx_says("京ICP备05000001号-1"));
	schema_check("explain");
}

static void each_spelling_is_understood(void **state)
{
	static const char *const texts[] = { "JW.EXAMPLE.EDU.CN", "https://jw.example.edu.cn/login",
					     "jw.example.edu.cn:443", "host:Jw.example.edu.cn." };

	(void)state;
	half_done();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(fx_ask(-1, "probes", texts[i], NULL), 0);
		assert_int_equal(fx_line_count(), 2 + 2 + 1);
	}
	assert_int_equal(fx_ask(-1, "probes", "", NULL), 1);
	assert_non_null(strstr(fx.error, "不是主机名"));
	assert_int_equal(fx_ask(-1, "probes", "wechat-mini:jw.example.edu.cn", NULL), 1);
	assert_non_null(strstr(fx.error, "没有关于"));
}

static void jobs_are_counted_by_state(void **state)
{
	(void)state;
	half_done();
	assert_int_equal(jobs_in("kept"), 4);
	assert_int_equal(jobs_in("wanted"), 4);
	assert_int_equal(jobs_in("handed"), 1);
	assert_int_equal(jobs_in("fresh"), 2);
}

/* What is asked for today: answered, out, and due by midnight. */
static void the_day_says_what_was_expected(void **state)
{
	json_t *line, *day;

	(void)state;
	half_done();
	line = whole();
	day = json_array_get(json_object_get(line, "per_day"), 0);
	assert_int_equal(json_integer_value(json_object_get(day, "answered")), 1);
	assert_int_equal(json_integer_value(json_object_get(day, "done")), 1);
	assert_int_equal(json_integer_value(json_object_get(day, "expected")), 4);
	json_decref(line);
}

/* The first answer of a day closes the one before. */
static void a_day_that_is_over_owes_what_waits_still(void **state)
{
	json_t *line, *day;
	int64_t tomorrow = px_soon() + one_day;

	(void)state;
	half_done();
	assert_int_equal(px_take(tomorrow, 1), 1);
	fx_ok(px_answer(px_result(px_job[0].id, PROBE_TIMEOUT), tomorrow));
	line = whole();
	assert_int_equal(json_array_size(json_object_get(line, "per_day")), 2);
	day = json_array_get(json_object_get(line, "per_day"), 1);
	assert_int_equal(json_integer_value(json_object_get(day, "answered")), 1);
	assert_int_equal(json_integer_value(json_object_get(day, "expected")), 3); /* one was out */
	json_decref(line);
}

static void outcomes_are_counted_each(void **state)
{
	json_t *line, *runs;

	(void)state;
	half_done();
	assert_int_equal(px_take(px_soon(), 2), 2);
	fx_ok(px_answer(px_result(px_job[0].id, PROBE_ROBOTS), px_soon()));
	fx_ok(px_answer(px_result(px_job[1].id, PROBE_ROBOTS), px_soon()));
	fx_ok(store_jobs_lost(fx.store, px_soon()));
	line = whole();
	runs = json_object_get(line, "runs");
	assert_int_equal(json_integer_value(json_object_get(runs, "done")), 1);
	assert_int_equal(json_integer_value(json_object_get(runs, "robots")), 2);
	assert_int_equal(json_integer_value(json_object_get(runs, "lost")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(line, "counters"), "requests")),
			 3);
	json_decref(line);
}

static void while_paused_nothing_goes_out(void **state)
{
	int64_t when;

	(void)state;
	campus();
	assert_int_equal(fx_ask(-1, "probe pause", NULL), 0);
	assert_true(fx_says("\"paused\""));
	assert_true(store_probes_paused(fx.store));
	assert_int_equal(px_take(px_soon(), 64), 0);
	fx_ok(store_jobs_due(fx.store, &when));
	assert_true(when == INT64_MAX);
	px_open(""); /* it outlives the process */
	assert_true(store_probes_paused(fx.store));
	assert_int_equal(px_take(px_soon(), 64), 0);
	assert_int_equal(fx_ask(-1, "probe resume", NULL), 0);
	assert_false(store_probes_paused(fx.store));
	assert_int_equal(px_take(px_soon(), 64), 4);
}

static void pausing_twice_keeps_the_first_time(void **state)
{
	json_t *first, *second;

	(void)state;
	assert_int_equal(fx_ask(-1, "probe pause", NULL), 0);
	first = fx_line(0);
	assert_int_equal(fx_ask(-1, "probe pause", NULL), 0);
	second = fx_line(0);
	assert_true(json_equal(first, second));
	json_decref(first);
	json_decref(second);
}

/* Another process that has the database open. */
static void a_pause_from_beside_is_noticed(void **state)
{
	struct store *ours = fx.store, *theirs;

	(void)state;
	campus();
	fx_open();
	theirs = fx.store;
	assert_int_equal(fx_ask(-1, "probe pause", NULL), 0);
	fx.store = ours;
	assert_int_equal(px_take(px_soon(), 64), 0);
	assert_true(store_probes_paused(ours));
	store_close(theirs);
}

static void a_subject_is_named_in_several_ways(void **state)
{
	(void)state;
	half_done();
	assert_int_equal(fx_ask(-1, "probes", "host:www.zhihuishu.com", NULL), 0);
	assert_int_equal(fx_line_count(), 2);
	assert_int_equal(fx_ask(-1, "probes", "A1", NULL), 0);
	assert_int_equal(fx_ask(-1, "probes", "wechat-mini:jw.example.edu.cn", NULL), 1);
	assert_int_equal(fx_ask(-1, "probes", "nobody.example.com", NULL), 1);
	assert_non_null(strstr(fx.error, "nobody.example.com"));
	assert_int_equal(fx_ask(-1, "probes", "a", "b", NULL), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_TEST(every_line_follows_its_schema),
		PX_TEST(each_spelling_is_understood),
		PX_TEST(jobs_are_counted_by_state),
		PX_TEST(the_day_says_what_was_expected),
		PX_TEST(a_day_that_is_over_owes_what_waits_still),
		PX_TEST(outcomes_are_counted_each),
		PX_TEST(while_paused_nothing_goes_out),
		PX_TEST(pausing_twice_keeps_the_first_time),
		PX_TEST(a_pause_from_beside_is_noticed),
		PX_TEST(a_subject_is_named_in_several_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
