/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/quic_bench.h"

/* -- RFC vectors */

static void expect_hex(const uint8_t *p, size_t n, const char *hex)
{
	uint8_t room[64];
	struct wr w = wr_init(room, sizeof(room));

	put_hex(&w, hex);
	assert_int_equal(wr_len(&w), n);
	assert_memory_equal(p, room, n);
}

static void expect_keys(enum quic_salt salt, const char *key, const char *iv, const char *hp)
{
	struct quic_crypto *c = quic_crypto_init(calloc(1, quic_crypto_size()));
	uint8_t dcid[8];
	struct wr w = wr_init(dcid, sizeof(dcid));
	struct quic_keys k;

	put_hex(&w, "8394c8f03e515708");
	quic_crypto_derive(c, salt, dcid, sizeof(dcid), &k);
	expect_hex(k.key, sizeof(k.key), key);
	expect_hex(k.iv, sizeof(k.iv), iv);
	expect_hex(k.hp, sizeof(k.hp), hp);
	free(c);
}

/* RFC 9001 appendix A.1, RFC 9369 appendix A.1 */
static void test_keys(void **state)
{
	(void)state;
	expect_keys(QUIC_SALT_V1, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c",
		    "9f50449e04a0e810283a1e9933adedd2");
	expect_keys(QUIC_SALT_V2, "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f",
		    "45b95e15235d6f45a6b19cbcb0294ba9");
}

static void test_rfc_packets(void **state)
{
	struct bench *b = bench(NULL, 0);
	(void)state;

	put_hex(&b->w, quic_rfc9001);
	assert_int_equal(send_all(b), PROTO_OK);
	told(b, "quic [example.com] 00000001\n");
	assert_string_equal(b->s.m.quic.hello.ja4, "q13d0211an_62ed6f6ca7ad_4d634acda6c0");
	assert_false(b->s.m.quic.hello.ech);
	b->s.m.flow.sport++;
	put_hex(&b->w, quic_rfc9369);
	assert_int_equal(send_all(b), PROTO_OK);
	told(b, "quic [example.com] 6b3343cf\n");
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH) + reason(b, DISSECT_QUIC_BAD), 0);
	bench_free(b);
}

static void test_each_version(void **state)
{
	static const struct quic_packet packets[] = {
		{ .version = 0xff000016, .salt = QUIC_SALT_DRAFT22 },
		{ .version = 0xff000017, .salt = QUIC_SALT_DRAFT23 },
		{ .version = 0xff00001b, .salt = QUIC_SALT_DRAFT23 },
		{ .version = 0xff00001c, .salt = QUIC_SALT_DRAFT23 },
		{ .version = 0xff00001d, .salt = QUIC_SALT_DRAFT29 },
		{ .version = 0xff000020, .salt = QUIC_SALT_DRAFT29 },
		{ .version = 0xff000021, .salt = QUIC_SALT_V1 },
		{ .version = 0xff000022, .salt = QUIC_SALT_V1 },
		{ .version = 0x709a50c4, .salt = QUIC_SALT_V2, .type = 1 },
		{ .version = 0xff020000, .salt = QUIC_SALT_V2_DRAFT, .type = 1 },
		{ .version = 0xfaceb001, .salt = QUIC_SALT_DRAFT22 },
		{ .version = 0xfaceb002, .salt = QUIC_SALT_DRAFT23 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		struct bench *b = bench("Each.Example.", 0);
		struct quic_packet q = packets[i];
		char line[64];
		q.dcid = "8 or more";
		crypto(b, 0, b->size);
		packet(b, &q, SMALLEST);
		send_all(b);
		snprintf(line, sizeof(line), "quic [each.example] %08x\n", q.version);
		told(b, line);
		bench_free(b);
	}
}

/* gQUIC's frame types around TLS (T050, T051), and around its own hello (Q050) */
static void test_google_frames(void **state)
{
	static const struct quic_packet t050 = { .version = 0x54303530,
						 .salt = QUIC_SALT_T050,
						 .dcid = "original" };
	static const struct quic_packet q050 = { .version = 0x51303530,
						 .salt = QUIC_SALT_Q050,
						 .dcid = "originaL" };
	static const char chlo[] = "CHLO\2\0\0\0SNI\0\6\0\0\0VER\0\12\0\0\0g.testQ050";
	struct bench *b = bench("t.example", 0);
	(void)state;

	crypto(b, 0, b->size);
	b->frames_room[0] = 8;
	packet(b, &t050, SMALLEST);
	send_all(b);
	told(b, "quic [t.example] 54303530\n");
	put_hex(&b->frames, "07 08 00 22");
	wr_bytes(&b->frames, chlo, sizeof(chlo) - 1);
	assert_int_equal(sizeof(chlo) - 1, 0x22);
	packet(b, &q050, SMALLEST);
	send_all(b);
	told(b, "quic [g.test] 51303530\n");
	bench_free(b);
}

static void test_versions_not_ours(void **state)
{
	struct bench *b = bench("a.example", 0);
	struct quic_packet q = v1;
	(void)state;

	q.version = 0x1a2a3a4a; /* RFC 9000 section 15 */
	q.salt = QUIC_SALT_V2;
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	assert_int_equal(send_all(b), PROTO_OK);
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 0);
	q.version = 0xff000014;
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	assert_int_equal(send_all(b), PROTO_OK);
	assert_int_equal(reason(b, DISSECT_QUIC_VERSION), 2);
	q.version = 0x12345678;
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	assert_int_equal(send_all(b), PROTO_SKIP); /* nothing says that it is QUIC */
	q.version = 0;                             /* version negotiation, RFC 9000 section 17.2.1 */
	packet(b, &q, SMALLEST);
	assert_int_equal(send_all(b), PROTO_SKIP);
	assert_int_equal(reason(b, DISSECT_QUIC_VERSION), 2);
	told(b, "");
	bench_free(b);
}

