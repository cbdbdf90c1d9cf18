/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];

static const struct {
	const char *url, *want;
} rows[] = {
	{ "https://apps.apple.com/cn/app/x/id1523344556?mt=8",
	  "store-link https://apps.apple.com/cn/app/x/id1523344556 ios-store 1523344556 " },
	{ "https://appgallery.huawei.com/#/app/C100123456",
	  "store-link https://appgallery.huawei.com/app/C100123456 " },
	{ "https://appgallery.huawei.com/#/app/", "" },
	{ "https://apps.apple.com/cn/developer/x/id1523344556",
	  "store-link https://apps.apple.com/cn/developer/x/id1523344556 " },
	{ "itms-apps://itunes.apple.com/app/id1523344556", "ios-store 1523344556 " },
	{ "http://a.app.qq.com/o/simple.jsp?pkgname=cn.yunfan.app&channel=secret",
	  "store-link http://a.app.qq.com/o/simple.jsp android-package cn.yunfan.app " },
	{ "market://details?id=cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "oppomarket://details?packagename=cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "vivomarket://details?id=cn.yunfan.app&th_name=x", "android-package cn.yunfan.app " },
	{ "oppomarket://details?packagename=single", "" },
	{ "https://m.wandoujia.com/apps/cn.yunfan.app",
	  "store-link https://m.wandoujia.com/apps/cn.yunfan.app android-package cn.yunfan.app " },
	{ "https://www.wandoujia.com/apps/8123456", "store-link https://www.wandoujia.com/apps/8123456 " },
	{ "intent://x#Intent;scheme=y;package=cn.yunfan.app;end", "android-package cn.yunfan.app " },
	{ "/d/App.APK?token=secret#x", "apk-link http://www.example.edu.cn/d/App.APK " },
	{ " app-release.apk ", "apk-link http://www.example.edu.cn/sub/app-release.apk " },
	{ "//cdn.example.com/a.ipa", "apk-link http://cdn.example.com/a.ipa " },
	{ "itms-services://?action=download-manifest&url=https://a.cn/m.plist?k=secret",
	  "ios-manifest https://a.cn/m.plist " },
	{ "itms-services://?action=download-manifest&url=https%3A%2F%2Fa.cn%2Fm.plist%3Fid%3D3%26v=1.2-b",
	  "ios-manifest https://a.cn/m.plist?id=3&v=1.2-b " },
	{ "itms-services://?action=download-manifest&url=https%3a%2f%2fa.cn/m.plist%3fid=3%26token%3d12",
	  "ios-manifest https://a.cn/m.plist " },
	{ "itms-services://?url=https://a.cn/m.plist?id=3&action=download-manifest",
	  "ios-manifest https://a.cn/m.plist?id=3 " },
	{ "itms-services://?url=https://a.cn/m.plist?id=a@b.cn", "ios-manifest https://a.cn/m.plist " },
	{ "itms-services://?url=https://a.cn/m.plist?id", "ios-manifest https://a.cn/m.plist " },
	{ "itms-services://?action=download-manifest&url=https://a.cn/install/12",
	  "ios-manifest https://a.cn/install/12 " },
	{ "itms-services://?action=download-manifest&amp;url=https://a.cn/i.php?id=7&token=1",
	  "ios-manifest https://a.cn/i.php?id=7 " },
	{ "itms-services://?url=/m.plist", "" },
	{ "itms-services://?url=https://a.cn/%00m.plist", "" },
	{ "itms-services://?url=https://a.cn/m.plist%", "ios-manifest https://a.cn/m.plist% " },
	{ "http://imtt.dd.qq.com/16891/A1.apk?mkey=secret&fsname=cn.yun_fan.app_3.2.1_321.apk&csr=81e7",
	  "apk-link http://imtt.dd.qq.com/16891/A1.apk android-package cn.yun_fan.app " },
	{ "http://a.cn/b.apk?fsname=cn.yunfan.app.apk", "apk-link http://a.cn/b.apk " },
	/* nothing */
	{ "#", "" },
	{ "javascript:void(0)", "" },
	{ "/index.html", "" },
	{ "https://apps.apple.com/", "" },
	{ "https://notapps.apple.com.evil.cn/id1523344556", "" },
	{ "http://a.app.qq.com/o/simple.jsp?pkgname=single", "store-link http://a.app.qq.com/o/simple.jsp " },
	{ "/x?file=a.apk", "" },
	{ "mailto:a@b.apk", "" },
	{ "http://[::bad/x.apk", "" },
};

static struct url base(void)
{
	struct url u;

	assert_true(url_parse(&u, "http://www.example.edu.cn/sub/index.html"));
	return u;
}

static void test_rows(void **state)
{
	struct url from = base();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_facts f = { .fact = room };
		struct links l = { .base = &from, .facts = &f };
		char line[1024] = "";
		size_t at = 0;
		link_read(&l, 90, rows[i].url, strlen(rows[i].url), "href");
		for (size_t k = 0; k < f.count; k++)
			at += (size_t)snprintf(line + at, sizeof(line) - at, "%s %s ",
					       fact_name(room[k].type), room[k].value);
		assert_string_equal(line, rows[i].want);
		for (size_t n = 1; n < strlen(rows[i].url); n++)
			link_read(&l, 90, rows[i].url, n, "href");
	}
}

static void test_police(void **state)
{
	static const char *const urls[] = {
		"http://www.beian.gov.cn/portal/registerSystemInfo?recordcode=43010402000123",
		"https://beian.mps.gov.cn/#/query/webSearch?code=43010402000123"
	};
	struct url from = base();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct probe_facts f = { .fact = room };
		struct links l = { .base = &from, .facts = &f };
		link_read(&l, 90, "https://beian.mps.gov.cn/", 25, "href");
		assert_string_equal(l.police, "");
		link_read(&l, 90, urls[i], strlen(urls[i]), "href");
		assert_string_equal(l.police, "湘公网安备43010402000123号");
		assert_int_equal(f.count, 0);
	}
}

static void test_origin(void **state)
{
	struct url from = base();
	struct probe_facts f = { .fact = room };

	(void)state;
	link_origin(&f, 90, &from, "http");
	assert_string_equal(room[0].value, "http://www.example.edu.cn");
	assert_string_equal(room[0].note, "http");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_police),
					    cmocka_unit_test(test_origin) };

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
