/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jobs go out once, come back once, and are not asked again before their time; whatever dies in between. */
#include "store/decoy.h"
#include "tests/unit/store/probing.h"

static void campus(void)
{
	struct observation o[2];

	o[0] = fx_host("jw.example.edu.cn", 5);
	o[1] = fx_host("www.unknown-shop.com", 9);
	fx_capture("a", o, 2);
}

static int64_t due(void)
{
	int64_t when;

	fx_ok(store_jobs_due(fx.store, &when));
	return when;
}

static void due_jobs_go_out_once(void **state)
{
	int n;

	(void)state;
	campus();
	assert_true(due() <= px_soon());
	n = px_take(px_soon(), 64);
	assert_int_equal(n, 2);
	assert_string_equal(px_job[0].probe, "page");
	assert_string_equal(px_job[0].name, "jw.example.edu.cn");
	assert_int_equal(px_job[0].scope_count, 1);
	assert_string_equal(px_job[0].scope[0], "example.edu.cn");
	assert_int_equal(px_job[0].chance, decoy_chance(fx.store, "lib.example.edu.cn", px_soon()));
	assert_string_equal(px_job[1].probe, "certificate");
	assert_int_equal(px_take(px_soon(), 64), 0);
	assert_true(due() == INT64_MAX);
}

static void at_most_as_many_as_asked_for(void **state)
{
	(void)state;
	campus();
	assert_int_equal(px_take(px_soon(), 1), 1);
	assert_string_equal(px_job[0].probe, "page");
	assert_int_equal(px_take(px_soon(), 1), 1);
	assert_string_equal(px_job[0].probe, "certificate");
	assert_int_equal(px_take(px_soon(), 0), 0);
}

static void nothing_before_its_time(void **state)
{
	(void)state;
	campus();
	assert_int_equal(px_take(noon, 64), 0);
}

static void an_answered_job_waits_its_interval(void **state)
{
	int64_t now = px_soon(), next;

	(void)state;
	campus();
	assert_int_equal(px_take(now, 1), 1);
	fx_ok(px_answer(px_result(px_job[0].id, PROBE_DONE), now));
	assert_int_equal(px_take(now, 64), 1); /* the certificate */
	next = due();
	assert_true(next >= now + 168 * an_hour * 9 / 10 && next <= now + 168 * an_hour * 11 / 10);
	assert_int_equal(px_take(next - 1, 64), 0);
	assert_int_equal(px_take(next, 64), 1);
}

static void tags_come_back_with_the_job(void **state)
{
	int64_t now = px_soon();
	struct job_result *r;

	(void)state;
	campus();
	assert_int_equal(px_take(now, 1), 1);
	r = px_result(px_job[0].id, PROBE_DONE);
	snprintf(r->etag, sizeof(r->etag), "\"a1\"");
	snprintf(r->modified, sizeof(r->modified), "bad\r\nX: y");
	fx_ok(px_answer(r, now));
	assert_int_equal(px_take(now, 1), 1);
	assert_int_equal(px_take(due(), 1), 1);
	assert_string_equal(px_job[0].etag, "\"a1\"");
	assert_string_equal(px_job[0].modified, "");
}

/* What an older one read of a page is not all that a newer one would. */
static void a_newer_probe_asks_for_the_whole(void **state)
{
	struct probe_row rows[1] = { px_rows[0] };
	int64_t now = px_soon();
	struct job_result *r;

	(void)state;
	campus();
	assert_int_equal(px_take(now, 1), 1);
	r = px_result(px_job[0].id, PROBE_DONE);
	snprintf(r->etag, sizeof(r->etag), "\"a1\"");
	fx_ok(px_answer(r, now));
	rows[0].version = 2;
	store_probes(fx.store, rows, 1, NULL);
	fx_ok(store_judge(fx.store));
	assert_int_equal(px_take(due(), 1), 1);
	assert_string_equal(px_job[0].probe, "page");
	assert_string_equal(px_job[0].etag, "");
}

