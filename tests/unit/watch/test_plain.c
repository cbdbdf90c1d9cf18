/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

/* At the end of its own memory, so that a sanitizer sees a byte too many. */
static struct dissect_str exact(const char *s, size_t n)
{
	uint8_t *p = malloc(n > 0 ? n : 1);

	assert_non_null(p);
	memcpy(p, s, n);
	return (struct dissect_str){ p, n };
}

static void free_str(struct dissect_str s) { free((void *)(uintptr_t)s.p); }

static void expect(size_t (*plain)(char[PLAIN_MAX], struct dissect_str), const char *in, const char *want)
{
	struct dissect_str s = exact(in, strlen(in));
	char out[PLAIN_MAX];
	size_t n = plain(out, s);

	assert_int_equal(n, strlen(want));
	if (n > 0)
		assert_string_equal(out, want);
	free_str(s);
}

static void tokens(void **state)
{
	char longer[400], want[PLAIN_MAX];
	(void)state;

	expect(plain_token, " nginx/1.18.0 (Ubuntu)\t", "nginx/1.18.0 (Ubuntu)");
	expect(plain_token, "h2", "h2");
	expect(plain_token, "", "");
	expect(plain_token, " \t ", "");
	expect(plain_token, "a\x1b[2Jb", "");
	expect(plain_token, "\xc3\xa9", "");
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	memset(want, 'x', sizeof(want) - 1);
	want[sizeof(want) - 1] = '\0';
	expect(plain_token, longer, want);
}

static void types(void **state)
{
	(void)state;
	expect(plain_type, "Text/HTML; charset=GBK", "text/html");
	expect(plain_type, "application/json", "application/json");
	expect(plain_type, " image/png ;q=1", "image/png");
	expect(plain_type, "html", "");
	expect(plain_type, "; charset=utf-8", "");
	expect(plain_type, "text/html, text/plain", "");
}

static void locations(void **state)
{
	(void)state;
	expect(plain_location, "https://SSO.example.edu.cn/login?ticket=ST-1&user=20230001#x",
	       "https://sso.example.edu.cn");
	expect(plain_location, "HTTP://a.cn:8080", "http://a.cn:8080");
	expect(plain_location, "http://zhang:secret@a.cn/", "http://a.cn");
	expect(plain_location, "http://zhang@b@a.cn/", "http://a.cn");
	expect(plain_location, "http://a.cn?next=me@b.cn", "http://a.cn");
	expect(plain_location, "http://[2001:db8::1]:81/", "http://[2001:db8::1]:81");
	expect(plain_location, "/login?user=1", "");
	expect(plain_location, "//a.cn/", "");
	expect(plain_location, "javascript:alert(1)", "");
	expect(plain_location, "http://", "");
	expect(plain_location, "http:///x", "");
	expect(plain_location, "http://a b/", "");
	expect(plain_location, "http://a\x01.cn/", "");
}

static void certificates(void **state)
{
	(void)state;
	expect(plain_certificate, "*.Example.edu.cn", "*.example.edu.cn");
	expect(plain_certificate, "jw.example.edu.cn", "jw.example.edu.cn");
	expect(plain_certificate, "*.cn", "");
	expect(plain_certificate, "a.*.cn", "");
	expect(plain_certificate, "*", "");
	expect(plain_certificate, "Some Company Ltd.", "");
	expect(plain_certificate, "192.0.2.1", "");
}

static void expect_title_of(const char *bytes, size_t n, const char *type, const char *charset,
			    const char *want)
{
	struct plain *p = plain_new();
	struct dissect_str title = exact(bytes, n), content = exact(type, strlen(type));
	struct dissect_str page = exact(charset, strlen(charset));
	char out[PLAIN_MAX];
	size_t got = plain_title(p, out, title, content, page);

	assert_int_equal(got, strlen(want));
	if (got > 0) {
		assert_string_equal(out, want);
		assert_true(text_is_safe(out, got));
	}
	free_str(title);
	free_str(page);
	free_str(content);
	plain_free(p);
}

static void expect_title(const char *bytes, size_t n, const char *type, const char *want)
{
	expect_title_of(bytes, n, type, "", want);
}

/* What the page says counts where its Content-Type says nothing. */
static void a_page_may_name_its_charset(void **state)
{
	static const char big5[] = "\xb1\xd0\xb0\xc8"; /* 教務 */
	(void)state;

	expect_title_of(big5, 4, "text/html", "Big5", "教務");
	expect_title_of(big5, 4, "", "big5-hkscs", "教務");
	expect_title_of(big5, 4, "text/html; charset=big5", "gbk", "教務");
	expect_title_of("教务", 6, "text/html; charset=utf-8", "big5", "教务");
	expect_title_of("教务", 6, "text/html", "utf-8", "教务");
	expect_title_of("\xbd\xcc\xce\xf1", 4, "text/html", "nonsense", "教务");
}

#define TITLE(bytes, type, want) expect_title(bytes, sizeof(bytes) - 1, type, want)

