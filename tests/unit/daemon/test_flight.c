/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/flight.h"

static void add(struct flight *f, int64_t id, const char *name)
{
	static struct job j;

	j.id = id;
	snprintf(j.name, sizeof(j.name), "%s", name);
	flight_add(f, &j);
}

static enum store_fate fate(const struct store_fallen *all, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].job == id)
			return all[i].fate;
	fail_msg("job %lld was not out", (long long)id);
	return STORE_FATE_BACK;
}

static void jobs_of_a_subject_are_one_visit(void **state)
{
	struct flight *f = flight_new();

	(void)state;
	add(f, 1, "a.cn");
	add(f, 2, "a.cn");
	add(f, 3, "b.cn");
	add(f, 4, "a.cn");
	assert_int_equal(flight_jobs(f), 4);
	assert_int_equal(flight_visits(f), 2);
	assert_true(flight_landed(f, 1));
	assert_false(flight_landed(f, 1));
	assert_true(flight_landed(f, 4));
	assert_true(flight_landed(f, 2));
	assert_int_equal(flight_visits(f), 1);
	assert_false(flight_begun(f, 2));
	assert_int_equal(flight_room(f, 7), 7);
	flight_free(f);
	flight_free(NULL);
}

static void only_what_had_begun_is_lost(void **state)
{
	struct flight *f = flight_new();
	struct store_fallen *all;

	(void)state;
	add(f, 1, "a.cn");
	add(f, 2, "a.cn");
	add(f, 3, "b.cn");
	assert_true(flight_begun(f, 1));
	all = flight_crash(f);
	assert_int_equal(fate(all, 3, 1), STORE_FATE_LOST);
	assert_int_equal(fate(all, 3, 2), STORE_FATE_BACK);
	assert_int_equal(fate(all, 3, 3), STORE_FATE_BACK);
	assert_int_equal(flight_jobs(f), 0);
	assert_int_equal(flight_visits(f), 0);
	assert_false(flight_careful(f));
	free(all);
	free(flight_crash(f)); /* nothing was out */
	flight_free(f);
}

/* Job 9 kills before it begins, among others that are innocent: it alone is put off. */
static void the_one_that_kills_is_found(void **state)
{
	struct flight *f = flight_new();
	struct store_fallen *all;
	char name[32];

	(void)state;
	for (int death = 1; death <= 2; death++) {
		for (int64_t id = 1; id <= 10; id++) {
			snprintf(name, sizeof(name), "h%lld.cn", (long long)id);
			add(f, id, name);
		}
		all = flight_crash(f);
		for (int64_t id = 1; id <= 10; id++)
			assert_int_equal(fate(all, 10, id), STORE_FATE_BACK);
		free(all);
	}
	assert_true(flight_careful(f));
	for (int64_t id = 1; id <= 8; id++) { /* one by one */
		assert_int_equal(flight_room(f, 64), 1);
		snprintf(name, sizeof(name), "h%lld.cn", (long long)id);
		add(f, id, name);
		assert_int_equal(flight_room(f, 64), 0);
		assert_true(flight_begun(f, id));
	}
	add(f, 9, "h9.cn");
	all = flight_crash(f);
	assert_int_equal(fate(all, 9, 9), STORE_FATE_POISON);
	for (int64_t id = 1; id <= 8; id++)
		assert_int_equal(fate(all, 9, id), STORE_FATE_LOST);
	free(all);
	assert_true(flight_careful(f)); /* the tenth is suspected still */
	add(f, 10, "h10.cn");
	assert_true(flight_landed(f, 10));
	assert_false(flight_careful(f));
	flight_free(f);
}

static void suspicion_ends(void **state)
{
	struct flight *f = flight_new();

	(void)state;
	for (int death = 1; death <= 2; death++) {
		add(f, 1, "a.cn");
		free(flight_crash(f));
	}
	assert_true(flight_careful(f));
	flight_calm(f);
	assert_false(flight_careful(f));
	assert_int_equal(flight_room(f, 3), 3);
	flight_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_of_a_subject_are_one_visit),
		cmocka_unit_test(only_what_had_begun_is_lost),
		cmocka_unit_test(the_one_that_kills_is_found),
		cmocka_unit_test(suspicion_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
