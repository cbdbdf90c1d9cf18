/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/imprint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];
static struct probe_facts facts;
static struct imprint got;

/* The text lies where it ends; the second half of it is a footer when `foot`. */
static void read_text(const char *text, enum imprint_place place, bool foot)
{
	struct view v = { .feet = foot };
	struct buf b = { .len = strlen(text) };

	v.feet_at[0].from = b.len / 2;
	v.feet_at[0].to = SIZE_MAX;
	b.p = malloc(b.len + 1);
	memcpy(b.p, text, b.len + 1);
	facts = (struct probe_facts){ .fact = room };
	got = (struct imprint){ 0 };
	imprint_read(&got, &facts, &b, place, &v);
	free(b.p);
}

static const struct probe_fact *fact(enum fact type, const char *value)
{
	for (size_t i = 0; i < facts.count; i++)
		if (room[i].type == type && strcmp(room[i].value, value) == 0)
			return &room[i];
	return NULL;
}

#define ICP   "湘ICP备05000001号"
#define GRADE "43010413065-00001"
#define OWNER "版权所有：江州理工大学"

static void test_places(void **state)
{
	static const struct {
		enum imprint_place place;
		bool foot;
		unsigned number, bare, owner; /* confidence; 0: not told */
	} rows[] = {
		{ IMPRINT_SEEN, false, 90, 60, 90 },
		{ IMPRINT_SEEN, true, 95, 60, 90 },
		{ IMPRINT_LATENT, true, 70, 60, 65 },
		{ IMPRINT_ATTRIBUTE, true, 80, 60, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_text("一二三四五六七八九十一二三四五六七八九十\n" GRADE "\n" ICP " " OWNER,
			  rows[i].place, rows[i].foot);
		assert_int_equal(facts.count, rows[i].owner != 0 ? 3 : 2);
		assert_int_equal(fact(FACT_ICP_NUMBER, ICP)->confidence, rows[i].number);
		assert_int_equal(fact(FACT_GRADE_NUMBER, GRADE)->confidence, rows[i].bare);
		if (rows[i].owner != 0)
			assert_int_equal(fact(FACT_OWNER, "江州理工大学")->confidence, rows[i].owner);
	}
}

/* A number's note is the owner named nearest to it. */
static void test_near(void **state)
{
	(void)state;
	read_text(OWNER " " ICP "\n版权所有：临溪学院 湘ICP备05000002号", IMPRINT_SEEN, false);
	assert_string_equal(fact(FACT_ICP_NUMBER, ICP)->note, "江州理工大学");
	assert_string_equal(fact(FACT_ICP_NUMBER, "湘ICP备05000002号")->note, "临溪学院");
}

static size_t put(char *to, const char *s)
{
	size_t n = strlen(s);

	memcpy(to, s, n + 1);
	return n;
}

/* In the middle of a long page, it is news; what stands at its end, in a footer or beside a number is not. */
static void test_news(void **state)
{
	static const char line[] = "一段很长的新闻文字，不说什么\n", news[] = "由江州理工大学主办\n";
	static const struct {
		size_t at; /* line of 200 */
		bool foot, number, told;
	} rows[] = {
		{ 60, false, false, false },  { 60, false, true, true },   { 110, true, false, true },
		{ 110, false, false, false }, { 140, false, false, true },
	};
	char *text = malloc(200 * sizeof(line) + 400);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = 0;
		for (size_t k = 0; k < 200; k++) {
			n += put(text + n, line);
			if (k == rows[i].at) {
				n += put(text + n, news);
				n += put(text + n, rows[i].number ? ICP "\n" : "");
			}
		}
		read_text(text, IMPRINT_SEEN, rows[i].foot);
		assert_int_equal(fact(FACT_OWNER, "江州理工大学") != NULL, rows[i].told);
	}
	read_text(news, IMPRINT_SEEN, false);
	assert_non_null(fact(FACT_OWNER, "江州理工大学"));
	free(text);
}

