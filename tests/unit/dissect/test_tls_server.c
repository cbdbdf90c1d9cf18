/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/der.h"

#include "dissect/tls_record.h"
#include "dissect/tls_server.h"

static const struct proto_stream server_row = { .name = "tls-server",
						.probe = tls_server_probe,
						.parse = tls_server_parse };
static const char *const names[] = { "a.example", "b.example", NULL };
static const char *const ca[] = { "ca.example", NULL };

#define LINE "cert - [a.example] [b.example]\n"

/* A flight of the server's, as it is put together. */
struct flight {
	uint8_t room[DER_MAX], records[DER_MAX * 7];
	struct wr w;
	size_t size; /* of the records */
};

static struct flight *flight_new(void)
{
	struct flight *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->w = wr_init(f->room, sizeof(f->room));
	return f;
}

static void put_be24(struct wr *w, size_t v)
{
	wr_u8(w, (uint8_t)(v >> 16));
	wr_be16(w, (uint16_t)v);
}

/* `exts` in hexadecimal, with their length; NULL: none at all. */
static void put_server_hello(struct wr *w, uint16_t version, const char *exts)
{
	size_t mark;

	put_hex(w, "02 00");
	mark = wr_open16(w);
	wr_be16(w, version);
	wr_bytes(w, "0123456789abcdef0123456789abcdef", 32);
	put_hex(w, "04 73657373 c02f 00");
	if (exts != NULL)
		put_hex(w, exts);
	wr_close16(w, mark);
}

static void put_certificate(struct wr *w, const struct der_cert *leaf, const struct der_cert *next)
{
	static uint8_t room[DER_MAX];
	struct wr chain = wr_init(room, sizeof(room));
	const struct der_cert *certs[] = { leaf, next };

	for (int i = 0; i < 2; i++) {
		static uint8_t one[DER_MAX];
		struct wr c = wr_init(one, sizeof(one));
		if (certs[i] == NULL)
			continue;
		der_certificate(&c, certs[i]);
		put_be24(&chain, wr_len(&c));
		wr_bytes(&chain, one, wr_len(&c));
	}
	assert_true(wr_ok(&chain));
	wr_u8(w, 11);
	put_be24(w, wr_len(&chain) + 3);
	put_be24(w, wr_len(&chain));
	wr_bytes(w, room, wr_len(&chain));
}

/* Into records of at most `piece` bytes. */
static void wrap(struct flight *f, size_t piece)
{
	struct wr out = wr_init(f->records, sizeof(f->records));

	assert_true(wr_ok(&f->w));
	for (size_t at = 0, n; at < wr_len(&f->w); at += n) {
		n = wr_len(&f->w) - at < piece ? wr_len(&f->w) - at : piece;
		wr_bytes(&out, "\x16\x03\x03", 3);
		wr_vec16(&out, f->room + at, n);
	}
	assert_true(wr_ok(&out));
	f->size = wr_len(&out);
}

static struct flight *flight(const struct der_cert *leaf)
{
	struct flight *f = flight_new();

	put_server_hello(&f->w, 0x0303, "0005 ff01000100");
	put_certificate(&f->w, leaf, &(struct der_cert){ .names = ca });
	put_hex(&f->w, "0c 000002 0102 0e 000000"); /* ServerKeyExchange, ServerHelloDone */
	return f;
}

static void expect_bytes(const void *p, size_t n, const char *lines, enum proto_result end)
{
	for (size_t step = 1; step <= n; step = step < 8 ? step + 1 : step * 2) {
		struct seen s;
		seen_init(&s, 443, 40000);
		assert_int_equal(seen_stream(&s, &server_row, p, n, step), end);
		assert_string_equal(s.lines.p, lines);
		assert_int_equal(s.stats.reasons[DISSECT_TLS_BAD] + s.stats.reasons[DISSECT_TCP_CAP], 0);
		buf_clear(&s.lines);
	}
}

static void expect(struct flight *f, size_t piece, const char *lines, enum proto_result end)
{
	wrap(f, piece);
	expect_bytes(f->records, f->size, lines, end);
	free(f);
}

static void expect_reason(struct flight *f, enum dissect_reason reason)
{
	struct seen s;

	wrap(f, 16384);
	seen_init(&s, 443, 40000);
	assert_int_equal(seen_stream(&s, &server_row, f->records, f->size, f->size), PROTO_SKIP);
	assert_string_equal(s.lines.p, "");
	assert_int_equal(s.stats.reasons[reason], 1);
	buf_clear(&s.lines);
	free(f);
}

static void test_over_records_and_segments(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 4, 5, 60, 64, 100, 500, 16384 };
	(void)state;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		expect(flight(&(struct der_cert){ .names = names }), pieces[i], LINE, PROTO_SKIP);
	expect(flight(&(struct der_cert){ .common = "cn.example" }), 300, "cert - [cn.example]\n",
	       PROTO_SKIP);
}

