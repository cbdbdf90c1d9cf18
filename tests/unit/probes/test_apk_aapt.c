/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second opinion on packages: made and read by Android's own tool. */
#include "probes/apk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/probes/package.h"
#include "tests/unit/probes/tool.h"

static char folder[] = "/tmp/test_apk.XXXXXX";

static FILE *file(const char *name, const char *mode)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, mode);
	assert_non_null(f);
	return f;
}

static void put(const char *name, const char *text)
{
	FILE *f = file(name, "w");

	assert_true(fputs(text, f) >= 0);
	fclose(f);
}

#define TOOL(out, ...) tool_run(folder, (char *const[]){ __VA_ARGS__, NULL }, out, sizeof(out), NULL)

static const char public_ids[] =
	"<resources>"
	"<public type='attr' name='label' id='0x01010001'/><public type='attr' name='name' id='0x01010003'/>"
	"<public type='attr' name='minSdkVersion' id='0x0101020c'/><public type='attr' name='versionCode' "
	"id='0x0101021b'/>"
	"<public type='attr' name='versionName' id='0x0101021c'/>"
	"<public type='attr' name='targetSdkVersion' id='0x01010270'/>"
	"<attr name='label' format='reference|string'/><attr name='name' format='string'/>"
	"<attr name='minSdkVersion' format='integer|string'/><attr name='versionCode' format='integer'/>"
	"<attr name='versionName' format='string'/><attr name='targetSdkVersion' format='integer|string'/>"
	"</resources>";

static void make_folders(void)
{
	static const char *const names[] = {
		"fw",      "fw/res",         "fw/res/values",     "app",
		"app/res", "app/res/values", "app/res/values-zh", "app/res/values-zh-rTW"
	};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
}

/* The value between the quotes behind `key`, of the line that starts with `line`. */
static bool badge(const char *badging, const char *line, const char *key, char *out, size_t cap)
{
	const char *at = badging, *end;

	while (at && strncmp(at, line, strlen(line)) != 0) {
		at = strchr(at, '\n');
		at = at && at[1] ? at + 1 : NULL;
	}
	end = at ? strchr(at, '\n') : NULL;
	at = at ? strstr(at, key) : NULL;
	if (at == NULL || (end && at > end))
		return false;
	at += strlen(key) + 1;
	snprintf(out, cap, "%.*s", (int)strcspn(at, "'"), at);
	return true;
}

static const char *fact_of(const struct probe_facts *f, enum fact type, size_t nth)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->fact[i].type == type && nth-- == 0)
			return f->fact[i].value;
	return "";
}

/* What aapt says of the package must be what we say. */
static void compare(const struct probe_facts *f, const char *badging)
{
	char want[256], note[512], code[32] = "?", min[32] = "?", target[32] = "?";
	const char *line = badging;
	size_t permissions = 0;

	assert_true(badge(badging, "package:", "name=", want, sizeof(want)));
	assert_string_equal(fact_of(f, FACT_ANDROID_PACKAGE, 0), want);
	assert_true(badge(badging, "package:", "versionName=", want, sizeof(want)));
	if (want[0])
		assert_string_equal(fact_of(f, FACT_APP_VERSION, 0), want);
	assert_true(badge(badging, "package:", "versionCode=", code, sizeof(code)));
	if (code[0] == '\0')
		memcpy(code, "?", 2);
	badge(badging, "sdkVersion:", "sdkVersion:", min, sizeof(min));
	badge(badging, "targetSdkVersion:", "targetSdkVersion:", target, sizeof(target));
	snprintf(note, sizeof(note), "versionCode %s, minSdk %s, targetSdk %s", code, min, target);
	for (size_t i = 0; i < f->count; i++)
		if (f->fact[i].type == FACT_APP_VERSION)
			assert_string_equal(f->fact[i].note, note);
	for (; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, "uses-permission", 15) == 0) {
			assert_true(badge(line, "uses-permission", "name=", want, sizeof(want)));
			assert_string_equal(fact_of(f, FACT_PERMISSION, permissions++), want);
		}
	assert_string_equal(fact_of(f, FACT_PERMISSION, permissions), "");
	if (badge(badging, "application-label-zh:", "application-label-zh:", want, sizeof(want)))
		assert_string_equal(fact_of(f, FACT_APP_NAME, 0), want);
	assert_true(badge(badging, "application:", "label=", want, sizeof(want)));
	if (strcmp(fact_of(f, FACT_APP_NAME, 0), want) != 0)
		assert_string_equal(fact_of(f, FACT_APP_NAME, 1), want);
}

#define MANIFEST(attributes, inner)                                                                          \
	"<manifest xmlns:android='http://schemas.android.com/apk/res/android' " attributes ">" inner         \
	"</manifest>"
#define STRING(name, text) "<string name='" name "'>" text "</string>"

/* Without it Android takes permissions for granted that were not asked for. */
#define SDK "<uses-sdk android:minSdkVersion='16' android:targetSdkVersion='33'/>"

