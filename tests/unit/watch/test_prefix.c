/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "watch/prefix.h"

/* The prefix as text, with `?` behind what may be missing. */
static void expect(const char *pattern, const char *want)
{
	char text[2 * PREFIX_MAX + 1];
	struct prefix p;
	size_t n = 0;

	prefix_make(&p, pattern);
	for (size_t i = 0; i < p.n; i++) {
		text[n++] = (char)p.byte[i];
		if (p.optional[i])
			text[n++] = '?';
	}
	text[n] = '\0';
	assert_string_equal(text, want);
}

static void test_make(void **state)
{
	(void)state;
	expect("^https://a\\.example/(?<name>x)", "https://a.example/");
	expect("^https?://a\\.b/\\?x", "https?://a.b/?x");
	expect("^abc", "abc");
	expect("^abc+d", "abc");
	expect("^abc*d", "ab");
	expect("^abc{0}d", "ab");
	expect("^ab\\wd", "ab");
	expect("^ab[c|(]d", "ab");
	expect("^ab[]|]d(e|f)", "ab");
	expect("^ab.d", "ab");
	expect("^ab(?:c|d)", "ab");
	expect("^abs?sx", "abs?"); /* which of two it is cannot be seen */
	expect("^abs??x", "abs?");
	expect("^ab$", "ab");
	expect("^a\\.?b", "a.?b");
}

/* What may match elsewhere, or in another way. */
static void test_none(void **state)
{
	static const char *const patterns[] = {
		"",          "abc",      "(?i)^abc",       "^abc|d",        "^ab(c|d)|e",
		"^ab[c]|d",  "^a\\Qb|c", "^a[[:alpha:]]b", "^ab(*COMMIT)c", "^ab(?#|)c",
		"^a(?|b|c)", "^ab)c",    "^ab(c",          "^ab\\",         "^ab[c",
		"^*a",       "^(?:a|b)"
	};
	(void)state;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		expect(patterns[i], "");
}

static void test_long(void **state)
{
	char pattern[3 * PREFIX_MAX];
	struct prefix p;
	(void)state;

	memset(pattern, 'x', sizeof(pattern));
	pattern[0] = '^';
	pattern[sizeof(pattern) - 1] = '\0';
	prefix_make(&p, pattern);
	assert_int_equal(p.n, PREFIX_MAX);
}

static void test_fits(void **state)
{
	static const struct {
		const char *text;
		bool fits;
	} rows[] = { { "https://a.b/c", true },
		     { "http://a.b/", true },
		     { "http://a.b", false },
		     { "http:/", false },
		     { "httpss://a.b/", false },
		     { "xhttp://a.b/", false },
		     { "", false } };
	struct prefix p;
	(void)state;

	prefix_make(&p, "^https?://a\\.b/");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].text);
		uint8_t *exact = malloc(n + 1);
		memcpy(exact + 1, rows[i].text, n);
		assert_int_equal(prefix_fits(&p, exact + 1, n), rows[i].fits);
		free(exact);
	}
	prefix_make(&p, "a");
	assert_true(prefix_fits(&p, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
