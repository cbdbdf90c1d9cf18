/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/favicon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The vectors that the field agrees on: with the line breaks of base64, signed. */
static void test_vectors(void **state)
{
	uint8_t all[256], as[58];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	memset(as, 'A', sizeof(as));
	assert_int_equal(favicon_hash(NULL, 0), 0);
	assert_int_equal(favicon_hash(all, sizeof(all)), -757223386);
	assert_int_equal(favicon_hash(as, 57), 2013291156);
	assert_int_equal(favicon_hash(as, 58), 1915499101);
}

static void test_image(void **state)
{
	(void)state;
	assert_true(favicon_is_image((const uint8_t *)"\0\0\1\0\1\0", 6));
	assert_true(favicon_is_image((const uint8_t *)"\x89PNG\r\n\x1a\nx", 9));
	assert_true(favicon_is_image((const uint8_t *)"<svg xmlns", 10));
	assert_false(favicon_is_image((const uint8_t *)"<!doctype html>", 15));
	assert_false(favicon_is_image((const uint8_t *)"\0\0\1", 3));
	assert_false(favicon_is_image(NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors), cmocka_unit_test(test_image) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
