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

static const struct word facts[FACT_COUNT] = {
	[FACT_TITLE] = { "title", "网页标题" },
	[FACT_ICP_NUMBER] = { "icp-number", "ICP备案号" },
	[FACT_ICP_APP] = { "icp-app", "App备案号" },
	[FACT_ICP_MINI] = { "icp-mini", "小程序备案号" },
	[FACT_TELECOM_NUMBER] = { "telecom-number", "增值电信许可证" },
	[FACT_POLICE_NUMBER] = { "police-number", "公网安备号" },
	[FACT_EDU_NUMBER] = { "edu-number", "教育App备案号" },
	[FACT_GRADE_NUMBER] = { "grade-number", "等保备案号" },
	[FACT_OWNER] = { "owner", "主办单位" },
	[FACT_GENERATOR] = { "generator", "建站程序" },
	[FACT_RUNTIME] = { "runtime", "运行环境" },
	[FACT_WECHAT_MINI] = { "wechat-mini", "微信小程序" },
	[FACT_WECHAT_OA] = { "wechat-oa", "微信公众号" },
	[FACT_WECOM_APP] = { "wecom-app", "企业微信应用" },
	[FACT_DINGTALK_APP] = { "dingtalk-app", "钉钉应用" },
	[FACT_ALIPAY_MINI] = { "alipay-mini", "支付宝小程序" },
	[FACT_FEISHU_MINI] = { "feishu-mini", "飞书小程序" },
	[FACT_ANDROID_PACKAGE] = { "android-package", "安卓包名" },
	[FACT_IOS_BUNDLE] = { "ios-bundle", "苹果包名" },
	[FACT_IOS_STORE] = { "ios-store", "苹果商店编号" },
	[FACT_APK_LINK] = { "apk-link", "安装包链接" },
	[FACT_STORE_LINK] = { "store-link", "商店链接" },
	[FACT_FORM_FIELD] = { "form-field", "表单个人信息" },
	[FACT_REDIRECT] = { "redirect", "跳转目标" },
	[FACT_CERT_NAME] = { "cert-name", "证书域名" },
	[FACT_CERT_OWNER] = { "cert-owner", "证书单位" },
	[FACT_CERT_ISSUER] = { "cert-issuer", "证书签发者" },
	[FACT_CERT_FROM] = { "cert-from", "证书生效" },
	[FACT_CERT_UNTIL] = { "cert-until", "证书到期" },
	[FACT_CERT_PROBLEM] = { "cert-problem", "证书问题" },
	[FACT_FAVICON] = { "favicon", "图标哈希" },
	[FACT_VENDOR] = { "vendor", "厂商产品" },
	[FACT_APP_NAME] = { "app-name", "应用名称" },
	[FACT_APP_VERSION] = { "app-version", "应用版本" },
	[FACT_APP_OWNER] = { "app-owner", "应用主体" },
	[FACT_APP_UPDATED] = { "app-updated", "应用更新时间" },
	[FACT_APP_CATEGORY] = { "app-category", "应用类目" },
	[FACT_APP_DOMAIN] = { "app-domain", "应用域名" },
	[FACT_PERMISSION] = { "permission", "权限" },
	[FACT_CATCH_ALL] = { "catch-all", "泛解析站点" },
	[FACT_PARKED] = { "parked", "空置页面" },
	[FACT_IOS_MANIFEST] = { "ios-manifest", "苹果安装清单" },
};

static const struct word outcomes[PROBE_OUTCOME_COUNT] = {
	[PROBE_DONE] = { "done", "完成" },
	[PROBE_UNCHANGED] = { "unchanged", "未变" },
	[PROBE_UNRECOGNISED] = { "unrecognised", "无法识别" },
	[PROBE_NO_NAME] = { "no-name", "域名不存在" },
	[PROBE_RESOLVER_FAILED] = { "resolver-failed", "解析失败" },
	[PROBE_OUT_OF_SCOPE] = { "out-of-scope", "不在范围" },
	[PROBE_BAD_ADDRESS] = { "bad-address", "地址不许访问" },
	[PROBE_BAD_PORT] = { "bad-port", "端口不许访问" },
	[PROBE_BAD_URL] = { "bad-url", "网址不合法" },
	[PROBE_OPTED_OUT] = { "opted-out", "对方已退出" },
	[PROBE_ROBOTS] = { "robots", "robots.txt 不许" },
	[PROBE_PAUSED] = { "paused", "已暂停" },
	[PROBE_HELD_BACK] = { "held-back", "对方要求等待" },
	[PROBE_CONNECT_FAILED] = { "connect-failed", "连接失败" },
	[PROBE_TLS_FAILED] = { "tls-failed", "TLS 失败" },
	[PROBE_RESET] = { "reset", "连接中断" },
	[PROBE_TIMEOUT] = { "timeout", "超时" },
	[PROBE_TOO_LARGE] = { "too-large", "过大" },
	[PROBE_BAD_RESPONSE] = { "bad-response", "应答不合法" },
	[PROBE_TOO_MANY_HOPS] = { "too-many-hops", "跳转过多" },
	[PROBE_DOWNGRADE] = { "downgrade", "降级跳转" },
	[PROBE_HTTP_ERROR] = { "http-error", "HTTP 错误" },
	[PROBE_NOT_ENABLED] = { "not-enabled", "未启用" },
	[PROBE_LOST] = { "lost", "探测进程中断" },
	[PROBE_POISON] = { "poison", "一再使探测进程中断" },
	[PROBE_SHORTAGE] = { "shortage", "本机资源或网络不足" },
};