static void a_second_answer_changes_nothing(void **state)
{
	int64_t now = px_soon(), next;

	(void)state;
	campus();
	assert_int_equal(px_take(now, 64), 2);
	fx_ok(px_answer(px_result(px_job[0].id, PROBE_DONE), now));
	next = due();
	assert_int_equal(px_answer(px_result(px_job[0].id, PROBE_TIMEOUT), now), -ENOENT);
	assert_true(due() == next);
	assert_int_equal(px_answer(px_result(999, PROBE_DONE), now), -ENOENT);
	assert_int_equal(px_answer(px_result(-1, PROBE_DONE), now), -ENOENT);
}

/* The store dies between the prober's request and its answer. */
static void a_job_that_was_out_waits_after_a_crash(void **state)
{
	int64_t now = px_soon();

	(void)state;
	campus();
	assert_int_equal(px_take(now, 64), 2);
	px_open("");
	assert_int_equal(px_take(now + an_hour, 64), 0);
	fx_ok(store_jobs_lost(fx.store, now));
	assert_int_equal(px_take(now + an_hour / 2, 64), 0);
	assert_int_equal(px_take(now + 2 * an_hour, 64), 2);
	assert_int_equal(px_answer(px_result(px_job[0].id, PROBE_DONE), now), 0);
}

/* Each statement of an answer fails in turn: it is written whole or not at all. */
static void an_answer_is_whole_or_not_there(void **state)
{
	int64_t now = px_soon();
	unsigned nth = 0;
	int code = -EIO;
	int64_t id;

	(void)state;
	campus();
	assert_int_equal(px_take(now, 1), 1);
	id = px_job[0].id;
	while (code == -EIO) {
		struct job_result *r = px_result(id, PROBE_DONE);
		px_fact(r, FACT_TITLE, "教务系统");
		db_fail_at(fx.store->db, ++nth);
		code = px_answer(r, now);
		if (code == -EIO) {
			db_fail_at(fx.store->db, 0);
			assert_int_equal(fx_number(STMT_PROBE_FACTS_NUMBER), 0);
			assert_true(px_take(now, 1) == (nth == 1)); /* the other job, once */
		}
	}
	db_fail_at(fx.store->db, 0);
	assert_int_equal(code, 0);
	assert_true(nth > 8);
	assert_int_equal(fx_number(STMT_PROBE_FACTS_NUMBER), 1);
}

/* He asked it of us, not of one probe. */
static void who_asks_to_wait_waits_for_all_probes(void **state)
{
	int64_t now = px_soon();
	struct job_result *r;

	(void)state;
	campus();
	assert_int_equal(px_take(now, 1), 1);
	r = px_result(px_job[0].id, PROBE_HELD_BACK);
	r->retry_after = 7200;
	fx_ok(px_answer(r, now));
	assert_int_equal(px_take(now + 2 * an_hour - 1, 64), 0);
	assert_int_equal(px_take(now + 3 * an_hour, 64), 2);
}

/* An installing package on the host itself: who asks to wait there asked it for all of the host. */
static void a_target_on_the_host_is_the_host(void **state)
{
	int64_t now = px_soon();
	struct job_result *r;
	int n;

	(void)state;
	campus();
	n = px_take(now, 64);
	for (int i = 0; i < n; i++) {
		r = px_result(px_job[i].id, PROBE_DONE);
		if (strcmp(px_job[i].probe, "page") == 0)
			px_fact(r, FACT_APK_LINK, "https://jw.example.edu.cn/a.apk");
		fx_ok(px_answer(r, now));
	}
	assert_int_equal(px_take(now, 64), 1);
	assert_string_equal(px_job[0].target, "https://jw.example.edu.cn/a.apk");
	r = px_result(px_job[0].id, PROBE_HELD_BACK);
	r->retry_after = 20 * 86400;
	fx_ok(px_answer(r, now));
	assert_int_equal(px_take(now + 480 * an_hour - 1, 64), 0); /* the page would be due each week */
}

/* Of a probe that this program does not have: others are due behind it. */
static void a_job_that_cannot_be_read_is_in_nobodys_way(void **state)
{
	(void)state;
	campus();
	store_probes(fx.store, px_rows + 1, 1, NULL);
	assert_int_equal(px_take(px_soon(), 1), 0);
	assert_int_equal(px_take(px_soon(), 1), 1);
	assert_string_equal(px_job[0].probe, "certificate");
	assert_true(due() == INT64_MAX);
}

