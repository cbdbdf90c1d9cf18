/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/h2.h"
#include "dissect/http.h"

static const struct proto_stream row = { .name = "h2", .probe = h2_probe, .parse = h2_parse };
static const struct proto_stream http_row = { .name = "http", .probe = http_probe, .parse = http_parse };

#define PREFACE  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SETTINGS "\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64"
/* GET http://a.cn/ */
#define BLOCK        "\x82\x86\x84\x41\4A.cn"
#define REQUEST      "\0\0\x09\1\5\0\0\0\1" BLOCK
#define AGAIN        "\0\0\4\1\5\0\0\0\3\x82\x86\x84\xbe" /* the same, out of the table */
#define REQUEST_LINE "http2 [a.cn] [GET] [/] - - -\n"
#define DATA         "\0\0\5\0\0\0\0\0\1bytes"

struct counts {
	unsigned h2c, hidden, bad;
};

static void expect(const struct proto_stream *r, const void *bytes, size_t n, const char *lines,
		   struct counts c)
{
	for (size_t next, step = 1; step != 0; step = next) { /* the last time all at once */
		struct seen s;
		next = step == n ? 0 : step < 16 ? step + 1 : step * 2;
		next = next < n ? next : n;
		seen_init(&s, 40000, 80);
		seen_whole(&s, r, bytes, n, step);
		assert_string_equal(s.lines.p, lines);
		assert_int_equal(s.stats.reasons[DISSECT_H2C], c.h2c);
		assert_int_equal(s.stats.reasons[DISSECT_H2C_HIDDEN], c.hidden);
		assert_int_equal(s.stats.reasons[DISSECT_HTTP_BAD], c.bad);
		buf_clear(&s.lines);
	}
}
#define EXPECT(bytes, lines, ...)                                                                            \
	expect(&row, bytes, sizeof(bytes) - 1, lines, (struct counts){ __VA_ARGS__ })

static void test_requests(void **state)
{
	(void)state;
	EXPECT(PREFACE SETTINGS REQUEST DATA REQUEST, REQUEST_LINE REQUEST_LINE, 1, 0, 0);
	/* all that is told */
	EXPECT(PREFACE "\0\0\x23\1\5\0\0\0\1" BLOCK "\x73\1r\x7a\1u\0\x10x-requested-with\1w",
	       "http2 [a.cn] [GET] [/] [r] [u] [w]\n", 1, 0, 0);
	/* padded, with a priority; an authority that only Host names */
	EXPECT(PREFACE "\0\0\x11\1\x2d\0\0\0\3\2\0\0\0\0\x0f" BLOCK "\0\0", REQUEST_LINE, 1, 0, 0);
	EXPECT(PREFACE "\0\0\6\1\5\0\0\0\3\x83\x85\x66\2.b", "http2 [.b] [POST] [/index.html] - - -\n", 1, 0,
	       0);
}

/* The second request of a connection mostly points into its table. */
static void test_table(void **state)
{
	(void)state;
	EXPECT(PREFACE REQUEST AGAIN, REQUEST_LINE REQUEST_LINE, 1, 0, 0);
	/* which may become larger than ours */
	EXPECT(PREFACE REQUEST "\0\0\7\1\5\0\0\0\3\x3f\xe2\x1f\x82\x86\x84\xbe", REQUEST_LINE REQUEST_LINE, 1,
	       0, 0);
	/* trailers hide nothing */
	EXPECT(PREFACE "\0\0\5\1\5\0\0\0\3\0\1a\1b" REQUEST, REQUEST_LINE, 1, 0, 0);
}

/* Nothing told of a field that was not read, and of all behind it. */
static void test_hidden(void **state)
{
	(void)state;
	EXPECT(PREFACE AGAIN REQUEST, REQUEST_LINE, 1, 1, 0);
	/* the field may stand in a CONTINUATION */
	EXPECT(PREFACE REQUEST "\0\0\3\1\1\0\0\0\3\x82\x86\x84\0\0\6\x09\4\0\0\0\3\x41\4B.cn" AGAIN REQUEST,
	       REQUEST_LINE REQUEST_LINE, 1, 2, 0);
	/* in a block that is broken, or in padding that is */
	EXPECT(PREFACE REQUEST "\0\0\2\1\5\0\0\0\3\x82\x41" AGAIN, REQUEST_LINE, 1, 1, 1);
	EXPECT(PREFACE REQUEST "\0\0\3\1\x0d\0\0\0\3\x05\x82\x86" AGAIN, REQUEST_LINE, 1, 1, 1);
}

