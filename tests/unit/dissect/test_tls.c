/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "base/wr.h"
#include "dissect/tls.h"

static const struct proto_stream tls_row = { "tls", tls_probe, tls_parse };

static void put_ext(struct wr *w, uint16_t type, const void *data, size_t n)
{
	wr_be16(w, type);
	wr_vec16(w, data, n);
}

static void put_sni(struct wr *w, const char *name)
{
	wr_be16(w, 0);
	wr_be16(w, (uint16_t)(strlen(name) + 5));
	wr_be16(w, (uint16_t)(strlen(name) + 3));
	wr_u8(w, 0);
	wr_str16(w, name);
}

/* Everything of a hello before its extensions */
static void put_start(struct wr *w)
{
	wr_be16(w, 0x0303);
	wr_bytes(w, "0123456789abcdef0123456789abcdef", 32);
	wr_u8(w, 4);
	wr_bytes(w, "sess", 4);
	wr_vec16(w, "\x13\x01\x13\x02\x0a\x0a", 6);
	wr_bytes(w, "\1\0", 2);
}

static void put_hello(struct wr *w, const char *name)
{
	size_t mark;
	put_start(w);
	mark = wr_open16(w);
	put_ext(w, 0x2a2a, "", 0); /* GREASE */
	put_ext(w, 16, "\0\3\2h2", 5);
	if (name != NULL)
		put_sni(w, name);
	put_ext(w, 43, "\2\3\4", 3);
	wr_close16(w, mark);
}

