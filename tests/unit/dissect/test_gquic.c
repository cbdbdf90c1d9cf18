/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/packet.h"

#include "dissect/gquic.h"

enum { PACKET = 1350, HASH = 12 };

/* FNV-1a of 128 bits in two halves, as gQUIC cuts it: the sender's side is hashed from Q037 on. */
static void hash96(uint8_t out[HASH], const uint8_t *p, size_t n, size_t header, const char *side)
{
	uint64_t high = UINT64_C(0x6c62272e07bb0142), low = UINT64_C(0x62b821756295c58d);

	for (size_t i = 0; i < n + strlen(side); i++) {
		uint8_t c = i < n ? p[i] : (uint8_t)side[i - n];
		uint64_t a, b;
		if (i >= header && i < header + HASH)
			continue;
		low ^= c;
		a = (low & 0xffffffff) * 0x13b;
		b = (low >> 32) * 0x13b + (a >> 32);
		high = high * 0x13b + (low << 24) + (b >> 32);
		low = b << 32 | (a & 0xffffffff);
	}
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(low >> 8 * i);
	for (int i = 0; i < 4; i++)
		out[8 + i] = (uint8_t)(high >> 8 * i);
}

struct spec {
	const char *header, *frames; /* hex; the CHLO follows the frames */
	const char *name, *side;
	size_t size;
};

/* The packet, in p of PACKET bytes. */
static void put_chlo(uint8_t p[PACKET], const struct spec *s)
{
	struct wr w = wr_init(p, PACKET);
	size_t header, n = strlen(s->name);

	memset(p, 0, PACKET);
	put_hex(&w, s->header);
	header = wr_len(&w);
	put_hex(&w, "000000000000000000000000");
	put_hex(&w, s->frames);
	wr_bytes(&w, "CHLO\3\0\0\0PAD\0\4\0\0\0SNI\0", 20);
	wr_u8(&w, (uint8_t)(4 + n));
	put_hex(&w, "000000");
	wr_bytes(&w, "VER\0", 4);
	wr_u8(&w, (uint8_t)(8 + n));
	put_hex(&w, "000000 2d2d2d2d");
	wr_bytes(&w, s->name, n);
	wr_bytes(&w, "Q0xx", 4);
	assert_true(wr_ok(&w));
	if (s->side != NULL)
		hash96(p + header, p, s->size, header, s->side);
}

/* Does the table of datagrams let packets that begin so through to the parser? */
static bool let_through(uint8_t first)
{
	for (int i = 0; i < proto_datagram_count; i++)
		if (proto_datagrams[i].parse == gquic_parse &&
		    (first & proto_datagrams[i].mask) == proto_datagrams[i].bits)
			return true;
	return false;
}

static void expect(const uint8_t *bytes, size_t n, const char *lines)
{
	struct seen s;
	uint8_t *p = seen_exact(bytes, n);

	seen_init(&s, 40000, 443);
	assert_int_equal(gquic_parse(p, n, &s.out), lines[0] != '\0' ? PROTO_OK : PROTO_SKIP);
	assert_string_equal(s.lines.p, lines);
	assert_true(lines[0] == '\0' || let_through(bytes[0]));
	free(p);
	buf_clear(&s.lines);
}

static const char cid[] = "0d 0102030405060708 51303433 01";

static void test_versions(void **state)
{
	static const struct {
		struct spec spec;
		const char *line;
	} rows[] = {
		{ { "0d 0102030405060708 51303234 01", "00 a4 01 0000 0004", "Q24.example", "", PACKET },
		  "quic [q24.example] 51303234\n" },
		{ { "09 01020304 51303235 01", "00 80 01", "q25.example", "", PACKET },
		  "quic [q25.example] 51303235\n" },
		{ { "09 0102030405060708 51303335 01", "a0 01 0004", "q35.example", "", PACKET },
		  "quic [q35.example] 51303335\n" },
		{ { "19 0102030405060708 51303339 0001", "40 01 02 a0 01 0004", "q39.example", "Client",
		    PACKET },
		  "quic [q39.example] 51303339\n" },
		{ { "0d 0102030405060708 51303433 01", "80 01", "q43.example", "Client", PACKET },
		  "quic [q43.example] 51303433\n" },
		{ { "c3 51303436 50 0102030405060708 00000001", "a0 01 0004", "q46.example", "Client",
		    PACKET },
		  "quic [q46.example] 51303436\n" },
		{ { "c0 51303439 08 0102030405060708 00 01", "08 00 40 50", "q49.example", "Client", PACKET },
		  "quic [q49.example] 51303439\n" },
		/* no version: the server's answer has been seen by the client */
		{ { "0c 0102030405060708 05", "40 02 01 06 00 a0 01 0004", "later.example", "", PACKET },
		  "quic [later.example] 00000000\n" },
		{ { "38 0102030405060708 000000000005", "a0 01 0004", "later.example", "Client", PACKET },
		  "quic [later.example] 00000000\n" },
		{ { "0d 0102030405060708 51303433 01", "80 01", "", "Client", PACKET }, "quic - 51303433\n" },
	};
	uint8_t p[PACKET];
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put_chlo(p, &rows[i].spec);
		expect(p, PACKET, rows[i].line);
	}
}

