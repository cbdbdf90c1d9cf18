/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void view_of(struct view *v, const char *html)
{
	struct html h;
	struct html_token t;

	view_init(v);
	html_init(&h, html, strlen(html));
	while (html_next(&h, &t)) {
		if (t.what == HTML_TEXT)
			view_text(v, t.text);
		else if (t.what == HTML_START)
			view_start(v, &t);
		else if (t.what == HTML_END)
			view_end(v, &t);
	}
}

static void test_rows(void **state)
{
	static const struct {
		const char *html, *seen, *latent;
	} rows[] = {
		{ "<span>湘</span>ICP备<b>0500</b>0001号", "湘ICP备05000001号", "" },
		{ "<p>a</p><p>b</p>", "a\nb\n", "" },
		{ "a<br>b<x-y>c</x-y>", "a\nbc", "" },
		{ "a\n\t b &amp; c", "a b & c", "" },
		{ "<div style='color:red; Display : NONE'>a<div>b</div>c</div>d", "d", "" },
		{ "<p hidden>a<p>b", "b", "" },
		{ "<i style=visibility:hidden>a</i>b", "b", "" },
		{ "<input hidden>a<img style='display:none'>b", "ab", "" },
		{ "<body style='display:none'>a", "a", "" },
		{ "<div id=app v-cloak style='display:none'>a</div>", "a\n", "" },
		{ "<noscript>a</noscript><template>b<p>c</p></template>d", "d", "a\nb\nc\n" },
		{ "<!-- a -->b", "b", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct view v;
		view_of(&v, rows[i].html);
		assert_string_equal(v.seen.p, rows[i].seen);
		assert_string_equal(v.latent.p, rows[i].latent);
		view_clear(&v);
	}
}

static void test_hidden_is_counted(void **state)
{
	struct view v;

	(void)state;
	view_of(&v, "<p hidden>abc</p>d");
	assert_int_equal(v.hidden, 3);
	view_clear(&v);
}

static void test_foot(void **state)
{
	struct view v;

	(void)state;
	view_of(&v, "ab<div class='page-footer'>cd<div>e</div></div>f<footer>g");
	assert_string_equal(v.seen.p, "ab\ncd\ne\nf\ng");
	assert_false(view_in_foot(&v, 0));
	assert_true(view_in_foot(&v, 3));
	assert_true(view_in_foot(&v, 6));
	assert_false(view_in_foot(&v, 8));
	assert_true(view_in_foot(&v, 10));
	view_clear(&v);
}

/* Where the link begins that text[at] is in; SIZE_MAX: it is in none. */
static size_t away(const struct view *v, size_t at)
{
	struct view_span s;

	return view_away(v, at, &s) ? s.from : SIZE_MAX;
}

static void test_away(void **state)
{
	struct view v;

	(void)state;
	view_init(&v);
	buf_puts(&v.seen, "abcd");
	assert_int_equal(away(&v, 3), SIZE_MAX);
	view_add_away(&v, 2);
	buf_puts(&v.seen, "ef");
	view_add_away(&v, 4);
	buf_puts(&v.seen, "gh");
	assert_int_equal(away(&v, 1), SIZE_MAX);
	assert_int_equal(away(&v, 3), 2);
	assert_int_equal(away(&v, 4), 4);
	assert_int_equal(away(&v, 6), SIZE_MAX);
	for (size_t i = 0; i < VIEW_AWAY_MAX * 2; i++)
		view_add_away(&v, 7);
	assert_int_equal(v.aways, VIEW_AWAY_MAX);
	assert_int_equal(away(&v, 7), 7);
	view_clear(&v);
}

static size_t at_word(const struct view *v, const char *word)
{
	const char *p = memmem(v->seen.p, v->seen.len, word, strlen(word));

	assert_non_null(p);
	return (size_t)(p - v->seen.p);
}

/* Rows of more than one cell, not those that frame other tables; examples. */
static void test_spans(void **state)
{
	struct view v;
	struct view_span s;

	(void)state;
	view_of(&v, "<table><tr><td>frame<td><table><tr><td>one</tr><tr><th>two<td>three<tr><td>four<td>five"
		    "</table>after</table>x<pre>y<code>z</code>z2</pre>end<code>open");
	assert_false(view_row(&v, at_word(&v, "frame"), &s));
	assert_false(view_row(&v, at_word(&v, "one"), &s));
	assert_true(view_row(&v, at_word(&v, "three"), &s));
	assert_int_equal(s.from, at_word(&v, "two"));
	assert_true(s.to <= at_word(&v, "four"));
	assert_true(view_row(&v, at_word(&v, "four"), &s));
	assert_false(view_row(&v, at_word(&v, "after"), &s));
	assert_true(view_in_code(&v, at_word(&v, "y")) && view_in_code(&v, at_word(&v, "z2")));
	assert_true(view_in_code(&v, at_word(&v, "open")));
	assert_false(view_in_code(&v, at_word(&v, "end")));
	view_clear(&v);
}

static void test_script_text(void **state)
{
	static const struct {
		const char *p;
		bool joined;
	} all[] = { { "<p>湘ICP备", false }, { "05000001", true }, { "号</p>", true }, { "x", false } };
	struct view v;

	(void)state;
	view_init(&v);
	for (size_t i = 0; i < 4; i++)
		view_script_text(&v, (struct html_str){ all[i].p, strlen(all[i].p) }, all[i].joined);
	assert_string_equal(v.latent.p, "湘ICP备05000001号\nx");
	view_clear(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),  cmocka_unit_test(test_hidden_is_counted),
		cmocka_unit_test(test_foot),  cmocka_unit_test(test_away),
		cmocka_unit_test(test_spans), cmocka_unit_test(test_script_text),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