/* "教务系统" in each charset that pages are written in. */
static void titles_in_their_charsets(void **state)
{
	(void)state;
	TITLE("教务系统", "text/html; charset=utf-8", "教务系统");
	TITLE("教务系统", "", "教务系统");
	TITLE("\xbd\xcc\xce\xf1\xcf\xb5\xcd\xb3", "text/html; charset=GB2312", "教务系统");
	TITLE("\xbd\xcc\xce\xf1\xcf\xb5\xcd\xb3", "text/html; charset=\"gbk\"", "教务系统");
	TITLE("\xbd\xcc\xce\xf1\xcf\xb5\xcd\xb3", "text/html", "教务系统");
	/* a server's default that the page contradicts */
	TITLE("\xbd\xcc\xce\xf1\xcf\xb5\xcd\xb3", "text/html; charset=utf-8", "教务系统");
	TITLE("\xbd\xcc\xce\xf1\xcf\xb5\xcd\xb3", "text/html; charset=iso-8859-1", "教务系统");
	TITLE("\xb1\xd0\xb0\xc8\xa8\x74\xb2\xce", "text/html; charset=Big5", "教務系統");
	/* four bytes of GB18030: U+3400 */
	TITLE("\x81\x39\xee\x39", "text/html; charset=gb18030", "\xe3\x90\x80");
	/* neither */
	TITLE("\xff\xff\xff", "text/html", "");
	TITLE("\xe6\x95", "text/html; charset=utf-8", "鏁");
}

static void titles_are_made_plain(void **state)
{
	(void)state;
	TITLE("  A \n\t B\xe3\x80\x80\xc2\xa0 C ", "", "A B C");
	TITLE("A &amp; B &lt;C&gt; &quot;D&quot; &#39;E&apos;", "", "A & B <C> \"D\" 'E'");
	TITLE("&#25945;&#x52A1;&nbsp;&copy;", "", "教务 ©");
	TITLE("&amp;lt;", "", "&lt;");
	TITLE("a &unknown; &; & &#; &#x; &#xd800; &#1114112; b", "",
	      "a &unknown; &; & &#; &#x; &#xd800; &#1114112; b");
	TITLE("a&#27;[2Jb&#x202e;c", "", "a[2Jbc");
	TITLE("a\xe2\x80\x8b"
	      "b\x7f",
	      "", "ab");
	TITLE("", "", "");
	TITLE(" \n ", "", "");
	TITLE("&nbsp;", "", "");
	TITLE("a\0b", "", "ab");
}

static void long_titles_are_cut_at_a_character(void **state)
{
	char bytes[3000], want[PLAIN_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof(bytes); i += 3)
		memcpy(bytes + i, "教", 3);
	memcpy(want, bytes, 255);
	want[255] = '\0';
	expect_title(bytes, sizeof(bytes), "", want);
	/* where the bytes that are looked at end inside of a character, too */
	for (size_t n = 1020; n < 1030; n++)
		expect_title(bytes, n - n % 3 + (n >= 1024 ? n % 3 : 0), "", want);
	for (size_t i = 0; i < sizeof(bytes); i += 2)
		memcpy(bytes + i, "\xbd\xcc", 2);
	expect_title(bytes, 1025, "text/html; charset=gbk", want);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = "&gt;"[i % 4];
	memset(want, '>', 255);
	expect_title(bytes, 1024, "", want);
}

/* Whatever the bytes, what comes out may be shown, and stands in memory of its own. */
static void anything_comes_out_safe(void **state)
{
	static const char *const types[] = { "", "text/html; charset=gbk", "text/html; charset=big5",
					     "text/html; charset=utf-8" };
	struct plain *p = plain_new();
	uint32_t random = 3;
	(void)state;

	for (int round = 0; round < 20000; round++) {
		char bytes[64], out[PLAIN_MAX];
		size_t n = (size_t)round % sizeof(bytes), got;
		struct dissect_str s, type = { (const uint8_t *)types[round & 3], strlen(types[round & 3]) };
		for (size_t i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = round & 4 ? "&#x;a1F \xe4\xbd\xa0\xc4\xe3"[(random >> 16) % 13]
					     : (char)(random >> 24);
		}
		s = exact(bytes, n);
		got = plain_title(p, out, s, type, (struct dissect_str){ NULL, 0 });
		assert_true(got < PLAIN_MAX && out[got] == '\0' && text_is_safe(out, got));
		got = plain_token(out, s);
		assert_true(got < PLAIN_MAX && text_is_safe(out, got));
		got = plain_location(out, s);
		assert_true(got < PLAIN_MAX && text_is_safe(out, got));
		free_str(s);
	}
	plain_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(types),
		cmocka_unit_test(locations),
		cmocka_unit_test(certificates),
		cmocka_unit_test(titles_in_their_charsets),
		cmocka_unit_test(a_page_may_name_its_charset),
		cmocka_unit_test(titles_are_made_plain),
		cmocka_unit_test(long_titles_are_cut_at_a_character),
		cmocka_unit_test(anything_comes_out_safe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
