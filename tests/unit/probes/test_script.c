/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void strings(char *out, size_t cap, const char *text, size_t n)
{
	struct script s;
	struct script_string str;
	struct buf lit = { 0 };
	size_t at = 0;

	out[0] = '\0';
	script_init(&s, text, n);
	while (script_string(&s, &str) && at < cap) {
		buf_reset(&lit);
		buf_add(&lit, "", 0);
		script_unescape(&lit, str.text.p, str.text.n);
		assert_true(lit.len <= str.text.n);
		at += (size_t)snprintf(out + at, cap - at, "%s%s", at ? (str.joined ? "+" : "|") : "", lit.p);
	}
	buf_clear(&lit);
}

/* A string in a string. */
static void test_all(void **state)
{
	static const char *const all[][2] = {
		{ "", "" },         { "x", "x" }, { "\\u6e58", "湘" }, { "\\\\u6e58\\\"", "湘\"" },
		{ "\\\\n", "\\n" },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		buf_reset(&out);
		buf_add(&out, "", 0);
		script_unescape_all(&out, all[i][0], strlen(all[i][0]));
		assert_string_equal(out.p, all[i][1]);
	}
	buf_clear(&out);
}

static const struct {
	const char *text, *want;
} rows[] = {
	{ "", "" },
	{ "a='x';b=\"y\";c=`z`", "x|y|z" },
	{ "'a'+'b' + \"c\"", "a+b+c" },
	{ "'a'+x+'b','c'", "a|b|c" },
	{ "'it\\'s' \"\\u6e58\\x49\\u{6e58}\\n\\/\\\\\"", "it's|湘I湘 /\\" },
	{ "\"\\ud83d\\ude00\\ud83d\"", "😀" },
	{ "// 'no'\n'yes' /* 'no' */ 'too'", "yes|too" },
	{ "r=/['\"]/g;s='yes'", "yes" },
	{ "r=/[/']/;s='yes'", "yes" },
	{ "a=b/c;s='yes';d=e/f", "yes" },
	{ "x='http://a.cn/b'", "http://a.cn/b" },
	{ "s='not closed\nt='yes'", "yes" },
	{ "`a\n'b'`", "a\n'b'" },
	{ "`never closed 'yes'", "yes" },
	{ "'never closed", "" },
	{ "/* never closed 'no'", "" },
};

static void test_strings(void **state)
{
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strings(out, sizeof(out), rows[i].text, strlen(rows[i].text));
		assert_string_equal(out, rows[i].want);
	}
}

static void test_truncated(void **state)
{
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 1; n < strlen(rows[i].text); n++) {
			char *copy = malloc(n);
			struct html_str to;
			memcpy(copy, rows[i].text, n);
			strings(out, sizeof(out), copy, n);
			(void)script_redirect(copy, n, &to);
			free(copy);
		}
}

static void test_redirect(void **state)
{
	static const struct {
		const char *text, *to; /* NULL: nowhere */
	} all[] = {
		{ "location='/a'", "/a" },
		{ "window.location.href = \"/a\";", "/a" },
		{ "top.window.location.replace('/a')", "/a" },
		{ "document.location.assign(\"/a\")", "/a" },
		{ "var x=1;self.location='/a'", "/a" },
		{ "window.onload=function(){location.href='/a'}", "/a" },
		{ "setTimeout(\"location.href='/a'\",0)", "/a" },
		{ "function f(){location='/a'}", NULL },
		{ "if(x)location='/a'", NULL },
		{ "x=location='/a'", NULL },
		{ "location=='/a'", NULL },
		{ "location='/a'+x", NULL },
		{ "location=''", NULL },
		{ "locations='/a'; alocation='/a'; x.location='/a'", NULL },
		{ "// location='/a'", NULL },
	};
	struct html_str to;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		bool is = script_redirect(all[i].text, strlen(all[i].text), &to);
		if (is != (all[i].to != NULL))
			fail_msg("%s", all[i].text);
		if (is)
			assert_true(html_is(to, all[i].to));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_redirect),
	};

	return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
