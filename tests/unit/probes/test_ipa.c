/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/ipa.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "probes/archive.h"
#include "tests/unit/probes/package.h"
#include "tests/unit/probes/tool.h"

static const char url[] = "https://dl.example.cn/app.ipa";

#define KEY(k, v)  "<key>" k "</key><string>" v "</string>"
#define PLIST(x)   "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>" x "</dict></plist>"
#define IDENTIFIER KEY("CFBundleIdentifier", "cn.edu.example.App-1")
#define INFO                                                                                                 \
	PLIST(IDENTIFIER KEY("CFBundleName", "short") KEY("CFBundleDisplayName", "示例 App")                 \
		      KEY("CFBundleShortVersionString", "4.2") KEY("CFBundleVersion", "4210")                \
			      KEY("MinimumOSVersion", "13.0") KEY("NSCameraUsageDescription", "扫码签到")    \
				      KEY("NSUsageDescriptionX", "no"))

static const char info_told[] = "ios-bundle=cn.edu.example.App-1 ()\n"
				"app-name=示例 App ()\n"
				"app-version=4.2 (build 4210, iOS 13.0)\n"
				"permission=NSCameraUsageDescription (扫码签到)\n"
				"app-updated=2026-05-01T12:30:00Z (包内最新文件的时间, 时区不明)\n";

static void package_of(const char *name, const char *info, bool large)
{
	package_empty();
	if (large)
		package_filler("Payload/示例.app/示例", 300 * 1000);
	package_add(&k, "Payload/示例.app/PlugIns/x.appex/Info.plist", "x", 1);
	package_add(&k, "Payload/示例.app/Frameworks/y.app/Info.plist", "x", 1);
	package_add(&k, "Info.plist", "x", 1);
	package_add(&k, name, info, strlen(info));
	if (large)
		package_filler("Payload/示例.app/示例", 300 * 1000);
	package_end(&k);
}

static void test_a_package_by_ranges(void **state)
{
	struct probe_facts f;
	char text[4096];

	(void)state;
	for (unsigned large = 0; large < 2; large++) {
		struct served s = { .etag = NULL };
		package_of("Payload/示例.app/Info.plist", INFO, large);
		assert_int_equal(package_run(&probe_ipa, &s, url, &f), PROBE_DONE);
		package_told(&f, text, sizeof(text));
		assert_string_equal(text, info_told);
		assert_int_equal(s.asks, large ? 3 : 1);
		assert_true(s.bytes < ARCHIVE_FIRST + ZIP_END_MAX + 8192);
	}
}

/* The second opinion is Python's writer, in the binary form that Xcode packs. */
static void test_binary_lists_of_another_hand(void **state)
{
	static const char script[] =
		"import plistlib,sys\n"
		"sys.stdout.buffer.write(plistlib.dumps({'CFBundleIdentifier':'com.example.school','"
		"CFBundleName':"
		"'\\u5b66\\u6821','CFBundleVersion':'7','UIDeviceFamily':[1,2],'LSRequiresIPhoneOS':True,"
		"'NSLocationWhenInUseUsageDescription':'\\u7b7e\\u5230','NSAppTransportSecurity':{'x':True}},"
		"fmt=plistlib.FMT_BINARY))\n";
	char *const argv[] = { "python3", "-c", (char *)(uintptr_t)script, NULL };
	static char bytes[8192];
	struct served s = { .etag = NULL };
	struct probe_facts f;
	char text[4096];
	size_t n = 0;

	(void)state;
	if (tool_run("/tmp", argv, bytes, sizeof(bytes), &n) != 0) {
		print_message("# SKIP python3 is not installed: scripts/deps test\n");
		skip();
	}
	package_add(&k, "Payload/a.app/Info.plist", bytes, n);
	package_end(&k);
	assert_int_equal(package_run(&probe_ipa, &s, url, &f), PROBE_DONE);
	package_told(&f, text, sizeof(text));
	assert_string_equal(text, "ios-bundle=com.example.school ()\n"
				  "app-name=学校 ()\n"
				  "app-version=7 (build 7, iOS ?)\n"
				  "permission=NSLocationWhenInUseUsageDescription (签到)\n"
				  "app-updated=2026-05-01T12:30:00Z (包内最新文件的时间, 时区不明)\n");
}

