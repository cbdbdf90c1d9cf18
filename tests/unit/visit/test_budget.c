/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "probes/address.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
/* 2026-11-22 00:00:00 in Beijing */
#define START INT64_C(1795276800000000)

static struct budget *make(const char *options, size_t hosts)
{
	char text[512], error[CONF_ERROR_MAX];
	struct conf c;
	struct budget *b;

	snprintf(text, sizeof(text), "[probe]\n%s", options);
	if (conf_parse(&c, "test", text, strlen(text), error) != 0)
		fail_msg("%s", error);
	b = budget_new(&c, hosts, START);
	conf_clear(&c);
	return b;
}

static int64_t take(struct budget *b, const char *host, const char *addr, int64_t now)
{
	uint8_t bytes[16];

	assert_true(address_parse(addr, bytes));
	return budget_take(b, host, bytes, now);
}

static void ok(struct budget *b, const char *host, int64_t now)
{
	budget_told(b, host, PROBE_DONE, 200, 0, now);
}

static void test_one_request_each_host_seconds_and_none_at_the_start(void **state)
{
	struct budget *b = make("host_seconds = 10\n", 100);
	int64_t now = START;

	(void)state;
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 10 * SECOND);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + 3 * SECOND), 7 * SECOND);
	now += 10 * SECOND;
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now - 1), 1);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 10 * SECOND);
	/* a host met later was idle as long: it need not wait */
	assert_int_equal(take(b, "b.cn", "2.1.1.1", now + SECOND), 0);
	/* long idle saves up no more than one */
	now += DAY;
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 10 * SECOND);
	budget_free(b);
}

static void test_the_pause_begins_when_the_answer_ends(void **state)
{
	struct budget *b = make("host_seconds = 10\n", 100);
	int64_t now = START + MINUTE;

	(void)state;
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
	ok(b, "a.cn", now + 8 * SECOND);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + 10 * SECOND), 8 * SECOND);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + 18 * SECOND), 0);
	budget_free(b);
}

static void test_no_limit_but_the_others_when_host_seconds_is_0(void **state)
{
	struct budget *b = make("host_seconds = 0\nper_second = 100000\nnet_minute = 1000000\n", 100);
	unsigned got = 0;

	(void)state;
	for (int64_t now = START + MINUTE; now < START + MINUTE + SECOND; now += 100)
		got += take(b, "a.cn", "1.1.1.1", now) == 0;
	assert_true(got >= 9999);
	budget_free(b);
}

/* Asks as fast as it is let, for hosts without end; the most in any window of this width. */
static unsigned busiest(struct budget *b, int64_t width, int64_t length, bool one_net)
{
	static int64_t at[200000];
	unsigned n = 0, host = 0, best = 0, first = 0;
	char name[32], addr[32];

	for (int64_t now = START, wait; now < START + length && n < 200000; now += wait) {
		snprintf(name, sizeof(name), "h%u.cn", host);
		snprintf(addr, sizeof(addr), one_net ? "1.1.1.%u" : "2001:db8:%x::1", host % 250);
		host++;
		wait = take(b, name, addr, now);
		assert_true(wait >= 0);
		if (wait == 0)
			at[n++] = now;
	}
	for (unsigned i = 0; i < n; i++) {
		while (at[i] - at[first] >= width)
			first++;
		if (i - first + 1 > best)
			best = i - first + 1;
	}
	return best;
}

static void test_no_second_ever_holds_more_than_per_second(void **state)
{
	static const unsigned rates[] = { 1, 2, 3, 7, 10, 19, 20, 21, 99, 100, 1000, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		char text[96];
		snprintf(text, sizeof(text), "host_seconds = 0\nnet_minute = 1000000\nper_second = %u\n",
			 rates[i]);
		struct budget *b = make(text, 1000);
		unsigned most = busiest(b, SECOND, 20 * SECOND, false);
		assert_true(most <= rates[i]);
		assert_true(most >= rates[i] * 9 / 10);
		budget_free(b);
	}
}

static void test_no_minute_ever_holds_more_than_net_minute(void **state)
{
	static const unsigned rates[] = { 1, 7, 30, 60, 119, 120, 121, 601, 6000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		char text[96];
		snprintf(text, sizeof(text), "host_seconds = 0\nper_second = 100000\nnet_minute = %u\n",
			 rates[i]);
		struct budget *b = make(text, 1000);
		unsigned most = busiest(b, MINUTE, 5 * MINUTE, true);
		assert_true(most <= rates[i]);
		assert_true(most >= rates[i] * 9 / 10);
		budget_free(b);
	}
}

