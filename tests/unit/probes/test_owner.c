/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/owner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char line[1024];
static size_t used;

static void add(void *arg, const struct owner *o)
{
	const char *text = arg;

	assert_true(o->name >= text && o->n > 0 && o->n < OWNER_MAX);
	if (strstr(line, "|") != NULL && strncmp(line, o->name, o->n) == 0)
		return;
	used += (size_t)snprintf(line + used, sizeof(line) - used, "%.*s|", (int)o->n, o->name);
}

static const struct {
	const char *text, *want;
} rows[] = {
	{ "版权所有：江州理工大学", "江州理工大学|" },
	{ "江州理工大学 版权所有", "江州理工大学|" },
	{ "版权所有 © 2020-2026 江州理工大学教务处 地址：学府路1号", "江州理工大学教务处|" },
	{ "Copyright(C)2026 江州学院. All Rights Reserved", "江州学院|" },
	{ "主办单位：\n江州第一中学\n技术支持：云帆科技有限公司", "江州第一中学|" },
	{ "主办单位（江州理工大学）", "江州理工大学|" },
	{ "由江州理工大学主办，云帆科技有限公司承办", "江州理工大学|" },
	{ "本网站版权归江州理工大学所有", "江州理工大学|" },
	{ "© 云帆（江州）科技有限公司 湘ICP备05000001号", "云帆（江州）科技有限公司|" },
	{ "版权所有：中部石油大学（江州）", "中部石油大学（江州）|" },
	{ "技术支持：云帆科技有限公司 2017 江州医科大学 版权所有", "江州医科大学|" },
	{ "江州职业技术学院 © 2026 技术支持：云帆科技有限公司", "江州职业技术学院|" },
	{ "江州理工大学招生网 版权所有", "江州理工大学|" },
	{ "© 2026 Jiangzhou University of Technology. All rights reserved.",
	  "Jiangzhou University of Technology|" },
	{ "江州师范学校宣传部（新闻中心）版权所有", "江州师范学校宣传部（新闻中心）|" },
	{ "本系统由云帆科技有限公司开发，版权所有归江州大学", "江州大学|" },
	{ "由云帆科技有限公司开发，版权所有", "" },
	{ "© ${new Date().getFullYear()} 江州学院", "江州学院|" },
	{ "版权所有 {{ year }} 江州学院", "江州学院|" },
	{ "版權所有 江州学院", "江州学院|" },
	{ "版权归属：江州学院", "江州学院|" },
	{ "Ⓒ2026 江州学院", "江州学院|" },
	{ "主办单位名称：江州学院", "江州学院|" },
	{ "版权所有：“江州学院”", "江州学院|" },
	{ "【江州学院】 版权所有 [2026]", "江州学院|" },
	{ "江州学院 版权 © 2026", "江州学院|" },
	{ "云帆科技有限公司 (www.example.com) 版权所有", "云帆科技有限公司|" },
	{ "© Jiangzhou University All Rights Reserved 2026", "Jiangzhou University|" },
	{ "Copyright Jiangzhou University, 2025-2026", "Jiangzhou University|" },
	{ "由江州学院主办", "江州学院|" },
	{ "版权均属于江州学院，未经授权不得转载", "江州学院|" },
	{ "本平台由云帆科技有限公司运营", "云帆科技有限公司|" },
	{ "由云帆科技有限公司运营的网站 云帆科技有限公司运营", "" },
	{ "江州学院 信息化办公室 版权所有", "江州学院 信息化办公室|" },
	{ "技术支持：江州学院 信息化办公室 版权所有", "信息化办公室|" },
	{ "江州学院\n信息化办公室 版权所有", "信息化办公室|" },
	{ "运营者：云帆科技有限公司", "云帆科技有限公司|" },
	{ "开办单位：江州市少年宫", "江州市少年宫|" },
	{ "服务提供方：云帆科技有限公司 服务提供方云帆科技有限公司", "云帆科技有限公司|" },
	{ "所有方：江州学院", "江州学院|" },
	{ "Powered by Discuz! X3.4 © 2001-2017 Yunfan Soft Inc.", "" },
	{ "Powered by Discuz!\n© 2001-2017 Yunfan Soft Inc.\n© Jiangzhou University",
	  "Jiangzhou University|" },
	{ "© 2001-2013 Comsenz Inc.", "" },
	{ "Powered by Discuz! © 2026 江州学院", "江州学院|" },
	{ "运营单位为云帆科技有限公司", "云帆科技有限公司|" },
	{ "©2026 版权所有 | 江州学院 | 技术支持：云帆科技有限公司", "江州学院|" },
	{ "江州学院 © 2026\n由云帆科技有限公司提供技术支持", "江州学院|" },
	{ "公司名称：云帆科技有限公司　公司地址：江州", "云帆科技有限公司|" },
	{ "单位名称：江州学院", "江州学院|" },
	{ "版权所有：江州自由贸易试验区管理委员会", "江州自由贸易试验区管理委员会|" },
	{ "江州理工大学 地址：大学路1号 邮编：410000 版权所有 湘ICP备05000001号", "江州理工大学|" },
	{ "All Rights Reserved 江州学院\n湘ICP备05000001号", "江州学院|" },
	{ "All Rights Reserved. 云帆科技有限公司", "云帆科技有限公司|" },
	{ "© 江州学院 All Rights Reserved 云帆科技有限公司", "江州学院|" },
	/* nobody's name */
	{ "技术支持：云帆科技有限公司 地址：学府路1号 版权所有", "" },
	{ "图书馆 地址：学府路1号 版权所有", "" },
	{ "江州学院 地址：学府路1号 云帆科技有限公司 电话 1 版权所有", "" },
	{ "All Rights Reserved 江州学院 云帆科技有限公司", "" },
	{ "All Rights Reserved 信息中心", "" },
	{ "All Rights Reserved\n江州学院", "" },
	{ "© ${year 江州学院", "" },
	{ "版权所有，侵权必究", "" },
	{ "首页 学校概况 版权所有", "" },
	{ "Copyright example.com 2026", "" },
	{ "技术支持：云帆科技有限公司 版权所有", "" },
	{ "© 2026", "" },
	{ "©2026 版权所有 | 计算机学院 | 数学学院", "" },
	{ "©2026 版权所有 | 图书馆", "" },
	{ "本次比赛由江州大学主办", "" },
	{ "由江州大学主办的竞赛", "" },
	{ "转自江州大学公众号（© 原作者）", "" },
	{ "(www.example.com) 版权所有", "" },
	{ "报名单位名称：江州学院", "" },
	{ "单位名称：\n所属学校：", "" },
	{ "公司名称 云帆科技有限公司", "" },
	{ "版权所有：电话 0731-12345678", "" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[512];
		snprintf(text, sizeof(text), "%s", rows[i].text);
		used = 0;
		line[0] = '\0';
		assert_int_equal(owner_scan(text, strlen(text), add, text), 0);
		assert_string_equal(line, rows[i].want);
	}
}

