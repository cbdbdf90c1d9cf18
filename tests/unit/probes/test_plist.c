/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/plist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/probes/tool.h"

static char told[65536];

static void take(void *arg, const char *key, const char *value)
{
	(void)arg;
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s=%s;", key, value ? value : "-");
}

static enum plist_result read_copy(const void *bytes, size_t n, bool deep)
{
	uint8_t *copy = malloc(n ? n : 1);
	enum plist_result res;

	memcpy(copy, bytes, n);
	told[0] = '\0';
	res = (deep ? plist_read_deep : plist_read)(copy, n, take, NULL);
	free(copy);
	return res;
}

/* Written by another hand: the same dictionary in both forms, in the order of its keys. */
static const char script[] = "import plistlib,sys,datetime\n"
			     "d={'A':'plain','B':'\\u5b66\\u6821 <&> "
			     "App','C':42,'D':-7,'E':True,'F':False,'G':[1,'x'],'H':{'A':'inner'},\n"
			     "'I':b'data','J':1.5,'K':'','L':'\\U0001F600','M':2**40,'N':'x'*500,'O':'"
			     "\\u4e2d'*300,'P':'\\u4e2d'*600,\n"
			     "'Q':datetime.datetime(2026,1,1),'\\u952e':'key','big':'y'*3000}\n"
			     "f=plistlib.FMT_BINARY if sys.argv[1]=='b' else plistlib.FMT_XML\n"
			     "if sys.argv[2]=='large': d.update({'Z%05d'%i:'v%d'%i for i in range(3000)})\n"
			     "sys.stdout.buffer.write(plistlib.dumps(d,fmt=f,sort_keys=True))\n";

static size_t made(const char *form, const char *size, char *out, size_t cap)
{
	char *const argv[] = {
		"python3", "-c", (char *)(uintptr_t)script, (char *)(uintptr_t)form, (char *)(uintptr_t)size,
		NULL
	};
	size_t n = 0;

	if (tool_run("/tmp", argv, out, cap, &n) != 0) {
		print_message("# SKIP python3 is not installed: scripts/deps test\n");
		skip();
	}
	return n;
}

static void expect_start(bool binary)
{
	static const char start[] = "A=plain;B=学校 <&> App;C=42;D=-7;E=true;F=false;G=-;H=-;I=-;J=";
	const char *p = told;

	if (strncmp(p, start, sizeof(start) - 1) != 0)
		fail_msg("%s", told);
	p += sizeof(start) - 1;
	p += binary ? 1 : 3; /* binary real numbers are left alone */
	assert_memory_equal(p, ";K=;L=😀;M=1099511627776;N=xxx", sizeof(";K=;L=😀;M=1099511627776;N=xxx") - 1);
	p = strstr(p, "O=");
	assert_int_equal(strspn(p + 2, "中"), 900);
	p = strstr(p, "P=");
	assert_int_equal(strspn(p + 2, "中"), PLIST_TEXT_MAX / 3 * 3); /* cut at a character */
	assert_non_null(strstr(p, ";Q=-;"));
	assert_non_null(strstr(p, "键=key;"));
}

static void test_what_another_hand_wrote(void **state)
{
	static char bytes[262144];
	size_t n;

	(void)state;
	for (unsigned binary = 0; binary < 2; binary++) {
		n = made(binary ? "b" : "x", "small", bytes, sizeof(bytes));
		assert_int_equal(read_copy(bytes, n, false), PLIST_OK);
		expect_start(binary);
		n = made(binary ? "b" : "x", "large", bytes, sizeof(bytes));
		assert_int_equal(read_copy(bytes, n, false), PLIST_OK);
		expect_start(binary);
	}
}

static void test_binary_cut_and_turned_over(void **state)
{
	static char bytes[65536];
	size_t n = made("b", "small", bytes, sizeof(bytes));

	(void)state;
	for (size_t cut = 0; cut < n; cut++)
		assert_int_not_equal(read_copy(bytes, cut, false), PLIST_OK);
	bytes[n] = 0;
	assert_int_not_equal(read_copy(bytes, n + 1, false), PLIST_OK);
	for (size_t at = 8; at < n; at++)
		for (unsigned mask = 1; mask < 256; mask = mask * 5 + 1) {
			bytes[at] = (char)(bytes[at] ^ (int)mask);
			read_copy(bytes, n, false);
			bytes[at] = (char)(bytes[at] ^ (int)mask);
		}
}

struct row {
	const char *text;
	enum plist_result want;
	const char *told;
};

#define DICT(x) "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>" x "</dict></plist>"

