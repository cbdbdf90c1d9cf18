/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/marker.h"

#include <string.h>

enum { IN_URL = 1, IN_CODE = 2, IN_NAME = 4 /* it begins the name of an element */ };

/* More telling rows first: of those for URLs only the first that fits counts. */
static const struct {
	const char *mark, *runtime;
	unsigned where, confidence;
} marks[] = {
	{ "jwxwork", "wecom", IN_URL, 95 },
	{ "wecom-jssdk", "wecom", IN_URL, 95 },
	{ "wwLogin", "wecom", IN_URL, 90 },
	{ "jweixin", "wechat", IN_URL, 95 },
	{ "res.wx.qq.com/open/js", "wechat", IN_URL, 90 },
	{ "weixin-js-sdk", "wechat", IN_URL, 90 },
	{ "dingtalk-jsapi", "dingtalk", IN_URL, 95 },
	{ "dingtalk.open.js", "dingtalk", IN_URL, 95 },
	{ "alicdn.com/dingding/", "dingtalk", IN_URL, 90 },
	{ "alipayjsapi", "alipay", IN_URL, 95 },
	{ "appx/web-view", "alipay", IN_URL, 95 },
	{ "h5-js-sdk", "feishu", IN_URL, 90 },
	{ "uni.webview", "uni-app", IN_URL, 95 },
	{ "tmajssdk", "douyin", IN_URL, 95 },
	{ "searchbox/js/swan-", "baidu", IN_URL, 95 },
	{ "open.mobile.qq.com/sdk/", "qq", IN_URL, 90 },
	{ "wx.config", "wechat", IN_CODE, 95 },
	{ "WeixinJSBridge", "wechat", IN_CODE, 90 },
	{ "wx.miniProgram", "wechat", IN_CODE, 90 },
	{ "wx.agentConfig", "wecom", IN_CODE, 95 },
	{ "ww.register", "wecom", IN_CODE, 90 },
	{ "dd.config", "dingtalk", IN_CODE, 95 },
	{ "dd.ready", "dingtalk", IN_CODE, 85 },
	{ "dd.runtime.permission", "dingtalk", IN_CODE, 95 },
	{ "AlipayJSBridge", "alipay", IN_CODE, 90 },
	{ "h5sdk.config", "feishu", IN_CODE, 95 },
	{ "h5sdk.ready", "feishu", IN_CODE, 90 },
	{ "__uniConfig", "uni-app", IN_CODE, 95 },
	{ "uni.webView", "uni-app", IN_CODE, 90 },
	{ "UniAppJSBridge", "uni-app", IN_CODE, 95 },
	{ "__TARO", "taro", IN_CODE, 85 },
	{ "taro_page", "taro", IN_CODE, 85 },
	{ "taro-view-core", "taro", IN_CODE, 90 },
	{ "swan.webView", "baidu", IN_CODE, 90 },
	{ "wx-open-", "wechat", IN_NAME, 95 },
	{ "uni-app", "uni-app", IN_NAME, 90 },
	{ "uni-page", "uni-app", IN_NAME, 90 },
	{ "uni-view", "uni-app", IN_NAME, 90 },
	{ "taro-", "taro", IN_NAME, 90 },
};

static bool ident(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '$' || c == '.';
}

static void add(struct probe_facts *f, size_t row, const char *note)
{
	probe_fact_note(f, FACT_RUNTIME, marks[row].confidence, marks[row].runtime,
			strlen(marks[row].runtime), note, strlen(note));
}

void marker_source(struct probe_facts *f, const char *url, size_t n)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i].where & IN_URL && html_has((struct html_str){ url, n }, marks[i].mark)) {
			add(f, i, marks[i].mark);
			return;
		}
}

/* As a name of its own: not "add.config", but window.dd.config. */
static bool stands(const char *text, size_t n, const char *mark)
{
	size_t len = strlen(mark);
	const char *p = text, *end = text + n;

	while ((p = memmem(p, (size_t)(end - p), mark, len)) != NULL) {
		bool front =
			p == text || !ident(p[-1]) || (p - text >= 7 && memcmp(p - 7, "window.", 7) == 0);
		p += len;
		if (front && (p == end || !ident(*p) || *p == '.' || mark[len - 1] == 'O'))
			return true;
	}
	return false;
}

void marker_script(struct probe_facts *f, const char *text, size_t n)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i].where & IN_CODE && stands(text, n, marks[i].mark))
			add(f, i, marks[i].mark);
}

void marker_element(struct probe_facts *f, const char *name)
{
	if (strchr(name, '-') == NULL)
		return;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i].where & IN_NAME && strncmp(name, marks[i].mark, strlen(marks[i].mark)) == 0)
			add(f, i, name);
}
