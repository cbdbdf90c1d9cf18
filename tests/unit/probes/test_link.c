/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/data.h"

static struct probe_fact room[PROBE_FACTS_MAX];

static const struct {
	const char *url, *want;
} rows[] = {
	{ "https://apps.apple.com/cn/app/x/id1523344556?mt=8",
	  "ios-store 1523344556 store-link https://apps.apple.com/cn/app/x/id1523344556 " },
	{ "https://appgallery.huawei.com/#/app/C100123456",
	  "store-link https://appgallery.huawei.com/app/C100123456 " },
	{ "https://appgallery.huawei.com/#/app/", "" },
	{ "https://appgallery.huawei.com/app/detail?id=cn.yunfan.app&channelId=x",
	  "android-package cn.yunfan.app store-link https://appgallery.huawei.com/app/detail " },
	{ "https://appgallery.huawei.com/app/C100123456?id=C100123456",
	  "store-link https://appgallery.huawei.com/app/C100123456 " },
	{ " JavaScript:window.location.href='https://a.cn/d/x.apk'", "apk-link https://a.cn/d/x.apk " },
	{ "javascript:down('/d/x.apk', \"https:\\/\\/a.cn\\/y.apk\")",
	  "apk-link http://www.example.edu.cn/d/x.apk apk-link https://a.cn/y.apk " },
	{ "javascript:down('javascript:x')", "" },
	{ "javascript:location='/d/'+name+'.apk'", "" },
	{ "javascript:location='/d/' + '/x.apk'", "" },
	{ "javascript:down('/d/x.apk", "" },
	{ "javascript:", "" },
	{ "javascript:;", "" },
	{ "javascript:void(0)", "" },
	{ "https://apps.apple.com/cn/developer/x/id1523344556",
	  "store-link https://apps.apple.com/cn/developer/x/id1523344556 " },
	{ "itms-apps://itunes.apple.com/app/id1523344556", "ios-store 1523344556 " },
	{ "http://a.app.qq.com/o/simple.jsp?pkgname=cn.yunfan.app&channel=secret",
	  "android-package cn.yunfan.app store-link http://a.app.qq.com/o/simple.jsp " },
	{ "market://details?id=cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "oppomarket://details?packagename=cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "vivomarket://details?id=cn.yunfan.app&th_name=x", "android-package cn.yunfan.app " },
	{ "oppomarket://details?packagename=single", "" },
	{ "https://m.wandoujia.com/apps/cn.yunfan.app",
	  "android-package cn.yunfan.app store-link https://m.wandoujia.com/apps/cn.yunfan.app " },
	{ "https://www.wandoujia.com/apps/8123456", "store-link https://www.wandoujia.com/apps/8123456 " },
	{ "intent://x#Intent;scheme=y;package=cn.yunfan.app;end", "android-package cn.yunfan.app " },
	{ "intent:#Intent;action=android.intent.action.VIEW;package=cn.yunfan.app;end",
	  "android-package cn.yunfan.app " },
	{ "market://details?id=com.example.app", "" },
	{ "market://details?id=com.yunfan.xxx", "" },
	{ "itms-apps://itunes.apple.com/app/id123456789", "" },
	{ "itms-apps://itunes.apple.com/app/id000000000", "" },
	{ "itms-apps://itunes.apple.com/app/id1234567890", "" },
	{ "android-app://cn.yunfan.app/https/x.cn/", "android-package cn.yunfan.app " },
	{ "tmast://appdetails?r=0.5&pname=cn.yunfan.app&oplist=1;2", "android-package cn.yunfan.app " },
	{ "mimarket://details?id=cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "appmarket://details?pkgname=cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "honormarket://details?id=cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "oaps://mk/dt?style=1&pkg=cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "samsungapps://ProductDetail/cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "coolmarket://com.coolapk.market/apk/cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "market://search?q=pname:cn.yunfan.app", "android-package cn.yunfan.app " },
	{ "appmarket://details?id=C100123456", "" },
	{ "weixin://dl/business/?appid=cn.yunfan.app", "" },
	{ "hiapplink://com.huawei.appmarket?appId=C100123456&channelId=x",
	  "store-link https://appgallery.huawei.com/app/C100123456 " },
	{ "hiapplink://com.huawei.appmarket?appId=1&x=C1", "" },
	{ "itms-appss://apps.apple.com/cn/app/id1523344556", "ios-store 1523344556 " },
	{ "itmss://itunes.apple.com/cn/app/x/id1523344556?mt=8", "ios-store 1523344556 " },
	{ "itms-apps://itunes.apple.com/cn/developer/x/id1523344556", "" },
	{ "itms/id1523344556", "" },
	{ "https://itunes.apple.com/WebObjects/MZStore.woa/wa/viewSoftware?id=1523344556&mt=8",
	  "ios-store 1523344556 store-link "
	  "https://itunes.apple.com/WebObjects/MZStore.woa/wa/viewSoftware " },
	{ "https://itunes.apple.com/WebObjects/MZStore.woa/wa/viewAlbum?id=1523344556",
	  "store-link https://itunes.apple.com/WebObjects/MZStore.woa/wa/viewAlbum " },
	{ "https://m.app.so.com/detail/index?pname=cn.yunfan.app&id=1",
	  "android-package cn.yunfan.app store-link https://m.app.so.com/detail/index " },
	{ "https://galaxystore.samsung.com/detail/cn.yunfan.app",
	  "android-package cn.yunfan.app store-link https://galaxystore.samsung.com/detail/cn.yunfan.app " },
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
	  "android-package cn.yun_fan.app apk-link http://imtt.dd.qq.com/16891/A1.apk " },
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

/* Links to what everybody uses are counted, in whatever form, and the shop's page with them. */
static void test_general(void **state)
{
	static const char *const urls[] = {
		"intent://#Intent;package=com.tencent.mm;end",
		"market://details?id=com.tencent.mm",
		"https://sj.qq.com/appdetail/com.tencent.mm",
		"http://a.app.qq.com/o/simple.jsp?pkgname=com.tencent.mm",
		"https://apps.apple.com/cn/app/id414478124",
		"itms-apps://itunes.apple.com/app/id414478124",
		"https://dldir1.qq.com/weixin/android/weixin8040.apk",
		"http://imtt.dd.qq.com/16891/A1.apk?fsname=com.tencent.mm_8.0_2.apk",
		"/soft/WeChat_8.0.40_arm64-release.apk",
		"/soft/com.tencent.mm.apk",
	};
	char *package[] = { "com.tencent.mm" }, *apple[] = { "414478124" },
	     *place[] = { "dldir1.qq.com/weixin" }, *file[] = { "wechat" };
	struct general_entry e = { .packages = { package, 1 },
				   .apple = { apple, 1 },
				   .downloads = { place, 1 },
				   .files = { file, 1 } };
	const struct general table = { &e, 1 };
	struct url from = base();

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct probe_facts f = { .fact = room, .general = &table };
		struct links l = { .base = &from, .facts = &f };
		link_read(&l, 90, urls[i], strlen(urls[i]), "href");
		assert_int_equal(f.count, 0);
		assert_int_equal(f.others, 1);
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
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_general),
					    cmocka_unit_test(test_police), cmocka_unit_test(test_origin) };

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
