/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "visit/shelf.h"

#define HOUR (INT64_C(3600) * 1000000)
static const int64_t start = INT64_C(1795000000) * 1000000;
static const char origin[] = "http://a.cn:80";

static uint32_t put(struct shelf *s, const char *where, const char *text, int64_t now)
{
	return shelf_put(s, where, text, strlen(text), "beiand", now);
}

static void test_rules(void **state)
{
	struct shelf *s = shelf_new();

	(void)state;
	assert_int_equal(shelf_ask(s, origin, "/", start), SHELF_UNKNOWN);
	assert_int_equal(put(s, origin, "User-agent: *\nCrawl-delay: 7\nDisallow: /private\n", start), 7);
	assert_int_equal(shelf_ask(s, origin, "/x", start), SHELF_ALLOWED);
	assert_int_equal(shelf_ask(s, origin, "/private/x", start), SHELF_REFUSED);
	assert_int_equal(shelf_ask(s, "https://a.cn:443", "/private", start), SHELF_UNKNOWN);
	assert_int_equal(put(s, origin, "", start), 0); /* asked anew: what it said before is gone */
	assert_int_equal(shelf_ask(s, origin, "/private/x", start), SHELF_ALLOWED);
	assert_int_equal(shelf_count(s), 1);
	shelf_free(s);
}

static void test_time(void **state)
{
	struct shelf *s = shelf_new();

	(void)state;
	put(s, origin, "", start);
	assert_int_equal(shelf_ask(s, origin, "/", start + 24 * HOUR - 1), SHELF_ALLOWED);
	assert_int_equal(shelf_ask(s, origin, "/", start + 24 * HOUR), SHELF_UNKNOWN);
	assert_int_equal(shelf_ask(s, origin, "/", start - HOUR), SHELF_UNKNOWN); /* a clock set back */
	shelf_put_word(s, origin, SHELF_ALLOWED, start);
	assert_int_equal(shelf_ask(s, origin, "/x", start + 24 * HOUR - 1), SHELF_ALLOWED);
	shelf_put_word(s, origin, SHELF_REFUSED, start);
	assert_int_equal(shelf_ask(s, origin, "/x", start + HOUR - 1), SHELF_REFUSED);
	assert_int_equal(shelf_ask(s, origin, "/x", start + HOUR), SHELF_UNKNOWN);
	shelf_free(s);
	shelf_free(NULL);
}

static void test_entries(void **state)
{
	struct shelf *s = shelf_new();
	char name[64];

	(void)state;
	for (int i = 0; i < SHELF_ENTRIES_MAX + 10; i++) {
		snprintf(name, sizeof(name), "http://h%d.a.cn:80", i);
		shelf_put_word(s, name, SHELF_ALLOWED, start + i);
	}
	assert_int_equal(shelf_count(s), SHELF_ENTRIES_MAX);
	assert_int_equal(shelf_evicted(s), 10);
	assert_int_equal(shelf_ask(s, "http://h9.a.cn:80", "/", start + 10000), SHELF_UNKNOWN);
	assert_int_equal(shelf_ask(s, "http://h10.a.cn:80", "/", start + 10000), SHELF_ALLOWED);
	/* whose time is over makes room without being missed */
	shelf_put_word(s, "http://late.a.cn:80", SHELF_ALLOWED, start + 100 * HOUR);
	assert_int_equal(shelf_evicted(s), 10);
	shelf_free(s);
}

static void test_bytes(void **state)
{
	struct shelf *s = shelf_new();
	char *big = malloc(64 * 1024), name[64];
	size_t n = 0;

	(void)state;
	n += (size_t)sprintf(big, "User-agent: *\n");
	while (n < 30000)
		n += (size_t)sprintf(big + n, "Disallow: /%050zu\n", n);
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "http://h%d.a.cn:80", i);
		put(s, name, big, start + i);
	}
	assert_true(shelf_evicted(s) > 0);
	assert_true(shelf_count(s) < 2000);
	assert_true(shelf_count(s) > 500);
	assert_int_equal(shelf_ask(s, "http://h1999.a.cn:80", "/x", start + 5000), SHELF_ALLOWED);
	shelf_free(s);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
