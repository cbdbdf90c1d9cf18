/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];
static struct probe_facts facts;
static struct reading got;

static void page(const char *html)
{
	struct url u;

	assert_true(url_parse(&u, "https://www.example.edu.cn/"));
	facts = (struct probe_facts){ .fact = room };
	memset(&got, 0, sizeof(got));
	reading_page(&got, &facts, &u, html, strlen(html));
}

static const struct probe_fact *fact(enum fact type, const char *value)
{
	for (size_t i = 0; i < facts.count; i++)
		if (room[i].type == type && strcmp(room[i].value, value) == 0)
			return &room[i];
	return NULL;
}

/* Each with the confidence that its place gives. */
static void test_confidence(void **state)
{
	(void)state;
	page("<p>湘ICP备05000001号</p><noscript>湘ICP备05000001号-2</"
	     "noscript><script>x='湘ICP备05000001号-3'</"
	     "script>"
	     "<p>43010413065-00001</p><div class=footer>湘ICP备05000004号 湘ICP备05000001号</div>");
	assert_int_equal(fact(FACT_ICP_NUMBER, "湘ICP备05000001号")->confidence, 95);
	assert_int_equal(fact(FACT_ICP_NUMBER, "湘ICP备05000001号-2")->confidence, 70);
	assert_int_equal(fact(FACT_ICP_NUMBER, "湘ICP备05000001号-3")->confidence, 70);
	assert_int_equal(fact(FACT_ICP_NUMBER, "湘ICP备05000004号")->confidence, 95);
	assert_int_equal(fact(FACT_GRADE_NUMBER, "43010413065-00001")->confidence, 60);
	assert_int_equal(facts.count, 5);
}