static const struct row rows[] = {
	{ DICT("<key>a</key><string>b</string>"), PLIST_OK, "a=b;" },
	{ DICT(" \n<key> a </key>\n<!-- x --><string>b<!-- y -->c</string> "), PLIST_OK, " a =bc;" },
	{ DICT("<key>a</key><string>b<?c d?>e</string>"), PLIST_OK, "a=be;" },
	{ DICT("<key>a</key><string/><key>b</key><true/>"), PLIST_OK, "a=;b=true;" },
	{ DICT("<key>a</key><string><![CDATA[<x>]]></string>"), PLIST_OK, "a=<x>;" },
	{ DICT("<key>a</key><string>&#x5b66;&amp;</string>"), PLIST_OK, "a=学&;" },
	{ DICT("<key>a</key><dict><key>b</key><string>c</string></dict><key>d</key><array><string>e</"
	       "string></array>"),
	  PLIST_OK, "a=-;d=-;" },
	{ "\xef\xbb\xbf<plist><dict><key>a</key><integer>1</integer></dict></plist>", PLIST_OK, "a=1;" },
	{ "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
	  "\"http://127.0.0.1:1/x.dtd\"><plist><dict><key>a</key>"
	  "<string>b</string></dict></plist>",
	  PLIST_OK, "a=b;" },
	{ DICT(""), PLIST_OK, "" },
	{ DICT("<key>a</key>"), PLIST_BROKEN, "" },
	{ DICT("<string>a</string>"), PLIST_BROKEN, "" },
	{ DICT("<key>a</key><key>b</key><string>c</string>"), PLIST_BROKEN, "" },
	{ DICT("<key>a</key><string><b/></string>"), PLIST_BROKEN, "" },
	{ "<plist><array><string>a</string></array></plist>", PLIST_UNKNOWN, "" },
	{ "<plist><dict/><dict/></plist>", PLIST_BROKEN, "" },
	{ "<html><dict><key>a</key><string>b</string></dict></html>", PLIST_UNKNOWN, "" },
	{ "<plist><dict><key>a</key><string>b</string></dict>", PLIST_BROKEN, "a=b;" },
	{ DICT("<key>a</key><string>b</string>") "x", PLIST_UNKNOWN, "" },
	/* entities of its own: neither expanded nor fetched */
	{ "<!DOCTYPE plist [<!ENTITY e \"x\">]><plist><dict><key>a</key><string>&e;</string></dict></plist>",
	  PLIST_BROKEN, "" },
	{ "<!DOCTYPE plist [<!ENTITY e SYSTEM "
	  "\"file:///etc/passwd\">]><plist><dict><key>a</key><string>&e;</string>"
	  "</dict></plist>",
	  PLIST_BROKEN, "" },
	{ "", PLIST_UNKNOWN, "" },
	{ "bplist00", PLIST_BROKEN, "" },
	{ "{ a = b; }", PLIST_UNKNOWN, "" },
};

static void test_xml(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum plist_result res = read_copy(rows[i].text, strlen(rows[i].text), false);
		if (res != rows[i].want || strcmp(told, rows[i].told) != 0)
			fail_msg("%s: %d %s", rows[i].text, (int)res, told);
	}
}

static void test_xml_cut_at_every_length(void **state)
{
	static const char text[] = DICT("<key>a</key><string>b&amp;c</string><key>d</key><array/>");

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++)
		assert_int_not_equal(read_copy(text, n, false), PLIST_OK);
}

static void test_deep(void **state)
{
	static const char text[] =
		DICT("<key>items</key><array><dict><key>assets</key><array><dict><key>kind</key>"
		     "<string>software-package</string><key>url</key><string>https://a/b.ipa</string></"
		     "dict></array>"
		     "<key>metadata</key><dict><key>title</key><string>T</string></dict></dict></array>"
		     "<key>last</key><true/>");

	(void)state;
	assert_int_equal(read_copy(text, sizeof(text) - 1, true), PLIST_OK);
	assert_string_equal(told, "kind=software-package;url=https://a/b.ipa;title=T;last=true;");
	for (size_t n = 0; n < sizeof(text) - 1; n++)
		assert_int_not_equal(read_copy(text, n, true), PLIST_OK);
	assert_int_equal(read_copy("bplist00", 8, true), PLIST_UNKNOWN);
}

static void test_too_many_pairs(void **state)
{
	static char text[PLIST_PAIRS_MAX * 40];
	size_t n;

	(void)state;
	for (unsigned extra = 0; extra < 2; extra++) {
		n = (size_t)snprintf(text, sizeof(text), "<plist><dict>");
		for (unsigned i = 0; i < PLIST_PAIRS_MAX + extra; i++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "<key>k</key><true/>");
		n += (size_t)snprintf(text + n, sizeof(text) - n, "</dict></plist>");
		assert_int_equal(read_copy(text, n, false), extra ? PLIST_BROKEN : PLIST_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_another_hand_wrote),
		cmocka_unit_test(test_binary_cut_and_turned_over),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_xml_cut_at_every_length),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_too_many_pairs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
