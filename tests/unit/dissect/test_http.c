/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/http.h"

static const struct proto_stream http_row = { .name = "http", .probe = http_probe, .parse = http_parse };

/* Feeds text as one direction of a stream; compares what was told, how it ended and what was bad. */
static void expect_bytes(const char *text, size_t n, const char *lines, enum proto_result end, unsigned bad)
{
	for (size_t step = 1; step <= n; step = step < 16 ? step + 1 : step * 2) {
		struct seen s;
		seen_init(&s, 40000, 8080);
		assert_int_equal(seen_stream(&s, &http_row, text, n, step), end);
		assert_string_equal(s.lines.p, lines);
		assert_int_equal(s.stats.reasons[DISSECT_HTTP_BAD], bad);
		buf_clear(&s.lines);
	}
}

static void expect(const char *text, const char *lines, enum proto_result end)
{
	expect_bytes(text, strlen(text), lines, end, 0);
}

#define FULL                                                                                                 \
	"GET /a?b=c HTTP/1.1\r\nHost: JW.Example.EDU.cn:8080\r\nuser-agent:  Agent/1.0 (x)  \r\n"            \
	"X-REQUESTED-WITH: com.example.app\r\nReferer: http://R.example/P\r\nCookie: a: b\r\n\r\n"
#define FULL_LINE                                                                                            \
	"http [jw.example.edu.cn:8080] [GET] [/a?b=c] [http://R.example/P] [Agent/1.0 (x)] "                 \
	"[com.example.app]\n"