static void test_networks_are_24_and_48(void **state)
{
	struct budget *b = make("host_seconds = 0\nper_second = 100000\nnet_minute = 1\n", 100);
	int64_t now = START + HOUR;

	(void)state;
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
	assert_true(take(b, "b.cn", "1.1.1.254", now + 1000) > 0);
	assert_int_equal(take(b, "b.cn", "1.1.2.1", now + 1000), 0);
	assert_int_equal(take(b, "c.cn", "2001:db8:1:1::1", now + 2000), 0);
	assert_true(take(b, "d.cn", "2001:db8:1:2::1", now + 3000) > 0);
	assert_int_equal(take(b, "d.cn", "2001:db8:2:1::1", now + 3000), 0);
	/* the way through IPv6 leads to the same /24, and each 6to4 prefix is a /48 of its own */
	assert_true(take(b, "f.cn", "64:ff9b::1.1.2.9", now + 4000) > 0);
	assert_true(take(b, "f.cn", "2002:101:203::1", now + 4000) > 0);
	assert_int_equal(take(b, "f.cn", "64:ff9b::1.1.3.9", now + 4000), 0);
	/* who is told to wait by one bucket takes from none */
	assert_true(take(b, "e.cn", "1.1.1.9", now + 4000) > 0);
	assert_int_equal(take(b, "e.cn", "9.9.9.9", now + 4000), 0);
	budget_free(b);
}

/* What is connected to in the end is counted where it is. */
static void test_the_network_that_is_reached_is_counted(void **state)
{
	struct budget *b = make("host_seconds = 0\nnet_minute = 60\nper_second = 1000\n", 100);
	uint8_t paid[16], near[16], far[16];
	int64_t now = START + MINUTE;

	(void)state;
	assert_true(address_parse("1.1.1.1", paid));
	assert_true(address_parse("1.1.1.200", near));
	assert_true(address_parse("2.2.2.2", far));
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
	assert_true(budget_reach(b, paid, near, now));
	assert_true(budget_reach(b, paid, far, now));
	assert_false(budget_reach(b, paid, far, now));
	assert_int_equal(take(b, "b.cn", "2.2.2.9", now), SECOND);
	assert_int_equal(take(b, "b.cn", "2.2.2.9", now + SECOND), 0);
	assert_false(budget_reach(b, paid, far, now + SECOND));
	assert_true(budget_reach(b, paid, far, now + 2 * SECOND));
	budget_free(b);
}

static void test_who_asks_to_wait_is_left_alone(void **state)
{
	struct budget *b = make("host_seconds = 1\n", 100);
	int64_t now = START + HOUR;

	(void)state;
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
	budget_told(b, "a.cn", PROBE_HTTP_ERROR, 429, 120, now);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + SECOND), -119 * SECOND);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + 120 * SECOND - 1), -1);
	assert_int_equal(take(b, "b.cn", "1.1.1.1", now + 4 * SECOND), 0); /* the others are not */
	now += 120 * SECOND;
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
	ok(b, "a.cn", now);
	now += MINUTE;
	/* without a number: a minute, then two, four ... */
	for (int64_t seconds = 60; seconds < 400; seconds *= 2) {
		assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
		budget_told(b, "a.cn", PROBE_HTTP_ERROR, 503, 0, now);
		assert_int_equal(take(b, "a.cn", "1.1.1.1", now), -seconds * SECOND);
		now += seconds * SECOND;
	}
	/* a smaller number than that does not shorten it, a huge one is cut at a day */
	budget_told(b, "a.cn", PROBE_HTTP_ERROR, 503, 1, now);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), -480 * SECOND);
	now += 480 * SECOND;
	budget_told(b, "a.cn", PROBE_DONE, 200, UINT32_MAX, now); /* Retry-After goes with any status */
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), -DAY);
	budget_free(b);
}

static void test_a_shorter_wish_does_not_undo_a_longer_one(void **state)
{
	struct budget *b = make("host_seconds = 0\n", 100);
	int64_t now = START + HOUR;

	(void)state;
	assert_int_equal(budget_told(b, "a.cn", PROBE_HTTP_ERROR, 429, 4000, now), 4000);
	assert_int_equal(budget_told(b, "a.cn", PROBE_HTTP_ERROR, 429, 5, now + SECOND), 3999);
	assert_int_equal(budget_told(b, "b.cn", PROBE_HTTP_ERROR, 429, 0, now + SECOND),
			 60); /* he named no time */
	assert_int_equal(budget_told(b, "c.cn", PROBE_DONE, 200, 0, now + SECOND), 0);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + 2 * SECOND), -3998 * SECOND);
	budget_free(b);
}

