/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/ident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];

static const struct {
	const char *text, *want; /* "type value type value" */
} rows[] = {
	{ "https://open.weixin.qq.com/connect/oauth2/"
	  "authorize?appid=wx5f3a9c21d7e84b60&redirect_uri=x&scope=snsapi_base",
	  "wechat-oa wx5f3a9c21d7e84b60 " },
	{ "https%3A%2F%2Fopen.weixin.qq.com%2Fconnect%2Foauth2%2Fauthorize%3Fappid%3Dwx5f3a9c21d7e84b60",
	  "wechat-oa wx5f3a9c21d7e84b60 " },
	{ "wx.config({appId:'wx5f3a9c21d7e84b60'})", "wechat-oa wx5f3a9c21d7e84b60 " },
	{ "weixin://dl/business/?appid=wx5f3a9c21d7e84b60", "wechat-mini wx5f3a9c21d7e84b60 " },
	{ "\"mp-weixin\":{appid:\"wx5f3a9c21d7e84b60\"}", "wechat-mini wx5f3a9c21d7e84b60 " },
	{ "miniAppId:\"wx5f3a9c21d7e84b60\"", "wechat-mini wx5f3a9c21d7e84b60 " },
	{ "小程序wx5f3a9c21d7e84b60", "wechat-mini wx5f3a9c21d7e84b60 " },
	{ "connect/oauth2/authorize?appid=wx5f3a9c21d7e84b60&agentid=1000002",
	  "wecom-app wx5f3a9c21d7e84b60 " },
	{ "appid=ww8c03f2a51be97d64", "wecom-app ww8c03f2a51be97d64 " },
	{ "https://open.weixin.qq.com/connect/qrconnect?appid=wx5f3a9c21d7e84b60&scope=snsapi_login", "" },
	{ "weapp username='gh_7d2e9b41c05f' 公众号 gh_7d2e9b41c05e",
	  "wechat-mini gh_7d2e9b41c05f wechat-oa gh_7d2e9b41c05e " },
	{ "https://open.weixin.qq.com/qr/code?username=gh_7d2e9b41c05f", "wechat-oa gh_7d2e9b41c05f " },
	{ "corpId:'ding5c1b0f9de7a34628f5bf40eda33b7ba0'",
	  "dingtalk-app ding5c1b0f9de7a34628f5bf40eda33b7ba0 " },
	{ "appKey dingoa4kx8p2wq7v1mzt9e", "dingtalk-app dingoa4kx8p2wq7v1mzt9e " },
	{ "?appid=dingoal5bijydvjgozjkbq&x", "dingtalk-app dingoal5bijydvjgozjkbq " },
	{ "appkey dingoalabijydvjgozjkbq", "dingtalk-app dingoalabijydvjgozjkbq " },
	{ "style=dingoalabijydvjgozjkbq", "" },
	{ "appId=cli_a3f9c27b5e0d900c", "feishu-mini cli_a3f9c27b5e0d900c " },
	{ "alipays://platformapi/startapp?appId=2021003187645210", "alipay-mini 2021003187645210 " },
	{ "startapp%253FappId%253D2021003187645210 'alipay_id' : '2021003187645211'",
	  "alipay-mini 2021003187645210 alipay-mini 2021003187645211 " },
	/* none */
	{ "{appid:'x', order:'2021003187645210'}", "" },
	{ "location='alipays://x';var order='2021003187645210'", "" },
	{ "2021003187645210 20210031876452101 appId=20210031876452", "" },
	{ "wx5f3a9c21d7e84b6 wx5f3a9c21d7e84b601 awx5f3a9c21d7e84b60 wx5F3A9C21D7E84B60 wx0000000000000000",
	  "" },
	{ "gh_7d2e9b41c05 cli_a3f9c27b5e0d900 ding5c1b0f9de7a346 dingdingdingdingding", "" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_facts f = { .fact = room };
		char line[512] = "";
		size_t at = 0;
		ident_scan(&f, 70, rows[i].text, strlen(rows[i].text), 0, "script");
		for (size_t k = 0; k < f.count; k++)
			at += (size_t)snprintf(line + at, sizeof(line) - at, "%s %s ",
					       fact_name(room[k].type), room[k].value);
		assert_string_equal(line, rows[i].want);
		for (size_t n = 1; n < strlen(rows[i].text); n++) {
			char *copy = malloc(n);
			memcpy(copy, rows[i].text, n);
			ident_scan(&f, 70, copy, n, n / 2, "script");
			free(copy);
		}
	}
}

