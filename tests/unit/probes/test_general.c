/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule, and the shipped table (run from the root of the tree). */
#include "probes/general.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	enum fact type;
	const char *value;
	bool named;
} rows[] = {
	{ FACT_ANDROID_PACKAGE, "com.tencent.mm", true },
	{ FACT_ANDROID_PACKAGE, "com.tencent.mm.school", false },
	{ FACT_ANDROID_PACKAGE, "com.alibaba.android.rimet", true },
	{ FACT_ANDROID_PACKAGE, "com.alibaba.android.rimet.xndx", false }, /* a school's own DingTalk */
	{ FACT_ANDROID_PACKAGE, "com.android.chrome", true },
	{ FACT_ANDROID_PACKAGE, "com.chaoxing.mobile", false },
	{ FACT_ANDROID_PACKAGE, "cn.edu.example.app", false },
	{ FACT_ANDROID_PACKAGE, "cn.gov.pbc.dcep", true },
	{ FACT_ANDROID_PACKAGE, "cn.gov", false },
	{ FACT_ANDROID_PACKAGE, "cn.governor.app", false },
	{ FACT_IOS_STORE, "1426355645", true },
	{ FACT_IOS_STORE, "977946724", false },
	{ FACT_IOS_STORE, "14263556", false },
	{ FACT_WECHAT_MINI, "wx33fd6cdc62520063", true },
	{ FACT_WECHAT_MINI, "wx5f3a9c21d7e84b60", false },
	{ FACT_APK_LINK, "https://dldir1.qq.com/weixin/android/weixin8040android2420_arm64.apk", true },
	{ FACT_APK_LINK, "https://dldir1.qq.com/x/campus.apk", false },
	{ FACT_APK_LINK, "https://official-package.wpscdn.cn/wps/download/x.apk", true },
	{ FACT_APK_LINK, "https://mywpscdn.cn/x.apk", false },
	{ FACT_APK_LINK, "https://wpscdn.cn.example.edu.cn/x.apk", false },
	{ FACT_APK_LINK, "http://nic.example.edu.cn/com.android.chrome_92.0.apk", true },
	{ FACT_APK_LINK, "http://nic.example.edu.cn/com.android.chromex.apk", false },
	{ FACT_APK_LINK, "http://nic.example.edu.cn/d/EasyConnect.apk", true },
	{ FACT_APK_LINK, "http://nic.example.edu.cn/d/EasyConnect_v7.6.7-release.apk", true },
	{ FACT_APK_LINK, "http://nic.example.edu.cn/d/weixin_campus.apk", false },
	{ FACT_APK_LINK, "http://nic.example.edu.cn/d/qqxy.apk", false },
	{ FACT_APK_LINK, "http://nic.example.edu.cn/d/qq\xe6\xa0\xa1.apk", false },
	{ FACT_APK_LINK, "weixin.apk", false }, /* no URL */
	{ FACT_TITLE, "com.tencent.mm", false },
};

static int load(void **state)
{
	static struct data d;
	char error[CONF_ERROR_MAX];

	*state = &d;
	return data_load(&d, "conf", error);
}

static int unload(void **state)
{
	data_clear(*state);
	return 0;
}

static void test_rows(void **state)
{
	const struct data *d = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (general_names(&d->general, rows[i].type, rows[i].value) != rows[i].named)
			print_error("%s\n", rows[i].value);
		assert_int_equal(general_names(&d->general, rows[i].type, rows[i].value), rows[i].named);
		assert_false(general_names(NULL, rows[i].type, rows[i].value));
	}
}

/* No product of the catalogue is among them; every package that is no education app is. */
static void test_tables(void **state)
{
	const struct data *d = *state;
	size_t packages = 0;

	for (size_t i = 0; i < d->catalog.count; i++) {
		const struct catalog_entry *e = &d->catalog.entry[i];
		for (size_t k = 0; k < e->packages.count; k++, packages++)
			assert_false(general_names(&d->general, FACT_ANDROID_PACKAGE, e->packages.item[k]));
		for (size_t k = 0; k < e->appids.count; k++)
			assert_false(general_names(&d->general, FACT_WECHAT_MINI, e->appids.item[k]));
	}
	assert_true(packages > 20);
	for (size_t i = 0; i < d->exempt.count; i++)
		if (d->exempt.entry[i].kind == SUBJECT_ANDROID_PACKAGE)
			assert_true(
				general_names(&d->general, FACT_ANDROID_PACKAGE, d->exempt.entry[i].name));
}

static void test_sink(void **state)
{
	static struct probe_fact room[PROBE_FACTS_MAX];
	const struct data *d = *state;
	struct probe_facts f = { .fact = room, .general = &d->general };

	assert_false(probe_fact_add(&f, FACT_ANDROID_PACKAGE, 90, " com.tencent.mm ", 16));
	assert_true(probe_fact_add(&f, FACT_ANDROID_PACKAGE, 90, "cn.yunfan.app", 13));
	assert_int_equal(f.count, 1);
	assert_int_equal(f.others, 1);
	f.general = NULL;
	assert_true(probe_fact_add(&f, FACT_ANDROID_PACKAGE, 90, "com.tencent.mm", 14));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_tables),
					    cmocka_unit_test(test_sink) };

	return cmocka_run_group_tests_name("general", tests, load, unload);
}
