/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/mention.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/probe.h"
#include "probes/reading.h"
#include "probes/url.h"

static struct probe_fact room[PROBE_FACTS_MAX];
static struct probe_facts facts;

#define A(id, text) "<a href=\"https://apps.apple.com/cn/app/id15233445" id "\">" text "</a> "
#define ROW(id)     "<tr><td>某应用</td><td>" A(id, "下载") "</td></tr>"

static size_t count(enum fact type)
{
	size_t n = 0;

	for (size_t i = 0; i < facts.count; i++)
		n += facts.fact[i].type == type;
	return n;
}

static void page(const char *html, size_t n)
{
	struct reading r = { 0 };
	struct url u;
	char *copy = malloc(n + 1);

	facts = (struct probe_facts){ .fact = room };
	assert_true(url_parse(&u, "https://www.example.edu.cn/"));
	memcpy(copy, html, n);
	reading_page(&r, &facts, &u, copy, n);
	free(copy);
}

static const struct {
	const char *html;
	size_t apps, others; /* told, and links passed: each is an app and its shop's page */
} rows[] = {
	/* friends */
	{ "<div><b>友情链接：</b>" A("56", "晨曦打卡APP") "</div>", 0, 1 },
	{ "<h3>友情链接</h3><ul><li><a href=/>江州大学</a></li><li>" A("56", "晨曦打卡APP") "</li></ul>", 0,
	  1 },
	{ "<b>友情链接</b><a href=/>甲</a> | <a href=/>乙</a> | " A("56", "晨曦打卡"), 0, 1 },
	{ "<div>友情链接 <a href=/>甲</a></div><div>" A("56", "App Store 下载") "</div>", 1, 0 },
	{ "<div>友情链接 <a href=/>甲</a></div><div>" A("56", "<img src=/a.png>") "</div>", 1, 0 },
	{ "<div>友情链接 <a href=/>甲</a></div><div>" A("56", "APP") "</div>", 1, 0 },
	{ "<div>友情链接 <a href=/>甲</a></div><p>移动校园</p>" A("56", "江州通"), 1, 0 },
	{ "<div>友情链接 <a href=/>甲</a></div><div>" A("56", "江州通") "</div>", 1, 0 },
	{ "<b>友情链接</b><p><a href=/>甲</a></p><p>" A("56", "打开江州通") "</p>", 1, 0 },
	{ "<div>友情链接说明</div>" A("56", "江州通"), 1, 0 },
	/* advertisements */
	{ "<div><span>广告</span>" A("56", "背单词神器") A("78", "小米商店") "</div>", 0, 2 },
	{ "<p>广告</p><p>" A("56", "江州通") "</p>", 1, 0 },
	{ "<p>新闻与广告" A("56", "江州通") "</p>", 1, 0 },
	/* reports */
	{ "<p>据报道，某公司推出的App已在" A("56", "App Store") "上架。</p>", 0, 1 },
	{ "<p>据报道，我校的App已在" A("56", "App Store") "上架。</p>", 1, 0 },
	{ "<p>据报道，今年有雨。请从" A("56", "App Store") "安装。</p>", 1, 0 },
	{ "<p>请从" A("56", "App Store") "安装，据报道，今年有雨。</p>", 1, 0 },
	/* lists */
	{ "<table>" ROW("56") ROW("78") "</table><p>以上应用违规收集个人信息，请立即卸载。</p>", 0, 2 },
	{ "<h3>关于侵害用户权益行为的APP通报</h3><p>第一批</p><table>" ROW("56") ROW("78") "</table>", 0, 2 },
	{ "<table>" ROW("56") ROW("78") "</table><p>请按端下载。</p>", 2, 0 },
	{ "<p>违规收集</p><p>一</p><p>二</p><p>三</p><table>" ROW("56") ROW("78") "</table>", 2, 0 },
	{ "<table>" ROW("56") "</table><p>以上应用违规收集个人信息。</p>", 1, 0 },
	{ "<p>" A("56", "下载") "</p><p>以上应用违规收集个人信息。</p>", 1, 0 },
	/* who set the link */
	{ "<a rel='ugc nofollow' href=https://apps.apple.com/cn/app/id1523344556>x</a>", 0, 1 },
	{ "<a rel=SPONSORED href=https://apps.apple.com/cn/app/id1523344556>x</a>", 0, 1 },
	{ "<a rel='nofollow ugcx' href=https://apps.apple.com/cn/app/id1523344556>x</a>", 1, 0 },
	/* elsewhere it is the page's */
	{ "<div>友情链接 " A("56", "晨曦打卡") "</div><p>下载</p>" A("56", "晨曦打卡"), 1, 1 },
	{ A("56", "晨曦打卡"), 1, 0 },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		page(rows[i].html, strlen(rows[i].html));
		if (count(FACT_IOS_STORE) != rows[i].apps || facts.others != 2 * rows[i].others)
			fail_msg("row %zu: %zu apps, %llu left out", i, count(FACT_IOS_STORE),
				 (unsigned long long)facts.others);
	}
}

/* What was told from elsewhere stays as it was. */
static void test_known(void **state)
{
	static const char html[] = "<script>x='https://apps.apple.com/cn/app/id1523344556'</script>"
				   "<div>友情链接：" A("56", "晨曦打卡") "</div>";

	(void)state;
	page(html, sizeof(html) - 1);
	assert_int_equal(count(FACT_IOS_STORE), 1);
	assert_int_equal(facts.fact[0].confidence, 70);
	assert_int_equal(facts.others, 0);
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 0; n < strlen(rows[i].html); n++)
			page(rows[i].html, n);
}

/* More links than are kept: the later ones are told, none is lost. */
static void test_many(void **state)
{
	static const char one[] = "<a href=/x>x</a>", last[] = A("56", "下载");
	size_t k = sizeof(one) - 1, links = 3000;
	char *html = malloc(links * k + sizeof(last));

	(void)state;
	for (size_t i = 0; i < links; i++)
		memcpy(html + i * k, one, k);
	memcpy(html + links * k, last, sizeof(last));
	page(html, links * k + sizeof(last) - 1);
	assert_int_equal(count(FACT_IOS_STORE), 1);
	free(html);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("mention", tests, NULL, NULL);
}
