/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/packet.h"

#include "dissect/quic.h"
#include "dissect/quic_frame.h"
#include "tests/unit/dissect/quic_seal.h"

enum { HELLO_MAX = 9000, SMALLEST = 1200 };

static const struct quic_packet v1 = { .version = 1, .salt = QUIC_SALT_V1, .dcid = "original" };

/* A ClientHello with its handshake header; `filler` bytes of an extension that nobody knows. */
static size_t hello(uint8_t out[HELLO_MAX], const char *name, size_t filler)
{
	struct wr w = wr_init(out, HELLO_MAX);
	size_t body, exts;

	wr_be16(&w, 0x0100);
	body = wr_open16(&w);
	wr_be16(&w, 0x0303);
	wr_bytes(&w, "0123456789abcdef0123456789ABCDEF", 32);
	put_hex(&w, "00 0002 1301 0100");
	exts = wr_open16(&w);
	if (filler > 0) {
		wr_be16(&w, 0x3a3a);
		wr_be16(&w, (uint16_t)filler);
		for (size_t i = 0; i < filler; i++)
			wr_u8(&w, (uint8_t)i);
	}
	if (name != NULL) {
		wr_be16(&w, 0);
		wr_be16(&w, (uint16_t)(strlen(name) + 5));
		wr_be16(&w, (uint16_t)(strlen(name) + 3));
		wr_u8(&w, 0);
		wr_str16(&w, name);
	}
	wr_close16(&w, exts);
	wr_close16(&w, body);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

/* -- a dissector for datagrams of one flow */

struct bench {
	struct seen s;
	void *memory;
	uint8_t hello[HELLO_MAX], frames_room[HELLO_MAX + 200], room[HELLO_MAX + 400];
	size_t size; /* of the hello */
	struct wr frames, w;
};

static struct bench *bench_hellos(uint32_t hellos, const char *name, size_t filler)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	seen_init(&b->s, 40000, 443);
	b->memory = calloc(1, quic_size(hellos));
	b->s.out.quic = quic_init(b->memory, hellos);
	b->s.m.time = 1000000;
	b->s.m.flow.src.bytes[15] = 1;
	b->s.m.flow.dst.bytes[15] = 2;
	b->size = hello(b->hello, name, filler);
	b->frames = wr_init(b->frames_room, sizeof(b->frames_room));
	b->w = wr_init(b->room, sizeof(b->room));
	return b;
}

static struct bench *bench(const char *name, size_t filler) { return bench_hellos(4, name, filler); }

static void bench_free(struct bench *b)
{
	free(b->memory);
	buf_clear(&b->s.lines);
	free(b);
}

static void crypto(struct bench *b, size_t from, size_t to)
{
	quic_put_crypto(&b->frames, from, b->hello, (to < b->size ? to : b->size) - from);
}

/* Ends the packet that has the frames so far. */
static void packet(struct bench *b, const struct quic_packet *q, size_t size)
{
	quic_put_initial(&b->w, q, &b->frames, size);
	b->frames = wr_init(b->frames_room, sizeof(b->frames_room));
}

static enum proto_result send_part(struct bench *b, size_t n)
{
	uint8_t *p = seen_exact(b->room, n);
	enum proto_result res = quic_parse(p, n, &b->s.out);

	assert_true(wr_ok(&b->w));
	free(p);
	return res;
}

static enum proto_result send_all(struct bench *b)
{
	enum proto_result res = send_part(b, wr_len(&b->w));

	b->w = wr_init(b->room, sizeof(b->room));
	b->s.m.time += 1000;
	return res;
}

static void told(struct bench *b, const char *lines)
{
	assert_string_equal(b->s.lines.p, lines);
	buf_reset(&b->s.lines);
}

static uint64_t reason(const struct bench *b, enum dissect_reason r) { return b->s.stats.reasons[r]; }

static void turn(struct bench *b)
{
	struct dissect_flow f = b->s.m.flow;

	b->s.m.flow.src = f.dst;
	b->s.m.flow.dst = f.src;
	b->s.m.flow.sport = f.dport;
	b->s.m.flow.dport = f.sport;
}

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
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	assert_int_equal(send_all(b), PROTO_OK);
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
		"c0 00000001 15",                                              /* connection id of 21 bytes */
		"c0 00000001 08 3132333435363738 15",                          /* the other one */
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
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 2);
	q.token = "but after a Retry the server chose";
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "quic [a.example] 00000001\n");
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

/* -- hellos over packets */

static void test_shuffled_in_one_packet(void **state)
{
	struct bench *b = bench("shuffled.example", 300);
	(void)state;

	for (size_t at = b->size / 17 * 17 + 17; at > 0; at -= 17) {
		if (at - 17 < b->size)
			crypto(b, at - 17, at);
		put_hex(&b->frames,
			at % 2 == 0 ? "00 00 01" : "02 05 00 01 03 00 01"); /* padding, ping, ACK */
	}
	put_hex(&b->frames, "03 05 00 00 01 01 02 03"); /* ACK with ECN counts */
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [shuffled.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_BAD), 0);
	bench_free(b);
}