static const struct {
	const char *manifest, *strings, *zh, *tw;
} made[] = {
	{ MANIFEST("package='cn.edu.example.one' android:versionCode='317' android:versionName='3.1.7'",
		   "<uses-sdk android:minSdkVersion='21' android:targetSdkVersion='30'/>"
		   "<uses-permission android:name='android.permission.CAMERA'/>"
		   "<uses-permission android:name='android.permission.READ_CONTACTS'/>"
		   "<application android:label='@string/app'><activity android:name='.A' "
		   "android:label='@string/other'/></application>"),
	  STRING("app", "Example Campus") STRING("other", "x"), STRING("app", "示例校园"),
	  STRING("app", "示例校園") },
	{ MANIFEST("package='cn.edu.example.two' android:versionName='2.0 beta'",
		   "<uses-sdk android:minSdkVersion='14'/><application android:label='学习 &amp; 通'/>"),
	  STRING("app", "x"), STRING("app", "y"), STRING("app", "z") },
	{ MANIFEST("package='cn.edu.example.three' android:versionCode='1'",
		   SDK "<application android:label='@string/b'/>"),
	  STRING("a", "甲") STRING("b", "@string/c") STRING("c", "@string/d") STRING("d", "丁"),
	  STRING("a", "a"), STRING("d", "丁丁") },
	{ MANIFEST("package='com.example.four' android:versionCode='2147483647' "
		   "android:versionName='@string/v'",
		   SDK "<application/><uses-permission android:name='a.B'/>"),
	  STRING("v", "9.9"), STRING("v", "9.9"), STRING("v", "9.9") },
	{ MANIFEST("package='com.example.five' android:versionCode='5' android:versionName='5'",
		   SDK "<application android:label='@string/only'/>"),
	  STRING("x", "x") STRING("only", "Only"), STRING("x", "y"), STRING("x", "x") },
};

static void load(const char *name)
{
	FILE *f = file(name, "rb");

	k.n = fread(k.p, 1, PACKAGE_MAX, f);
	fclose(f);
}

/* Returns how many bytes of it were asked for. */
static uint64_t check_made(size_t i, const char *utf16)
{
	static char out[16384], text[1024];
	struct served s = { .etag = NULL };
	struct probe_facts f;
	const char *const files[] = { made[i].strings, made[i].zh, made[i].tw };
	static const char *const paths[] = { "app/res/values/s.xml", "app/res/values-zh/s.xml",
					     "app/res/values-zh-rTW/s.xml" };

	put("app/AndroidManifest.xml", made[i].manifest);
	for (size_t j = 0; j < 3; j++) {
		snprintf(text, sizeof(text), "<resources>%s</resources>", files[j]);
		put(paths[j], text);
	}
	assert_int_equal(TOOL(out, "aapt", "package", "-f", "-M", "app/AndroidManifest.xml", "-S", "app/res",
			      "-I", "fw.apk", "-F", "app.apk", (char *)(uintptr_t)utf16),
			 0);
	assert_int_equal(TOOL(out, "aapt", "dump", "badging", "app.apk"), 0);
	load("app.apk");
	assert_int_equal(package_run(&probe_apk, &s, "https://dl.example.cn/app.apk", &f), PROBE_DONE);
	compare(&f, out);
	return s.bytes;
}

/* Strings that nobody asks for, more than a table that is fetched whole has room for. */
static void put_many(const char *name, const char *language)
{
	FILE *f = file(name, "w");

	assert_true(fprintf(f, "<resources>") > 0);
	for (unsigned i = 0; i < 6000; i++)
		fprintf(f, "<string name='many%u'>%s, text number %u of a very large table</string>", i,
			language, i);
	assert_true(fprintf(f, "</resources>") > 0);
	fclose(f);
}

static void test_android_s_own_tool_agrees(void **state)
{
	static char out[4096];

	(void)state;
	assert_non_null(mkdtemp(folder));
	if (TOOL(out, "aapt", "version") != 0) {
		rmdir(folder);
		print_message("# SKIP aapt is not installed: scripts/deps test\n");
		skip();
	}
	make_folders();
	put("fw/AndroidManifest.xml", MANIFEST("package='android'", ""));
	put("fw/res/values/v.xml", public_ids);
	assert_int_equal(TOOL(out, "aapt", "package", "-f", "-x", "-M", "fw/AndroidManifest.xml", "-S",
			      "fw/res", "-F", "fw.apk"),
			 0);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		check_made(i, NULL);
		check_made(i, "--utf16");
	}
	put_many("app/res/values/many.xml", "any");
	put_many("app/res/values-zh/many.xml", "zh");
	for (unsigned utf16 = 0; utf16 < 2; utf16++) {
		uint64_t bytes = check_made(0, utf16 ? "--utf16" : NULL);
		assert_true(k.n > 640 * 1024);
		assert_true(bytes < k.n * 3 / 4);
	}
	assert_int_equal(TOOL(out, "rm", "-r", folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PACKAGE_TEST(test_android_s_own_tool_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