/* Those of manuals, by their own look or by what is said of them, are counted and not told. */
static void test_examples(void **state)
{
	static const char *const made_up[] = {
		"weapp gh_1234567890ab",       "weapp gh_0123456789ab",
		"weapp gh_abcdef123456",       "weapp gh_000000000000",
		"weapp gh_abcdabcdabcd",       "weapp gh_fedcba987654",
		"weapp gh_888888886666",       "weapp gh_d43f693ca31f",
		"appid=wx1234567890abcdef",    "appid=wxd930ea5d5a258f4f",
		"appid=wxabc123abc123abc1",    "appid=wx0000000000000001",
		"appid=ww0123456789abcdef",    "corpid=dingxxxx729105836402",
		"appid=cli_9999999999999999",  "weapp 示例 gh_7d2e9b41c05f",
		"weapp 形如gh_7d2e9b41c05f",   "weapp（如 gh_7d2e9b41c05f）",
		"weapp 例：“gh_7d2e9b41c05f”", "weapp gh_7d2e9b41c05f（以此为例）",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++) {
		struct probe_facts f = { .fact = room };
		ident_scan(&f, 70, made_up[i], strlen(made_up[i]), 0, "script");
		assert_int_equal(f.count, 0);
		assert_int_equal(f.examples, 1);
	}
}

static void test_account(void **state)
{
	static const struct {
		const char *text;
		size_t facts, examples, others;
	} say[] = {
		{ "公众号原始ID：gh_7d2e9b41c05f", 1, 0, 0 },
		{ "欢迎关注公众号，如有疑问请留言。原始ID：gh_7d2e9b41c05f", 1, 0, 0 },
		{ "填写示例\n公众号原始ID：gh_7d2e9b41c05f", 1, 0, 0 },
		{ "违法和不良信息举报电话 12345 公众号原始ID：gh_7d2e9b41c05f", 1, 0, 0 },
		{ "账号 gh_7d2e9b41c05f", 0, 0, 0 },
		{ "原始ID 形如 gh_7d2e9b41c05f", 0, 1, 0 },
		{ "请填写公众号原始ID，例如：gh_7d2e9b41c05f", 0, 1, 0 },
		{ "公众号原始ID（gh_7d2e9b41c05f，仅供参考）", 0, 1, 0 },
		{ "公众号原始ID：gh_1234567890ab", 0, 1, 0 },
		{ "发现有人仿冒我校公众号（原始ID：gh_7d2e9b41c05f），请勿关注", 0, 0, 1 },
		{ "公众号 gh_7d2e9b41c05f 涉嫌诈骗", 0, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(say) / sizeof(say[0]); i++) {
		struct probe_facts f = { .fact = room };
		ident_account(&f, 90, say[i].text, strlen(say[i].text));
		assert_int_equal(f.count, say[i].facts);
		assert_int_equal(f.examples, say[i].examples);
		assert_int_equal(f.others, say[i].others);
		for (size_t n = 1; n < strlen(say[i].text); n++) {
			char *copy = malloc(n);
			memcpy(copy, say[i].text, n);
			ident_account(&f, 90, copy, n);
			free(copy);
		}
	}
}

/* What stands in front only says what it is. */
static void test_front(void **state)
{
	static const char text[] = "mini wx00112233445566ff weapp gh_7d2e9b41c05f appid=wx1234567890abcdef";
	struct probe_facts f = { .fact = room };

	(void)state;
	ident_scan(&f, 70, text, sizeof(text) - 1, 24, "script");
	assert_int_equal(f.count, 1);
	assert_int_equal(f.examples, 1);
	assert_int_equal(room[0].type, FACT_WECHAT_MINI);
	assert_string_equal(room[0].note, "script");
	assert_int_equal(room[0].confidence, 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_front),
					    cmocka_unit_test(test_examples), cmocka_unit_test(test_account) };

	return cmocka_run_group_tests_name("ident", tests, NULL, NULL);
}
