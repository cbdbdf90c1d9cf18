/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/ech.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000000)

static struct dissect_str str(const char *s) { return (struct dissect_str){ (const uint8_t *)s, strlen(s) }; }

static void outer_is_what_a_record_showed(void **state)
{
	struct ech e;
	(void)state;

	ech_init(&e);
	assert_false(ech_is_outer(&e, 7, str("cover.example.com"), 0));
	ech_learn(&e, 7, str("cover.example.com"), 0);
	assert_true(ech_is_outer(&e, 7, str("cover.example.com"), HOUR));
	assert_true(ech_is_outer(&e, 7, str("Cover.Example.COM"), HOUR));
	assert_false(ech_is_outer(&e, 8, str("cover.example.com"), HOUR));
	assert_false(ech_is_outer(&e, 7, str("www.example.com"), HOUR));
	assert_false(ech_is_outer(&e, 7, str(""), HOUR));
	assert_false(ech_is_outer(&e, 7, str("192.0.2.1"), HOUR));
	/* forgotten after a day, known again with the next record */
	assert_false(ech_is_outer(&e, 7, str("cover.example.com"), 25 * HOUR));
	ech_learn(&e, 7, str("cover.example.com"), 25 * HOUR);
	assert_true(ech_is_outer(&e, 7, str("cover.example.com"), 25 * HOUR));
	ech_learn(&e, 7, str("192.0.2.1"), 25 * HOUR);
	assert_false(ech_is_outer(&e, 7, str("192.0.2.1"), 25 * HOUR));
	/* times of a lying capture */
	assert_false(ech_is_outer(&e, 7, str("cover.example.com"), INT64_MAX));
	ech_learn(&e, 9, str("cover.example.com"), INT64_MIN);
	assert_false(ech_is_outer(&e, 9, str("cover.example.com"), INT64_MAX));
	ech_clear(&e);
}

static void full_forgets_the_oldest(void **state)
{
	struct ech e;
	char name[32];
	int known = 0;
	(void)state;

	ech_init(&e);
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "h%d.example.com", i);
		ech_learn(&e, 1, str(name), i);
	}
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "h%d.example.com", i);
		known += ech_is_outer(&e, 1, str(name), 20000);
	}
	assert_int_equal(known, 4096);
	assert_true(ech_is_outer(&e, 1, str("h19999.example.com"), 20000));
	ech_clear(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outer_is_what_a_record_showed),
		cmocka_unit_test(full_forgets_the_oldest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
