/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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

static void every_row_of_the_registry_is_told(void **state)
{
	struct probe_row row[PROBE_ROWS_MAX];
	size_t n = probe_list(row);

	(void)state;
	assert_int_equal(n, probe_count); /* the store has room for all */
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(row[i].name, probe_rows[i]->name);
		assert_int_equal(row[i].version, probe_rows[i]->version);
		assert_int_equal(row[i].kinds, probe_rows[i]->kinds);
		assert_int_equal(row[i].wants_target, probe_rows[i]->wants_target);
		assert_int_equal(row[i].interval_hours, probe_rows[i]->interval_hours);
		assert_int_equal(row[i].endpoint != NULL, probe_rows[i]->endpoint != PROBE_ENDPOINT_NONE);
		/* the columns of ipc/job.h and the plan's arithmetic */
		assert_in_range(strlen(row[i].name), 1, 23);
		assert_in_range(row[i].interval_hours, 1, 24 * 366);
	}
}

static void an_endpoint_is_the_configured_one(void **state)
{
	struct probe_row row[PROBE_ROWS_MAX];
	size_t n = probe_list(row), seen = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(row[i].name, "record") == 0) {
			assert_string_equal(row[i].endpoint(&conf), "https://record.example.cn/?appid=");
			seen++;
		} else if (strcmp(row[i].name, "lookup") == 0) {
			assert_string_equal(row[i].endpoint(&conf), "");
			seen++;
		}
	}
	assert_int_equal(seen, 2);
}

static struct probe_sight look(const char *probe, enum subject_kind kind, const char *name)
{
	static const char *const scope[] = { "example.com" };
	const struct probe_look at = {
		.kind = kind, .name = name, .probe = probe, .target = "", .scope = scope, .scope_count = 1
	};
	struct probe_sight sight;

	probe_preview(&conf, &at, 1795233600000000, &sight);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_row_of_the_registry_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_endpoint_is_the_configured_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_preview_is_what_the_prober_would_do, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
