/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/words.h"

#include <stddef.h>
#include <string.h>

struct word {
	const char *name, *zh;
};

static const struct word subject_kinds[SUBJECT_KIND_COUNT] = {
	[SUBJECT_HOST] = { "host", "主机" },
	[SUBJECT_WECHAT_MINI] = { "wechat-mini", "微信小程序" },
	[SUBJECT_WECHAT_OA] = { "wechat-oa", "微信公众号" },
	[SUBJECT_ALIPAY_MINI] = { "alipay-mini", "支付宝小程序" },
	[SUBJECT_DOUYIN_MINI] = { "douyin-mini", "抖音小程序" },
	[SUBJECT_FEISHU_MINI] = { "feishu-mini", "飞书小程序" },
	[SUBJECT_QQ_MINI] = { "qq-mini", "QQ小程序" },
	[SUBJECT_BAIDU_MINI] = { "baidu-mini", "百度智能小程序" },
	[SUBJECT_KUAISHOU_MINI] = { "kuaishou-mini", "快手小程序" },
	[SUBJECT_JD_MINI] = { "jd-mini", "京东小程序" },
	[SUBJECT_QUICK_APP] = { "quick-app", "快应用" },
	[SUBJECT_HARMONY_ATOMIC] = { "harmony-atomic", "鸿蒙元服务" },
	[SUBJECT_DINGTALK_APP] = { "dingtalk-app", "钉钉应用" },
	[SUBJECT_WECOM_APP] = { "wecom-app", "企业微信应用" },
	[SUBJECT_ANDROID_PACKAGE] = { "android-package", "安卓应用" },
	[SUBJECT_IOS_BUNDLE] = { "ios-bundle", "苹果应用" },
};

static const struct word vias[VIA_COUNT] = {
	[VIA_DNS_QUERY] = { "dns-query", "DNS查询" },
	[VIA_DNS_ANSWER] = { "dns-answer", "DNS应答" },
	[VIA_HTTP] = { "http", "HTTP" },
	[VIA_TLS] = { "tls", "TLS" },
	[VIA_QUIC] = { "quic", "QUIC" },
	[VIA_HTTP_REFERER] = { "http-referer", "HTTP来源页" },
	[VIA_HTTP_USER_AGENT] = { "http-user-agent", "HTTP客户端标识" },
	[VIA_HTTP_REQUESTED_WITH] = { "http-requested-with", "HTTP宿主包名" },
	[VIA_HTTP_URL] = { "http-url", "HTTP网址" },
};

static const struct word filing_kinds[FILING_KIND_COUNT] = {
	[FILING_PROVIDER] = { "provider", "提供者备案" },
	[FILING_USER] = { "user", "使用者备案" },
	[FILING_SELFCHECK] = { "selfcheck", "自查" },
};

static const struct word app_statuses[APP_STATUS_COUNT] = {
	[APP_UNFILED] = { "unfiled", "疑似未备案" },
	[APP_PROBABLE] = { "probable", "疑似已备案" },
	[APP_FILED] = { "filed", "已备案" },
	[APP_EXEMPT] = { "exempt", "豁免" },
	[APP_OUT_OF_SCOPE] = { "out-of-scope", "不在范围" },
	[APP_UNDECIDED] = { "undecided", "未判定" },
};

static const struct word details[DETAIL_COUNT] = {
	[DETAIL_ALPN] = { "alpn", "应用层协议" },
	[DETAIL_JA4] = { "ja4", "客户端指纹" },
	[DETAIL_ECH] = { "ech", "加密问候(ECH)" },
	[DETAIL_CERTIFICATE] = { "certificate", "证书名称" },
	[DETAIL_TITLE] = { "title", "网页标题" },
	[DETAIL_CONTENT_TYPE] = { "content-type", "内容类型" },
	[DETAIL_HTTP_SERVER] = { "http-server", "服务器软件" },
	[DETAIL_LOCATION] = { "location", "跳转目标" },
	[DETAIL_SERVICE_ALPN] = { "service-alpn", "DNS声明的协议" },
	[DETAIL_ECH_NAME] = { "ech-name", "ECH外层名称" },
	[DETAIL_HIDDEN_DNS] = { "hidden-dns", "加密DNS" },
};

static const struct word severities[SEVERITY_COUNT] = {
	[SEVERITY_LOW] = { "low", "低" },
	[SEVERITY_MEDIUM] = { "medium", "中" },
	[SEVERITY_HIGH] = { "high", "高" },
};

static bool find(const struct word *words, int count, const char *name, int *at)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(words[i].name, name) == 0) {
			*at = i;
			return true;
		}
	}
	return false;
}

#define WORD_FUNCTIONS(type, table, count)                                                                   \
	const char *type##_name(enum type v) { return (unsigned)v < count ? table[v].name : "?"; }           \
	const char *type##_zh(enum type v) { return (unsigned)v < count ? table[v].zh : "?"; }               \
	bool type##_find(const char *name, enum type *out)                                                   \
	{                                                                                                    \
		int at;                                                                                      \
		if (!find(table, count, name, &at))                                                          \
			return false;                                                                        \
		*out = (enum type)at;                                                                        \
		return true;                                                                                 \
	}

WORD_FUNCTIONS(subject_kind, subject_kinds, SUBJECT_KIND_COUNT)
WORD_FUNCTIONS(via, vias, VIA_COUNT)
WORD_FUNCTIONS(filing_kind, filing_kinds, FILING_KIND_COUNT)
WORD_FUNCTIONS(app_status, app_statuses, APP_STATUS_COUNT)
WORD_FUNCTIONS(detail, details, DETAIL_COUNT)
WORD_FUNCTIONS(severity, severities, SEVERITY_COUNT)
