/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include <zlib.h>

#include "dissect/http_answer.h"

static const struct proto_stream row = { .name = "http-answer",
					 .probe = http_answer_probe,
					 .parse = http_answer_parse };

struct counts {
	unsigned bad, cut, coded;
};

/* Feeds bytes as one direction, in segments of each of many sizes, and ends it; each time the same is told.
 */
static void expect_bytes(const void *bytes, size_t n, const char *lines, struct counts c)
{
	for (size_t step = 1; step <= n; step = step < 16 ? step + 1 : step * 2) {
		struct seen s;
		seen_init(&s, 80, 40000);
		seen_whole(&s, &row, bytes, n, step);
		assert_string_equal(s.lines.p, lines);
		assert_int_equal(s.stats.reasons[DISSECT_HTTP_ANSWER_BAD], c.bad);
		assert_int_equal(s.stats.reasons[DISSECT_HTTP_TITLE_CUT], c.cut);
		assert_int_equal(s.stats.reasons[DISSECT_HTTP_TITLE_CODED], c.coded);
		buf_clear(&s.lines);
	}
}

static void expect(const char *text, const char *lines)
{
	expect_bytes(text, strlen(text), lines, (struct counts){ 0 });
}

#define PAGE       "<html><head><title>Portal</title></head><body>HTTP/1.1 200 OK\r\n\r\n</body></html>" /* 79 */
#define EMPTY      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define EMPTY_LINE "http-answer - 200 - - - -\n"
#define NEXT       "HTTP/1.1 404 Not Found\r\nServer: next\r\nContent-Length: 0\r\n\r\n"
#define NEXT_LINE  "http-answer - 404 - [next] - -\n"

static void test_heads(void **state)
{
	(void)state;
	expect("HTTP/1.1 302 Found\r\nSERVER:  nginx/1.2 \r\nLocation: https://A.example/x\r\n"
	       "Content-Type: text/html; charset=GBK\r\nContent-Length: 0\r\n\r\n" NEXT,
	       "http-answer - 302 [text/html; charset=GBK] [nginx/1.2] [https://A.example/x] -\n" NEXT_LINE);
	expect("HTTP/1.0 200\nContent-Length: 3\nContent-Type: image/png\n\nabc" NEXT,
	       "http-answer - 200 [image/png] - - -\n" NEXT_LINE);
	expect("HTTP/1.1  204   No Content\r\n\r\n" NEXT, "http-answer - 204 - - - -\n" NEXT_LINE);
	expect("\r\n\r\n" EMPTY "\r\n" NEXT, EMPTY_LINE NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nServer: a\r\n  b\r\nContent-Length: 0\r\n\r\n",
	       "http-answer - 200 - [a b] - -\n");
}

/* Interim answers, 204 and 304 have no body, whatever a length says. */
static void test_no_body(void **state)
{
	(void)state;
	expect("HTTP/1.1 100 Continue\r\n\r\n" NEXT, "http-answer - 100 - - - -\n" NEXT_LINE);
	expect("HTTP/1.1 304 Not Modified\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n" NEXT,
	       "http-answer - 304 [text/html] - - -\n" NEXT_LINE);
	/* to HEAD */
	expect("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 500\r\n\r\n" NEXT,
	       "http-answer - 200 [text/html] - - -\n" NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 500\r\n\r\n" NEXT,
	       "http-answer - 200 [a/b] - - -\n" NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n" NEXT,
	       "http-answer - 200 [a/b] - - -\n" NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\n" NEXT,
	       "http-answer - 200 [a/b] - - -\n" NEXT_LINE);
}

static void test_titles(void **state)
{
	(void)state;
	expect("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 79\r\n\r\n" PAGE NEXT,
	       "http-answer - 200 [text/html] - - [Portal]\n" NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nContent-Type: Text/HTML;charset=utf-8\r\n\r\n" PAGE,
	       "http-answer - 200 [Text/HTML;charset=utf-8] - - [Portal]\n");
	expect("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\n" PAGE,
	       "http-answer - 200 - - - [Portal]\n");
	expect("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 79\r\n\r\n" PAGE NEXT,
	       "http-answer - 200 [application/json] - - -\n" NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>!" NEXT,
	       "http-answer - 200 [text/html] - - -\n" NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n\r\n!" NEXT,
	       "http-answer - 200 [text/html] - - -\n" NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nHTTP/1" NEXT,
	       "http-answer - 200 [text/html] - - -\n" NEXT_LINE);
}

static void test_chunked_titles(void **state)
{
	(void)state;
	expect("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
	       "c\r\n<title>Por t\r\n3;x=y\r\nal<\r\n9\r\n/title>..\r\n0\r\nA: b\r\n\r\n" NEXT,
	       "http-answer - 200 [text/html] - - [Por tal]\n" NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"
	       "3\r\n<p>\r\n0\r\n\r\n" NEXT,
	       "http-answer - 200 [text/html] - - -\n" NEXT_LINE);
	expect("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n"
	       "3\r\n<p>\r\n0\r\n\r\n" NEXT,
	       "http-answer - 200 [a/b] - - -\n" NEXT_LINE);
}