/* What a hole cut off a block may have gone into the table, also where it cut between two fields. */
static void test_cut_between_fields(void **state)
{
	static const char first[] = PREFACE REQUEST, again[] = AGAIN;
	static const char cut[] = "\0\0\x13\1\5\0\0\0\3\x82\x86\x84\x41\4B.cn"; /* and a user-agent, lost */
	struct seen s;
	size_t used;
	uint64_t skip;
	(void)state;

	seen_init(&s, 40000, 80);
	assert_int_equal(seen_stream(&s, &row, first, sizeof(first) - 1, 1000), PROTO_OK);
	s.st.last = true;
	assert_int_equal(h2_parse((const uint8_t *)cut, sizeof(cut) - 1, &s.st, &used, &skip, &s.out),
			 PROTO_OK);
	s.st.last = false;
	assert_int_equal(used, sizeof(cut) - 1);
	assert_int_equal(skip, 9 + 0x13 - used);
	assert_int_equal(h2_parse((const uint8_t *)again, sizeof(again) - 1, &s.st, &used, &skip, &s.out),
			 PROTO_OK);
	assert_string_equal(s.lines.p, REQUEST_LINE "http2 [b.cn] [GET] [/] - - -\n");
	assert_int_equal(s.stats.reasons[DISSECT_H2C_HIDDEN], 1);
	buf_clear(&s.lines);
}

/* More connections at once than there are tables: the oldest is told no more, and that is said. Where a
 * stream begins anew, the table of the connection before is over. */
static void test_full(void **state)
{
	static const char first[] = PREFACE REQUEST, again[] = AGAIN;
	static struct hpack_tables tables;
	struct proto_state begun[HPACK_TABLES + 1] = { { 0 } };
	struct seen s;
	(void)state;

	seen_init(&s, 40000, 80);
	s.out.hpack = &tables;
	for (size_t i = 0; i <= HPACK_TABLES; i++) {
		assert_int_equal(s.stats.reasons[DISSECT_H2C_FULL], 0);
		for (int twice = 0; twice < 2; twice++) {
			s.st = begun[i];
			s.st.phase = 0;
			seen_stream(&s, &row, first, sizeof(first) - 1, 1000);
			begun[i] = s.st;
		}
	}
	assert_int_equal(s.stats.reasons[DISSECT_H2C_FULL], 1);
	for (size_t i = 0; i <= HPACK_TABLES; i++) {
		buf_reset(&s.lines);
		s.st = begun[i];
		seen_stream(&s, &row, again, sizeof(again) - 1, 1000);
		assert_string_equal(s.lines.p, i == 0 ? "" : REQUEST_LINE);
	}
	assert_int_equal(s.stats.reasons[DISSECT_H2C_HIDDEN], 1);
	buf_clear(&s.lines);
}

/* A HEADERS frame of `size` bytes: BLOCK, and a field that nobody wants. */
static size_t put_large(char *text, size_t n, size_t size)
{
	size_t value = size - (sizeof(BLOCK) - 1) - 6;
	const char head[] = { 0, (char)(size >> 8), (char)size, 1, 5, 0, 0, 0, 1 };
	const char field[] = { 0, 1, 'x', 0x7f, (char)((value - 127) | 0x80), (char)((value - 127) >> 7) };

	memcpy(text + n, head, sizeof(head));
	memcpy(text + n + 9, BLOCK, sizeof(BLOCK) - 1);
	memcpy(text + n + 9 + sizeof(BLOCK) - 1, field, sizeof(field));
	memset(text + n + 9 + size - value, 'v', value);
	return n + 9 + size;
}