static void nothing_goes_out_while_it_is_off(void **state)
{
	(void)state;
	campus();
	store_close(fx.store);
	fx_conf("hnust", "");
	fx_open();
	store_probes(fx.store, px_rows, 1, NULL);
	assert_int_equal(px_take(px_soon(), 64), 0);
	assert_true(due() == INT64_MAX);
}

/* The other host's, too: two visits. */
static void two_hosts(void)
{
	struct observation o[2];

	o[0] = fx_host("jw.example.edu.cn", 5);
	o[1] = fx_host("oa.example.edu.cn", 5);
	fx_capture("a", o, 2);
}

static int take_visits(int64_t now, size_t visits)
{
	int n = store_jobs(fx.store, now, px_job, 64, visits);

	fx_ok(n);
	return n;
}

static void jobs_of_a_host_go_out_together(void **state)
{
	int64_t now = px_soon();

	(void)state;
	two_hosts();
	assert_int_equal(take_visits(now, 0), 0);
	assert_int_equal(take_visits(now, 1), 2);
	assert_string_equal(px_job[0].probe, "page");
	assert_string_equal(px_job[1].probe, "certificate");
	assert_string_equal(px_job[0].name, px_job[1].name);
	assert_int_equal(take_visits(now, 9), 2);
	assert_int_equal(take_visits(now, 9), 0);
}

/* `after`: how long after the page's answer the certificate is due, of its 720 hours. */
static int joined_by(int64_t now, int64_t tried_hours_ago, int64_t due_in_hours)
{
	struct db_txn txn;
	struct query q;
	int n = take_visits(now, 9);

	assert_int_equal(n, 2);
	for (int i = 0; i < n; i++)
		fx_ok(px_answer(px_result(px_job[i].id, PROBE_DONE), now - tried_hours_ago * an_hour));
	/* the page is due, its certificate a while later */
	db_begin(&txn, fx.store->db, DB_WRITE);
	query_open(&q, &txn, STMT_PROBE_HOLD_PROBE);
	query_int(&q, now + due_in_hours * an_hour);
	query_text(&q, "certificate");
	query_run(&q);
	fx_ok(db_end(&txn));
	return take_visits(now, 9);
}

static void what_is_nearly_due_comes_along(void **state)
{
	(void)state;
	campus();
	assert_int_equal(joined_by(px_soon(), 700, 60), 2);
}

static void what_is_far_from_due_does_not(void **state)
{
	(void)state;
	campus();
	assert_int_equal(joined_by(px_soon(), 400, 0), 1);
}

/* A hold of the certificate's own is none of its interval. */
static void what_is_held_for_longer_does_not(void **state)
{
	(void)state;
	campus();
	assert_int_equal(joined_by(px_soon(), 700, 200), 1);
}

static void fall(int64_t job, enum store_fate fate, int64_t now)
{
	fx_ok(store_jobs_fallen(fx.store, now, &(struct store_fallen){ job, fate }, 1));
}

static const int64_t a_day = 24 * 3600 * 1000000LL;

static void ask_to_wait_a_day(int64_t job, int64_t now)
{
	struct job_result *r = px_result(job, PROBE_HELD_BACK);

	r->retry_after = 86400;
	fx_ok(px_answer(r, now));
}

static void set_wanted(int64_t job, bool wanted)
{
	struct db_txn txn;
	struct query q;

	db_begin(&txn, fx.store->db, DB_WRITE);
	query_open(&q, &txn, STMT_PROBE_WANTED);
	query_int(&q, job);
	query_int(&q, wanted);
	query_run(&q);
	fx_ok(db_end(&txn));
}

static void who_is_wanted_anew_still_waits(void **state)
{
	int64_t now = px_soon(), page, other;

	(void)state;
	campus();
	assert_int_equal(px_take(now, 64), 2);
	page = px_job[0].id;
	other = px_job[1].id;
	fall(other, STORE_FATE_BACK, now);
	set_wanted(other, false);
	ask_to_wait_a_day(page, now);
	set_wanted(other, true);
	px_open("");
	assert_int_equal(px_take(now + a_day - 1, 64), 0);
	assert_int_equal(px_take(now + a_day, 64), 2);
}