/* Without a mark, the name alone in front of the number; many of them are a list of others' sites. */
static void test_unmarked(void **state)
{
	(void)state;
	read_text("江州理工大学信息中心 " ICP, IMPRINT_SEEN, false);
	assert_int_equal(fact(FACT_OWNER, "江州理工大学信息中心")->confidence, 70);
	assert_string_equal(fact(FACT_ICP_NUMBER, ICP)->note, "江州理工大学信息中心");
	read_text("江州理工大学 " ICP "\n江州理工大学 湘ICP备05000002号\n临溪学院 湘ICP备05000003号\n" OWNER,
		  IMPRINT_SEEN, false);
	assert_int_equal(facts.count, 3); /* the page's own two, and whose they are */
	read_text("江州理工大学 " ICP "\n临溪学院 湘ICP备05000002号\n云帆科技有限公司 湘ICP备05000003号\n"
		  "版权所有：南屏学院",
		  IMPRINT_SEEN, false);
	assert_null(fact(FACT_OWNER, "江州理工大学"));
	assert_non_null(fact(FACT_OWNER, "南屏学院"));
	read_text("江州理工大学 43010413065-00001", IMPRINT_SEEN, false);
	assert_null(fact(FACT_OWNER, "江州理工大学"));
}

#define OTHER "湘ICP备2021000002号"
#define LINE  "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十\n"