/* The largest that is read, and one that cannot have left the table as it was. */
static void test_too_large(void **state)
{
	static char text[40000] = PREFACE REQUEST;
	size_t begin = sizeof(PREFACE REQUEST) - 1, n;
	(void)state;

	n = put_large(text, begin, 16384);
	memcpy(text + n, AGAIN, sizeof(AGAIN) - 1);
	expect(&row, text, n + sizeof(AGAIN) - 1, REQUEST_LINE REQUEST_LINE REQUEST_LINE,
	       (struct counts){ 1, 0, 0 });
	n = put_large(text, begin, 16385);
	memcpy(text + n, AGAIN REQUEST, sizeof(AGAIN REQUEST) - 1);
	expect(&row, text, n + sizeof(AGAIN REQUEST) - 1, REQUEST_LINE REQUEST_LINE,
	       (struct counts){ 1, 2, 0 });
}

/* Nothing of it is waited for. */
static void test_too_large_at_once(void **state)
{
	static const char text[] = "\0\x40\1\1\5\0\0\0\1" BLOCK;
	struct seen s;
	size_t used;
	uint64_t skip;
	(void)state;

	seen_init(&s, 40000, 80);
	s.st.phase = H2_PHASE;
	assert_int_equal(h2_parse((const uint8_t *)text, sizeof(text) - 1, &s.st, &used, &skip, &s.out),
			 PROTO_OK);
	assert_int_equal(used + skip, 9 + 16385);
	buf_clear(&s.lines);
}

/* :authority is asked first, wherever it stands (RFC 9113 section 8.3.1), unless there is nothing in it. */
static void test_authority_before_host(void **state)
{
	(void)state;
	EXPECT(PREFACE "\0\0\x0a\1\5\0\0\0\1\x82\x84\x41\2.a\x66\2.b", "http2 [.a] [GET] [/] - - -\n", 1, 0,
	       0);
	EXPECT(PREFACE "\0\0\x0a\1\5\0\0\0\1\x82\x84\x66\2.b\x41\2.a", "http2 [.a] [GET] [/] - - -\n", 1, 0,
	       0);
	EXPECT(PREFACE "\0\0\x08\1\5\0\0\0\1\x82\x84\x41\0\x66\2.b", "http2 [.b] [GET] [/] - - -\n", 1, 0, 0);
	EXPECT(PREFACE "\0\0\x06\1\5\0\0\0\1\x82\x84\x41\0\x66\0", "", 1, 0, 0);
}

static void test_broken(void **state)
{
	(void)state;
	EXPECT(PREFACE "\0\0\2\1\5\0\0\0\1\x82\x41" REQUEST, REQUEST_LINE, 1, 0, 1);
	EXPECT(PREFACE "\0\0\3\1\x0d\0\0\0\1\x05\x82\x86" REQUEST, REQUEST_LINE, 1, 0, 1);
	EXPECT(PREFACE "\0\0\3\1\x25\0\0\0\1\x05\x82\x86" REQUEST, REQUEST_LINE, 1, 0, 1);
}

/* At the end what there is of a block still counts. */
static void test_truncated_at_every_length(void **state)
{
	static const char text[] = PREFACE REQUEST;
	size_t preface = sizeof(PREFACE) - 1, block = preface + 9;
	(void)state;

	for (size_t n = 1; n < sizeof(text); n++) {
		bool cut = n > block + 3 && n < sizeof(text) - 1;
		expect(&row, text, n, n == sizeof(text) - 1 ? REQUEST_LINE : "",
		       (struct counts){ n >= preface, 0, cut });
	}
}

static void test_upgrade(void **state)
{
	static const char text[] =
		"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n" PREFACE
			SETTINGS REQUEST;
	(void)state;

	expect(&http_row, text, sizeof(text) - 1, "http [a] [GET] [/] - - -\n" REQUEST_LINE,
	       (struct counts){ 1, 0, 0 });
}

static void test_probe(void **state)
{
	static const uint8_t whole[] = PREFACE;
	(void)state;

	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		assert_int_equal(h2_probe(whole, n), PROTO_MORE);
	assert_int_equal(h2_probe(whole, sizeof(whole)), PROTO_OK);
	assert_int_equal(h2_probe((const uint8_t *)"PRI * HTTP/1.1", 14), PROTO_SKIP);
	assert_int_equal(http_probe(whole, sizeof(whole)), PROTO_SKIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_cut_between_fields),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_too_large_at_once),
		cmocka_unit_test(test_authority_before_host),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_upgrade),
		cmocka_unit_test(test_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
