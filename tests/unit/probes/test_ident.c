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

/* What stands in front only says what it is; a manual's example counts little. */
static void test_front(void **state)
{
	static const char text[] = "mini wx00112233445566ff weapp gh_7d2e9b41c05f appid=wx1234567890abcdef";
	struct probe_facts f = { .fact = room };

	(void)state;
	ident_scan(&f, 70, text, sizeof(text) - 1, 24, "script");
	assert_int_equal(f.count, 2);
	assert_int_equal(room[0].type, FACT_WECHAT_MINI);
	assert_string_equal(room[0].note, "script");
	assert_int_equal(room[0].confidence, 70);
	assert_int_equal(room[1].confidence, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_front) };

	return cmocka_run_group_tests_name("ident", tests, NULL, NULL);
}