static void what_was_out_when_its_host_asked_to_wait_waits(void **state)
{
	static const enum store_fate fates[] = { STORE_FATE_BACK, STORE_FATE_LOST };
	int64_t now = px_soon(), other;

	(void)state;
	campus();
	for (size_t i = 0; i < 2; i++, now += 2 * a_day) {
		assert_int_equal(px_take(now, 64), 2);
		other = px_job[1].id;
		ask_to_wait_a_day(px_job[0].id, now);
		fall(other, fates[i], now);
		px_open("");
		assert_int_equal(px_take(now + a_day - 1, 64), 0);
	}
}

static void what_was_not_begun_goes_out_again_at_once(void **state)
{
	int64_t now = px_soon(), id;

	(void)state;
	campus();
	assert_int_equal(px_take(now, 64), 2);
	id = px_job[1].id;
	fall(px_job[0].id, STORE_FATE_LOST, now);
	fall(id, STORE_FATE_BACK, now);
	fall(4711, STORE_FATE_LOST, now); /* not out */
	assert_int_equal(px_take(now, 64), 1);
	assert_int_equal(px_job[0].id, id);
	assert_int_equal(px_take(now + an_hour * 8 / 10, 64), 0);
	assert_int_equal(px_take(now + an_hour * 11 / 10, 64), 1);
}

static void outcome_is(int64_t now, const char *name, int64_t wait)
{
	assert_int_equal(fx_ask(-1, "probes", "--all", NULL), 0);
	assert_true(fx_says(name));
	assert_int_equal(px_take(now + wait * 89 / 100, 64), 0);
	assert_int_equal(px_take(now + wait * 111 / 100, 64), 1);
}

/* Each time that the prober dies of it, it waits for longer. */
static void who_kills_the_prober_waits_longer_and_longer(void **state)
{
	static const struct probe_row rows[] = {
		{ .name = "page",
		  .zh = "网页",
		  .version = 1,
		  .kinds = 1u << SUBJECT_HOST,
		  .interval_hours = 168 },
	};
	const int64_t waits[] = { an_hour, 4 * an_hour, 24 * an_hour, 168 * an_hour };
	int64_t now = px_soon();

	(void)state;
	store_probes(fx.store, rows, 1, NULL);
	campus();
	assert_int_equal(px_take(now, 64), 1);
	for (int i = 0; i < 4; i++) {
		fall(px_job[0].id, STORE_FATE_LOST, now);
		outcome_is(now, i == 0 ? "\"lost\"" : "\"poison\"", waits[i]);
		now += waits[i] * 111 / 100;
	}
	fx_ok(px_answer(px_result(px_job[0].id, PROBE_DONE), now)); /* and is forgiven */
	now += 185 * an_hour;
	assert_int_equal(px_take(now, 64), 1);
	fall(px_job[0].id, STORE_FATE_LOST, now);
	outcome_is(now, "\"lost\"", an_hour);
	fall(px_job[0].id, STORE_FATE_POISON, now);
	outcome_is(now, "\"poison\"", 4 * an_hour);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_TEST(due_jobs_go_out_once),
		PX_TEST(at_most_as_many_as_asked_for),
		PX_TEST(nothing_before_its_time),
		PX_TEST(an_answered_job_waits_its_interval),
		PX_TEST(tags_come_back_with_the_job),
		PX_TEST(a_newer_probe_asks_for_the_whole),
		PX_TEST(a_second_answer_changes_nothing),
		PX_TEST(a_job_that_was_out_waits_after_a_crash),
		PX_TEST(an_answer_is_whole_or_not_there),
		PX_TEST(who_asks_to_wait_waits_for_all_probes),
		PX_TEST(a_target_on_the_host_is_the_host),
		PX_TEST(a_job_that_cannot_be_read_is_in_nobodys_way),
		PX_TEST(nothing_goes_out_while_it_is_off),
		PX_TEST(jobs_of_a_host_go_out_together),
		PX_TEST(what_is_nearly_due_comes_along),
		PX_TEST(what_is_far_from_due_does_not),
		PX_TEST(what_is_held_for_longer_does_not),
		PX_TEST(who_is_wanted_anew_still_waits),
		PX_TEST(what_was_out_when_its_host_asked_to_wait_waits),
		PX_TEST(what_was_not_begun_goes_out_again_at_once),
		PX_TEST(who_kills_the_prober_waits_longer_and_longer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
