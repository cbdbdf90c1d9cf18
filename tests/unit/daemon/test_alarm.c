/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The three alarms of an interface: when they begin, when they end, and how many seconds they count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/alarm.h"

enum { QUIET = 10, STEADY = 5 };

static const int64_t second = 1000000;

static bool told_on[ALARM_COUNT];

/* What is told is a line for people, and in turns: it began, it ended. */
static void told(void *arg, const struct alarm_turn *turn)
{
	const struct alarm *a = arg;

	assert_true(turn->on != told_on[turn->kind]);
	told_on[turn->kind] = turn->on;
	assert_non_null(strstr(turn->text, "eth1"));
	assert_true(turn->since <= a->last.time);
}

static void begin(struct alarm *a, unsigned quiet_seconds)
{
	memset(told_on, 0, sizeof(told_on));
	alarm_init(a, "eth1", quiet_seconds, told, a);
}

/* A sight at this second. */
static bool look(struct alarm *a, int64_t at, bool up, uint64_t received, uint64_t lost)
{
	const struct alarm_sight now = { .time = at * second, .up = up, .received = received, .lost = lost };
	return alarm_look(a, &now);
}

static void test_well(void **state)
{
	struct alarm a;
	(void)state;

	begin(&a, QUIET);
	for (int i = 0; i < 100; i++)
		assert_false(look(&a, i, true, (uint64_t)i, 7)); /* lost before we came */
	assert_int_equal(alarm_open(&a), 0);
	for (int k = 0; k < ALARM_COUNT; k++)
		assert_int_equal(alarm_seconds(&a, (enum alarm_kind)k), 0);
}

static void test_silent(void **state)
{
	struct alarm a;
	(void)state;

	begin(&a, QUIET);
	look(&a, 0, true, 5, 0);
	assert_false(look(&a, QUIET - 1, true, 5, 0));
	assert_true(look(&a, QUIET, true, 5, 0));
	assert_int_equal(alarm_seconds(&a, ALARM_SILENT), QUIET);
	assert_false(look(&a, QUIET + 5, true, 5, 0)); /* once */
	assert_int_equal(alarm_open(&a), 1);
	assert_false(look(&a, QUIET + 6, true, 6, 0)); /* a single one */
	assert_int_equal(alarm_open(&a), 1);
	assert_true(look(&a, QUIET + 6 + STEADY, true, 7, 0));
	assert_int_equal(alarm_open(&a), 0);
	assert_int_equal(alarm_seconds(&a, ALARM_SILENT), QUIET + 6); /* until the first one */
	assert_false(look(&a, QUIET + 20, true, 7, 0));
	assert_true(look(&a, QUIET + 21, true, 7, 0)); /* ten seconds after the last packet, again */
	assert_int_equal(alarm_seconds(&a, ALARM_SILENT), QUIET + 6 + QUIET);
}

/* A port that hears a packet now and then is silent once, not each time anew. */
static void test_now_and_then(void **state)
{
	struct alarm a;
	unsigned changes = 0;
	(void)state;

	begin(&a, QUIET);
	for (int i = 0; i <= 600; i++)
		changes += look(&a, i, true, (uint64_t)(i / (QUIET + 2)), 0);
	assert_int_equal(changes, 1);
	assert_int_equal(alarm_open(&a), 1);
	assert_int_equal(alarm_seconds(&a, ALARM_SILENT), 600);
	/* As often as it takes to be no silence: that is its end. */
	for (int i = 601; i <= 700; i++)
		changes += look(&a, i, true, 1000 + (uint64_t)(i / (QUIET - 1)), 0);
	assert_int_equal(changes, 2);
	assert_int_equal(alarm_open(&a), 0);
}

static void test_silence_is_no_alarm(void **state)
{
	struct alarm a;
	(void)state;

	begin(&a, 0);
	for (int i = 0; i < 1000; i += 100)
		assert_false(look(&a, i, true, 5, 0));
}

static void test_down(void **state)
{
	struct alarm a;
	(void)state;

	begin(&a, QUIET);
	assert_true(look(&a, 0, false, 0, 0)); /* from the start */
	assert_false(look(&a, 100, false, 0, 0));
	assert_int_equal(alarm_open(&a), 1); /* silence is not told besides */
	assert_false(look(&a, 101, true, 0, 0));
	assert_true(look(&a, 101 + STEADY, true, 0, 0));
	assert_int_equal(alarm_seconds(&a, ALARM_DOWN), 101);
	assert_false(look(&a, 99 + QUIET, true, 0, 0)); /* silence counts from the last look without a link */
	assert_true(look(&a, 100 + QUIET, true, 0, 0));
	assert_true(look(&a, 102 + QUIET, false, 0, 0)); /* one goes, one comes */
	assert_int_equal(alarm_open(&a), 1);
	assert_int_equal(alarm_seconds(&a, ALARM_DOWN), 101);
}

/* One episode, however often it comes and goes meanwhile. */
static void test_loose_plug(void **state)
{
	struct alarm a;
	unsigned changes = 0;
	(void)state;

	begin(&a, QUIET);
	for (int i = 0; i < 300; i++)
		changes += look(&a, i, i % (STEADY + 1) != 1, (uint64_t)i, 0);
	assert_int_equal(changes, 1);
	for (int i = 300; i < 310; i++)
		changes += look(&a, i, true, (uint64_t)i, 0);
	assert_int_equal(changes, 2);
	assert_int_equal(alarm_seconds(&a, ALARM_DOWN), 295 + 1 - 1);
}

static void test_loss(void **state)
{
	struct alarm a;
	(void)state;

	begin(&a, QUIET);
	look(&a, 0, true, 0, 3);
	assert_true(look(&a, 1, true, 1, 4));
	assert_false(look(&a, 2, true, 2, 9));
	assert_false(look(&a, 61, true, 3, 9));
	assert_true(look(&a, 62, true, 4, 9)); /* a minute without */
	assert_int_equal(alarm_seconds(&a, ALARM_LOSS), 62);
	assert_false(look(&a, 63, true, 5, 0)); /* a ring that counts from 0 again */
	assert_true(look(&a, 64, true, 6, 1));
	assert_int_equal(alarm_open(&a), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_well),         cmocka_unit_test(test_silent),
		cmocka_unit_test(test_now_and_then), cmocka_unit_test(test_silence_is_no_alarm),
		cmocka_unit_test(test_down),         cmocka_unit_test(test_loose_plug),
		cmocka_unit_test(test_loss),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