/* Wraps a hello's body as a handshake message in records of at most `piece` bytes. */
static size_t wrap(uint8_t *out, size_t cap, const uint8_t *body, size_t n, size_t piece)
{
	static uint8_t message[70000];
	struct wr m = wr_init(message, sizeof(message)), w = wr_init(out, cap);

	wr_u8(&m, 1);
	wr_u8(&m, (uint8_t)(n >> 16));
	wr_be16(&m, (uint16_t)n);
	wr_bytes(&m, body, n);
	for (size_t at = 0; at < wr_len(&m); at += piece) {
		wr_bytes(&w, "\x16\x03\x01", 3);
		wr_vec16(&w, message + at, wr_len(&m) - at < piece ? wr_len(&m) - at : piece);
	}
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static size_t hello(uint8_t *out, size_t cap, const char *name, size_t piece)
{
	uint8_t body[1024];
	struct wr w = wr_init(body, sizeof(body));
	put_hello(&w, name);
	return wrap(out, cap, body, wr_len(&w), piece);
}

static void expect(const void *bytes, size_t n, const char *lines, enum proto_result end, unsigned bad)
{
	for (size_t step = 1; step <= n; step = step < 8 ? step + 1 : step * 2) {
		struct seen s;
		seen_init(&s, 40000, 8443);
		assert_int_equal(seen_stream(&s, &tls_row, bytes, n, step), end);
		assert_string_equal(s.lines.p, lines);
		assert_int_equal(s.stats.reasons[DISSECT_TLS_BAD], bad);
		buf_clear(&s.lines);
	}
}

static void test_hello_over_records_and_segments(void **state)
{
	uint8_t p[4096];
	(void)state;

	for (size_t piece = 1; piece < 200; piece++)
		expect(p, hello(p, sizeof(p), "WWW.Example.cn.", piece), "tls [www.example.cn] 0303\n",
		       PROTO_SKIP, 0);
}

/* Once the message says its size, nothing is gathered until that much can be there. */
static void test_tiny_records_are_waited_for(void **state)
{
	uint8_t p[4096];
	size_t n = hello(p, sizeof(p), "www.example.cn", 1), message = n / 6, used = 0, gathered = 0;
	struct proto_state st = { 0 };
	uint64_t skip = 0, left = 0;
	struct seen s;
	(void)state;

	seen_init(&s, 40000, 443);
	for (size_t have = 1; have < n; have++) {
		assert_int_equal(tls_parse(p, have, &st, &used, &skip, &s.out), PROTO_MORE);
		gathered += st.left != left;
		left = st.left;
		if (have == 24)
			assert_int_equal(left, 24 + 5 + message - 4);
	}
	assert_true(gathered < 64);
	assert_int_equal(tls_parse(p, n, &st, &used, &skip, &s.out), PROTO_SKIP);
	assert_string_equal(s.lines.p, "tls [www.example.cn] 0303\n");
	buf_clear(&s.lines);
}

static void test_no_name(void **state)
{
	uint8_t p[1024];
	struct seen s;
	size_t n;
	(void)state;

	n = hello(p, sizeof(p), NULL, 500);
	expect(p, n, "tls - 0303\n", PROTO_SKIP, 0);
	seen_init(&s, 40000, 443);
	seen_stream(&s, &tls_row, p, n, n);
	assert_int_equal(s.stats.reasons[DISSECT_TLS_NO_NAME], 1);
	buf_clear(&s.lines);
	expect(p, hello(p, sizeof(p), "", 500), "tls - 0303\n", PROTO_SKIP, 0);
}

/* The very old have no extensions at all. */
static void test_no_extensions(void **state)
{
	uint8_t body[256], p[512];
	struct wr w = wr_init(body, sizeof(body));
	(void)state;

	put_start(&w);
	expect(p, wrap(p, sizeof(p), body, wr_len(&w), 400), "tls - 0303\n", PROTO_SKIP, 0);
	wr_u8(&w, 7); /* a trailing byte */
	expect(p, wrap(p, sizeof(p), body, wr_len(&w), 400), "", PROTO_BAD, 1);
}

static void test_truncated_at_every_length(void **state)
{
	uint8_t p[1024], body[512], q[1024];
	size_t n = hello(p, sizeof(p), "a.example", 500), whole;
	struct wr w = wr_init(body, sizeof(body));
	(void)state;

	for (size_t cut = 1; cut < n; cut++)
		expect(p, cut, "", PROTO_MORE, 0);

	/* the same where the message itself says that it is so short */
	put_hello(&w, "a.example");
	whole = wr_len(&w);
	for (size_t cut = 0; cut < whole; cut++) {
		bool bare = cut == 2 + 32 + 5 + 8 + 2;
		expect(q, wrap(q, sizeof(q), body, cut, 500), bare ? "tls - 0303\n" : "",
		       bare ? PROTO_SKIP : PROTO_BAD, !bare);
	}
}

static void test_trailing_byte(void **state)
{
	uint8_t body[512], p[1024];
	struct wr w = wr_init(body, sizeof(body));
	(void)state;

	put_hello(&w, "a.example");
	wr_u8(&w, 0);
	expect(p, wrap(p, sizeof(p), body, wr_len(&w), 500), "", PROTO_BAD, 1);
}

static void expect_exts(const void *exts, size_t n, const char *lines, enum proto_result end, unsigned bad)
{
	uint8_t body[1024], p[2048];
	struct wr w = wr_init(body, sizeof(body));
	put_start(&w);
	wr_vec16(&w, exts, n);
	expect(p, wrap(p, sizeof(p), body, wr_len(&w), 1500), lines, end, bad);
}

static void test_server_name_list(void **state)
{
	(void)state;
	/* another type of name first, then two host names: the first host name counts */
	expect_exts("\0\0\0\x10\0\x0e\x07\0\1x\0\0\1a\0\0\3b.c", 20, "tls [a] 0303\n", PROTO_SKIP, 0);
	/* the list says more than the extension has, and less */
	expect_exts("\0\0\0\6\0\5\0\0\1a", 10, "tls - 0303\n", PROTO_SKIP, 1);
	expect_exts("\0\0\0\6\0\3\0\0\1a", 10, "tls - 0303\n", PROTO_SKIP, 1);
	/* the name says more than the list has */
	expect_exts("\0\0\0\6\0\4\0\0\2a", 10, "tls - 0303\n", PROTO_SKIP, 1);
	/* a trailing byte behind the list */
	expect_exts("\0\0\0\7\0\4\0\0\1a!", 11, "tls [a] 0303\n", PROTO_SKIP, 1);
	/* twice the extension: the first counts, and it is odd */
	expect_exts("\0\0\0\6\0\4\0\0\1a\0\0\0\6\0\4\0\0\1b", 20, "tls [a] 0303\n", PROTO_SKIP, 1);
	/* an empty extension is what servers send */
	expect_exts("\0\0\0\0", 4, "tls - 0303\n", PROTO_SKIP, 1);
	/* bytes that are no name are kept as they are */
	expect_exts("\0\0\0\7\0\5\0\0\2\xe4\0", 11, "tls [\\xe4\\x00] 0303\n", PROTO_SKIP, 0);
	/* an unknown extension that lies about its length, behind a good name: the name still counts */
	expect_exts("\0\0\0\6\0\4\0\0\1a\x7f\x7f\0\5x", 15, "tls [a] 0303\n", PROTO_SKIP, 1);
}

static void test_name_too_long(void **state)
{
	char name[257];
	uint8_t p[1024];
	(void)state;

	memset(name, 'n', 256);
	name[256] = '\0';
	expect(p, hello(p, sizeof(p), name, 900), "tls - 0303\n", PROTO_SKIP, 0);
}

static void test_lying_records(void **state)
{
	static uint8_t body[17000], p[20000];
	uint8_t q[1024];
	size_t n = hello(q, sizeof(q), "a.example", 60);
	(void)state;

	/* a message longer than we hold is refused as soon as it says so */
	expect(p, wrap(p, sizeof(p), body, 16385, 16000), "", PROTO_BAD, 1);
	/* an alert in the middle, an empty record, one larger than RFC 8446 allows */
	q[65] = 21;
	expect(q, n, "", PROTO_BAD, 1);
	hello(q, sizeof(q), "a.example", 60);
	q[66] = 2; /* no version of TLS */
	expect(q, n, "", PROTO_BAD, 1);
	hello(q, sizeof(q), "a.example", 60);
	q[68] = q[69] = 0;
	expect(q, n, "", PROTO_BAD, 1);
	q[68] = 0x40;
	q[69] = 1;
	expect(q, n, "", PROTO_BAD, 1);
	q[68] = 0x40; /* more than there is, but the hello is whole */
	q[69] = 0;
	expect(q, n, "tls [a.example] 0303\n", PROTO_SKIP, 0);
	expect(q, n - 1, "", PROTO_MORE, 0);
}

static void test_probe(void **state)
{
	static const uint8_t good[] = { 0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3 };
	static const struct {
		size_t at;
		uint8_t value;
	} lies[] = { { 0, 0x17 }, { 0, 0x80 }, { 1, 2 }, { 2, 5 }, { 3, 0x41 }, { 5, 2 } };
	(void)state;

	for (size_t n = 0; n <= sizeof(good); n++)
		assert_int_equal(tls_probe(good, n), n < 6 ? PROTO_MORE : PROTO_OK);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint8_t p[sizeof(good)];
		memcpy(p, good, sizeof(p));
		p[lies[i].at] = lies[i].value;
		assert_int_equal(tls_probe(p, sizeof(p)), PROTO_SKIP);
	}
	assert_int_equal(tls_probe((const uint8_t *)"\x16\x03\x01\0\0\1", 6), PROTO_SKIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello_over_records_and_segments),
		cmocka_unit_test(test_tiny_records_are_waited_for),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_no_extensions),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_trailing_byte),
		cmocka_unit_test(test_server_name_list),
		cmocka_unit_test(test_name_too_long),
		cmocka_unit_test(test_lying_records),
		cmocka_unit_test(test_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