/* What was wrong with us is not told of them. */
static void test_our_own_shortage_holds_nobody(void **state)
{
	struct budget *b = make("host_seconds = 0\nnet_minute = 6000\n", 100);
	int64_t now = START + HOUR;

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		assert_int_equal(take(b, "a.cn", "1.1.1.1", now += SECOND), 0);
		assert_int_equal(budget_told(b, "a.cn", PROBE_SHORTAGE, 0, 0, now), 0);
	}
	budget_free(b);
}

static void test_the_breaker_opens_and_doubles(void **state)
{
	static const enum probe_outcome bad[] = { PROBE_CONNECT_FAILED, PROBE_TLS_FAILED, PROBE_RESET,
						  PROBE_TIMEOUT, PROBE_BAD_RESPONSE };
	struct budget *b = make("host_seconds = 0\nnet_minute = 6000\n", 100);
	int64_t now = START + HOUR, hold = 300 * SECOND;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		budget_told(b, "a.cn", bad[i], 0, 0, now += SECOND);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now += SECOND), 0);
	budget_told(b, "a.cn", bad[4], 0, 0, now);
	for (unsigned i = 0; i < 12; i++) {
		assert_int_equal(take(b, "a.cn", "1.1.1.1", now), -hold);
		now += hold;
		budget_told(b, "a.cn", PROBE_HTTP_ERROR, 500, 0, now);
		hold = 2 * hold < DAY ? 2 * hold : DAY;
	}
	assert_int_equal(hold, DAY);
	now += DAY;
	ok(b, "a.cn", now);
	for (size_t i = 0; i < 4; i++)
		budget_told(b, "a.cn", PROBE_TIMEOUT, 0, 0, now += SECOND);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now += SECOND), 0);
	/* 404 is an answer, and what never left the machine says nothing about the host */
	budget_told(b, "a.cn", PROBE_HTTP_ERROR, 404, 0, now);
	for (size_t i = 0; i < 9; i++) {
		budget_told(b, "a.cn", PROBE_OUT_OF_SCOPE, 0, 0, now);
		budget_told(b, "a.cn", PROBE_RESOLVER_FAILED, 0, 0, now);
		budget_told(b, "a.cn", PROBE_PAUSED, 0, 0, now);
	}
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now += SECOND), 0);
	budget_free(b);
}

static void test_pace(void **state)
{
	struct budget *b = make("host_seconds = 10\n", 100);
	int64_t now = START + HOUR;

	(void)state;
	budget_pace(b, "a.cn", 30, now);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + SECOND), 29 * SECOND);
	budget_pace(b, "a.cn", 2, now + SECOND); /* never faster than configured */
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + SECOND), 9 * SECOND);
	budget_pace(b, "a.cn", UINT32_MAX, now + SECOND);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + SECOND), 3599 * SECOND);
	budget_free(b);
}

static void test_endpoints_at_most_once_in_30_seconds(void **state)
{
	struct budget *b = make("host_seconds = 1\nwechat_record = https://MP.platform.com:443/w?appid=\n"
				"itunes_lookup = http://10.0.0.9/lookup?bundleId=\n",
				100);
	int64_t now = START + HOUR;

	(void)state;
	assert_int_equal(take(b, "mp.platform.com", "1.1.1.1", now), 0);
	assert_int_equal(take(b, "mp.platform.com", "1.1.1.1", now), 30 * SECOND);
	assert_int_equal(take(b, "10.0.0.9", "10.0.0.9", now + SECOND), 0);
	assert_int_equal(take(b, "10.0.0.9", "10.0.0.9", now + SECOND), 30 * SECOND);
	assert_int_equal(take(b, "platform.com", "2.1.1.1", now + 2 * SECOND), 0);
	assert_int_equal(take(b, "platform.com", "2.1.1.1", now + 4 * SECOND), 0);
	budget_free(b);
}

