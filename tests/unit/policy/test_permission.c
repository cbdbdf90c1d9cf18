/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of permissions as people write them: all of it is understood, or nothing is. */
#include "policy/permission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BIT(p) (1u << PERMISSION_##p)

static const struct {
	const char *text;
	unsigned want;
} good[] = {
	{ "位置、相机、麦克风", BIT(LOCATION) | BIT(CAMERA) | BIT(MICROPHONE) },
	{ "1.读取通讯录;2.发送短信", BIT(CONTACTS) | BIT(SMS) },
	{ "１、定位　２、存储", BIT(LOCATION) | BIT(STORAGE) },
	{ "获取手机状态和位置信息的权限", BIT(PHONE) | BIT(LOCATION) },
	{ "GPS定位, SD卡读写, IMEI", BIT(LOCATION) | BIT(STORAGE) | BIT(PHONE) },
	{ "网络、蓝牙", 0 },
	{ "日历/步数", BIT(CALENDAR) | BIT(BODY) },
	{ "无", 0 },
	{ "无。", 0 },
	{ " 不涉及 ", 0 },
};

static const char *const bad[] = {
	"",
	"-",
	"/",
	"12",
	"等",
	"位置等",
	"位置、相机等权限",
	"不获取位置",
	"除位置外",
	"手机权限",
	"系统权限",
	"位置、系统权限",
	"详见附件",
	"全部",
	"位置\xe4\xbd",
	"\xff",
	"无特殊权限",
	"camera",
	"位置(用于签到)",
	"存储(读写)",
};

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		unsigned named, sensitive = (1u << PERMISSION_COUNT) - 1;
		bool understood = permission_read(good[i].text, &named);
		if (!understood || (named & sensitive) != good[i].want)
			fail_msg("%s: %d %x", good[i].text, understood, named);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unsigned named;
		if (permission_read(bad[i], &named))
			fail_msg("%s: %x", bad[i], named);
	}
}

/* Cut anywhere, it is understood as far as it goes, or not at all. */
static void test_truncated(void **state)
{
	static const char text[] = "1.位置、2.通讯录;3.SD卡读写";
	unsigned all, named;
	char *cut;
	(void)state;

	assert_true(permission_read(text, &all));
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		cut = strndup(text, n);
		if (permission_read(cut, &named) && (named & ~all) != 0)
			fail_msg("%s: %x", cut, named);
		free(cut);
	}
}

/* What stands behind the longest text that is read may name anything. */
static void test_too_long(void **state)
{
	char text[700] = "";
	unsigned named;
	(void)state;

	for (int i = 0; i < 66; i++)
		strncat(text, "位置、", sizeof(text) - strlen(text) - 1);
	assert_true(permission_read(text, &named));
	strncat(text, "位置、", sizeof(text) - strlen(text) - 1);
	assert_false(permission_read(text, &named));
}

/* Each has a name for people, which is understood in a form too. */
static void test_declared(void **state)
{
	(void)state;
	assert_int_equal(permission_of("android.permission.CAMERA"), PERMISSION_CAMERA);
	assert_int_equal(permission_of("NSMotionUsageDescription"), PERMISSION_BODY);
	assert_int_equal(permission_of("android.permission.INTERNET"), PERMISSION_COUNT);
	assert_int_equal(permission_of(""), PERMISSION_COUNT);
	for (int p = 0; p < PERMISSION_COUNT; p++) {
		unsigned named;
		assert_true(permission_read(permission_zh((enum permission)p), &named));
		assert_true(named & 1u << p);
	}
	assert_string_equal(permission_zh(PERMISSION_COUNT), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_read), cmocka_unit_test(test_truncated),
					    cmocka_unit_test(test_too_long),
					    cmocka_unit_test(test_declared) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