/* Pieces of a post-quantum hello over `count` datagrams, sent in the order of `order`. */
static void over_datagrams(const char *order)
{
	struct bench *b = bench("pq.example", 1800);
	size_t count = strlen(order), step = b->size / count + 1;

	for (size_t i = 0; i < count; i++) {
		size_t from = (size_t)(order[i] - '0') * step;
		struct quic_packet q = v1;
		q.number = (uint64_t)i;
		crypto(b, from + step / 2, from + step);
		crypto(b, from, from + step / 2);
		packet(b, &q, SMALLEST);
		told(b, "");
		send_all(b);
	}
	told(b, "quic [pq.example] 00000001\n");
	send_all(b); /* nothing */
	quic_finish(b->s.out.quic, &b->s.stats);
	for (int r = 0; r < DISSECT_REASON_COUNT; r++)
		assert_int_equal(b->s.stats.reasons[r], 0);
	bench_free(b);
}

static void test_over_datagrams(void **state)
{
	(void)state;
	over_datagrams("01");
	over_datagrams("10");
	over_datagrams("012");
	over_datagrams("120");
	over_datagrams("201");
	over_datagrams("210");
}

static void test_coalesced(void **state)
{
	struct bench *b = bench("coalesced.example", 900);
	struct quic_packet q = v1;
	(void)state;

	crypto(b, 0, 500);
	packet(b, &q, 0);
	put_hex(&b->w, "d0 00000001 08 6f726967696e616c 00 05 1122334455"); /* 0-RTT */
	q.number = 1;
	crypto(b, 500, b->size);
	packet(b, &q, 0);
	put_hex(&b->w, "e0 00000001 08 6f726967696e616c 00 05 1122334455"); /* Handshake */
	put_hex(&b->w, "40 112233445566778899");                            /* 1-RTT */
	assert_int_equal(send_all(b), PROTO_OK);
	told(b, "quic [coalesced.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_BAD), 0);
	bench_free(b);
}

/* RFC 9000 section 7.2: after the server's first packet its connection id stands in the client's, the keys
 * stay. */
static void test_changed_dcid(void **state)
{
	struct bench *b = bench("changed.example", 1800);
	struct quic_packet q = v1;
	(void)state;

	crypto(b, 0, 900);
	packet(b, &q, SMALLEST);
	send_all(b);
	q.key_cid = q.dcid;
	q.dcid = "serv";
	q.number = 1;
	crypto(b, 900, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "quic [changed.example] 00000001\n");
	q.number = 2; /* an acknowledgement: nothing is missed, nothing is counted */
	q.dcid = "a new one";
	put_hex(&b->frames, "02 05 00 00 00");
	packet(b, &q, SMALLEST);
	send_all(b);
	send_all(b);
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 0);
	bench_free(b);
}

/* Told once: retransmitted, and again after a Retry with keys from the new id (RFC 9001 section 5.2). */
static void test_retry_and_repetition(void **state)
{
	struct bench *b = bench("retry.example", 0);
	struct quic_packet q = v1;
	(void)state;

	for (int i = 0; i < 3; i++) {
		q.number = (uint64_t)i;
		crypto(b, 0, b->size);
		packet(b, &q, SMALLEST);
		send_all(b);
	}
	told(b, "quic [retry.example] 00000001\n");
	put_hex(&b->w, "f0 00000001 00 08 7365727665726964 112233445566778899aabbccddeeff00");
	turn(b);
	assert_int_equal(send_all(b), PROTO_OK);
	turn(b);
	q.dcid = "serverid";
	q.token = "token";
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "");
	q.dcid = "brand new connection"; /* from the same port, to another name */
	b->size = hello(b->hello, "other.example", 0);
	b->hello[10] ^= 1; /* another random */
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "quic [other.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH) + reason(b, DISSECT_QUIC_BAD), 0);
	bench_free(b);
}

/* A Retry in the middle of a long hello: it begins anew under the new keys. */
static void test_retry_of_half_a_hello(void **state)
{
	struct bench *b = bench("half.example", 1800);
	struct quic_packet q = v1;
	(void)state;

	crypto(b, 0, 900);
	packet(b, &q, SMALLEST);
	send_all(b);
	q.dcid = "serverid";
	q.token = "token";
	crypto(b, 900, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "");
	crypto(b, 0, 900);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "quic [half.example] 00000001\n");
	bench_free(b);
}

