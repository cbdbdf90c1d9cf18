/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/literal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(void *arg, const char *key, const char *value, size_t n)
{
	char *out = arg;

	snprintf(out + strlen(out), 1024 - strlen(out), "%s=%.*s;", key, (int)n, value);
}

static bool read_text(const char *text, char *out)
{
	out[0] = '\0';
	return literal_read(text, strlen(text), add, out);
}

static void test_read(void **state)
{
	static const struct {
		const char *text;
		bool whole;
		const char *want;
	} rows[] = {
		{ "{}", true, "" },
		{ "{a: 'x', \"b\": \"y\", 'c': 7}", true, "a=x;b=y;c=7;" },
		{ "{list: {item: ['a', \"b\",]},}", true, "list.item=a;list.item=b;" },
		{ "{nick: 'x'.html(false), n: '12' * 1, f: fn('a', 'b')}", true, "nick=x;n=12;f=fn;" },
		{ "{a: /* 'no' */ 'x', // \"no\"\n b: 'y'}", true, "a=x;b=y;" },
		{ "{a: '\\u6559\\x41\\'\\n\\ud83d\\ude00'}", true, "a=教A' 😀;" },
		{ "{a: '\\ud83d', b: '\\u12'}", true, "a=;b=12;" },
		{ "{教务: '系统'}", true, "教务=系统;" },
		{ "{a: {b: {c: 'd'}}, e: 'f'} tail", true, "a.b.c=d;e=f;" },
		{ "{a: `x`, b: true, c: null}", true, "a=x;b=true;c=null;" },
		{ "{a: 'x'", false, "a=x;" },
		{ "{a: 'x", false, "" },
		{ "[1]", false, "" },
		{ "", false, "" },
		{ "{{{{{{{{{{{{{{{{{{{{", false, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[1024];
		if (read_text(rows[i].text, out) != rows[i].whole || strcmp(out, rows[i].want) != 0)
			fail_msg("%s -> %s", rows[i].text, out);
	}
}

/* A call's arguments behind a value belong to no member. */
static void test_long(void **state)
{
	size_t n = LITERAL_VALUE_MAX * 2;
	char *text = malloc(n + 8), out[8192];

	(void)state;
	memcpy(text, "{a:'", 4);
	memset(text + 4, 'x', n);
	memcpy(text + 4 + n, "'}", 3);
	out[0] = '\0';
	assert_true(literal_read(text, n + 6, add, out));
	free(text);
}

static void test_truncated(void **state)
{
	static const char text[] = "{list: {item: ['\\u6559', \"b\",]}, n: 'x'.html(false) /* c */ }";
	char out[1024];

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		char *exact = malloc(n ? n : 1);
		memcpy(exact, text, n);
		out[0] = '\0';
		assert_false(literal_read(exact, n, add, out));
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_read), cmocka_unit_test(test_long),
					    cmocka_unit_test(test_truncated) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