/* RFC 9000 section 15: read where version 1's keys open it, over two datagrams, and told once. */
static void test_reserved_version(void **state)
{
	struct bench *b = bench("reserved.example", 1400);
	struct quic_packet q = v1;
	(void)state;

	q.version = 0x1a2a3a4a;
	crypto(b, 700, b->size);
	packet(b, &q, SMALLEST);
	assert_int_equal(send_all(b), PROTO_MORE);
	for (int i = 0; i < 2; i++) {
		crypto(b, 0, 700);
		packet(b, &q, SMALLEST);
		assert_int_equal(send_all(b), PROTO_OK);
		told(b, i == 0 ? "quic [reserved.example] 1a2a3a4a\n" : "");
	}
	assert_int_equal(reason(b, DISSECT_QUIC_VERSION) + reason(b, DISSECT_QUIC_AUTH), 0);
	q.dcid = "0123456789012345678901"; /* longer than any */
	crypto(b, 0, 700);
	packet(b, &q, SMALLEST);
	b->s.m.flow.sport++;
	assert_int_equal(send_all(b), PROTO_OK);
	assert_int_equal(reason(b, DISSECT_QUIC_BAD), 0);
	assert_int_equal(reason(b, DISSECT_QUIC_VERSION), 1);
	bench_free(b);
}

/* -- what may be wrong with a packet */

