/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The tokens as one line: text, <name attrs>, </name>, {name: raw}. */
static void tokens(char *out, size_t cap, const char *html, size_t n)
{
	struct html h;
	struct html_token t;
	size_t at = 0;

	out[0] = '\0';
	html_init(&h, html, n);
	while (html_next(&h, &t) && at < cap) {
		int len = (int)t.text.n;
		if (t.what == HTML_TEXT)
			at += (size_t)snprintf(out + at, cap - at, "%.*s", len, t.text.p);
		else if (t.what == HTML_START)
			at += (size_t)snprintf(out + at, cap - at, "<%s%.*s>%s", t.name, len, t.text.p,
					       t.drawing ? "~" : "");
		else if (t.what == HTML_END)
			at += (size_t)snprintf(out + at, cap - at, "</%s>", t.name);
		else
			at += (size_t)snprintf(out + at, cap - at, "{%s: %.*s}", t.name, len, t.text.p);
	}
}

/* By the HTML standard's tokenizer, clause 13.2.5; the last rows are where we are kinder than it. */
static const struct {
	const char *html, *want;
} rows[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "<P>a</P >", "<p>a</p>" },
	{ "a < b && c <1", "a < b && c <1" },
	{ "<a href=x>y</a>", "<a href=x>y</a>" },
	{ "<a title='>' b=\">\">y", "<a title='>' b=\">\">y" },
	{ "<a b='c\"d'e=f>y", "<a b='c\"d'e=f>y" },
	{ "<a b=c'd>y'", "<a b=c'd>y'" },
	{ "<br/><hr />x", "<br/><hr />x" },
	{ "<!-- a > b -->x<!---->y<!-->z<!--->w", "xyzw" },
	{ "<!-- a -- b --!>x", "x" },
	{ "x<!-- never closed", "x" },
	{ "<!DOCTYPE html><?xml version='1.0'?>x<![CDATA[y]]>z", "xz" },
	{ "</>x</ y>z", "xz" },
	{ "x</", "x</" },
	{ "x<", "x<" },
	{ "x<a b='unclosed", "x" },
	{ "x<a b", "x" },
	{ "<script>if (a<b) '</div>' </script >y", "<script>{script: if (a<b) '</div>' }</script>y" },
	{ "<script>a</scripty></script>", "<script>{script: a</scripty>}</script>" },
	{ "<style>a<b>c</style>", "<style>{style: a<b>c}</style>" },
	{ "<title>a<b>&lt;</title>c", "<title>{title: a<b>&lt;}</title>c" },
	{ "<title></title>c", "<title></title>c" },
	{ "<textarea><script></textarea>", "<textarea>{textarea: <script>}</textarea>" },
	{ "<script>never closed<p>", "<script>{script: never closed<p>}" },
	{ "<svg><title>a<b></title></svg><title>b<i></title>",
	  "<svg>~<title>~a<b>~</title></svg><title>{title: b<i>}</title>" },
	{ "<svg/><title>b<i></title>", "<svg/><title>{title: b<i>}</title>" },
	{ "<svg><path/><div><title>b<i></title>", "<svg>~<path/>~<div><title>{title: b<i>}</title>" },
	{ "<title>no end<p>text", "<title>{title: no end}<p>text" },
	{ "<iframe src=x><p>text", "<iframe src=x><p>text" },
};

static void test_tokens(void **state)
{
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tokens(out, sizeof(out), rows[i].html, strlen(rows[i].html));
		assert_string_equal(out, rows[i].want);
	}
}

/* Nothing behind the end is read: the copy ends where its memory does. */
static void test_truncated(void **state)
{
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 1; n < strlen(rows[i].html); n++) {
			char *copy = malloc(n);
			memcpy(copy, rows[i].html, n);
			tokens(out, sizeof(out), copy, n);
			assert_true(strlen(out) <= 4 * n + 32);
			free(copy);
		}
}

static void test_attributes(void **state)
{
	struct html_str attrs = { " A=1 b = '2' c=\"3\"d e= /f a=9", 0 }, value;

	(void)state;
	attrs.n = strlen(attrs.p);
	assert_true(html_attr_find(attrs, "a", &value) && html_is(value, "1"));
	assert_true(html_attr_find(attrs, "b", &value) && html_is(value, "2"));
	assert_true(html_attr_find(attrs, "c", &value) && html_is(value, "3"));
	assert_true(html_attr_find(attrs, "d", &value) && value.n == 0);
	assert_true(html_attr_find(attrs, "e", &value) && html_is(value, "/f"));
	assert_false(html_attr_find(attrs, "f", &value));
}

static void test_references(void **state)
{
	static const struct {
		const char *in;
		bool attr;
		const char *out;
	} refs[] = {
		{ "a&amp;b&lt;c&gt;&quot;&apos;", false, "a&b<c>\"'" },
		{ "&#28248;&#x6E58;&#X6e58;", false, "湘湘湘" },
		{ "&#28248", false, "湘" },
		{ "&copy2020&nbsp&copy;", false, "©2020\xc2\xa0©" },
		{ "&notit; &eacutex &hearts&xyz", false, "¬it; éx &hearts&xyz" }, /* 13.2.5.73 */
		{ "?a&notit;&copyright=2&amp=3&lt.", true, "?a&notit;&copyright=2&amp=3<." },
		{ "?a=1&copy=2&lt=3", true, "?a=1&copy=2&lt=3" },
		{ "?a=1&amp;b=2", true, "?a=1&b=2" },
		{ "&colon;&period;&num;&mdash;", false, ":.#—" },
		{ "&#150;&#128;", false, "–€" }, /* windows-1252 */
		{ "&#0;&#xD800;&#x110000;&#99999999999999;", false,
		  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "&", false, "&" },
		{ "&#", false, "&#" },
		{ "&#x;", false, "&#x;" },
		{ "&unknown;&;", false, "&unknown;&;" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++) {
		struct buf out = { 0 };
		html_decode(&out, refs[i].in, strlen(refs[i].in), refs[i].attr);
		assert_string_equal(out.p, refs[i].out);
		buf_clear(&out);
		for (size_t n = 1; n < strlen(refs[i].in); n++) {
			char *copy = malloc(n);
			memcpy(copy, refs[i].in, n);
			html_decode(&out, copy, n, refs[i].attr);
			assert_true(out.len <= n);
			free(copy);
			buf_clear(&out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_references),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