/* The server's Initials come with its own keys: on a known flow they cost nothing and count for nothing. */
static void test_server_side(void **state)
{
	struct bench *b = bench("server.example", 0);
	struct quic_packet back = v1;
	(void)state;

	back.key_cid = "its keys"; /* not those of the id that it sends to */
	back.dcid = "client id";
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	turn(b);
	for (int i = 0; i < 3; i++) {
		crypto(b, 0, b->size);
		packet(b, &back, SMALLEST);
		send_all(b);
	}
	told(b, "quic [server.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 0);
	b->s.m.flow.sport++; /* a flow of which only this side is seen: counted once, not tried again */
	for (int i = 0; i < 3; i++) {
		crypto(b, 0, b->size);
		packet(b, &back, SMALLEST);
		send_all(b);
	}
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 1);
	turn(b); /* the client's comes late, and is still read */
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [server.example] 00000001\n");
	bench_free(b);
}

/* Where CRYPTO bytes overlap, those that came first stay. */
static void test_overlap(void **state)
{
	struct bench *b = bench("first.example", 0);
	size_t cut = b->size - 6;
	(void)state;

	crypto(b, cut, b->size);
	memset(b->hello + cut, 'X', 6);
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [first.example] 00000001\n");
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

/* -- limits */

static void half_a_hello(struct bench *b)
{
	crypto(b, 0, 900);
	packet(b, &v1, SMALLEST);
	send_all(b);
}

static void other_half(struct bench *b)
{
	crypto(b, 900, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
}

static void test_table_full(void **state)
{
	struct bench *b = bench_hellos(3, "many.example", 1800);
	(void)state;

	for (uint16_t i = 0; i < 5; i++) {
		b->s.m.flow.sport = (uint16_t)(50000 + i);
		half_a_hello(b);
	}
	assert_int_equal(reason(b, DISSECT_QUIC_FULL), 2);
	b->s.m.flow.sport = 50000; /* the oldest made way */
	other_half(b);
	told(b, "");
	assert_int_equal(reason(b, DISSECT_QUIC_FULL), 3);
	b->s.m.flow.sport = 50004;
	other_half(b);
	told(b, "quic [many.example] 00000001\n");
	quic_finish(b->s.out.quic, &b->s.stats);
	assert_int_equal(reason(b, DISSECT_QUIC_HOLE), 2);
	quic_finish(b->s.out.quic, &b->s.stats);
	assert_int_equal(reason(b, DISSECT_QUIC_HOLE), 2);
	bench_free(b);
}

/* What failed is not tried again at once, but the client's repetition is. */
static void test_failed_then_good(void **state)
{
	struct bench *b = bench("late.example", 0);
	(void)state;

	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	b->room[600] ^= 1; /* damaged on the way to us */
	for (int i = 0; i < 3; i++)
		send_part(b, SMALLEST);
	b->room[600] ^= 1;
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 1);
	b->s.m.time += 600000;
	send_all(b);
	told(b, "quic [late.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 1);
	bench_free(b);
}

/* A hello of which the rest never came is a hole, not a lack of room; its flow is forgotten with it. */
static void test_old_hello(void **state)
{
	struct bench *b = bench("old.example", 1800);
	(void)state;

	half_a_hello(b);
	b->s.m.time += INT64_C(61) * 1000000;
	other_half(b);
	told(b, "");
	assert_int_equal(reason(b, DISSECT_QUIC_HOLE), 1);
	half_a_hello(b);
	told(b, "quic [old.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_FULL), 0);
	bench_free(b);
}

/* Forgeries of one source use up that source's share only, and only for a second. */
static void test_rate(void **state)
{
	struct bench *b = bench("rate.example", 0);
	struct quic_packet forged = v1;
	(void)state;

	forged.key_cid = "no such keys";
	for (uint16_t i = 0; i < 300; i++) {
		b->s.m.flow.sport = i;
		b->s.m.time = 5000000;
		crypto(b, 0, b->size);
		packet(b, &forged, SMALLEST);
		send_all(b);
	}
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 256);
	assert_int_equal(reason(b, DISSECT_QUIC_RATE), 44);
	b->s.m.flow.sport = 40000;
	b->s.m.flow.src.bytes[15] = 77;
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [rate.example] 00000001\n");
	b->s.m.flow.src.bytes[15] = 1;
	b->s.m.time = 6000000;
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [rate.example] 00000001\n");
	bench_free(b);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_rfc_packets),
		cmocka_unit_test(test_each_version),
		cmocka_unit_test(test_google_frames),
		cmocka_unit_test(test_versions_not_ours),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_every_byte_is_authenticated),
		cmocka_unit_test(test_lying_lengths),
		cmocka_unit_test(test_cheap_checks),
		cmocka_unit_test(test_longest_ids_and_numbers),
		cmocka_unit_test(test_shuffled_in_one_packet),
		cmocka_unit_test(test_over_datagrams),
		cmocka_unit_test(test_coalesced),
		cmocka_unit_test(test_changed_dcid),
		cmocka_unit_test(test_retry_and_repetition),
		cmocka_unit_test(test_retry_of_half_a_hello),
		cmocka_unit_test(test_server_side),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_bad_inside),
		cmocka_unit_test(test_table_full),
		cmocka_unit_test(test_old_hello),
		cmocka_unit_test(test_failed_then_good),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_front_door),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