/* Somebody else's number is not told, but counted. The second half of a text is a footer. */
static void test_others(void **state)
{
	static const struct {
		const char *text;
		bool foot, own, other;
	} rows[] = {
		/* who built it, where the page has a number of its own */
		{ OWNER " " ICP "\n技术支持：云帆科技有限公司 " OTHER, false, true, false },
		{ OWNER " 技术支持：云帆科技有限公司 " ICP, false, true, false },
		{ OWNER " " ICP "\n技术支持：云帆科技有限公司 备案号：" OTHER, false, true, false },
		{ OWNER " " ICP "\n技术支持：云帆科技有限公司 | " OTHER, false, true, false },
		{ OWNER " " ICP "\nPowered by 云帆科技有限公司\n" OTHER, false, true, false },
		{ OWNER " " ICP "\n软件开发商：云帆科技有限公司 " OTHER, false, true, false },
		{ LINE OWNER " " ICP "\n云帆科技有限公司 " OTHER, true, true, false },
		{ LINE OWNER " " ICP "\n云帆科技有限公司\n" OTHER, true, true, true },
		{ OWNER " " ICP "\n云帆科技有限公司 " OTHER, false, true, false },
		{ OWNER " " ICP "\n版权所有：云帆科技有限公司 " OTHER, false, true, true },
		{ OWNER " 技术支持：云帆科技有限公司 | " ICP, false, true, false },
		{ OWNER " 技术支持：云帆科技有限公司\n备案号：" ICP, false, true, false },
		{ "网站建设：云帆科技有限公司（" OTHER "）", false, false, false },
		{ "技术支持：云帆科技有限公司　(湘)ICP备2021000002号　Copyright", false, false, true },
		/* of whom a sentence speaks */
		{ "云帆科技有限公司（" OTHER "）因未整改被注销", false, false, false },
		{ "本站由云帆科技有限公司（" OTHER "）提供技术支持", false, false, false },
		{ "云帆科技有限公司运营的网站（备案号：" OTHER "）因违反规定", false, false, false },
		{ "本站（" OTHER "）由江州理工大学主办", false, false, true },
		{ "江州理工大学版权所有（" OTHER "）", false, false, true },
		/* one body is one filer: another outside of the footer is another's */
		{ OTHER "\n一二三四五六七八九十一二三四五六七八九十\n" ICP, true, true, false },
		{ OTHER "\n一二三四五六七八九十一二三四五六七八九十\n" ICP, false, true, false },
		{ "一二三四五六七八九十一二三四五六七八九十\n" ICP " " OTHER, true, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool there = strstr(rows[i].text, "2021000002") != NULL;
		read_text(rows[i].text, IMPRINT_SEEN, rows[i].foot);
		assert_int_equal(fact(FACT_ICP_NUMBER, ICP) != NULL, rows[i].own);
		assert_int_equal(fact(FACT_ICP_NUMBER, OTHER) != NULL, rows[i].other);
		assert_int_equal(got.others, there && !rows[i].other);
	}
	/* more filers than one page has: none of them is sure */
	read_text("湘ICP备05000001号\n湘ICP备05000002号\n湘ICP备05000003号\n湘ICP备05000001号-2",
		  IMPRINT_SEEN, false);
	assert_int_equal(fact(FACT_ICP_NUMBER, ICP)->confidence, 90);
	read_text("湘ICP备05000001号\n湘ICP备05000002号\n湘ICP备05000003号\n湘ICP备05000004号", IMPRINT_SEEN,
		  false);
	assert_int_equal(fact(FACT_ICP_NUMBER, ICP)->confidence, 60);
}

/* A number in a sentence, in a row that names others, in an example is nobody's here, wherever it stands; one
 * at the end of the page among an imprint's words is the page's. */
static void test_mentions(void **state)
{
	static const struct {
		const char *text;
		bool told;
	} rows[] = {
		{ "经查，云帆科技有限公司（" OTHER "）运营的云帆学堂未按规定备案，现予以通报。", false },
		{ "请大家注意：页脚写着" OTHER "的都不是我们单位的网站", false },
		{ "云帆学堂，云帆科技有限公司，" OTHER, false },
		{ "云帆科技有限公司 2023-01-10 " OTHER, false },
		{ "短信平台由云帆科技有限公司（" OTHER "）提供。", false },
		{ "江州农业大学 网站备案号：" OTHER " 客户端备案号：" OTHER "-3A", true },
		{ "云帆科技有限公司|" OTHER "|等级保护三级认证 备案编号：" GRADE, true },
		{ "Theme by 云帆科技有限公司 | " OTHER " 客户端备案号：" OTHER "-3A\n© 江州学院", true },
		{ "Theme by 云帆科技有限公司 | " OTHER " 教育APP提供者备案：教APP备4308627号", true },
		{ "我们是江州学院，注册地址位于江州市学院路1号，我们的网站备案号为" OTHER "。", true },
		{ "他们被骗了，骗子的网站备案号为" OTHER "，请大家不要上当受骗。", false },
		{ "云帆学堂由云帆科技有限公司运营，备案号：" OTHER "，湘公网安备43010402000123号。", true },
		{ "经查，云帆学堂由云帆科技有限公司运营，备案号：" OTHER "。", false },
		{ "本站备案号：" OTHER, true },
		{ "ICP备案：" OTHER " 建议使用谷歌浏览器，分辨率1920*1080以上", true },
		{ "地址：江州市学院路1号 邮编：100000 电话：010-80000000 " OTHER, true },
		{ "江州学院 版权所有 未经书面授权不得转载 " OTHER, true },
		{ "网站地图 | 联系我们 | 关于我们 | " OTHER " 您是第12345位访问者", true },
		{ "一段话。\n主办：江州学院\n地址：江州市学院路1号\n" OTHER "\n技术支持：云帆科技有限公司",
		  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_text(rows[i].text, IMPRINT_SEEN, false);
		assert_int_equal(fact(FACT_ICP_NUMBER, OTHER) != NULL, rows[i].told);
		assert_int_equal(got.others, !rows[i].told);
		if (!rows[i].told)
			assert_int_equal(facts.count, 0);
	}
	/* whom a line says to serve the page, and lines of others' numbers */
	read_text(OWNER " " ICP "\n短信服务由云帆科技有限公司提供，许可证号湘B2-20191845", IMPRINT_SEEN,
		  false);
	assert_int_equal(got.others, 1);
	read_text("云帆科技有限公司：" OTHER "；启航科技有限公司：湘ICP备05000003号\n" OWNER " " ICP,
		  IMPRINT_SEEN, false);
	assert_int_equal(got.others, 2);
	assert_non_null(fact(FACT_ICP_NUMBER, ICP));
	/* the footer's own stands behind a credit, and another in the text */
	read_text("云帆科技有限公司 " OTHER "\n" LINE OWNER " 技术支持：云帆科技有限公司 " ICP, IMPRINT_SEEN,
		  true);
	assert_non_null(fact(FACT_ICP_NUMBER, ICP));
	assert_null(fact(FACT_ICP_NUMBER, OTHER));
	/* the page's own body in a sentence is the page's */
	read_text("我们的应用已经完成备案，号码是" ICP "-2A。\n" LINE OWNER " " ICP, IMPRINT_SEEN, true);
	assert_non_null(fact(FACT_ICP_APP, ICP "-2A"));
	/* kept up by a part of the owner itself */
	read_text(LINE "主办：江州学院　维护：江州学院信息中心　" ICP "\n技术支持：云帆科技有限公司 | " OTHER,
		  IMPRINT_SEEN, true);
	assert_non_null(fact(FACT_ICP_NUMBER, ICP));
	assert_null(fact(FACT_ICP_NUMBER, OTHER));
}

/* An owner without a mark: alone on a line of the imprint, the only one there. */
static void test_alone(void **state)
{
	static const struct {
		const char *text, *owner;
	} rows[] = {
		{ "江州学院\n" ICP, "江州学院" },
		{ "江州学院\n地址：江州市学院路1号 邮编：100000\n" ICP, "江州学院" },
		{ "© 2024 云帆 江州云帆科技有限公司 " ICP, "江州云帆科技有限公司" },
		{ "江州学院 | 技术支持：云帆科技有限公司 | " ICP, "江州学院" },
		{ "江州市少年宫\n" ICP, "江州市少年宫" },
		{ "江州学院就业指导中心\n" ICP, "江州学院就业指导中心" },
		{ "云帆科技有限公司（以下简称“云帆”）\n" ICP, "云帆科技有限公司" },
		{ "云帆学堂由云帆科技有限公司独立运营，备案号：" ICP, "云帆科技有限公司" },
		{ "下载中心\n" ICP, NULL },
		{ "江州学院\n临溪学院\n" ICP, NULL },
		{ "技术支持：云帆科技有限公司\n" ICP, NULL },
		{ ICP "江州学院版权所有", "江州学院" },
		{ "本图片版权所有：江州学院，转载请注明。\n" ICP, NULL },
		{ "主办单位：江州学院，协办单位：临溪学院，时间：5月4日\n" ICP, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct probe_fact *f;
		read_text(rows[i].text, IMPRINT_SEEN, false);
		f = fact(FACT_ICP_NUMBER, ICP);
		assert_non_null(f);
		assert_string_equal(f->note, rows[i].owner != NULL ? rows[i].owner : "");
		assert_int_equal(facts.count, 1 + (rows[i].owner != NULL));
	}
}

/* Numbers of other kinds beside a company that built the page, too. */
static void test_companys(void **state)
{
	static const struct {
		const char *text;
		enum fact type;
		bool told;
	} rows[] = {
		{ OWNER " " ICP "\n技术支持：云帆科技有限公司 蜀B2-20191845", FACT_TELECOM_NUMBER, false },
		{ OWNER " " ICP "\n技术支持：云帆科技有限公司(" OTHER ",湘B2-20191845)", FACT_TELECOM_NUMBER,
		  false },
		{ OWNER " " ICP "\n技术支持：云帆科技有限公司 川公网安备51010202000516号", FACT_POLICE_NUMBER,
		  false },
		{ OWNER " " ICP
			"\n技术支持：云帆科技有限公司 蜀ICP备2021000002号\n川公网安备51010202000516号",
		  FACT_POLICE_NUMBER, false },
		{ OWNER " " ICP "\n技术支持：云帆科技有限公司 蜀ICP备2021000002号 湘公网安备43010402000123号",
		  FACT_POLICE_NUMBER, true },
		{ OWNER " " ICP "\n技术支持：云帆科技有限公司 | 湘公网安备43010402000123号",
		  FACT_POLICE_NUMBER, true },
		{ OWNER " " ICP "\n技术支持：云帆科技有限公司 | 教APP备1371580号", FACT_EDU_NUMBER, true },
		{ "云帆科技有限公司\n官网\n湘B2-20191845\n" LINE LINE OWNER " " ICP, FACT_TELECOM_NUMBER,
		  false },
		{ OWNER " 技术支持：云帆科技有限公司 " ICP " 湘公网安备43010402000123号", FACT_POLICE_NUMBER,
		  true },
		{ "技术支持：云帆科技有限公司 " ICP " 增值电信业务经营许可证：湘B2-20191845",
		  FACT_TELECOM_NUMBER, true },
		{ "云帆科技有限公司 版权所有 " ICP "\n云帆科技有限公司 湘B2-20191845", FACT_TELECOM_NUMBER,
		  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t told = 0;
		read_text(rows[i].text, IMPRINT_SEEN, false);
		assert_non_null(fact(FACT_ICP_NUMBER, ICP));
		for (size_t k = 0; k < facts.count; k++)
			told += room[k].type == rows[i].type;
		assert_int_equal(told, rows[i].told);
	}
}

/* Outside of a footer: whose apps and licences they are, by the company in front or by their number. */
static void test_bodiless(void **state)
{
	static const char foot[] = "\n" LINE OWNER " " ICP;
	static const struct {
		const char *text;
		enum fact type;
		size_t told;
	} rows[] = {
		{ "通知：“云帆”APP，提供者云帆科技有限公司，已取得教APP备3300015号", FACT_EDU_NUMBER, 0 },
		{ "教APP备3300015号", FACT_EDU_NUMBER, 1 },
		{ "教师端 教APP备3300015号 学生端 教APP备3300016号", FACT_EDU_NUMBER, 2 },
		{ "一 教APP备3300015号 二 教APP备3300016号 三 教APP备3300017号", FACT_EDU_NUMBER, 0 },
		{ "友情链接\n知网 京ICP证040431号 万方 京ICP证010071号", FACT_TELECOM_NUMBER, 0 },
		{ "江州理工大学 京ICP证040431号", FACT_TELECOM_NUMBER, 1 },
		{ "© 2023 某图 - GS(2021)6026号 - 甲测资字11111342 - 京ICP证030173号", FACT_TELECOM_NUMBER,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t told = 0;
		char text[1024];
		snprintf(text, sizeof(text), "%s%s", rows[i].text, foot);
		read_text(text, IMPRINT_SEEN, true);
		assert_non_null(fact(FACT_ICP_NUMBER, ICP));
		for (size_t k = 0; k < facts.count; k++)
			told += room[k].type == rows[i].type;
		assert_int_equal(told, rows[i].told);
	}
	/* without a footer that says whose the page is, nobody knows better */
	read_text("云帆科技有限公司 教APP备3300015号 京ICP证040431号", IMPRINT_SEEN, false);
	assert_int_equal(facts.count, 2);
}

/* Where a footer names an owner, or many are named, others are told beside an ICP number of their own only.
 */
static void test_many_owners(void **state)
{
	static const char *const lists[] = {
		"主办方：一江学院\n主办方：二江学院\n主办方：三江学院\n主办方：四江学院\n",
		"主办方：一江学院\n主办方：二江学院\n主办方：一江学院\n主办方：三江学院\n",
	};
	char text[1024];

	(void)state;
	read_text(lists[0], IMPRINT_SEEN, false);
	assert_int_equal(facts.count, 0);
	read_text(lists[1], IMPRINT_SEEN, false);
	assert_int_equal(facts.count, 3);
	snprintf(text, sizeof(text),
		 "%s一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十\n" OWNER " " ICP, lists[1]);
	read_text(text, IMPRINT_SEEN, true);
	assert_int_equal(facts.count, 2);
	assert_true(got.foot_owner);
	assert_string_equal(fact(FACT_ICP_NUMBER, ICP)->note, "江州理工大学");
	assert_non_null(fact(FACT_OWNER, "江州理工大学"));
	snprintf(text, sizeof(text), "%s" ICP "\n", lists[0]);
	read_text(text, IMPRINT_SEEN, false);
	assert_int_equal(facts.count, 5);
}

/* 公司名称 is a label of forms and lists, too: it counts near a number. */
static void test_weak(void **state)
{
	(void)state;
	read_text("公司名称：云帆科技有限公司", IMPRINT_SEEN, false);
	assert_int_equal(facts.count, 0);
	read_text("公司名称：云帆科技有限公司\n" ICP, IMPRINT_SEEN, false);
	assert_int_equal(fact(FACT_OWNER, "云帆科技有限公司")->confidence, 75);
}

static void test_counters(void **state)
{
	char *text = calloc(1, 400 * 40);

	(void)state;
	read_text("湘ICP备00000000号 湘ICP备12345678号", IMPRINT_LATENT, false);
	assert_int_equal(facts.count, 0);
	assert_int_equal(got.templates, 2);
	for (int i = 0; i < 300; i++)
		snprintf(text + strlen(text), 40, "湘ICP备%08d号 ", 5000101 + i * 7);
	read_text(text, IMPRINT_SEEN, false);
	assert_int_equal(facts.count, 0);
	assert_int_equal(got.others, 150);
	assert_int_equal(got.overlooked, 150);
	free(text);
}

static void test_truncated(void **state)
{
	static const char text[] = "江州理工大学 " ICP "-1\n" OWNER "\n等保 " GRADE;
	char part[sizeof(text)];

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		memcpy(part, text, n);
		part[n] = '\0';
		for (unsigned place = 0; place < IMPRINT_PLACES; place++)
			read_text(part, (enum imprint_place)place, true);
	}
	read_text(text, IMPRINT_SEEN, true);
	assert_int_equal(facts.count, 3);
	/* of a link to others, nothing is told */
	read_text(text, IMPRINT_AWAY, true);
	assert_int_equal(facts.count, 0);
	assert_int_equal(got.others, 2);
	/* in the place of a picture, whoever is named is shown */
	read_text(text, IMPRINT_ATTRIBUTE, true);
	assert_null(fact(FACT_ICP_NUMBER, ICP "-1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),      cmocka_unit_test(test_near),
		cmocka_unit_test(test_news),        cmocka_unit_test(test_unmarked),
		cmocka_unit_test(test_others),      cmocka_unit_test(test_weak),
		cmocka_unit_test(test_companys),    cmocka_unit_test(test_bodiless),
		cmocka_unit_test(test_many_owners), cmocka_unit_test(test_counters),
		cmocka_unit_test(test_truncated),   cmocka_unit_test(test_mentions),
		cmocka_unit_test(test_alone),
	};

	return cmocka_run_group_tests_name("imprint", tests, NULL, NULL);
}