static void test_room_is_made_by_those_who_hold_nobody_back(void **state)
{
	struct budget *b = make("host_seconds = 10\nper_second = 1000\nnet_minute = 6000\n", 4);
	struct budget_view *v = calloc(1, sizeof(*v));
	int64_t now = START + HOUR;
	char name[16];

	(void)state;
	budget_told(b, "held.cn", PROBE_HTTP_ERROR, 429, 3000, now);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "h%u.cn", i);
		assert_int_equal(take(b, name, "1.1.1.1", now += 100000), 0);
	}
	/* all four matter: the newcomer waits, and whatever it is called none of them is forgotten */
	assert_true(take(b, "new.cn", "1.1.1.1", now += 100000) > 0);
	budget_describe(b, now, v);
	assert_int_equal(v->refused, 1);
	assert_int_equal(v->evicted, 0);
	assert_int_equal(v->hosts, 4);
	budget_told(b, "more.cn", PROBE_HTTP_ERROR, 429, 3000, now);
	budget_describe(b, now, v);
	assert_int_equal(v->unheld, 1);
	/* ten seconds later three of them are full again */
	now += 11 * SECOND;
	for (unsigned i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "n%u.cn", i);
		assert_int_equal(take(b, name, "1.1.1.1", now += 100000), 0);
	}
	assert_true(take(b, "n3.cn", "1.1.1.1", now += 100000) > 0);
	assert_true(take(b, "held.cn", "1.1.1.1", now += 100000) < 0);
	budget_describe(b, now, v);
	assert_int_equal(v->evicted, 3);
	assert_int_equal(v->hosts, 4);
	free(v);
	budget_free(b);
}

static void test_a_million_names_need_no_more_room(void **state)
{
	struct budget *b = make("host_seconds = 0\nper_second = 100000\nnet_minute = 1000000\n", 64);
	struct budget_view *v = calloc(1, sizeof(*v));
	int64_t now = START + HOUR;
	unsigned got = 0;
	char name[32], addr[32];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "h%u.cn", i);
		snprintf(addr, sizeof(addr), "2.%u.%u.1", i >> 8 & 255, i & 255);
		got += take(b, name, addr, now += MINUTE) == 0;
	}
	assert_int_equal(got, 20000);
	budget_describe(b, now, v);
	assert_int_equal(v->hosts, 64);
	assert_int_equal(v->nets, 64);
	assert_int_equal(v->evicted, 2 * (20000 - 64));
	free(v);
	budget_free(b);
}

static void test_the_clock_is_set_back(void **state)
{
	struct budget *b = make("host_seconds = 10\n", 100);
	struct budget_view *v = calloc(1, sizeof(*v));
	int64_t now = START + HOUR;

	(void)state;
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 0);
	budget_told(b, "h.cn", PROBE_HTTP_ERROR, 429, 100, now);
	now -= 365 * DAY; /* nobody is asked sooner, nobody waits a year */
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now), 10 * SECOND);
	assert_int_equal(take(b, "h.cn", "2.1.1.1", now), -100 * SECOND);
	budget_describe(b, now, v);
	assert_int_equal(v->held_count, 1);
	assert_int_equal(v->held[0].until, now + 100 * SECOND);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + 9 * SECOND), SECOND);
	assert_int_equal(take(b, "a.cn", "1.1.1.1", now + 10 * SECOND), 0);
	assert_int_equal(take(b, "h.cn", "2.1.1.1", now + 100 * SECOND), 0);
	free(v);
	budget_free(b);
}

static void test_hours(void **state)
{
	static const struct {
		const char *hours;
		int64_t at;
		bool open;
		int64_t opens; /* after START */
	} rows[] = {
		{ "00:00-24:00", 0, true, 0 },
		{ "00:00-24:00", DAY - 1, true, DAY - 1 },
		{ "08:00-22:00", 8 * HOUR - 1, false, 8 * HOUR },
		{ "08:00-22:00", 8 * HOUR, true, 8 * HOUR },
		{ "08:00-22:00", 22 * HOUR - 1, true, 22 * HOUR - 1 },
		{ "08:00-22:00", 22 * HOUR, false, 32 * HOUR },
		{ "22:30-06:00", 22 * HOUR, false, 22 * HOUR + 30 * MINUTE },
		{ "22:30-06:00", 23 * HOUR, true, 23 * HOUR },
		{ "22:30-06:00", 3 * HOUR, true, 3 * HOUR },
		{ "22:30-06:00", 6 * HOUR, false, 22 * HOUR + 30 * MINUTE },
		{ "22:30-06:00", 6 * HOUR - 1, true, 6 * HOUR - 1 },
		{ "22:30-00:00", 23 * HOUR, true, 23 * HOUR },
		{ "22:30-00:00", 1 * HOUR, false, 22 * HOUR + 30 * MINUTE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64];
		snprintf(text, sizeof(text), "hours = %s\n", rows[i].hours);
		struct budget *b = make(text, 4);
		assert_int_equal(budget_open(b, START + rows[i].at), rows[i].open);
		assert_int_equal(budget_opens(b, START + rows[i].at), START + rows[i].opens);
		budget_free(b);
	}
}

