/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/hostname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef bool take_fn(char out[HOSTNAME_MAX], const uint8_t *p, size_t n);

/* The text ends where its allocation ends. */
static bool take(take_fn *fn, char out[HOSTNAME_MAX], const char *text)
{
	size_t n = strlen(text);
	uint8_t *p = test_malloc(n > 0 ? n : 1);
	bool ok;

	memcpy(p, text, n);
	memset(out, 'x', HOSTNAME_MAX);
	ok = fn(out, p, n);
	test_free(p);
	return ok;
}

static void is(take_fn *fn, const char *text, const char *want)
{
	char out[HOSTNAME_MAX];

	if (!take(fn, out, text) || strcmp(out, want) != 0)
		fail_msg("\"%s\" gave \"%s\"", text, out);
}

static void refused(take_fn *fn, const char *text)
{
	char out[HOSTNAME_MAX];

	if (take(fn, out, text) || out[0] != '\0')
		fail_msg("\"%s\" gave \"%s\"", text, out);
}

static void names(void **state)
{
	(void)state;
	is(hostname_take, "jw.example.edu.cn", "jw.example.edu.cn");
	is(hostname_take, "JW.Example.EDU.cn.", "jw.example.edu.cn");
	is(hostname_take, "_dmarc.example.com", "_dmarc.example.com");
	is(hostname_take, "xn--fiq228c.xn--fiqs8s", "xn--fiq228c.xn--fiqs8s");
	is(hostname_take, "r3---sn-abc.example.com", "r3---sn-abc.example.com");
	is(hostname_take, "1.2.3.4.example", "1.2.3.4.example");
}

static void no_names(void **state)
{
	static const char *const bad[] = {
		"",
		".",
		"..",
		"localhost",
		"router",
		"a..b",
		".a.b",
		"a.b..",
		"192.0.2.1",
		"1.2",
		"2001:db8::1",
		"[2001:db8::1]",
		"a b.com",
		"a.com\x01",
		"\xe4\xb8\xad.cn",
		"a.com:80",
		"a/b.com",
		"x*.example.com",
		"printer.local",
		"4.3.2.1.in-addr.arpa",
		"nas.lan",
		"b.ip6.arpa",
		"dc1.corp",
		"wpad.localdomain",
		"a,b.com",
		"x.invalid",
		"user@a.com",
		"a.onion",
		"gw.home",
		"svc.internal",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(hostname_take, bad[i]);
}

static void lengths(void **state)
{
	char name[300], label[70];
	(void)state;

	memset(label, 'a', sizeof(label));
	snprintf(name, sizeof(name), "%.63s.cn", label);
	is(hostname_take, name, name);
	snprintf(name, sizeof(name), "%.64s.cn", label);
	refused(hostname_take, name);
	snprintf(name, sizeof(name), "%.63s.%.63s.%.63s.%.61s", label, label, label, label);
	assert_int_equal(strlen(name), 253);
	is(hostname_take, name, name);
	snprintf(name, sizeof(name), "%.63s.%.63s.%.63s.%.62s", label, label, label, label);
	refused(hostname_take, name);
}

static uint32_t next_random(uint32_t *x)
{
	*x = *x * UINT32_C(1664525) + UINT32_C(1013904223);
	return *x >> 8;
}

/* Says yes to what is taken and stays as it is, and to nothing else; to all such names that are not long. */
static void plain_is_what_stays(void **state)
{
	static const char bytes[] = "abyz0189-_....AZ/`{@:\x7f\xff\xae\xe1";
	uint8_t room[HOSTNAME_MAX] = "printer.local";
	char out[HOSTNAME_MAX];
	uint32_t random = 1;
	int plain = 0;
	(void)state;

	assert_false(hostname_is_plain(room, strlen("printer.local")));
	assert_true(hostname_is_plain(room, strlen("printer.loca")));
	for (int i = 0; i < 300000; i++) {
		size_t n = next_random(&random) % 70, kinds = i % 2 == 0 ? 14 : sizeof(bytes) - 1;
		uint8_t *p = test_malloc(n > 0 ? n : 1);
		bool same;
		for (size_t k = 0; k < n; k++)
			p[k] = (uint8_t)bytes[next_random(&random) % (k % 5 == 4 ? kinds : 10)];
		same = hostname_take(out, p, n) && strlen(out) == n && memcmp(out, p, n) == 0;
		memset(room, bytes[i % (int)sizeof(bytes)],
		       sizeof(room)); /* what stands behind does not matter */
		memcpy(room, p, n);
		assert_int_equal(hostname_is_plain(room, n), same && n <= 64);
		plain += same;
		test_free(p);
	}
	assert_true(plain > 1000);
}

static void authorities(void **state)
{
	(void)state;
	is(hostname_take_authority, "jw.example.edu.cn:8080", "jw.example.edu.cn");
	is(hostname_take_authority, "jw.example.edu.cn", "jw.example.edu.cn");
	is(hostname_take_authority, "jw.example.edu.cn:", "jw.example.edu.cn");
	is(hostname_take_authority, "jw.example.edu.cn.:80", "jw.example.edu.cn");
	is(hostname_take_authority, "host.example1", "host.example1");
	refused(hostname_take_authority, "192.0.2.1:80");
	refused(hostname_take_authority, "[2001:db8::1]:80");
	refused(hostname_take_authority, ":80");
	refused(hostname_take_authority, "80");
	refused(hostname_take_authority, "");
	refused(hostname_take_authority, "a.com:80:80");
}

static void encoded(void **state)
{
	char long_url[5000] = "http://a.example.com/";
	(void)state;

	is(hostname_take_encoded, "https%3A%2F%2FJW.example.edu.cn%3A8443%2Fcb%3Fx%3D1", "jw.example.edu.cn");
	is(hostname_take_encoded, "https%253A%252F%252Fjw.example.edu.cn%252F", "jw.example.edu.cn");
	is(hostname_take_encoded, "http://jw.example.edu.cn/cb", "jw.example.edu.cn");
	is(hostname_take_encoded, "HTTP://jw.example.edu.cn", "jw.example.edu.cn");
	is(hostname_take_encoded, "//jw.example.edu.cn?x", "jw.example.edu.cn");
	is(hostname_take_encoded, "jw.example.edu.cn#x", "jw.example.edu.cn");
	memset(long_url + 21, '%', sizeof(long_url) - 22);
	is(hostname_take_encoded, long_url, "a.example.com");
	refused(hostname_take_encoded, "http%3A%2F%2F10.0.0.1%2Fcb");
	refused(hostname_take_encoded, "http%3A%2F%2Fuser%40evil.example%2F");
	refused(hostname_take_encoded, "http://a.com%2500.b.com/");
	refused(hostname_take_encoded, "javascript:alert(1)");
	refused(hostname_take_encoded, "%");
	refused(hostname_take_encoded, "%4");
	refused(hostname_take_encoded, "%zz");
	refused(hostname_take_encoded, "http://");
	refused(hostname_take_encoded, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),   cmocka_unit_test(no_names),
		cmocka_unit_test(lengths), cmocka_unit_test(authorities),
		cmocka_unit_test(encoded), cmocka_unit_test(plain_is_what_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
