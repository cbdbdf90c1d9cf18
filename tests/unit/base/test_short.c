/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/short.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LONGEST = 3 * SHORT_MOST };

/* A copy of its own length, so that a sanitizer sees any byte too many. */
static uint8_t *exact(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	assert_non_null(copy);
	memcpy(copy, p, n);
	return copy;
}

static void fill(uint8_t p[LONGEST])
{
	for (size_t i = 0; i < LONGEST; i++)
		p[i] = (uint8_t)(i * 7 + 1);
}

static void copies_of_every_length(void **state)
{
	uint8_t text[LONGEST], out[LONGEST + 1];
	(void)state;

	fill(text);
	for (size_t n = 0; n <= LONGEST; n++) {
		uint8_t *from = exact(text, n);
		memset(out, 0, sizeof(out));
		short_copy(out, from, n);
		assert_memory_equal(out, text, n);
		for (size_t i = n; i < sizeof(out); i++)
			assert_int_equal(out[i], 0);
		free(from);
	}
}

static void every_byte_tells(void **state)
{
	uint8_t text[LONGEST];
	(void)state;

	fill(text);
	for (size_t n = 0; n <= LONGEST; n++) {
		uint8_t *a = exact(text, n), *b = exact(text, n);
		assert_true(short_same(a, b, n));
		for (size_t i = 0; i < n; i++) {
			b[i] ^= 0x80;
			assert_false(short_same(a, b, n));
			b[i] ^= 0x80;
		}
		free(a);
		free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_of_every_length),
		cmocka_unit_test(every_byte_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