static void test_hours_are_read_again(void **state)
{
	struct budget *b = make("hours = 08:00-22:00\n", 4);
	char error[CONF_ERROR_MAX];
	struct conf c;

	(void)state;
	assert_false(budget_open(b, START));
	assert_int_equal(conf_parse(&c, "test", "[probe]\nhours = 23:00-01:00\n", 28, error), 0);
	budget_reload(b, &c);
	conf_clear(&c);
	assert_true(budget_open(b, START));
	assert_false(budget_open(b, -DAY)); /* before 1970 the day began at 8, too */
	assert_true(budget_open(b, -DAY + 15 * HOUR));
	budget_free(b);
}

static void test_held_hosts_are_told_longest_first(void **state)
{
	struct budget *b = make("host_seconds = 0\nper_second = 7\n", 500);
	struct budget_view *v = calloc(1, sizeof(*v));
	int64_t now = START + HOUR;
	char name[32];

	(void)state;
	for (unsigned i = 0; i < BUDGET_HELD_MAX + 36; i++) {
		snprintf(name, sizeof(name), "h%u.cn", i);
		budget_told(b, name, PROBE_HTTP_ERROR, 429, 100 + (i * 37) % 100, now);
	}
	for (unsigned i = 0; i < 6; i++)
		budget_told(b, "bad.cn", PROBE_TIMEOUT, 0, 0, now);
	budget_describe(b, now, v);
	assert_int_equal(v->held_total, BUDGET_HELD_MAX + 37);
	assert_int_equal(v->held_count, BUDGET_HELD_MAX);
	assert_string_equal(v->held[0].host, "bad.cn");
	assert_int_equal(v->held[0].reason, BUDGET_FAILING);
	assert_int_equal(v->held[0].failures, 6);
	assert_int_equal(v->held[0].until, now + 600 * SECOND);
	for (size_t i = 1; i < v->held_count; i++) {
		assert_true(v->held[i].until <= v->held[i - 1].until);
		assert_int_equal(v->held[i].reason, BUDGET_ASKED_TO_WAIT);
	}
	assert_int_equal(v->held[1].until, now + 199 * SECOND);
	assert_int_equal(v->tokens, 1);
	budget_describe(b, now + 601 * SECOND, v);
	assert_int_equal(v->held_total, 0);
	free(v);
	budget_free(b);
}

static void test_a_name_that_is_too_long_finds_no_room(void **state)
{
	struct budget *b = make("", 10);
	char name[400];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_true(take(b, name, "1.1.1.1", START + HOUR) > 0);
	budget_told(b, name, PROBE_HTTP_ERROR, 429, 100, START + HOUR);
	budget_pace(b, name, 100, START + HOUR);
	budget_free(b);
	budget_free(NULL);
}

static void test_reasons_have_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BUDGET_REASON_COUNT; i++) {
		assert_string_not_equal(budget_reason_name(i), "?");
		assert_string_not_equal(budget_reason_zh(i), "?");
	}
	assert_string_equal(budget_reason_name(BUDGET_REASON_COUNT), "?");
	assert_string_equal(budget_reason_zh(BUDGET_REASON_COUNT), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_request_each_host_seconds_and_none_at_the_start),
		cmocka_unit_test(test_the_pause_begins_when_the_answer_ends),
		cmocka_unit_test(test_no_limit_but_the_others_when_host_seconds_is_0),
		cmocka_unit_test(test_no_second_ever_holds_more_than_per_second),
		cmocka_unit_test(test_no_minute_ever_holds_more_than_net_minute),
		cmocka_unit_test(test_networks_are_24_and_48),
		cmocka_unit_test(test_the_network_that_is_reached_is_counted),
		cmocka_unit_test(test_who_asks_to_wait_is_left_alone),
		cmocka_unit_test(test_a_shorter_wish_does_not_undo_a_longer_one),
		cmocka_unit_test(test_our_own_shortage_holds_nobody),
		cmocka_unit_test(test_the_breaker_opens_and_doubles),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_endpoints_at_most_once_in_30_seconds),
		cmocka_unit_test(test_room_is_made_by_those_who_hold_nobody_back),
		cmocka_unit_test(test_a_million_names_need_no_more_room),
		cmocka_unit_test(test_the_clock_is_set_back),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_hours_are_read_again),
		cmocka_unit_test(test_held_hosts_are_told_longest_first),
		cmocka_unit_test(test_a_name_that_is_too_long_finds_no_room),
		cmocka_unit_test(test_reasons_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