/* A page put through zlib behind this head, and another answer behind it. */
static void expect_packed_behind(int blanks, int window, const char *coding, bool chunked, const char *lines)
{
	static char page[50000];
	uint8_t packed[8192], text[9000];
	z_stream z = { 0 };
	int n;

	snprintf(page, sizeof(page), "<html><head><!--%*d--><title>压缩</title></head>%20000d</html>", blanks,
		 1, 2);
	z.next_in = (Bytef *)page;
	z.avail_in = (uInt)strlen(page);
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	n = snprintf((char *)text, sizeof(text),
		     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: %s\r\n", coding);
	n += snprintf((char *)text + n, sizeof(text) - (size_t)n,
		      chunked ? "Transfer-Encoding: chunked\r\n\r\n%lx\r\n" : "Content-Length: %lu\r\n\r\n",
		      z.total_out);
	memcpy(text + n, packed, z.total_out);
	n += (int)z.total_out;
	n += snprintf((char *)text + n, sizeof(text) - (size_t)n, "%s" NEXT, chunked ? "\r\n0\r\n\r\n" : "");
	expect_bytes(
		text, (size_t)n, lines,
		(struct counts){ .coded = strstr(coding, "br") != NULL,
				 .cut = strstr(lines, "\\xe5") == NULL && strstr(coding, "br") == NULL });
}

static void expect_packed(int window, const char *coding, bool chunked, const char *lines)
{
	expect_packed_behind(500, window, coding, chunked, lines);
}

static void test_packed_titles(void **state)
{
	static const char *const title =
		"http-answer - 200 [text/html] - - [\\xe5\\x8e\\x8b\\xe7\\xbc\\xa9]\n" NEXT_LINE;
	(void)state;

	expect_packed(15 + 16, "gzip", false, title);
	expect_packed(15 + 16, "X-GZIP", true, title);
	expect_packed(15, "deflate", false, title);
	expect_packed(-15, "deflate", true, title);
	expect_packed(15 + 16, "br", false, "http-answer - 200 [text/html] - - -\n" NEXT_LINE);
	expect_packed(15 + 16, "gzip, br", true, "http-answer - 200 [text/html] - - -\n" NEXT_LINE);
}

/* No page unfolds to a hundred times its size: what does is not looked through. */
static void test_bomb(void **state)
{
	(void)state;
	expect_packed_behind(12000, 15 + 16, "gzip", false,
			     "http-answer - 200 [text/html] - - -\n" NEXT_LINE);
}

static void test_broken_packing(void **state)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
				   "Content-Length: 9\r\n\r\n\x1f\x8bnothing" NEXT;
	static const char raw[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: zstd\r\n"
				  "Content-Length: 16\r\n\r\n<title>a</title>" NEXT;
	(void)state;

	expect_bytes(text, sizeof(text) - 1, "http-answer - 200 [text/html] - - -\n" NEXT_LINE,
		     (struct counts){ .coded = 1 });
	expect_bytes(raw, sizeof(raw) - 1, "http-answer - 200 [text/html] - - -\n" NEXT_LINE,
		     (struct counts){ .coded = 1 });
}

/* A title that lies too far behind, or whose end does not come, is given up and counted. */
static void test_titles_given_up(void **state)
{
	static char text[40000];
	size_t n, head;
	(void)state;

	n = head = (size_t)snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
	memset(text + n, ' ', 30000);
	memcpy(text + n + 8192 - 15, "<title>a</title>", 16); /* one byte too far */
	expect_bytes(text, n + 30000, "http-answer - 200 [text/html] - - [a</title]\n",
		     (struct counts){ .cut = 1 });
	memcpy(text + n + 8192 - 16, "<title>a</title>", 16);
	expect_bytes(text, n + 30000, "http-answer - 200 [text/html] - - [a]\n", (struct counts){ 0 });
	memset(text + n, ' ', 30000);
	expect_bytes(text, n + 30000, "http-answer - 200 [text/html] - - -\n", (struct counts){ .cut = 1 });
	expect_bytes(text, n + 300, "http-answer - 200 [text/html] - - -\n", (struct counts){ .cut = 1 });
	memcpy(text + n, "<title>half", 11);
	expect_bytes(text, n + 11, "http-answer - 200 [text/html] - - [half]\n", (struct counts){ .cut = 1 });
	expect_bytes(text, head, "http-answer - 200 [text/html] - - -\n", (struct counts){ .cut = 1 });
}

/* No title is looked for behind a head of more than 64 KiB. */
static void test_long_head(void **state)
{
	static char text[80000] = "HTTP/1.1 200 OK\r\nX: ";
	size_t n = strlen(text);
	struct seen s;
	(void)state;

	memset(text + n, 'x', 70000);
	memcpy(text + n + 70000, "\r\n\r\n<title>a</title>", 21);
	seen_init(&s, 80, 40000);
	seen_whole(&s, &row, text, n + 70020, 1460);
	assert_string_equal(s.lines.p, EMPTY_LINE);
	buf_clear(&s.lines);
}

/* Bodies that are of no interest are not asked for. */
static void test_bodies_are_skipped(void **state)
{
	static const char text[] =
		"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 4000000000\r\n\r\nmoov";
	struct proto_state st = { 0 };
	size_t used = 0, head = sizeof(text) - 5;
	uint64_t skip = 0;
	struct seen s;
	(void)state;

	seen_init(&s, 80, 40000);
	assert_int_equal(row.parse((const uint8_t *)text, sizeof(text) - 1, &st, &used, &skip, &s.out),
			 PROTO_OK);
	assert_int_equal(used, head);
	assert_int_equal(row.parse((const uint8_t *)text + used, 4, &st, &used, &skip, &s.out), PROTO_OK);
	assert_int_equal(used, 4);
	assert_int_equal(skip, 4000000000 - 4);
	buf_clear(&s.lines);
}

static enum proto_result feed(const char *text, const char *lines)
{
	struct seen s;
	enum proto_result res;

	seen_init(&s, 80, 40000);
	res = seen_stream(&s, &row, text, strlen(text), strlen(text));
	assert_string_equal(s.lines.p, lines);
	buf_clear(&s.lines);
	return res;
}

/* Without a length the body lasts to the end; behind 101 another protocol is spoken. */
static void test_to_the_end(void **state)
{
	(void)state;
	assert_int_equal(
		feed("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\nbody", "http-answer - 200 [a/b] - - -\n"),
		PROTO_SKIP);
	assert_int_equal(feed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81",
			      "http-answer - 101 - - - -\n"),
			 PROTO_SKIP);
}