static const struct word troubles[TROUBLE_COUNT] = {
	[TROUBLE_INTERFACE_DOWN] = { "interface-down", "网卡没有链路" },
	[TROUBLE_INTERFACE_SILENT] = { "interface-silent", "网卡收不到包" },
	[TROUBLE_INTERFACE_LOST] = { "interface-lost", "网卡丢包" },
	[TROUBLE_INTERFACE_GONE] = { "interface-gone", "网卡不可用" },
	[TROUBLE_PROBING_STALLED] = { "probing-stalled", "探测停滞" },
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
WORD_FUNCTIONS(fact, facts, FACT_COUNT)
WORD_FUNCTIONS(probe_outcome, outcomes, PROBE_OUTCOME_COUNT)
WORD_FUNCTIONS(trouble, troubles, TROUBLE_COUNT)
WORD_FUNCTIONS(severity, severities, SEVERITY_COUNT)

static const struct {
	enum fact fact;
	struct word value;
} fact_values[] = {
	{ FACT_RUNTIME, { "wechat", "微信" } },
	{ FACT_RUNTIME, { "wecom", "企业微信" } },
	{ FACT_RUNTIME, { "dingtalk", "钉钉" } },
	{ FACT_RUNTIME, { "alipay", "支付宝" } },
	{ FACT_RUNTIME, { "feishu", "飞书" } },
	{ FACT_RUNTIME, { "douyin", "抖音" } },
	{ FACT_RUNTIME, { "baidu", "百度" } },
	{ FACT_RUNTIME, { "qq", "QQ" } },
	{ FACT_FORM_FIELD, { "login", "登录" } },
	{ FACT_FORM_FIELD, { "id-card", "身份证号" } },
	{ FACT_FORM_FIELD, { "phone", "手机号" } },
	{ FACT_FORM_FIELD, { "school-number", "学号或工号" } },
	{ FACT_FORM_FIELD, { "person", "姓名" } },
	{ FACT_FORM_FIELD, { "address", "住址" } },
	{ FACT_FORM_FIELD, { "face", "人脸或照片" } },
	{ FACT_FORM_FIELD, { "bank-card", "银行卡号" } },
	{ FACT_CERT_PROBLEM, { "self-signed", "自签名" } },
	{ FACT_CERT_PROBLEM, { "unknown-issuer", "签发者不受信任" } },
	{ FACT_CERT_PROBLEM, { "incomplete-chain", "证书链不全" } },
	{ FACT_CERT_PROBLEM, { "revoked", "已吊销" } },
	{ FACT_CERT_PROBLEM, { "bad-issuer", "签发者不合规" } },
	{ FACT_CERT_PROBLEM, { "bad-purpose", "用途不符" } },
	{ FACT_CERT_PROBLEM, { "bad-signature", "签名无效" } },
	{ FACT_CERT_PROBLEM, { "weak", "密钥或算法过弱" } },
	{ FACT_CERT_PROBLEM, { "wrong-name", "域名不符" } },
	{ FACT_CERT_PROBLEM, { "not-yet", "尚未生效" } },
	{ FACT_CERT_PROBLEM, { "expired", "已过期" } },
};

const char *fact_value_zh(enum fact f, const char *value)
{
	for (size_t i = 0; i < sizeof(fact_values) / sizeof(fact_values[0]); i++)
		if (fact_values[i].fact == f && strcmp(fact_values[i].value.name, value) == 0)
			return fact_values[i].value.zh;
	return value;
}
