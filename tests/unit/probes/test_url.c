/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/url.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_parse(void **state)
{
	static const struct {
		const char *text, *whole, *host, *path;
		unsigned port;
	} rows[] = {
		{ "http://jw.example.edu.cn", "http://jw.example.edu.cn/", "jw.example.edu.cn", "/", 80 },
		{ "HTTPS://JW.Example.EDU.cn./A?b=c#d", "https://jw.example.edu.cn/A?b=c",
		  "jw.example.edu.cn", "/A?b=c", 443 },
		{ "http://a.cn:8080/x", "http://a.cn:8080/x", "a.cn", "/x", 8080 },
		{ "http://a.cn:80/x", "http://a.cn/x", "a.cn", "/x", 80 },
		{ "https://a.cn:443?q", "https://a.cn/?q", "a.cn", "/?q", 443 },
		{ "http://a.cn/x/../../y", "http://a.cn/y", "a.cn", "/y", 80 },
		{ "http://教育.example.cn/", "http://xn--wcvs22d.example.cn/", "xn--wcvs22d.example.cn", "/",
		  80 },
		{ "http://a.cn/路 径?x=中", "http://a.cn/%e8%b7%af%20%e5%be%84?x=%e4%b8%ad", "a.cn",
		  "/%e8%b7%af%20%e5%be%84?x=%e4%b8%ad", 80 },
	};
	struct url u;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(url_parse(&u, rows[i].text));
		assert_string_equal(u.text, rows[i].whole);
		assert_string_equal(u.host, rows[i].host);
		assert_string_equal(url_path(&u), rows[i].path);
		assert_int_equal(u.port, rows[i].port);
		assert_int_equal(u.https, strncmp(u.text, "https", 5) == 0);
		assert_false(u.literal);
	}
}

/* All of these are one address to an HTTP client, so they are to us. */
static void test_literals(void **state)
{
	static const char *const loopback[] = {
		"http://127.0.0.1/",       "http://127.1/",
		"http://2130706433/",      "http://0x7f.1/",
		"http://0177.0.0.1/",      "http://127.0.0.1./",
		"http://0x7f000001/",      "http://[::ffff:127.0.0.1]/",
		"http://[::ffff:7f00:1]/", "http://%31%32%37.0.0.1/",
		"http://017700000001/",
	};
	static const uint8_t v6_loopback[16] = { [15] = 1 };
	struct url u;

	(void)state;
	for (size_t i = 0; i < COUNT(loopback); i++) {
		assert_true(url_parse(&u, loopback[i]));
		assert_true(u.literal);
		assert_string_equal(u.host, "127.0.0.1");
		assert_string_equal(u.text, "http://127.0.0.1/");
	}
	assert_true(url_parse(&u, "https://[0:0::1]:8443/x"));
	assert_string_equal(u.text, "https://[::1]:8443/x");
	assert_string_equal(u.host, "::1");
	assert_memory_equal(u.addr, v6_loopback, 16);
}

static void test_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"jw.example.edu.cn",
		"/path",
		"ftp://a.cn/",
		"file:///etc/passwd",
		"javascript:alert(1)",
		"data:text/html,x",
		"gopher://a.cn/",
		"http://",
		"http:///x",
		"http://user@a.cn/",
		"http://user:secret@a.cn/",
		"http://a.cn:0/",
		"http://a.cn:65536/",
		"http://a.cn:99999999999/",
		"http://a.cn:x/",
		"http://a b.cn/",
		"http://a.cn\r\nHost: b.cn/",
		"http://a.cn/\r\nX: y",
		"http://localhost/",
		"http://256.256.256.256/",
		"http://1.2.3.4.5/",
		"http://a.0x7f/",
		"http://[::1%25lo]/",
		"http://[fe80::1%25eth0]/",
		"http://[::1/",
		"http://a..cn/",
		"http://.cn/",
		"http://a.cn\\@b.cn/",
		"http://127.0.0.1../",
	};
	struct url u;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (url_parse(&u, rows[i]))
			print_message("taken: %s -> %s\n", rows[i], u.text);
		assert_false(url_parse(&u, rows[i]));
		assert_string_equal(u.text, "");
	}
}

