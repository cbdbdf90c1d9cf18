/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

/* Values are stored in databases and sent between versions: these lists grow at their ends and never change.
 */
static const char *const subject_kinds[] = {
	"host",         "wechat-mini", "wechat-oa",       "alipay-mini", "douyin-mini", "feishu-mini",
	"qq-mini",      "baidu-mini",  "kuaishou-mini",   "jd-mini",     "quick-app",   "harmony-atomic",
	"dingtalk-app", "wecom-app",   "android-package", "ios-bundle",
};
static const char *const vias[] = {
	"dns-query",       "dns-answer",          "http",    "tls", "quic", "http-referer",
	"http-user-agent", "http-requested-with", "http-url"
};
static const char *const filing_kinds[] = { "provider", "user", "selfcheck" };
static const char *const app_statuses[] = { "unfiled", "probable",     "filed",
					    "exempt",  "out-of-scope", "undecided" };
static const char *const details[] = { "alpn",         "ja4",          "ech",         "certificate",
				       "title",        "content-type", "http-server", "location",
				       "service-alpn", "ech-name",     "hidden-dns" };
static const char *const facts[] = {
	"title",        "icp-number",   "icp-app",      "icp-mini",    "telecom-number", "police-number",
	"edu-number",   "grade-number", "owner",        "generator",   "runtime",        "wechat-mini",
	"wechat-oa",    "wecom-app",    "dingtalk-app", "alipay-mini", "feishu-mini",    "android-package",
	"ios-bundle",   "ios-store",    "apk-link",     "store-link",  "form-field",     "redirect",
	"cert-name",    "cert-owner",   "cert-issuer",  "cert-from",   "cert-until",     "cert-problem",
	"favicon",      "vendor",       "app-name",     "app-version", "app-owner",      "app-updated",
	"app-category", "app-domain",   "permission",   "catch-all",   "parked",         "ios-manifest"
};
static const char *const outcomes[] = {
	"done",         "unchanged",      "unrecognised", "no-name",    "resolver-failed", "out-of-scope",
	"bad-address",  "bad-port",       "bad-url",      "opted-out",  "robots",          "paused",
	"held-back",    "connect-failed", "tls-failed",   "reset",      "timeout",         "too-large",
	"bad-response", "too-many-hops",  "downgrade",    "http-error", "not-enabled",     "lost",
	"poison",       "shortage",
};
static const char *const troubles[] = { "interface-down", "interface-silent", "interface-lost",
					"interface-gone", "probing-stalled" };
static const char *const severities[] = { "low", "medium", "high" };

static void check_zh(const char *zh)
{
	assert_true(text_is_utf8(zh, strlen(zh)));
	assert_true(strlen(zh) > 0 && strcmp(zh, "?") != 0);
}

#define CHECK(type, list, count)                                                                             \
	static void test_##type(void **state)                                                                \
	{                                                                                                    \
		enum type v = (enum type)0;                                                                  \
		(void)state;                                                                                 \
		assert_int_equal(sizeof(list) / sizeof(list[0]), count);                                     \
		for (int i = 0; i < count; i++) {                                                            \
			assert_string_equal(type##_name((enum type)i), list[i]);                             \
			check_zh(type##_zh((enum type)i));                                                   \
			assert_true(type##_find(list[i], &v));                                               \
			assert_int_equal(v, i);                                                              \
		}                                                                                            \
		v = (enum type)1;                                                                            \
		assert_false(type##_find("", &v));                                                           \
		assert_false(type##_find("no-such-word", &v));                                               \
		assert_false(type##_find("HOST", &v));                                                       \
		assert_int_equal(v, 1);                                                                      \
		assert_string_equal(type##_name((enum type)count), "?");                                     \
		assert_string_equal(type##_zh((enum type) - 1), "?");                                        \
	}

CHECK(subject_kind, subject_kinds, SUBJECT_KIND_COUNT)
CHECK(via, vias, VIA_COUNT)
CHECK(filing_kind, filing_kinds, FILING_KIND_COUNT)
CHECK(app_status, app_statuses, APP_STATUS_COUNT)
CHECK(detail, details, DETAIL_COUNT)
CHECK(fact, facts, FACT_COUNT)
CHECK(probe_outcome, outcomes, PROBE_OUTCOME_COUNT)
CHECK(trouble, troubles, TROUBLE_COUNT)
CHECK(severity, severities, SEVERITY_COUNT)

/* The wording towards people stays careful: nobody is accused. */
static void test_wording(void **state)
{
	(void)state;
	assert_non_null(strstr(app_status_zh(APP_UNFILED), "疑似"));
	assert_non_null(strstr(app_status_zh(APP_PROBABLE), "疑似"));
	assert_null(strstr(app_status_zh(APP_UNDECIDED), "备案"));
}

/* Only the values that are words: what a page says is its own. */
static void test_fact_values(void **state)
{
	(void)state;
	assert_string_equal(fact_value_zh(FACT_FORM_FIELD, "id-card"), "身份证号");
	assert_string_equal(fact_value_zh(FACT_RUNTIME, "wechat"), "微信");
	assert_string_equal(fact_value_zh(FACT_RUNTIME, "taro"), "taro");
	assert_string_equal(fact_value_zh(FACT_TITLE, "wechat"), "wechat");
	assert_string_equal(fact_value_zh(FACT_TITLE, ""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subject_kind),  cmocka_unit_test(test_via),
		cmocka_unit_test(test_filing_kind),   cmocka_unit_test(test_app_status),
		cmocka_unit_test(test_detail),        cmocka_unit_test(test_fact),
		cmocka_unit_test(test_probe_outcome), cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_severity),      cmocka_unit_test(test_wording),
		cmocka_unit_test(test_fact_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
