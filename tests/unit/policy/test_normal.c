/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Normal forms: what people type on the left, what is compared on the right; NULL: refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"

struct row {
	const char *text, *want;
};

static void check(const struct row *row, size_t n, char *(*normal)(const char *))
{
	for (size_t i = 0; i < n; i++) {
		char *got = normal(row[i].text);
		if (row[i].want == NULL && got != NULL)
			fail_msg("「%s」 gave 「%s」, should be refused", row[i].text, got);
		if (row[i].want != NULL && (got == NULL || strcmp(got, row[i].want) != 0))
			fail_msg("「%s」 gave 「%s」, not 「%s」", row[i].text, got ? got : "(null)",
				 row[i].want);
		free(got);
	}
}

#define CHECK(rows, fn) check(rows, sizeof(rows) / sizeof((rows)[0]), fn)

static void test_domain(void **state)
{
	static const struct row rows[] = {
		{ "HTTPS://Jw.Example.edu.cn:8080/x", "jw.example.edu.cn" },
		{ "jw.example.edu.cn", "jw.example.edu.cn" },
		{ " jw.example.edu.cn. ", "jw.example.edu.cn" },
		{ "http://user:pw@jw.example.edu.cn/a?b=c@d#e", "jw.example.edu.cn" },
		{ "//jw.example.edu.cn/x", NULL },
		{ "jw.example.edu.cn/login?to=https://x.cn", "jw.example.edu.cn" },
		{ "jw.example.edu.cn", "jw.example.edu.cn" },
		{ "jw。example。edu。cn", "jw.example.edu.cn" },
		{ "*.example.edu.cn", "*.example.edu.cn" },
		{ "https://*.A.example.edu.cn:8443/x", "*.a.example.edu.cn" },
		{ "*.教务.cn.", "*.xn--zfr984b.cn" },
		{ "www.example.edu.cn", "www.example.edu.cn" },
		{ "某大学.公益", "xn--pss25cmzt.xn--55qw42g" },
		{ "例え.jp", "xn--r8jz45g.jp" },
		{ "_dmarc.example.cn", "_dmarc.example.cn" },
		{ "10.1.2.3", NULL },
		{ "http://10.1.2.3:8080/", NULL },
		{ "[2001:db8::1]:443", NULL },
		{ "2001:db8::1", NULL },
		{ "example.edu.cn:80a", NULL },
		{ "localhost", NULL },
		{ "a..b.cn", NULL },
		{ "-a.cn", NULL },
		{ "a b.cn", NULL },
		{ "教务系统(校内)", NULL },
		{ "无", NULL },
		{ "", NULL },
		{ "https://", NULL },
		{ ".", NULL },
		{ "a.b.1", NULL },
	};
	(void)state;
	CHECK(rows, policy_normal_domain);
	assert_null(policy_normal_domain(NULL));
}

static void test_domain_lengths(void **state)
{
	char label[80], domain[400] = "";
	char *got;
	(void)state;

	memset(label, 'a', sizeof(label));
	memcpy(label + 63, ".cn", 4);
	got = policy_normal_domain(label);
	assert_non_null(got);
	free(got);
	memset(label, 'a', sizeof(label));
	memcpy(label + 64, ".cn", 4);
	assert_null(policy_normal_domain(label));
	for (size_t i = 0; i < 126; i++)
		memcpy(domain + 2 * i, "a.", 3);
	memcpy(domain + 252, "b", 2);
	got = policy_normal_domain(domain);
	assert_non_null(got);
	assert_int_equal(strlen(got), 253);
	free(got);
	memcpy(domain + 252, "bb", 3);
	assert_null(policy_normal_domain(domain));
}

static void test_name(void **state)
{
	static const struct row rows[] = {
		{ "学习通", "学习通" },
		{ " 学 习 通 ", "学习通" },
		{ "学习通APP", "学习通" },
		{ "学习通App(安卓版)", "学习通" },
		{ "「学习通」微信小程序", "学习通" },
		{ "学习通-客户端", "学习通" },
		{ "ABC123 系统", "abc123系统" },
		{ "WhatsApp", "whatsapp" },
		{ "PU app", "pu" },
		{ "智慧校园平台", "智慧校园平台" },
		{ "小程序", "小程序" },
		{ "微信小程序", "微信" },
		{ "A·B、C/D", "abcd" },
		{ "???", NULL },
		{ "   ", NULL },
		{ "", NULL },
		{ "\xff\xfe"
		  "甲\x80",
		  "甲" },
	};
	(void)state;
	CHECK(rows, policy_normal_name);
	assert_null(policy_normal_name(NULL));
}

static void test_id(void **state)
{
	static const struct row rows[] = {
		{ " wx0123456789abcdef\t", "wx0123456789abcdef" },
		{ "\xef\xbb\xbf"
		  "wx0123456789abcdef ",
		  "wx0123456789abcdef" },
		{ "com.Chaoxing.Mobile", "com.Chaoxing.Mobile" },
		{ "com.chaoxing.mobile", "com.chaoxing.mobile" },
		{ "wx01 23", NULL },
		{ "无", NULL },
		{ "", NULL },
		{ "a\x01"
		  "b",
		  NULL },
	};
	(void)state;
	CHECK(rows, policy_normal_id);
	assert_null(policy_normal_id(NULL));
}

static void test_id_length(void **state)
{
	char text[300];
	char *got;
	(void)state;

	memset(text, 'a', sizeof(text));
	text[255] = '\0';
	got = policy_normal_id(text);
	assert_non_null(got);
	free(got);
	text[255] = 'a';
	text[256] = '\0';
	assert_null(policy_normal_id(text));
}

static void test_number(void **state)
{
	static const struct row rows[] = {
		{ "教APP备4300001号", "教app备4300001号" },
		{ "教 APP 备 4300001 号", "教app备4300001号" },
		{ "-", NULL },
	};
	(void)state;
	CHECK(rows, policy_normal_number);
}

/* What is normal stays as it is, for every text of the tables above and some ugly ones. */
static void test_normal_forms_are_stable(void **state)
{
	static const char *const texts[] = { "学习通 APP 小程序 客户端",
					     "a app app",
					     "appapp",
					     "app 小 程 序",
					     "ios 版 app",
					     "甲app ",
					     "1app",
					     "甲 a pp" };
	(void)state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *once = policy_normal_name(texts[i]), *twice = policy_normal_name(once);
		assert_non_null(once);
		assert_string_equal(once, twice);
		free(once);
		free(twice);
	}
}

static void test_words(void **state)
{
	static const struct row rows[] = {
		{ " 位置、相机；ＧＰＳ ", "位置 相机 gps" },
		{ "1.位置", "1 位置" },
		{ "、", NULL },
		{ "", NULL },
	};
	(void)state;
	CHECK(rows, policy_normal_words);
	assert_null(policy_normal_words(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_domain_lengths),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_id_length),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_normal_forms_are_stable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
