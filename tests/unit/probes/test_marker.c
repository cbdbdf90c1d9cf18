/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/marker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];

static void test_rows(void **state)
{
	static const struct {
		char where; /* u: URL of a script, c: code, e: element */
		const char *text, *runtime;
	} rows[] = {
		{ 'u', "https://res.wx.qq.com/open/js/jweixin-1.6.0.js", "wechat" },
		{ 'u', "https://open.work.weixin.qq.com/wwopen/js/jwxwork-1.0.0.js", "wecom" },
		{ 'u', "//g.alicdn.com/dingding/dingtalk-jsapi/2.10.3/dingtalk.open.js", "dingtalk" },
		{ 'u', "https://x/goofy/lark/op/h5-js-sdk-1.5.js", "feishu" },
		{ 'u', "https://x/uni.webview.1.5.js", "uni-app" },
		{ 'u', "/js/jquery.js", NULL },
		{ 'c', "wx.config({", "wechat" },
		{ 'c', "window.dd.config({", "dingtalk" },
		{ 'c', "window.AlipayJSBridge&&1", "alipay" },
		{ 'c', "var __uniConfig={}", "uni-app" },
		{ 'c', "odd.config({})", NULL },
		{ 'c', "a.wx.config({})", NULL },
		{ 'c', "dd.configure({})", NULL },
		{ 'e', "wx-open-launch-weapp", "wechat" },
		{ 'e', "taro-view-core", "taro" },
		{ 'e', "div", NULL },
		{ 'e', "el-button", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_facts f = { .fact = room };
		size_t n = strlen(rows[i].text);
		if (rows[i].where == 'u')
			marker_source(&f, rows[i].text, n);
		else if (rows[i].where == 'c')
			marker_script(&f, rows[i].text, n);
		else
			marker_element(&f, rows[i].text);
		assert_int_equal(f.count, rows[i].runtime != NULL);
		if (f.count > 0)
			assert_string_equal(room[0].value, rows[i].runtime);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("marker", tests, NULL, NULL);
}
