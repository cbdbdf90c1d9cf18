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
	static char record[] = "https://record.example.cn/?appid=", none[] = "";
	const struct conf conf = { .probe = { .wechat_record = record, .itunes_lookup = none } };
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
		cmocka_unit_test(every_row_runs),
		cmocka_unit_test(an_endpoint_is_the_configured_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