/* What comes behind the leaf is not waited for, be it the CA's certificate or the rest of the record. */
static void test_leaf_is_enough(void **state)
{
	struct flight *f = flight_new();
	size_t leaf;
	(void)state;

	put_server_hello(&f->w, 0x0301, NULL);
	put_certificate(&f->w, &(struct der_cert){ .names = names }, NULL);
	leaf = wr_len(&f->w);
	free(f);
	f = flight_new();
	put_server_hello(&f->w, 0x0301, NULL);
	put_certificate(&f->w, &(struct der_cert){ .names = names }, &(struct der_cert){ .names = ca });
	wrap(f, 16384);
	expect_bytes(f->records, leaf + 5, LINE, PROTO_SKIP);
	for (size_t cut = 1; cut < leaf + 5; cut++)
		expect_bytes(f->records, cut, "", PROTO_MORE);
	free(f);
}

/* The hello ends it: nothing more of the stream is asked for. */
static void test_nothing_in_the_clear(void **state)
{
	static const struct {
		uint16_t version;
		const char *exts;
	} rows[] = {
		{ 0x0303, "0006 002b 0002 0304" }, /* TLS 1.3 */
		{ 0x0303, "000a ff01 0000 002b 0002 0304" },
		{ 0x0304, NULL },
		{ 0x7f1c, NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flight *f = flight_new();
		put_server_hello(&f->w, rows[i].version, rows[i].exts);
		expect(f, 16384, "", PROTO_SKIP);
	}
}

/* A session that is resumed; an anonymous one; an alert; an empty chain. */
static void test_no_certificate(void **state)
{
	static const char *const after[] = {
		"14 0303 0001 01",
		"15 0303 0002 0228",
		"16 0303 0006 0c 000002 0102",
		"16 0303 0004 0e 000000",
		"16 0303 000a 0b 000006 000003 000000",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		struct flight *f = flight_new();
		struct wr more;
		put_server_hello(&f->w, 0x0303, NULL);
		wrap(f, 16384);
		more = wr_init(f->records + f->size, 64);
		put_hex(&more, after[i]);
		expect_bytes(f->records, f->size + wr_len(&more), "", PROTO_SKIP);
		free(f);
	}
}

static void test_warning_before_the_hello(void **state)
{
	struct flight *f = flight(&(struct der_cert){ .names = names });
	uint8_t *p;
	(void)state;

	wrap(f, 16384);
	p = calloc(1, f->size + 7);
	memcpy(p, "\x15\x03\x03\0\2\1\x70", 7); /* unrecognized_name, RFC 6066 section 3 */
	memcpy(p + 7, f->records, f->size);
	for (size_t n = 0; n < 13; n++)
		assert_int_equal(tls_server_probe(p, n), PROTO_MORE);
	assert_int_equal(tls_server_probe(p, 13), PROTO_OK);
	expect_bytes(p, f->size + 7, LINE, PROTO_SKIP);
	free(p);
	free(f);
}

static void test_lies(void **state)
{
	struct flight *f = flight_new();
	(void)state;

	/* a leaf that is no certificate */
	put_server_hello(&f->w, 0x0303, NULL);
	put_hex(&f->w, "0b 000008 000005 000002 3000");
	expect_reason(f, DISSECT_TLS_BAD);
	/* one larger than is held */
	f = flight_new();
	put_server_hello(&f->w, 0x0303, NULL);
	put_hex(&f->w, "0b 010000 00fffd 00fffa 3000");
	expect_reason(f, DISSECT_TCP_CAP);
	/* the next record has no version of TLS */
	f = flight_new();
	put_server_hello(&f->w, 0x0303, NULL);
	wrap(f, 16384);
	memcpy(f->records + f->size, "\x16\x04\x03\0\1\x0b", 6);
	{
		struct seen s;
		seen_init(&s, 443, 40000);
		assert_int_equal(seen_stream(&s, &server_row, f->records, f->size + 6, f->size + 6),
				 PROTO_SKIP);
		assert_int_equal(s.stats.reasons[DISSECT_TLS_BAD], 1);
		buf_clear(&s.lines);
	}
	free(f);
	/* hellos that are too large, or break off inside: not of a server that shows a name */
	expect_bytes("\x16\x03\x03\0\4\2\0\x40\0", 9, "", PROTO_SKIP);
	expect_bytes("\x16\x03\x03\0\6\2\0\0\2\3\3", 11, "", PROTO_SKIP);
	expect_bytes("\x16\x03\x03\0\4\x01\0\0\0", 9, "", PROTO_SKIP);
}

static void test_probe(void **state)
{
	static const uint8_t good[] = { 0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3 };
	(void)state;

	for (size_t n = 0; n <= sizeof(good); n++)
		assert_int_equal(tls_server_probe(good, n), n < 6 ? PROTO_MORE : PROTO_OK);
	/* a record that is encrypted has the type by chance, but no version */
	assert_int_equal(tls_server_probe((const uint8_t *)"\x16\3\3\0\x28\2\x8e\1\7\x99\3", 11), PROTO_SKIP);
	assert_int_equal(tls_server_probe((const uint8_t *)"\x16\3\3\0\x28\2\x8e\1\7\3\x09", 11), PROTO_SKIP);
	assert_int_equal(tls_server_probe((const uint8_t *)"\x16\3\3\0\x28\1", 6), PROTO_SKIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_over_records_and_segments),
		cmocka_unit_test(test_leaf_is_enough),
		cmocka_unit_test(test_nothing_in_the_clear),
		cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_warning_before_the_hello),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