/* A link's text that names another, and where the link goes. */
static void test_links_away(void **state)
{
	static const struct {
		const char *html;
		bool told;
	} rows[] = {
		{ "<a href='http://www.other.com/'>云帆科技有限公司 湘ICP备05000001号</a>", false },
		{ "<a href='http://www.other.com/'>湘ICP备05000001号</a>", true },
		{ "<a href='http://jw.example.edu.cn/'>江州大学 湘ICP备05000001号</a>", true },
		{ "<a href='https://beian.miit.gov.cn/'>江州大学 湘ICP备05000001号</a>", true },
		{ "<a href='//www.other.com'>云帆科技有限公司</a> 湘ICP备05000001号", true },
		{ "<a href='/x'>云帆科技有限公司 湘ICP备05000001号</a>", true },
		{ "<a href='//other.com'>云帆科技有限公司 湘ICP備05000001號",
		  true }, /* not closed: all the rest */
		{ "<a href='//other.com'>云帆科技有限公司 湘ICP備05000001號<a>", false },
		{ "<a href='//other.com'>云帆<a href=/x>科技有限公司 湘ICP备05000001号</a>", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		page(rows[i].html);
		assert_int_equal(fact(FACT_ICP_NUMBER, "湘ICP备05000001号") != NULL, rows[i].told);
		assert_int_equal(got.imprint.others, !rows[i].told);
	}
}

/* What a page says is its app, if it can be one. */
static void test_app_metas(void **state)
{
	(void)state;
	page("<meta name=apple-itunes-app content='app-id=1523344556, app-argument=x'>"
	     "<meta name=google-play-app content='app-id=cn.yunfan.app'>"
	     "<meta property='al:android:package' content='cn.yunfan.two '>"
	     "<meta property='al:ios:app_store_id' content='1523344557'>");
	assert_int_equal(facts.count, 4);
	assert_non_null(fact(FACT_IOS_STORE, "1523344556"));
	assert_non_null(fact(FACT_ANDROID_PACKAGE, "cn.yunfan.app"));
	assert_non_null(fact(FACT_ANDROID_PACKAGE, "cn.yunfan.two"));
	page("<meta name=apple-itunes-app content='app-id=你的ID'><meta name=apple-itunes-app "
	     "content='app-id='>"
	     "<meta name=apple-itunes-app content='app-id=1523344556x'>"
	     "<meta name=google-play-app content='app-id=yours'><meta property='al:ios:app_store_id' "
	     "content='1'>");
	assert_int_equal(facts.count, 0);
}

/* A string that a script gives to another of its parts. */
static void test_inner_string(void **state)
{
	(void)state;
	page("<script>eval(\"var a=\\\"\\\\u6e58ICP\\\\u590705000001\\\\u53f7\\\"\")</script>");
	assert_non_null(fact(FACT_ICP_NUMBER, "湘ICP备05000001号"));
}

static void test_title(void **state)
{
	static const struct {
		const char *html, *title;
	} rows[] = {
		{ "<title>a&amp;b</title><title>c</title>", "a&b" },
		{ "<title> </title><title>c</title>", "c" },
		{ "<svg><title>c</title></svg><title>d<b></title>", "d<b>" },
		{ "<!--<title>c</title>--><script>'<title>c</title>'</script>", "" },
		{ "<template><title>c</title></template><textarea><title>c</title></textarea>", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		page(rows[i].html);
		assert_int_equal(got.title_n > 0 && got.title[0] != ' ', rows[i].title[0] != '\0');
		if (rows[i].title[0] != '\0') {
			assert_int_equal(got.title_n, strlen(rows[i].title));
			assert_memory_equal(got.title, rows[i].title, got.title_n);
		}
	}
}

/* What was left out is counted. */
static void test_counters(void **state)
{
	char *html = calloc(1, 400 * 40);

	(void)state;
	page("<p hidden>湘ICP备05000001号</p>湘ICP备00000000号 湘ICP备12345678号");
	assert_int_equal(facts.count, 0);
	assert_int_equal(got.hidden, strlen("湘ICP备05000001号"));
	assert_int_equal(got.imprint.templates, 2);
	for (int i = 0; i < 300; i++)
		snprintf(html + strlen(html), 40, "湘ICP备%08d号 ", 5000101 + i * 7);
	page(html);
	assert_int_equal(facts.count, 0);
	assert_int_equal(got.imprint.others, 150);
	assert_int_equal(got.imprint.overlooked, 150);
	free(html);
}

/* A link to the police's register counts where the page shows no number itself. */
static void test_police(void **state)
{
	static const char link[] =
		"<a href='http://www.beian.gov.cn/portal/registerSystemInfo?recordcode=43010402000123'>";

	(void)state;
	page(link);
	assert_int_equal(fact(FACT_POLICE_NUMBER, "湘公网安备43010402000123号")->confidence, 80);
	page("<a "
	     "href='http://www.beian.gov.cn/portal/"
	     "registerSystemInfo?recordcode=43010402000123'>湘公网安备43010402000999号</a>");
	assert_null(fact(FACT_POLICE_NUMBER, "湘公网安备43010402000123号"));
	assert_non_null(fact(FACT_POLICE_NUMBER, "湘公网安备43010402000999号"));
}

/* Numbers that attributes hold: read out, shown on hovering, or handed to a component as JSON. */
static void test_attributes(void **state)
{
	static const struct {
		const char *html, *number;
		unsigned confidence; /* 0: it is none */
	} rows[] = {
		{ "<img src=b.png alt='湘ICP备05000001号-1'>", "湘ICP备05000001号-1", 80 },
		{ "<a title=\"&#28248;ICP&#22791;05000001号\">", "湘ICP备05000001号", 80 },
		{ "<div data-page='{&quot;beian&quot;:&quot;\\u6e58ICP备05000001号&quot;}'>",
		  "湘ICP备05000001号", 70 },
		{ "<site-footer :icp='[\"湘ICP备05000001号\"]'>", "湘ICP备05000001号", 70 },
		{ "<template><img alt='湘ICP备05000001号'></template>", "湘ICP备05000001号", 70 },
		{ "<input placeholder='湘ICP备05000001号'>", "湘ICP备05000001号", 0 },
		{ "<input value='湘ICP备05000001号'>", "湘ICP备05000001号", 0 },
		{ "<p hidden><img alt='湘ICP备05000001号'></p>", "湘ICP备05000001号", 0 },
		/* two attributes are no one text */
		{ "<img alt='ICP备案号 湘ICP备' title='05000001号 湘'>", "湘ICP备05000001号", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		page(rows[i].html);
		assert_int_equal(facts.count, rows[i].confidence != 0);
		if (rows[i].confidence != 0)
			assert_int_equal(fact(FACT_ICP_NUMBER, rows[i].number)->confidence,
					 rows[i].confidence);
	}
	/* an alt text names whoever is shown */
	page("<img alt='版权所有：江州理工大学'>");
	assert_int_equal(facts.count, 0);
	/* a link in a string decodes its references elsewhere than the string itself */
	page("<a onclick=\"x('<a href=&quot;/a.apk?b=1&amp;amp;c=2&quot;>'+'/d.apk')\">");
	assert_non_null(fact(FACT_APK_LINK, "https://www.example.edu.cn/a.apk"));
	assert_non_null(fact(FACT_APK_LINK, "https://www.example.edu.cn/d.apk"));
}

/* A foot in a file of its own: of this host, and so named or placed. */
static void test_foot(void **state)
{
	static const struct {
		const char *html, *url;
	} rows[] = {
		{ "<iframe src=/footer.html></iframe>", "https://www.example.edu.cn/footer.html" },
		{ "<div class=foot><iframe src=p/1.htm></iframe></div>",
		  "https://www.example.edu.cn/p/1.htm" },
		{ "<script src='js/bottom.js'></script>", "https://www.example.edu.cn/js/bottom.js" },
		{ "<script>$('#f').load('/common/footer.html')</script>",
		  "https://www.example.edu.cn/common/footer.html" },
		{ "<script>$('#f').load('inc/foot.htm?v=2')</script>",
		  "https://www.example.edu.cn/inc/foot.htm?v=2" },
		{ "<object data=footer.html></object>", "https://www.example.edu.cn/footer.html" },
		{ "<frameset><frame src=top.htm><frame src=bottom.htm></frameset>",
		  "https://www.example.edu.cn/bottom.htm" },
		{ "<iframe src=/map.html></iframe>", NULL },
		{ "<iframe src=https://www.example.com/footer.html></iframe>", NULL },
		{ "<iframe src=http://www.example.edu.cn/footer.html></iframe>", NULL },
		{ "<iframe src=/footer.html style='display:none'></iframe>", NULL },
		{ "<iframe src=/></iframe>", NULL },
		{ "<script>x('the footer.html file')</script>", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		page(rows[i].html);
		assert_int_equal(got.has_foot, rows[i].url != NULL);
		if (got.has_foot)
			assert_string_equal(got.foot.text, rows[i].url);
	}
}

/* Whatever is cut off where, it is read. */
static void test_truncated(void **state)
{
	static const char html[] =
		"<html><head><meta http-equiv=refresh content='0;url=/a'><title>a&amp;湘</title><base "
		"href=/b>"
		"<body onload=\"location='/x'\" data-p='{&quot;a&quot;:[1]}'><iframe src=/foot.html></iframe>"
		"<form><input name=sfzh "
		"placeholder='&amp;'></form><script>x='\\u6e58ICP备'+"
		"\"05000001号\"</script><a href=/a.apk onclick=\"y('z')\">版权所有：江州大学</a><svg><title>";
	struct url u;

	(void)state;
	assert_true(url_parse(&u, "https://www.example.edu.cn/"));
	for (size_t n = 1; n < sizeof(html); n++) {
		char *copy = malloc(n);
		memcpy(copy, html, n);
		facts = (struct probe_facts){ .fact = room };
		memset(&got, 0, sizeof(got));
		reading_page(&got, &facts, &u, copy, n);
		reading_script(&got, &facts, &u, copy, n);
		reading_plain(&got, &facts, copy, n);
		free(copy);
	}
	page(html);
	assert_int_equal(got.lead, LEAD_REFRESH);
	assert_non_null(fact(FACT_ICP_NUMBER, "湘ICP备05000001号"));
	assert_non_null(fact(FACT_APK_LINK, "https://www.example.edu.cn/a.apk"));
	assert_non_null(fact(FACT_FORM_FIELD, "id-card"));
}

/* A mini-program to open, however a template binds its name; an app that a script opens by its package. */
static void test_opened(void **state)
{
	static const char *const elements[] = {
		"<wx-open-launch-weapp username=gh_7d2e9b41c05f>",
		"<wx-open-launch-weapp :username=\"'gh_7d2e9b41c05f'\">",
		"<wx-open-launch-weapp v-bind:username=\"ok ? 'gh_7d2e9b41c05f' : ''\">",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		page(elements[i]);
		assert_int_equal(fact(FACT_WECHAT_MINI, "gh_7d2e9b41c05f")->confidence, 95);
	}
	page("<wx-open-launch-weapp :appid=\"'wx5f3a9c21d7e84b60'\">");
	assert_non_null(fact(FACT_WECHAT_MINI, "wx5f3a9c21d7e84b60"));
	page("<wx-open-launch-weapp path=\"gh_7d2e9b41c05f\">");
	assert_null(fact(FACT_WECHAT_MINI, "gh_7d2e9b41c05f"));
	page("<script>location.href=\"intent:#Intent;package=cn.yunfan.app;end\"</script>");
	assert_int_equal(fact(FACT_ANDROID_PACKAGE, "cn.yunfan.app")->confidence, 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confidence), cmocka_unit_test(test_title),
		cmocka_unit_test(test_links_away), cmocka_unit_test(test_inner_string),
		cmocka_unit_test(test_app_metas),  cmocka_unit_test(test_counters),
		cmocka_unit_test(test_police),     cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_foot),       cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_opened),
	};

	return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
