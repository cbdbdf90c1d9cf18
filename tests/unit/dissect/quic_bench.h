/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QUIC dissector and a hello to cut into CRYPTO frames, packets and datagrams of one flow. */
#ifndef TESTS_UNIT_DISSECT_QUIC_BENCH_H
#define TESTS_UNIT_DISSECT_QUIC_BENCH_H

#include "tests/unit/dissect/packet.h"

#include "dissect/quic.h"
#include "dissect/quic_frame.h"
#include "tests/unit/dissect/quic_seal.h"

enum { HELLO_MAX = 9000, SMALLEST = 1200 };

static const struct quic_packet v1 = { .version = 1, .salt = QUIC_SALT_V1, .dcid = "original" };

/* A ClientHello with its handshake header; `filler` bytes of an extension that nobody knows. */
static inline size_t hello(uint8_t out[HELLO_MAX], const char *name, size_t filler)
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

static inline struct bench *bench_hellos(uint32_t hellos, const char *name, size_t filler)
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

static inline struct bench *bench(const char *name, size_t filler) { return bench_hellos(4, name, filler); }

static inline void bench_free(struct bench *b)
{
	free(b->memory);
	buf_clear(&b->s.lines);
	free(b);
}

static inline void crypto(struct bench *b, size_t from, size_t to)
{
	quic_put_crypto(&b->frames, from, b->hello, (to < b->size ? to : b->size) - from);
}

/* Ends the packet that has the frames so far. */
static inline void packet(struct bench *b, const struct quic_packet *q, size_t size)
{
	quic_put_initial(&b->w, q, b->frames.base, wr_len(&b->frames), size);
	b->frames = wr_init(b->frames_room, sizeof(b->frames_room));
}

static inline enum proto_result send_part(struct bench *b, size_t n)
{
	uint8_t *p = seen_exact(b->room, n);
	enum proto_result res = quic_parse(p, n, &b->s.out);

	assert_true(wr_ok(&b->w));
	free(p);
	return res;
}

static inline enum proto_result send_all(struct bench *b)
{
	enum proto_result res = send_part(b, wr_len(&b->w));

	b->w = wr_init(b->room, sizeof(b->room));
	b->s.m.time += 1000;
	return res;
}

static inline void told(struct bench *b, const char *lines)
{
	assert_string_equal(b->s.lines.p, lines);
	buf_reset(&b->s.lines);
}

static inline uint64_t reason(const struct bench *b, enum dissect_reason r) { return b->s.stats.reasons[r]; }

static inline void turn(struct bench *b)
{
	struct dissect_flow f = b->s.m.flow;

	b->s.m.flow.src = f.dst;
	b->s.m.flow.dst = f.src;
	b->s.m.flow.sport = f.dport;
	b->s.m.flow.dport = f.sport;
}

#endif