static void test_request(void **state)
{
	(void)state;
	expect(FULL, FULL_LINE, PROTO_OK);
	expect("\r\n" FULL "\r\n" FULL, FULL_LINE FULL_LINE, PROTO_OK);
	expect("\r\n\r\n" FULL, FULL_LINE, PROTO_OK);
	expect("HEAD / HTTP/1.0\n\n", "http - [HEAD] [/] - - -\n", PROTO_OK);
	expect("OPTIONS * HTTP/1.1\nHost: a.\n\n", "http [a] [OPTIONS] [*] - - -\n", PROTO_OK);
	expect("GET http://p.example/x HTTP/1.1\r\nHost: p.example\r\nUser-Agent:\r\n\r\n",
	       "http [p.example] [GET] [http://p.example/x] - [] - proxied\n", PROTO_OK);
	expect("PROPFIND / HTTP/1.1\r\nHost:\r\n\r\n", "http - [PROPFIND] [/] - - -\n", PROTO_OK);
	expect("X-Own_1 /x HTTP/1.1\r\nHost: a\r\n\r\n", "http [a] [X-Own_1] [/x] - - -\n", PROTO_OK);
	expect("GET /\r\n\r\n", "http - [GET] [/] - - -\n", PROTO_OK);
	expect("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "http [a] [GET] [/a] - - -\n", PROTO_OK);
}

/* Against the RFC, but seen. */
static void test_odd_request_lines(void **state)
{
	(void)state;
	expect("POST  /  HTTP/1.0\r\nHost: a\r\n\r\n", "http [a] [POST] [] - - -\n", PROTO_OK);
	expect("GET\t/t\tHTTP/1.1\r\nHost: a\r\n\r\n", "http [a] [GET] [/t] - - -\n", PROTO_OK);
	expect("OWN /HTTP/1.1\r\nHost: a\r\n\r\n", "http [a] [OWN] [/HTTP/1.1] - - -\n", PROTO_OK);
	expect("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "http [a] [GET] [/] - - -\n", PROTO_OK);
	expect("GET a.b HTTP/2.0\r\nHost: a\r\n\r\n", "http [a] [GET] [a.b] - - -\n", PROTO_OK);
	expect("BMOVE /x HTTP/1.1\r\nHost: a\r\n\r\n", "http [a] [BMOVE] [/x] - - -\n", PROTO_OK);
	expect_bytes("OWN /HTTP\r\n\r\n", 13, "", PROTO_BAD, 1);
	/* what segments that were lost leave */
	expect_bytes("ET /x HTTP/1.1\r\n\r\n", 18, "", PROTO_BAD, 1);
	expect_bytes("end!GET /x HTTP/1.1\r\n\r\n", 23, "", PROTO_BAD, 1);
	expect_bytes("x.jpg HTTP/1.1\r\n\r\n", 18, "", PROTO_BAD, 1);
}

/* A body that waited for leave may never come: what stands there instead is the next request. */
static void test_expect(void **state)
{
#define EXPECT      "PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: 25\r\nExpect: 100-Continue\r\n\r\n"
#define EXPECT_LINE "http [a] [PUT] [/p] - - -\n"
	(void)state;
	expect(EXPECT FULL, EXPECT_LINE FULL_LINE, PROTO_OK);
	expect(EXPECT "GET /no HTTP/0.9 or what." FULL, EXPECT_LINE FULL_LINE, PROTO_OK);
	expect(EXPECT "GET is a word in this one" FULL, EXPECT_LINE FULL_LINE, PROTO_OK);
	expect(EXPECT "{\"a\": \"GET / HTTP/1.1\r\n\"}" FULL, EXPECT_LINE FULL_LINE, PROTO_OK);
	expect("PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n" FULL,
	       EXPECT_LINE FULL_LINE, PROTO_OK);
}

/* What waits for the end of the head is looked at from its first letter on. */
static void test_empty_lines_do_not_wait(void **state)
{
	static const uint8_t text[] = "\r\n\r\nGET /";
	struct proto_state st = { 0 };
	size_t used = 0;
	uint64_t skip = 0;
	struct seen s;
	(void)state;

	seen_init(&s, 40000, 80);
	assert_int_equal(http_parse(text, sizeof(text) - 1, &st, &used, &skip, &s.out), PROTO_OK);
	assert_int_equal(used, 4);
	buf_clear(&s.lines);
}

static void test_repeated_and_folded_fields(void **state)
{
	(void)state;
	expect("GET / HTTP/1.1\r\nHost: first\r\nHost: second\r\nUser-Agent: one\r\n\t two\r\nReferer: "
	       "r\r\n\r\n",
	       "http [first] [GET] [/] [r] [one two] -\n", PROTO_OK);
	expect("GET / HTTP/1.1\r\nHost:\r\n folded.example\r\n\r\n",
	       "http [folded.example] [GET] [/] - - -\n", PROTO_OK);
}

/* A fold longer than the room for it is cut, the rest of the head is not. */
static void test_long_fold(void **state)
{
	char text[6000] = "GET / HTTP/1.1\r\nUser-Agent: a\r\n ";
	size_t at = strlen(text);
	struct seen s;
	(void)state;

	memset(text + at, 'x', 5000);
	memcpy(text + at + 5000, "\r\nHost: h\r\n\r\n", 13);
	seen_init(&s, 40000, 80);
	assert_int_equal(seen_stream(&s, &http_row, text, at + 5013, 1460), PROTO_OK);
	assert_memory_equal(s.lines.p, "http [h] [GET] [/] - [a xxx", 27);
	assert_int_equal(s.lines.len, strlen("http [h] [GET] [/] - [] -\n") + 2048);
	buf_clear(&s.lines);
}

static void test_bodies(void **state)
{
	(void)state;
	expect("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nGET /no HTTP/1.1\r\n\r\n" FULL,
	       "http [a] [POST] [/p] - - -\n" FULL_LINE, PROTO_OK);
	expect("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"
	       "16;x=\"y\"\r\nGET /no HTTP/1.1\r\n\r\nxx\r\n1\r\nx\r\n0\r\nTrailer: t\r\n\r\n" FULL,
	       "http [a] [POST] [/p] - - -\n" FULL_LINE, PROTO_OK);
	expect("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 00\r\n\r\n" FULL,
	       "http [a] [POST] [/p] - - -\n" FULL_LINE, PROTO_OK);
}

static void test_lying_bodies(void **state)
{
	const char *big = "POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n" FULL;
	const char *over = "POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n" FULL;
	const char *chunk = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" FULL;
	const char *wraps =
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffe\r\n0\r\n\r\n" FULL;
	const char *none = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" FULL;
	(void)state;

	expect(big, "http - [POST] [/] - - -\n", PROTO_OK);
	expect(over, "http - [POST] [/] - - -\n" FULL_LINE, PROTO_OK);
	expect_bytes(chunk, strlen(chunk), "http - [POST] [/] - - -\n", PROTO_BAD, 1);
	expect_bytes(wraps, strlen(wraps), "http - [POST] [/] - - -\n", PROTO_BAD, 1);
	expect_bytes(none, strlen(none), "http - [POST] [/] - - -\n", PROTO_BAD, 1);
}

static void test_chunk_line_without_end(void **state)
{
	char text[2000] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
	size_t head = strlen(text);
	struct seen s;
	(void)state;

	memset(text + head, '1', sizeof(text) - head);
	seen_init(&s, 40000, 80);
	assert_int_equal(seen_stream(&s, &http_row, text, sizeof(text), 100), PROTO_BAD);
	buf_clear(&s.lines);

	memcpy(text + sizeof(text) - 3, "\r\nx", 3); /* too long, however it is cut */
	seen_init(&s, 40000, 80);
	text[head + 1] = ';';
	assert_int_equal(seen_stream(&s, &http_row, text, sizeof(text), sizeof(text)), PROTO_BAD);
	buf_clear(&s.lines);
}

static void test_upgrade(void **state)
{
	(void)state;
	expect("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: "
	       "WebSocket\r\n\r\n\x81\x80" FULL,
	       "http [a] [GET] [/ws] - - -\n", PROTO_SKIP);
	expect("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	       "http [a] [GET] [/] - - -\n", PROTO_OK); /* from here on it is dissect/h2.c's */
	expect("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n" FULL, /* refused */
	       "http [a] [GET] [/] - - -\n" FULL_LINE, PROTO_OK);
}

#define CONNECT      "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"
#define CONNECT_LINE "http [a.example:443] [CONNECT] [a.example:443] - - - proxied\n"

static void test_tunnel(void **state)
{
	static const char hello[] = CONNECT
		"\x16\x03\x01\0\x43\1\0\0\x3f\3\3" /* TLS inside */
		"0123456789abcdef0123456789abcdef\0\0\2\x13\1\1\0\0\x14\0\0\0\x10\0\x0e\0\0\x0bjw.x.edu.cn";
	(void)state;

	expect_bytes(hello, sizeof(hello) - 1, CONNECT_LINE "tls [jw.x.edu.cn] 0303 proxied\n", PROTO_SKIP,
		     0);
	/* refused, then cleartext */
	expect(CONNECT CONNECT "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
	       CONNECT_LINE CONNECT_LINE "http [a] [GET] [/] - - - proxied\n", PROTO_OK);
	expect_bytes(CONNECT "SSH-2.0-x\r\n", strlen(CONNECT) + 11, CONNECT_LINE, PROTO_BAD, 1);
}

static void test_bad_lines(void **state)
{
	const char *field = "GET / HTTP/1.1\r\nno colon here\r\n: empty\r\nHost: a\r\n\r\n";
	const char *after = FULL "\x01\x02 garbage follows a good request\r\n";
	const char *icap = "OPTIONS icap://c/s ICAP/1.0\r\nHost: c\r\n\r\n";
	const char *rtsp = "OPTIONS rtsp://c/ RTSP/1.0\r\nCSeq: 1\r\n\r\n";
	(void)state;

	expect_bytes(field, strlen(field), "http [a] [GET] [/] - - -\n", PROTO_OK, 2);
	expect_bytes(after, strlen(after), FULL_LINE, PROTO_BAD, 1);
	expect_bytes(rtsp, strlen(rtsp), "", PROTO_BAD, 1);
	expect_bytes(icap, strlen(icap), "", PROTO_BAD, 1);
	expect_bytes("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29, "http [a\\x00b] [GET] [/] - - -\n", PROTO_OK,
		     0);
}

/* A head that was cut is no request. */
static void test_truncated_at_every_length(void **state)
{
	size_t n = strlen(FULL);
	struct seen s;
	(void)state;

	for (size_t cut = 0; cut < n; cut++) {
		seen_init(&s, 40000, 80);
		assert_int_equal(seen_stream(&s, &http_row, FULL, cut, cut + 1), PROTO_MORE);
		assert_int_equal(s.lines.len, 0);
		buf_clear(&s.lines);
	}
}

static void test_probe(void **state)
{
	static const struct {
		const char *text;
		enum proto_result is;
	} rows[] = {
		{ "", PROTO_MORE },
		{ "G", PROTO_MORE },
		{ "GET", PROTO_MORE },
		{ "GET ", PROTO_OK },
		{ "\r\nPOST ", PROTO_OK },
		{ "OPTIONS\n", PROTO_OK },
		{ "GETX ", PROTO_MORE },
		{ "GETX / HTTP/1.1\r\n", PROTO_OK },
		{ "BASELINE-CONTROL /x HTTP/1.1\r", PROTO_MORE },
		{ "get / HTTP/1.1\n", PROTO_OK },
		{ "HTTP/1.1 200 OK\r\n", PROTO_SKIP },
		{ "PRI * HTTP/2.0\r\n\r\nSM", PROTO_SKIP },
		{ "220 mail.example ESMTP\r\n", PROTO_SKIP },
		{ "EHLO a\r\n", PROTO_SKIP },
		{ "USER a HTTP\r\n", PROTO_SKIP },
		{ "ABC \x01", PROTO_SKIP },
		{ "\x16\x03\x01", PROTO_SKIP },
		{ "\r\n\r\n\r\n", PROTO_SKIP },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ", PROTO_SKIP },
	};
	static char line[5000] = "ABC ";
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].text);
		uint8_t *exact = seen_exact(rows[i].text, n);
		assert_int_equal(http_probe(exact, n), rows[i].is);
		free(exact);
	}
	memset(line + 4, 'x', sizeof(line) - 4);
	assert_int_equal(http_probe((const uint8_t *)line, 4000), PROTO_MORE);
	assert_int_equal(http_probe((const uint8_t *)line, sizeof(line)), PROTO_SKIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_lines_do_not_wait),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_odd_request_lines),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_repeated_and_folded_fields),
		cmocka_unit_test(test_long_fold),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_lying_bodies),
		cmocka_unit_test(test_chunk_line_without_end),
		cmocka_unit_test(test_upgrade),
		cmocka_unit_test(test_tunnel),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