static void test_truncated_at_every_length(void **state)
{
	struct bench *b = bench("a.example", 0);
	size_t whole;
	(void)state;

	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	whole = wr_len(&b->w);
	assert_int_equal(whole, SMALLEST);
	for (size_t n = 0; n < whole; n++)
		assert_int_equal(send_part(b, n), n < 5 ? PROTO_SKIP : PROTO_BAD);
	assert_int_equal(reason(b, DISSECT_QUIC_BAD), whole - 5);
	told(b, "");
	wr_u8(&b->w, 0); /* a trailing byte is padding of the datagram */
	assert_int_equal(send_all(b), PROTO_OK);
	told(b, "quic [a.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_BAD), whole - 5);
	bench_free(b);
}

/* One bit of the packet turned, wherever it is, and the name is not told. */
static void test_every_byte_is_authenticated(void **state)
{
	struct bench *b = bench("a.example", 0);
	(void)state;

	crypto(b, 0, b->size);
	packet(b, &v1, 400);
	for (size_t i = 0; i < 400; i++) {
		b->room[i] ^= 0x10;
		b->s.m.flow.sport++;
		b->s.m.time += 10000;
		send_part(b, 400);
		told(b, "");
		b->room[i] ^= 0x10;
	}
	assert_true(reason(b, DISSECT_QUIC_AUTH) > 350);
	b->s.m.time += 2000000;
	send_all(b);
	told(b, "quic [a.example] 00000001\n");
	bench_free(b);
}

static void test_lying_lengths(void **state)
{
	static const char *const bad[] = {
		"c0 00000001 15",                     /* connection id of 21 bytes */
		"c0 00000001 08 3132333435363738 15", /* the other one */
		"c0 00000001 15 313233343536373839303132333435363738393031 00 00 02 4444",
		"c0 00000001 00 15 313233343536373839303132333435363738393031 00 02 4444",
		"c0 00000001 08 3132333435363738 00 7fff 4444",                /* token */
		"c0 00000001 08 3132333435363738 00 00 7fff 4444",             /* length */
		"c0 00000001 08 3132333435363738 00 00 ffffffffffffffff 4444", /* length of 2^62 - 1 */
		"c0 00000001 08 3132333435363738 00 ffffffffffffffff 4444",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bench *b = bench("a.example", 0);
		put_hex(&b->w, bad[i]);
		assert_int_equal(send_all(b), PROTO_BAD);
		assert_int_equal(reason(b, DISSECT_QUIC_BAD), 1);
		bench_free(b);
	}
}

/* Larger than what is opened: refused before anything is written. */
static void test_huge_packet(void **state)
{
	enum { HUGE = 40000 };
	struct bench *b = bench("a.example", 0);
	uint8_t *p = calloc(1, HUGE);
	struct wr w = wr_init(p, HUGE);
	(void)state;

	put_hex(&w, "c0 00000001 08 3132333435363738 00 00");
	wr_be32(&w, 0x80000000 | (HUGE - 20));
	for (uint8_t i = 0; i < 64; i++) {
		b->s.m.flow.sport = i;
		p[30] = i;
		assert_int_equal(quic_parse(p, HUGE, &b->s.out), PROTO_OK);
	}
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 64);
	b->s.m.flow.sport = 40000;
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [a.example] 00000001\n");
	free(p);
	bench_free(b);
}

/* Too short for a sample; reserved bits; a connection id that no client makes up. */
static void test_cheap_checks(void **state)
{
	struct bench *b = bench("a.example", 0);
	struct quic_packet q = v1;
	(void)state;

	put_hex(&b->w, "c0 00000001 08 3132333435363738 00 00 13 00112233445566778899aabbccddeeff001122");
	send_all(b);
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 1);
	q.reserved = 1;
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 2);
	q = v1;
	q.dcid = "sevenid";
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "");
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 3);
	q.token = "but after a Retry the server chose";
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "quic [a.example] 00000001\n");
	bench_free(b);
}

/* Packets of one datagram have one connection id, or each would buy a derivation of keys. */
static void test_ids_of_one_datagram(void **state)
{
	struct bench *b = bench("a.example", 0);
	struct quic_packet other = v1;
	(void)state;

	other.dcid = "somebody else's";
	put_hex(&b->frames, "01");
	packet(b, &v1, 60);
	crypto(b, 0, b->size);
	packet(b, &v1, 600);
	assert_int_equal(send_all(b), PROTO_OK);
	told(b, "quic [a.example] 00000001\n");
	put_hex(&b->frames, "01");
	packet(b, &v1, 60);
	crypto(b, 0, b->size);
	packet(b, &other, 600);
	assert_int_equal(send_all(b), PROTO_BAD);
	told(b, "");
	assert_int_equal(reason(b, DISSECT_QUIC_BAD), 1);
	bench_free(b);
}