static void test_bad(void **state)
{
	static const char field[] = "HTTP/1.1 200 OK\r\nno field\r\nContent-Length: 0\r\n\r\n" NEXT;
	static const char chunk[] =
		"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
	static const char start[] = EMPTY "SSH-2.0-x\r\n";
	static const char page[] =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<title>a</title>";
	(void)state;

	expect_bytes(field, strlen(field), EMPTY_LINE NEXT_LINE, (struct counts){ .bad = 1 });
	expect_bytes(chunk, strlen(chunk), "http-answer - 200 [a/b] - - -\n", (struct counts){ .bad = 1 });
	expect_bytes(start, strlen(start), EMPTY_LINE, (struct counts){ .bad = 1 });
	expect_bytes(page, strlen(page), EMPTY_LINE, (struct counts){ .bad = 1 });
}

static void test_truncated_at_every_length(void **state)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nServer: s\r\nContent-Type: a/b\r\n\r\n";
	(void)state;

	for (size_t n = 1; n < sizeof(text) - 1; n++)
		expect_bytes(text, n, "", (struct counts){ 0 });
	expect_bytes(text, sizeof(text) - 1, "http-answer - 200 [a/b] [s] - -\n", (struct counts){ 0 });
}

static enum proto_result probe(const char *text)
{
	uint8_t *exact = seen_exact(text, strlen(text));
	enum proto_result res = http_answer_probe(exact, strlen(text));
	free(exact);
	return res;
}

static void test_probe(void **state)
{
	static const char whole[] = "HTTP/1.1 200 ";
	(void)state;

	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char text[16] = "";
		memcpy(text, whole, n);
		assert_int_equal(probe(text), PROTO_MORE);
	}
	assert_int_equal(probe(whole), PROTO_OK);
	assert_int_equal(probe("\r\n\r\nHTTP/1.0 404\n"), PROTO_OK);
	assert_int_equal(probe("\r\n\r\n\nHTTP/1.0 404\n"), PROTO_SKIP);
	assert_int_equal(probe("\r\n"), PROTO_MORE);
	assert_int_equal(probe("HTTP/1.1 99 "), PROTO_SKIP);
	assert_int_equal(probe("HTTP/1.1 099 "), PROTO_SKIP);
	assert_int_equal(probe("HTTP/1.1 2000"), PROTO_SKIP);
	assert_int_equal(probe("HTTP/1.1\t200 "), PROTO_SKIP);
	assert_int_equal(probe("HTTP/1.x 200 "), PROTO_SKIP);
	assert_int_equal(probe("HTTP/1.x"), PROTO_SKIP);
	assert_int_equal(probe("HTTP/2.0 200 "), PROTO_SKIP);
	assert_int_equal(probe("http/1.1 200 "), PROTO_SKIP);
	assert_int_equal(probe("HTTP/1.1                         200 "), PROTO_SKIP);
	assert_int_equal(probe("GET / HTTP/1.1\r\n"), PROTO_SKIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_no_body),
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_chunked_titles),
		cmocka_unit_test(test_packed_titles),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_broken_packing),
		cmocka_unit_test(test_titles_given_up),
		cmocka_unit_test(test_long_head),
		cmocka_unit_test(test_bodies_are_skipped),
		cmocka_unit_test(test_to_the_end),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
