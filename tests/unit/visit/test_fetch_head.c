/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "visit/fetch.h"
#include "visit/fetch_head.h"

static bool feed(struct fetch_head *h, const char *line) { return fetch_head_line(h, line, strlen(line)); }

/* Lines of one head, split at '\n', which stays with them as libcurl leaves it. */
static void feed_all(struct fetch_head *h, const char *text)
{
	memset(h, 0, sizeof(*h));
	while (*text != '\0') {
		size_t n = strcspn(text, "\n") + 1;
		assert_true(fetch_head_line(h, text, n));
		text += n;
	}
}

static void test_fields(void **state)
{
	struct fetch_head h;
	struct probe_answer a = { 0 };

	(void)state;
	feed_all(&h,
		 "HTTP/1.1 200 OK\r\nSERVER:  nginx \r\ncontent-type:text/html; charset=gbk\r\nServer: "
		 "second\r\n"
		 "X-Powered-By: PHP/7.4\r\nETag: \"a\"\r\nLast-Modified: Sat, 21 Nov 2026 08:00:00 GMT\r\n"
		 "WWW-Authenticate: Basic\r\nSet-Cookie: a=SECRET; Path=/\r\nset-cookie: b=\r\nSet-Cookie: "
		 "nothing\r\n"
		 "Set-Cookie: bad name=1\r\nContent-Length: 5\r\nnonsense\r\n: x\r\n\r\n");
	fetch_head_answer(&h, &a);
	assert_true(h.complete && h.has_length && !h.chunked && !h.encoded && !h.has_range);
	assert_int_equal(a.status, 200);
	assert_int_equal(h.major, 1);
	assert_string_equal(a.server, "nginx");
	assert_string_equal(a.content_type, "text/html; charset=gbk");
	assert_string_equal(a.generator, "PHP/7.4");
	assert_string_equal(a.etag, "\"a\"");
	assert_string_equal(a.last_modified, "Sat, 21 Nov 2026 08:00:00 GMT");
	assert_string_equal(a.authenticate, "Basic");
	assert_string_equal(a.cookies, "a b");
	assert_string_equal(a.location, "");
}

/* An interim response is forgotten, a trailer is no field, a head without its end is no response. */
static void test_heads(void **state)
{
	struct fetch_head h;
	struct probe_answer a = { 0 };

	(void)state;
	feed_all(&h, "HTTP/1.1 103 Early Hints\r\nServer: interim\r\n\r\nHTTP/2 404\r\nX-Generator: "
		     "Hugo\r\n\r\nServer: late\r\n");
	fetch_head_answer(&h, &a);
	assert_int_equal(a.status, 404);
	assert_int_equal(h.major, 2);
	assert_string_equal(a.server, "");
	assert_string_equal(a.generator, "Hugo");
	feed_all(&h, "HTTP/1.1 200 OK\r\nServer: x\r\n");
	fetch_head_answer(&h, &a);
	assert_int_equal(a.status, 0);
	feed_all(&h, "HTTP/1.1 abc\r\n\r\n");
	assert_false(h.complete);
	feed_all(&h, "HTTP/1.1 99999999999999999999 x\r\n\r\n");
	assert_false(h.complete);
}

static void test_range(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t from, total;
	} rows[] = {
		{ "bytes 0-9/100", true, 0, 100 },
		{ "Bytes 90-99/100", true, 90, 100 },
		{ "bytes 5-9/*", true, 5, 0 },
		{ "bytes 0-999999999999999/1000000000000000", true, 0, 1000000000000000 },
		{ "bytes */100", false, 0, 0 },
		{ "bytes 9-0/100", false, 0, 0 },
		{ "bytes 0-100/100", false, 0, 0 },
		{ "bytes 0-9", false, 0, 0 },
		{ "bytes 0-9/", false, 0, 0 },
		{ "bytes 0-9/10x", false, 0, 0 },
		{ "bytes -9/10", false, 0, 0 },
		{ "items 0-9/10", false, 0, 0 },
		{ "bytes 99999999999999999999-1/2", false, 0, 0 },
		{ "", false, 0, 0 },
	};
	struct fetch_head h;
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&h, 0, sizeof(h));
		snprintf(line, sizeof(line), "Content-Range: %s\r\n", rows[i].text);
		assert_true(feed(&h, line));
		assert_int_equal(h.has_range, rows[i].ok);
		if (rows[i].ok) {
			assert_int_equal(h.range_from, rows[i].from);
			assert_int_equal(h.range_total, rows[i].total);
		}
	}
}