/* Without a hash that fits, only the first bytes of stream 1 in a packet with a version are believed. */
static void test_without_hash(void **state)
{
	static const struct {
		const char *header, *frames, *lines;
	} rows[] = {
		{ cid, "80 01", "quic [plain.example] 51303433\n" },
		{ cid, "a0 01 0004", "quic [plain.example] 51303433\n" },
		{ "0d 0102030405060708 51303333 01", "00 80 01", "quic [plain.example] 51303333\n" },
		{ cid, "80 03", "" },      /* another stream */
		{ cid, "84 01 0008", "" }, /* not its start */
		{ cid, "00 80 01", "" },   /* behind another frame */
		{ cid, "8001 00", "" },    /* not the start of the message */
		{ "0c 0102030405060708 01", "80 01", "" },
		{ "0f 0102030405060708 51303433 01", "80 01", "" }, /* reset */
		{ "8d 0102030405060708 51303433 01", "80 01", "" }, /* reserved */
		{ "05 0102030405060708 51303433 01", "80 01", "" }, /* no id */
		{ "0d 0102030405060708 51303434 01", "80 01", "" }, /* no such header */
		{ "0d 0102030405060708 61303433 01", "80 01", "" },
		{ "c3 51303530 50 0102030405060708 00000001", "80 01", "" },
	};
	uint8_t p[PACKET];
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put_chlo(p, &(struct spec){ rows[i].header, rows[i].frames, "plain.example", NULL, PACKET });
		expect(p, PACKET, rows[i].lines);
	}
}

/* No first octet that the parser takes is kept away from it, and most others are. */
static void test_first_octet(void **state)
{
	static const char *const headers[] = { "0d 0102030405060708 51303433 01", "0d 01020304 51303330 01",
					       "c3 51303436 50 0102030405060708 00000001" };
	int taken = 0, through = 0;
	uint8_t p[PACKET];
	struct seen s;
	(void)state;

	seen_init(&s, 40000, 443);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		for (int first = 0; first < 256; first++) {
			put_chlo(p, &(struct spec){ headers[i], "80 01", "plain.example", NULL, PACKET });
			p[0] = (uint8_t)first;
			through += let_through(p[0]);
			if (gquic_parse(p, PACKET, &s.out) == PROTO_SKIP)
				continue;
			assert_true(let_through(p[0]));
			taken++;
		}
	assert_true(taken > 10);
	assert_int_equal(through, 3 * (64 + 16));
	buf_clear(&s.lines);
}

/* Any change or cut of a packet that only the hash proves makes it nothing. */
static void test_hash_proves(void **state)
{
	static const struct spec spec = { "0c 0102030405060708 05", "40 02 01 06 00 a0 01 0004", "h.example",
					  "Client", PACKET };
	uint8_t p[PACKET];
	(void)state;

	put_chlo(p, &spec);
	for (size_t i = 0; i < PACKET; i++) {
		p[i] ^= 1;
		expect(p, PACKET, "");
		p[i] ^= 1;
		expect(p, i, "");
	}
	expect(p, PACKET, "quic [h.example] 00000000\n");
	/* a client pads its hello: shorter ones are not looked through */
	put_chlo(p, &(struct spec){ spec.header, spec.frames, spec.name, spec.side, 1023 });
	expect(p, 1023, "");
	put_chlo(p, &(struct spec){ spec.header, spec.frames, spec.name, spec.side, 1024 });
	expect(p, 1024, "quic [h.example] 00000000\n");
}

/* Only so many places are looked at: bait in front of the CHLO would cost a walk over its tags each. */
static void test_bait(void **state)
{
	static const char header[] = "0c 0102030405060708 05", bait[] = "43484c4f ffff ";
	char frames[8 * sizeof(bait)] = "";
	uint8_t p[PACKET];
	(void)state;

	for (size_t i = 0; i < 5; i++) {
		put_chlo(p, &(struct spec){ header, frames, "h.example", "Client", PACKET });
		expect(p, PACKET, i < 4 ? "quic [h.example] 00000000\n" : "");
		memcpy(frames + strlen(frames), bait, sizeof(bait));
	}
}

static void test_truncated_at_every_length(void **state)
{
	static const struct spec spec = { cid, "80 01", "cut.example", NULL, PACKET };
	size_t whole = 14 + HASH + 2 + 32 + 4 + strlen("cut.example") + 4;
	uint8_t p[PACKET];
	(void)state;

	put_chlo(p, &spec);
	for (size_t n = 0; n < whole; n++)
		expect(p, n, "");
	expect(p, whole, "quic [cut.example] 51303433\n");
	expect(p, whole + 1, "quic [cut.example] 51303433\n");
}

static void test_tags(void **state)
{
	static const char good[] = "CHLO\2\0\0\0SNI\0\3\0\0\0VER\0\7\0\0\0a.bQ043";
	static const char back[] = "CHLO\2\0\0\0SNI\0\3\0\0\0VER\0\2\0\0\0a.bQ043";
	static const char many[] = "CHLO\x81\0\0\0";
	const uint8_t *p = (const uint8_t *)good;
	struct dissect_str host;
	(void)state;

	for (size_t n = 0; n < sizeof(good) - 1; n++) {
		assert_true(gquic_chlo_size(p, n) == (n < 24 ? 0 : sizeof(good) - 1));
		assert_false(gquic_chlo_read(p, n, &host));
	}
	assert_true(gquic_chlo_read(p, sizeof(good) - 1, &host));
	assert_int_equal(host.n, 3);
	assert_memory_equal(host.p, "a.b", 3);
	assert_false(gquic_chlo_read((const uint8_t *)back, sizeof(back) - 1, &host));
	assert_false(gquic_chlo_read((const uint8_t *)many, sizeof(many) - 1, &host));
	assert_true(gquic_chlo_size((const uint8_t *)many, sizeof(many) - 1) == SIZE_MAX);
	assert_true(gquic_chlo_size((const uint8_t *)"REJ\0", 4) == SIZE_MAX);
	assert_true(gquic_chlo_size((const uint8_t *)"CHLO\0\0\0\0", 8) == 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_first_octet),
		cmocka_unit_test(test_without_hash),
		cmocka_unit_test(test_hash_proves),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_bait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
