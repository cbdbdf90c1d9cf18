/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/preview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "probes/probe.h"

static const char text[] =
	"[campus]\ndomains = example.edu.cn\n"
	"[probe]\nenabled = on\ncontact = https://nic.example.edu.cn/\nopt_out = out.example.com\n"
	"wechat_record = https://record.example.cn/?appid=\n";

static struct conf conf;

static int set_up(void **state)
{
	char error[CONF_ERROR_MAX];

	(void)state;
	return conf_parse(&conf, "test", text, strlen(text), error);
}

static int tear_down(void **state)
{
	(void)state;
	conf_clear(&conf);
	return 0;
}

/* What the row says of the first request is what the probe asks. */
static void the_first_request_is_as_the_row_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < PROBE_ID_COUNT; i++) {
		const struct probe_row *row = &probe_table[i];
		enum subject_kind kind = row->kinds & 1u << SUBJECT_HOST          ? SUBJECT_HOST
					 : row->kinds & 1u << SUBJECT_WECHAT_MINI ? SUBJECT_WECHAT_MINI
										  : SUBJECT_IOS_BUNDLE;
		const struct probe_look at = { .kind = kind,
					       .name = "www.example.edu.cn",
					       .probe = row->name,
					       .target = row->wants_target
								 ? "https://www.example.edu.cn/a.apk"
								 : "" };
		static struct probe_fact room[PROBE_FACTS_MAX];
		struct probe_facts facts = { .fact = room };
		struct probe_run run = { .kind = kind,
					 .name = at.name,
					 .target = at.target,
					 .facts = &facts,
					 .base = row->endpoint ? "https://record.example.cn/?appid=" : "",
					 .state = calloc(1, probe_rows[i]->state_size + 1) };
		struct probe_ask ask = { 0 };
		struct probe_sight sight;
		visit_preview(&conf, &at, 1795233600000000, &sight);
		assert_true(probe_rows[i]->next(&run, &ask));
		if (i != PROBE_ID_LOOKUP) { /* not configured here */
			assert_int_equal(sight.outcome, PROBE_DONE);
			assert_string_equal(sight.url, ask.url);
			assert_int_equal(sight.head, ask.head);
		}
		if (probe_rows[i]->end)
			probe_rows[i]->end(&run);
		free(run.state);
	}
}

static struct probe_sight look(const char *probe, enum subject_kind kind, const char *name)
{
	static const char *const scope[] = { "example.com" };
	const struct probe_look at = {
		.kind = kind, .name = name, .probe = probe, .target = "", .scope = scope, .scope_count = 1
	};
	struct probe_sight sight;

	visit_preview(&conf, &at, 1795233600000000, &sight);
	return sight;
}

static void a_preview_is_what_the_prober_would_do(void **state)
{
	struct probe_sight s = look("certificate", SUBJECT_HOST, "www.example.com");

	(void)state;
	assert_int_equal(s.outcome, PROBE_DONE);
	assert_string_equal(s.url, "https://www.example.com/");
	s = look("certificate", SUBJECT_HOST, "out.example.com");
	assert_int_equal(s.outcome, PROBE_OPTED_OUT);
	s = look("lookup", SUBJECT_IOS_BUNDLE, "com.example.app");
	assert_int_equal(s.outcome, PROBE_NOT_ENABLED);
	s = look("record", SUBJECT_WECHAT_MINI, "wx00000000000000aa");
	assert_int_equal(s.outcome, PROBE_DONE);
	assert_string_equal(s.url, "https://record.example.cn/?appid=wx00000000000000aa");
	s = look("nobody", SUBJECT_HOST, "www.example.com");
	assert_int_equal(s.outcome, PROBE_NOT_ENABLED);
}

static void a_target_is_looked_at_as_it_is(void **state)
{
	static const struct {
		const char *url;
		enum probe_outcome want;
		bool robots;
	} rows[] = {
		{ "HTTP://www.example.edu.cn", PROBE_DONE, false },
		{ "http://www.example.edu.cn/", PROBE_DONE, false },
		{ "http://www.example.edu.cn/x", PROBE_DONE, true },
		{ "https://www.example.edu.cn:443/x?y", PROBE_DONE, true },
		{ "https://www.example.edu.cn:8443/x", PROBE_BAD_PORT, true },
		{ "http://other.example.cn/", PROBE_OUT_OF_SCOPE, false },
		{ "http://[::1]/", PROBE_BAD_ADDRESS, false },
		{ "http://127.0.0.1/", PROBE_BAD_ADDRESS, false },
		{ "http://a@www.example.edu.cn/", PROBE_BAD_URL, false },
		{ "http://[::1", PROBE_BAD_URL, false },
		{ "http://www.example.edu.cn:80x/", PROBE_BAD_URL, false },
		{ "http:///x", PROBE_BAD_URL, false },
		{ "ftp://www.example.edu.cn/", PROBE_BAD_URL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct probe_look at = { .kind = SUBJECT_HOST,
					       .name = "www.example.edu.cn",
					       .probe = "apk",
					       .target = rows[i].url };
		struct probe_sight sight;
		visit_preview(&conf, &at, 1795233600000000, &sight);
		if (sight.outcome != rows[i].want || sight.robots != rows[i].robots)
			fail_msg("%s: %s", rows[i].url, probe_outcome_name(sight.outcome));
	}
}

/* Who is asked later is not refused. */
static void outside_the_hours_it_waits_until_they_open(void **state)
{
	static const char hours[] = "[campus]\ndomains = example.edu.cn\n[probe]\nenabled = on\n"
				    "contact = https://nic.example.edu.cn/\nhours = 02:00-05:00\n";
	const int64_t hour = 3600000000, midnight = 1795190400000000; /* 2026-11-21 00:00 in Beijing */
	const struct probe_look at = {
		.kind = SUBJECT_HOST, .name = "www.example.edu.cn", .probe = "page", .target = ""
	};
	char error[CONF_ERROR_MAX];
	struct probe_sight sight;

	(void)state;
	conf_clear(&conf);
	assert_int_equal(conf_parse(&conf, "test", hours, strlen(hours), error), 0);
	visit_preview(&conf, &at, midnight + 3 * hour, &sight);
	assert_int_equal(sight.outcome, PROBE_DONE);
	assert_int_equal(sight.opens, 0);
	visit_preview(&conf, &at, midnight + 6 * hour, &sight);
	assert_int_equal(sight.outcome, PROBE_DONE);
	assert_int_equal(sight.opens, midnight + 26 * hour);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_request_is_as_the_row_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_target_is_looked_at_as_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(outside_the_hours_it_waits_until_they_open, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_preview_is_what_the_prober_would_do, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
