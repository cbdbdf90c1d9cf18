/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/list.h"

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

static void every_row_runs(void **state)
{
	struct probe_row row[PROBE_ROWS_MAX];

	(void)state;
	assert_int_equal(probe_list(row), PROBE_ID_COUNT);
	for (size_t i = 0; i < PROBE_ID_COUNT; i++) {
		assert_ptr_equal(probe_rows[i]->row, &probe_table[i]);
		assert_ptr_equal(probe_find(row[i].name), probe_rows[i]);
		assert_ptr_equal(probe_row_find(row[i].name), &probe_table[i]);
		assert_true(probe_rows[i]->state_size <= PROBE_STATE_MAX);
		/* the columns of ipc/job.h and the plan's arithmetic */
		assert_in_range(strlen(row[i].name), 1, 23);
		assert_in_range(row[i].interval_hours, 1, 24 * 366);
	}
	assert_null(probe_find("nobody"));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_row_runs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_endpoint_is_the_configured_one, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
