/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ONE "湘ICP备05000001号"
#define TWO "湘ICP备05000002号"

static struct gather g;
static struct imprint im;
static struct view view;
static struct buf text;

static void end(void)
{
	buf_clear(&text);
	view_clear(&view);
}

/* What a page says, and where. */
static void gather_html(const char *html)
{
	struct html h;
	struct html_token t;

	view_init(&view);
	html_init(&h, html, strlen(html));
	while (html_next(&h, &t))
		if (t.what == HTML_TEXT)
			view_text(&view, t.text);
		else if (t.what == HTML_START)
			view_start(&view, &t);
		else if (t.what == HTML_END)
			view_end(&view, &t);
	im = (struct imprint){ 0 };
	g = (struct gather){ .im = &im, .text = &view.seen, .place = IMPRINT_SEEN, .view = &view };
	(void)number_scan(view.seen.p, view.seen.len, gather_number, &g);
	(void)owner_scan(view.seen.p, view.seen.len, gather_owner, &g);
	gather_places(&g);
}

static void test_places(void **state)
{
	static const struct {
		const char *html;
		bool mention, imprint;
	} rows[] = {
		{ "<p>" ONE "</p>", false, true },
		{ "<p>某某网" ONE "</p><p>一二三四五六七八九十一二三四五六七八九十</p>", false, false },
		{ "<div class=foot>" ONE "</div><p>一二三四五六七八九十一二三四五六七八九十</p>", false,
		  true },
		{ "<p>据说" ONE "是他们写的</p>", true, false },
		{ "<table><tr><td>一二三四<td>云帆公司<td>" ONE "</table>", true, false },
		{ "<ul><li>云帆科技有限公司 " ONE "<li>启航科技有限公司 " TWO "</ul>", true, false },
		{ "<ul><li>江州学院<li>" ONE "<li>地址：江州市</ul>", false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		gather_html(rows[i].html);
		assert_true(g.numbers > 0);
		assert_int_equal(g.whose[0] == MENTION, rows[i].mention);
		if (!rows[i].mention)
			assert_int_equal(gather_in_imprint(&g, g.number[0].at), rows[i].imprint);
		end();
	}
}

/* An example is a template's. */
static void test_code(void **state)
{
	static const char *const examples[] = {
		"<pre>" ONE "</pre><p>" TWO,
		"<p>页脚示例如下：</p><blockquote>江州学院版权所有 " ONE "</blockquote><p>" TWO,
		"<h4>预览</h4><div class='my footer-demo'><p>© 2020 江州学院</p>" ONE "</div><p>" TWO,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		gather_html(examples[i]);
		assert_int_equal(g.numbers, 1);
		assert_int_equal(g.owners, 0);
		assert_int_equal(im.templates, 1);
		end();
	}
	gather_html("<p>正文</p><blockquote>" ONE "</blockquote>");
	assert_int_equal(g.numbers, 1);
	assert_int_equal(im.templates, 0);
	end();
}

/* A name does not begin with the number in front of it, and news name no owner. */
static void test_owners(void **state)
{
	(void)state;
	gather_html("<p>" ONE "<b>江州学院版权所有</b>");
	assert_int_equal(g.owners, 1);
	assert_memory_equal(g.owner[0].name, "江州学院", strlen("江州学院"));
	assert_int_equal(g.owner[0].n, strlen("江州学院"));
	end();
	gather_html("<p>昨天的比赛由江州学院主办，来了很多人，大家都很高兴</p>");
	assert_int_equal(g.owners, 0);
	end();
}

static void test_line(void **state)
{
	struct view_span s;
	struct matter m;

	(void)state;
	gather_html("<p>一</p><p>二" ONE "三 " TWO "</p><p>四</p>");
	s = gather_line(&g, g.number[0].at, g.number[0].end);
	assert_int_equal(s.from, strlen("一\n"));
	assert_int_equal(s.to, strlen("一\n二" ONE "三 " TWO));
	m = gather_matter(&g, s);
	assert_int_equal(m.rest, 2);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests_name("gather", tests, NULL, NULL);
}
