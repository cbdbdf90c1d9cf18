/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t hour = 3600LL * 1000000, day = 24 * 3600LL * 1000000;
static const int64_t now = 1795233600000000;

static struct schedule run(int64_t job, enum probe_outcome o)
{
	return (struct schedule){
		.job = job, .outcome = o, .interval_hours = 168, .attempts = 1, .asked = true
	};
}

static void within_a_tenth(int64_t due, int64_t span)
{
	assert_in_range(due - now, span - span / 10, span + span / 10);
}

static int64_t next(const struct schedule *s)
{
	uint32_t failures;
	return schedule_next(s, now, &failures);
}

static void jitter_stays_within_a_tenth_and_spreads(void **state)
{
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	for (int64_t job = 1; job <= 2000; job++) {
		int64_t span = schedule_spread(job, 1, 7 * day);
		assert_in_range(span, 7 * day - 7 * day / 10, 7 * day + 7 * day / 10);
		least = span < least ? span : least;
		most = span > most ? span : most;
	}
	assert_true(least < 7 * day * 91 / 100 && most > 7 * day * 109 / 100);
	assert_true(schedule_spread(5, 1, day) == schedule_spread(5, 1, day));
	assert_true(schedule_spread(5, 1, day) != schedule_spread(5, 2, day));
	assert_int_equal(schedule_spread(5, 1, 9), 9);
}

static void every_outcome_has_its_wait(void **state)
{
	(void)state;
	for (int o = 0; o < PROBE_OUTCOME_COUNT; o++) {
		struct schedule s = run(7, (enum probe_outcome)o);
		int64_t wait = next(&s) - now;
		assert_true(wait >= hour - hour / 10);
		if (schedule_is_success(s.outcome))
			assert_true(wait >= 6 * day);
	}
}

static void failures_back_off_up_to_the_interval(void **state)
{
	static const int64_t steps[] = { hour, 4 * hour, day, 168 * hour, 168 * hour };
	struct schedule s = run(7, PROBE_TIMEOUT);
	uint32_t failures = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		s.failures = failures;
		within_a_tenth(schedule_next(&s, now, &failures), steps[i]);
		assert_int_equal(failures, i + 1);
	}
	s = run(7, PROBE_DONE);
	s.failures = 5;
	(void)schedule_next(&s, now, &failures);
	assert_int_equal(failures, 0);
}

/* A probe that is made often is not made less often by a failure than its interval says. */
static void back_off_is_no_longer_than_the_interval(void **state)
{
	struct schedule s = run(7, PROBE_RESET);

	(void)state;
	s.interval_hours = 2;
	s.failures = 2;
	within_a_tenth(next(&s), 2 * hour);
}

static void who_asks_to_wait_is_obeyed(void **state)
{
	struct schedule s = run(7, PROBE_HELD_BACK);

	(void)state;
	s.retry_after = 5 * 86400;
	assert_true(next(&s) == now + 5 * day);
	s.retry_after = UINT32_MAX;
	assert_true(next(&s) == now + 30 * day);
	s.retry_after = 1;
	within_a_tenth(next(&s), hour);
	s = run(7, PROBE_DONE);
	s.retry_after = 20 * 86400;
	assert_true(next(&s) == now + 20 * day);
}

static void what_was_cut_short_before_it_began_is_tried_soon(void **state)
{
	struct schedule s = run(7, PROBE_PAUSED);
	uint32_t failures;

	(void)state;
	within_a_tenth(next(&s), hour);
	s.asked = false;
	s.failures = 3;
	assert_true(schedule_next(&s, now, &failures) == now + 60 * 1000000LL);
	assert_int_equal(failures, 3);
	s.retry_after = 7200;
	assert_true(next(&s) == now + 2 * hour);
	s = run(7, PROBE_SHORTAGE); /* neither is that anybody's fault */
	s.asked = false;
	s.failures = 3;
	assert_true(schedule_next(&s, now, &failures) == now + 60 * 1000000LL);
	assert_int_equal(failures, 3);
}

static void a_certificate_is_looked_at_around_its_end(void **state)
{
	struct schedule s = run(7, PROBE_DONE);

	(void)state;
	s.interval_hours = 30 * 24;
	s.cert_until = now + 300 * day;
	within_a_tenth(next(&s), 30 * day);
	s.cert_until = now + 24 * day;
	assert_true(next(&s) == now + 10 * day);
	s.cert_until = now + 3 * day;
	within_a_tenth(next(&s), day);
	s.cert_until = now - 3 * day;
	within_a_tenth(next(&s), day);
	s.cert_until = now - 300 * day;
	within_a_tenth(next(&s), 30 * day);
	s.outcome = PROBE_TIMEOUT;
	s.cert_until = now + 3 * day;
	within_a_tenth(next(&s), hour);
}

/* Not before its wait less a tenth, and not where its target asked for more. */
static void who_is_there_anyway_may_ask_a_little_sooner(void **state)
{
	static const struct {
		enum probe_outcome outcome;
		uint32_t failures;
		int64_t tried, due; /* hours ago, hours from now */
		bool joins;
	} rows[] = {
		{ PROBE_DONE, 0, 500, 0, true },      { PROBE_DONE, 0, 152, 16, true },
		{ PROBE_DONE, 0, 151, 16, false },    { PROBE_UNCHANGED, 0, 160, 20, true },
		{ PROBE_DONE, 0, 160, 26, false },    { PROBE_TIMEOUT, 2, 10, 0, true },
		{ PROBE_TIMEOUT, 2, 3, 1, false },    { PROBE_TIMEOUT, 3, 22, 2, true },
		{ PROBE_TIMEOUT, 3, 22, 5, false },   { PROBE_LOST, 3, 22, 2, false },
		{ PROBE_POISON, 3, 22, 2, false },    { PROBE_PAUSED, 3, 22, 2, false },
		{ PROBE_HELD_BACK, 1, 1, 10, false }, { PROBE_SHORTAGE, 3, 22, 2, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct schedule s = run(1, rows[i].outcome);
		s.failures = rows[i].failures;
		if (schedule_joins(&s, now - rows[i].tried * hour, now + rows[i].due * hour, now) !=
		    rows[i].joins)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jitter_stays_within_a_tenth_and_spreads),
		cmocka_unit_test(every_outcome_has_its_wait),
		cmocka_unit_test(failures_back_off_up_to_the_interval),
		cmocka_unit_test(back_off_is_no_longer_than_the_interval),
		cmocka_unit_test(who_asks_to_wait_is_obeyed),
		cmocka_unit_test(what_was_cut_short_before_it_began_is_tried_soon),
		cmocka_unit_test(a_certificate_is_looked_at_around_its_end),
		cmocka_unit_test(who_is_there_anyway_may_ask_a_little_sooner),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
