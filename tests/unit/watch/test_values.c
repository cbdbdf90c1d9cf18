/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const struct values *v, uint32_t number, const char *want)
{
	size_t n;
	const char *p = values_text(v, number, &n);

	assert_int_equal(n, strlen(want));
	assert_memory_equal(p, want, n);
}

static void each_is_held_once(void **state)
{
	struct values v;
	uint32_t number[1000];
	char text[16];
	(void)state;

	values_init(&v, 1000, 16000);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 1000; i++) {
			uint32_t got;
			int n = snprintf(text, sizeof(text), "v%d", i);
			got = values_number(&v, text, (size_t)n);
			assert_true(got > 0);
			assert_true(round == 0 || got == number[i]);
			number[i] = got;
			expect(&v, got, text);
		}
	}
	values_reset(&v);
	assert_int_equal(values_number(&v, "x", 1), 1);
	values_clear(&v);
}

static void refusals(void **state)
{
	struct values v;
	char text[VALUE_BYTES_MAX + 1];
	(void)state;

	memset(text, 'a', sizeof(text));
	values_init(&v, 16, 1000);
	assert_int_equal(values_number(&v, text, 0), 0);
	assert_int_equal(values_number(&v, text, VALUE_BYTES_MAX + 1), 0);
	assert_true(values_number(&v, text, VALUE_BYTES_MAX) > 0);
	values_clear(&v);
}

/* Neither the bytes nor the slots are ever exceeded, and what is held stays. */
static void full_is_zero(void **state)
{
	struct values v;
	char text[16];
	uint32_t held = 0, first = 0;
	(void)state;

	values_init(&v, 16, 1 << 20);
	for (int i = 0; i < 1000; i++) {
		int n = snprintf(text, sizeof(text), "v%d", i);
		held += values_number(&v, text, (size_t)n) > 0;
	}
	assert_in_range(held, 16, 31);
	values_clear(&v);
	values_init(&v, 1000, 64);
	held = 0;
	for (int i = 10; i < 100; i++) {
		int n = snprintf(text, sizeof(text), "v%d", i);
		uint32_t number = values_number(&v, text, (size_t)n);
		first = i == 10 ? number : first;
		held += number > 0;
	}
	assert_int_equal(held, 63 / 4);
	assert_int_equal(values_number(&v, "v10", 3), first);
	values_clear(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_held_once),
		cmocka_unit_test(refusals),
		cmocka_unit_test(full_is_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