static void test_longest_ids_and_numbers(void **state)
{
	struct bench *b = bench("a.example", 0);
	struct quic_packet q = v1;
	char token[900];
	(void)state;

	memset(token, 't', sizeof(token));
	token[sizeof(token) - 1] = '\0';
	q.dcid = "twenty bytes of id..";
	q.scid = "20 of the other one.";
	q.token = token;
	for (q.number_size = 1; q.number_size <= 4; q.number_size++) {
		b->s.m.flow.sport++;
		q.number = UINT64_C(0x7fffffff) >> 8 * (4 - q.number_size);
		crypto(b, 0, b->size);
		packet(b, &q, SMALLEST);
		send_all(b);
		told(b, "quic [a.example] 00000001\n");
	}
	bench_free(b);
}

static void test_no_name(void **state)
{
	struct bench *b = bench(NULL, 10);
	(void)state;

	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic - 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_NO_NAME), 1);
	assert_int_equal(b->s.stats.messages[DISSECT_QUIC], 1);
	bench_free(b);
}

/* Opened, and yet not to be read: each is counted and none is told. */
static void test_bad_inside(void **state)
{
	static const char *const frames[] = {
		"02 00 00 ffffffffffffffff 00 00",  /* ACK ranges without end */
		"06 00 7000 01",                    /* CRYPTO that is longer than the packet */
		"06 ffffffffffffffff 01 01",        /* far behind any hello */
		"06 6000 01 01",                    /* as far as a hello may go */
		"06 00 04 02 00 00 10",             /* a ServerHello */
		"06 00 04 01 ff ff ff",             /* a hello of 16 MB */
		"06 00 04 01 00 20 00",             /* a hello of 8 KB and 4 */
		"06 00 08 01 00 00 04 03 03 00 00", /* a hello that breaks off */
		"08 00 01 01",                      /* a STREAM frame */
		"1e",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct bench *b = bench("a.example", 0);
		put_hex(&b->frames, frames[i]);
		packet(b, &v1, i == 1 ? 0 : SMALLEST);
		send_all(b);
		told(b, "");
		assert_int_equal(reason(b, DISSECT_QUIC_BAD), 1);
		assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 0);
		bench_free(b);
	}
}

/* Behind IP and UDP, through the front door, on any port. */
static void test_front_door(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_ipv6(&l->w, IPPROTO_UDP, 1208);
	put_udp(&l->w, 50000, 8443, 1200);
	put_hex(&l->w, quic_rfc9001);
	lab_send(l, LINK_RAW);
	lab_expect(l, "quic [example.com] 00000001\n");
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_QUIC], 1);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

/* A datagram that is kept until the rest of its hello comes says so. */
static void test_outcome_waiting(void **state)
{
	struct bench *b = bench("a.example", 100);
	struct lab *l = lab_limits((struct dissect_limits){ .quic_hellos = 4 });
	(void)state;

	for (size_t from = 0; from < b->size; from += 100) {
		crypto(b, from, from + 100);
		packet(b, &v1, SMALLEST);
		put_ipv6(&l->w, IPPROTO_UDP, 8 + SMALLEST);
		put_udp(&l->w, 50000, 443, SMALLEST);
		wr_bytes(&l->w, b->w.base, SMALLEST);
		b->w = wr_init(b->room, sizeof(b->room));
		lab_send(l, LINK_RAW);
		if (from + 100 < b->size)
			lab_outcome(l, DISSECT_OUT_WAITING);
	}
	lab_outcome(l, DISSECT_OUT_TOLD);
	lab_expect(l, "quic [a.example] 00000001\n");
	lab_free(l);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_rfc_packets),
		cmocka_unit_test(test_each_version),
		cmocka_unit_test(test_google_frames),
		cmocka_unit_test(test_versions_not_ours),
		cmocka_unit_test(test_reserved_version),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_every_byte_is_authenticated),
		cmocka_unit_test(test_lying_lengths),
		cmocka_unit_test(test_huge_packet),
		cmocka_unit_test(test_cheap_checks),
		cmocka_unit_test(test_longest_ids_and_numbers),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_bad_inside),
		cmocka_unit_test(test_front_door),
		cmocka_unit_test(test_ids_of_one_datagram),
		cmocka_unit_test(test_outcome_waiting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