static void test_lengths(void **state)
{
	char text[2 * PROBE_URL_MAX];
	struct url u;

	(void)state;
	for (size_t n = PROBE_URL_MAX - 4; n < PROBE_URL_MAX + 4; n++)
		for (int query = 0; query < 2; query++) {
			memset(text, 'x', n);
			memcpy(text, query ? "http://a.cn/?" : "http://a.cn/z", 13);
			text[n] = '\0';
			assert_int_equal(url_parse(&u, text), n < PROBE_URL_MAX);
			if (n < PROBE_URL_MAX)
				assert_string_equal(u.text, text);
		}
	memset(text, 'a', sizeof(text));
	memcpy(text, "http://", 7);
	strcpy(text + 7 + 300, ".cn/"); /* no label may be as long */
	assert_false(url_parse(&u, text));
}

static void test_join(void **state)
{
	static const struct {
		const char *reference, *want; /* NULL: refused */
	} rows[] = {
		{ "/b", "https://a.cn:8443/b" },
		{ "b", "https://a.cn:8443/x/b" },
		{ "../b?c=d#e", "https://a.cn:8443/b?c=d" },
		{ "?c", "https://a.cn:8443/x/y?c" },
		{ "", "https://a.cn:8443/x/y?q=1" },
		{ " \t/b \r\n", "https://a.cn:8443/b" },
		{ "//b.cn/c", "https://b.cn/c" },
		{ "http://b.cn", "http://b.cn/" },
		{ "HTTP://127.1/", "http://127.0.0.1/" },
		{ "/登录", "https://a.cn:8443/%e7%99%bb%e5%bd%95" },
		{ "ftp://b.cn/", NULL },
		{ "javascript:x()", NULL },
		{ "weixin://dl/business", NULL },
		{ "http://u:p@b.cn/", NULL },
		{ "//u@b.cn/", NULL },
		{ "http://", NULL },
	};
	struct url base, u;

	(void)state;
	assert_true(url_parse(&base, "https://a.cn:8443/x/y?q=1"));
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool ok = url_join(&u, &base, rows[i].reference, strlen(rows[i].reference));
		if (ok != (rows[i].want != NULL))
			print_message("%s -> %s\n", rows[i].reference, u.text);
		assert_int_equal(ok, rows[i].want != NULL);
		if (ok)
			assert_string_equal(u.text, rows[i].want);
	}
	assert_false(url_join(&u, &base, "/a\0b", 4));
	assert_true(url_join(&base, &base, "/z", 2));
	assert_string_equal(base.text, "https://a.cn:8443/z");
}

static void test_origin(void **state)
{
	char a[URL_ORIGIN_MAX], b[URL_ORIGIN_MAX];
	struct url u, w;

	(void)state;
	assert_true(url_parse(&u, "http://A.cn/x") && url_parse(&w, "http://a.cn.:80/y"));
	url_origin(&u, a);
	url_origin(&w, b);
	assert_string_equal(a, "http://a.cn:80");
	assert_string_equal(a, b);
	assert_false(url_equal(&u, &w));
	assert_false(url_is_root(&u));
	assert_true(url_parse(&u, "http://a.cn") && url_is_root(&u));
	assert_true(url_parse(&u, "http://a.cn/?") && url_parse(&w, "http://a.cn/?x"));
	assert_false(url_is_root(&w));
}

static void test_akin(void **state)
{
	static const struct {
		const char *a, *b;
		bool akin;
	} rows[] = {
		{ "http://www.a.edu.cn/", "https://jw.a.edu.cn/", true },
		{ "http://a.edu.cn/", "http://x.y.a.edu.cn/", true },
		{ "http://a.edu.cn/", "http://b.edu.cn/", false },
		{ "http://www.a.com/", "http://a.com/", true },
		{ "http://a.com/", "http://a.cn/", false },
		{ "http://a.com.cn/", "http://b.com.cn/", false },
		{ "http://com.cn.a.com/", "http://b.a.com/", true },
		{ "http://203.0.113.7/", "http://203.0.113.7:8080/", true },
		{ "http://203.0.113.7/", "http://198.51.113.7/", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct url a, b;
		assert_true(url_parse(&a, rows[i].a) && url_parse(&b, rows[i].b));
		assert_int_equal(url_akin(&a, &b), rows[i].akin);
		assert_int_equal(url_akin(&b, &a), rows[i].akin);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_akin),     cmocka_unit_test(test_parse),
		cmocka_unit_test(test_literals), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_lengths),  cmocka_unit_test(test_join),
		cmocka_unit_test(test_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