/* Who stands alone in front of a number ("#"), if that is sure. */
static const struct {
	const char *text, *want;
} unmarked[] = {
	{ "江州理工大学信息中心 #", "江州理工大学信息中心" },
	{ "云帆（江州）科技有限公司 备案号：#", "云帆（江州）科技有限公司" },
	{ "某事\n  江州学院#", "江州学院" },
	{ "江州学院 | #", "江州学院" },
	/* somebody else's, or not sure */
	{ "#", "" },
	{ "江州学院\n#", "" },
	{ "技术支持：云帆科技有限公司 #", "" },
	{ "技术支持云帆科技有限公司 #", "" },
	{ "技术支持：\n云帆科技有限公司 #", "" },
	{ "云帆科技有限公司提供技术支持 #", "" },
	{ "Powered by 云帆科技有限公司 #", "" },
	{ "友情链接 江州学院 #", "" },
	{ "地址：江州市学府路江州学院 #", "" },
	{ "江州市公安局 #", "" },
	{ "由云帆科技有限公司 #", "" },
	{ "欢迎访问江州学院 #", "" },
	{ "如有侵权，联系江州学院 #", "" },
	{ "江州市教育局 江州学院 #", "" },
	{ "信息中心 #", "" },
	{ "江州学院招生网 #", "" },
	{ "我校江州学院 #", "" },
	{ "江州学院 电话 #", "" },
};

static void test_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(unmarked) / sizeof(unmarked[0]); i++) {
		const char *text = unmarked[i].text, *number = strchr(text, '#');
		struct owner o = { 0 };
		bool is = owner_before(text, (size_t)(number - text), &o);
		assert_int_equal(is, unmarked[i].want[0] != '\0');
		if (is) {
			assert_int_equal(o.n, strlen(unmarked[i].want));
			assert_memory_equal(o.name, unmarked[i].want, o.n);
		}
		for (size_t n = 0; n < (size_t)(number - text); n++) {
			char *copy = malloc(n + 1);
			memcpy(copy, text, n);
			owner_before(copy, n, &o);
			free(copy);
		}
	}
}

/* What stands in front of a number ("#"). */
static void test_front(void **state)
{
	static const struct {
		const char *text;
		bool others, page, bracket;
	} fronts[] = {
		{ "#", false, false, false },
		{ "江州学院 #", false, false, false },
		{ "技术支持：云帆科技有限公司 #", true, false, false },
		{ "网站建设单位：云帆科技有限公司（#", true, false, true },
		{ "技术支持：云帆科技有限公司 备案号：#", false, false, false },
		{ "技术支持：云帆科技有限公司（备案号：#", true, false, true },
		{ "技术支持：云帆科技有限公司 | #", false, false, false },
		{ "技术支持：云帆科技有限公司\n#", false, false, false },
		{ "江州学院（#", false, false, true },
		{ "本网站（#", false, true, true },
		{ "江州学院版权所有（#", false, true, true },
		{ "本站由云帆科技有限公司（#", false, false, true },
		{ "本站由云帆科技有限公司提供技术支持 #", true, false, false },
		{ "云服务由云帆科技有限公司提供（#", true, false, true },
		{ "本站由江州学院主办 #", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
		size_t n = (size_t)(strchr(fronts[i].text, '#') - fronts[i].text);
		struct owner_front f = owner_front(fronts[i].text, n);
		assert_int_equal(f.others, fronts[i].others);
		assert_int_equal(f.page, fronts[i].page);
		assert_int_equal(f.bracket, fronts[i].bracket);
		for (; n > 0; n--) {
			char *copy = malloc(n);
			memcpy(copy, fronts[i].text, n);
			(void)owner_front(copy, n);
			free(copy);
		}
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 1; n < strlen(rows[i].text); n++) {
			char *copy = malloc(n);
			memcpy(copy, rows[i].text, n);
			used = 0;
			owner_scan(copy, n, add, copy);
			free(copy);
		}
}

/* What is too much to be looked at is counted. */
static void test_many(void **state)
{
	char *text = malloc(4096 * 12);
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 4096; i++)
		memcpy(text + n, "版权所有", 12), n += 12;
	used = 0;
	assert_int_equal(owner_scan(text, n, add, text), 4096 - 2000);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_front),     cmocka_unit_test(test_rows), cmocka_unit_test(test_before),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("owner", tests, NULL, NULL);
}