static void refused(struct served *s, const char *why)
{
	struct probe_facts f;
	enum probe_outcome o = package_run(&probe_ipa, s, url, &f);

	if (o != PROBE_UNRECOGNISED || f.count != 0 || strstr(s->remark, why) == NULL)
		fail_msg("%s, %zu facts, %s; not %s", probe_outcome_name(o), f.count, s->remark, why);
}

static void test_what_is_none(void **state)
{
	static const struct {
		const char *name, *info, *why;
	} rows[] = {
		{ "Payload/a.app/Info.plist", PLIST(KEY("CFBundleName", "x")), "不是应用的清单" },
		{ "Payload/a.app/Info.plist",
		  PLIST(KEY("CFBundleIdentifier", "$(PRODUCT_BUNDLE_IDENTIFIER)")), "不是应用的清单" },
		{ "Payload/a.app/Info.plist", PLIST(IDENTIFIER KEY("CFBundleIdentifier", "a.b")),
		  "不是应用的清单" },
		{ "Payload/a.app/Info.plist", "<plist><dict>" IDENTIFIER, "有错" },
		{ "Payload/a.app/Info.plist", "bplist00", "有错" },
		{ "Payload/a.app/Info.plist", "{ CFBundleIdentifier = a.b; }", "不是应用的清单" },
		{ "payload/a.app/Info.plist", INFO, "没有要找的" },
		{ "Payload/.app/Info.plist", INFO, "没有要找的" },
		{ "Payload/a/b.app/Info.plist", INFO, "没有要找的" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct served s = { .etag = NULL };
		package_of(rows[i].name, rows[i].info, false);
		refused(&s, rows[i].why);
	}
	struct served s = { .etag = NULL };
	package_empty();
	package_add(&k, "Payload/a.app/Info.plist", INFO, sizeof(INFO) - 1);
	package_add(&k, "Payload/b.app/Info.plist", INFO, sizeof(INFO) - 1);
	package_end(&k);
	refused(&s, "重复");
}

/* -- the list that installing pages name ------------------------------------------------------------------
 */

#define LIST(asset, more)                                                                                    \
	PLIST("<key>items</key><array><dict><key>assets</key><array><dict>" KEY("kind", "software-package")  \
		      asset                                                                                  \
	      "</dict><dict>" KEY("kind", "display-image")                                                   \
		      KEY("url", "https://a.cn/i.png") "</dict></array><key>metadata</key><dict>" KEY(       \
			      "bundle-identifier", "com.example.listed") KEY("bundle-version", "1.0")        \
			      KEY("kind", "software") KEY("title", "名单") more "</dict></dict></array>")

/* Two files: the list first, then the package. */
static enum probe_outcome run_two(const char *list, struct served *second, struct probe_facts *f, char *urls)
{
	static struct probe_fact room[PROBE_FACTS_MAX];
	struct served first = { .p = (const uint8_t *)list, .n = strlen(list) };
	struct probe_run r = { .kind = SUBJECT_HOST,
			       .name = "www.example.cn",
			       .target = "https://a.cn/m.plist",
			       .base = "",
			       .now = PACKAGE_NOW,
			       .state = calloc(1, probe_ipa.state_size),
			       .facts = f,
			       .outcome = PROBE_DONE };
	struct probe_answer answer;
	struct probe_ask ask;

	*f = (struct probe_facts){ .fact = room };
	urls[0] = '\0';
	for (unsigned i = 0; i < PROBE_ASKS_MAX; i++) {
		struct served *s = i == 0 ? &first : second;
		memset(&ask, 0, sizeof(ask));
		if (!probe_ipa.next(&r, &ask))
			break;
		if (i < 2) {
			snprintf(urls + strlen(urls), 512 - strlen(urls), "%s ", ask.url);
			assert_int_equal(ask.conditional, i == 0);
		}
		served_answer(s, &ask, &answer);
		s->asks++;
		r.answer = &answer;
		r.outcome = answer.outcome;
	}
	probe_ipa.end(&r);
	free(r.state);
	memcpy(second->remark, r.remark, sizeof(r.remark));
	return r.outcome;
}

static void test_a_list_leads_to_its_package(void **state)
{
	static const char list[] = LIST(KEY("url", "https://dl.a.cn/x.ipa?s=1"), "");
	struct probe_facts f;
	char text[4096], urls[512];

	(void)state;
	package_of("Payload/示例.app/Info.plist", INFO, true);
	struct served s = { .p = k.p, .n = k.n };
	assert_int_equal(run_two(list, &s, &f, urls), PROBE_DONE);
	assert_string_equal(urls, "https://a.cn/m.plist https://dl.a.cn/x.ipa?s=1 ");
	package_told(&f, text, sizeof(text));
	assert_string_equal(text, info_told);
}

static void test_a_list_alone_says_less(void **state)
{
	static const struct {
		const char *list;
		struct served s;
		const char *why;
	} rows[] = {
		{ LIST(KEY("url", "https://dl.a.cn/x.ipa"), ""), { .status = 404 }, "安装包不存在" },
		{ LIST(KEY("url", "https://dl.a.cn/x.ipa"), ""), { .outcome = PROBE_OUT_OF_SCOPE }, "超出" },
		{ LIST(KEY("url", "https://dl.a.cn/x.ipa"), ""), { .no_ranges = true }, "不支持按字节范围" },
		{ LIST(KEY("url", "https://dl.a.cn/x.zip"), ""), { .status = 404 }, "没有地址" },
		{ LIST("", ""), { .status = 404 }, "没有地址" },
	};
	struct probe_facts f;
	char text[4096], urls[512];

	(void)state;
	package_of("Payload/示例.app/Info.plist", INFO, true);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct served s = rows[i].s;
		s.p = k.p;
		s.n = k.n;
		assert_int_equal(run_two(rows[i].list, &s, &f, urls), PROBE_DONE);
		package_told(&f, text, sizeof(text));
		assert_string_equal(text, "ios-bundle=com.example.listed (安装清单所载)\n"
					  "app-name=名单 (安装清单所载)\n"
					  "app-version=1.0 (安装清单所载)\n");
		if (i != 1 && strstr(s.remark, rows[i].why) == NULL)
			fail_msg("%s", s.remark);
	}
	struct served s = { .outcome = PROBE_PAUSED };
	assert_int_equal(run_two(rows[0].list, &s, &f, urls), PROBE_PAUSED);
	assert_int_equal(f.count, 0);
}

static void test_lists_that_are_none(void **state)
{
	static const char *const rows[] = {
		LIST("", KEY("bundle-identifier", "com.example.other")),
		LIST(KEY("url", "https://a.cn/a.ipa") KEY("url", "https://a.cn/b.ipa"), ""),
		PLIST(KEY("bundle-identifier", "no")),
		PLIST(""),
		"<?xml version=\"1.0\"?><html/>",
		"<?xml version=\"1.0\"?><plist>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct served s = { .p = (const uint8_t *)rows[i], .n = strlen(rows[i]) };
		refused(&s, "安装清单");
		assert_int_equal(s.asks, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PACKAGE_TEST(test_a_package_by_ranges),    PACKAGE_TEST(test_binary_lists_of_another_hand),
		PACKAGE_TEST(test_what_is_none),           PACKAGE_TEST(test_a_list_leads_to_its_package),
		PACKAGE_TEST(test_a_list_alone_says_less), PACKAGE_TEST(test_lists_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