static void test_caps(void **state)
{
	static struct fetch_head h;
	char line[4096], *p;
	size_t lines = 0;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "Server: ", 8);
	assert_true(fetch_head_line(&h, line, sizeof(line)));
	assert_int_equal(strlen(h.server), PROBE_FIELD_MAX - 1);
	memcpy(line, "Location: ", 10);
	assert_true(fetch_head_line(&h, line, sizeof(line)));
	assert_true(h.location_long);
	assert_string_equal(h.location, "");
	for (int i = 0; i < 200; i++) {
		snprintf(line, sizeof(line), "Set-Cookie: cookie%d=x\r\n", i);
		assert_true(feed(&h, line));
	}
	assert_true(strlen(h.cookies) < sizeof(h.cookies));
	p = strrchr(h.cookies, ' ');
	assert_non_null(p);
	assert_memory_equal(p + 1, "cookie", 6); /* whole names only */
	while (feed(&h, "X-More: x\r\n"))
		assert_true(++lines < FETCH_HEAD_MAX);
	assert_true(h.bytes > FETCH_HEAD_MAX);
}

static void test_cut(void **state)
{
	static const char line[] = "HTTP/1.1 200 OK";
	struct fetch_head h;

	(void)state;
	for (size_t n = 0; n <= sizeof(line) - 1; n++) {
		char *copy = malloc(n + 1);
		memcpy(copy, line, n);
		memset(&h, 0, sizeof(h));
		assert_true(fetch_head_line(&h, copy, n));
		free(copy);
	}
}

/* Nobody needs a second coding but a bomb. */
static void test_codings(void **state)
{
	static const struct {
		const char *lines;
		bool encoded, layered;
	} rows[] = {
		{ "Content-Encoding: gzip\r\n", true, false },
		{ "Content-Encoding: identity\r\n", false, false },
		{ "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", true, false },
		{ "Content-Encoding: gzip, gzip\r\n", true, true },
		{ "Content-Encoding: gzip\r\ncontent-encoding: deflate\r\n", true, true },
		{ "Transfer-Encoding: gzip, chunked\r\n", false, true },
		{ "Transfer-Encoding: gzip\r\n", false, true },
		{ "Transfer-Encoding: Chunked\r\n", false, false },
	};
	static struct fetch_head h;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&h, 0, sizeof(h));
		snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\n%s\r\n", rows[i].lines);
		feed_all(&h, text);
		assert_int_equal(h.encoded, rows[i].encoded);
		assert_int_equal(h.layered, rows[i].layered);
	}
}

static void test_pem(void **state)
{
	static const char good[] = "x-----BEGIN CERTIFICATE-----\nAQID\r\nBA==\n-----END CERTIFICATE-----\n";
	static const uint8_t want[] = { 1, 2, 3, 4 };
	uint8_t out[PROBE_CERT_MAX];
	char *big = malloc(2 * PROBE_CERT_MAX + 100), text[sizeof(good)];

	(void)state;
	assert_int_equal(fetch_pem(out, good), 4);
	assert_memory_equal(out, want, 4);
	for (size_t n = 0; n < sizeof(good) - 1; n++) {
		memcpy(text, good, n);
		text[n] = '\0';
		assert_true(fetch_pem(out, text) <= 4);
	}
	assert_int_equal(fetch_pem(out, "-----BEGIN CERTIFICATE-----\nA?==-"), 0);
	assert_int_equal(fetch_pem(out, "AQID"), 0);
	strcpy(big, "-----BEGIN CERTIFICATE-----\n");
	memset(big + strlen(big), 'A', 2 * PROBE_CERT_MAX);
	strcpy(big + 28 + 2 * PROBE_CERT_MAX, "\n-----END");
	assert_int_equal(fetch_pem(out, big), 0);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),  cmocka_unit_test(test_heads), cmocka_unit_test(test_range),
		cmocka_unit_test(test_caps),    cmocka_unit_test(test_cut),   cmocka_unit_test(test_pem),
		cmocka_unit_test(test_codings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
