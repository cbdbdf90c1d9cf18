/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets made by hand, and a dissector to send them through. The client is 10.0.0.1:40000 or
 * fd00::1, the server 10.0.0.2:8080 or fd00::2; what is found stands as lines in lab.seen.
 */
#ifndef TESTS_UNIT_DISSECT_PACKET_H
#define TESTS_UNIT_DISSECT_PACKET_H

#include "tests/unit/dissect/seen.h"

#include <netinet/in.h>

#include "base/wr.h"
#include "dissect/link.h"

enum { PACKET_MAX = 70000, ETHER_IPV4 = 0x0800, ETHER_IPV6 = 0x86dd };

struct lab {
	struct seen seen;
	struct dissect *d;
	void *memory;
	int64_t time;
	uint8_t room[PACKET_MAX];
	struct wr w;                              /* the packet that is being made, in room */
	uint64_t outcomes[DISSECT_OUTCOME_COUNT]; /* asked for so far */
};

static inline struct lab *lab_limits(struct dissect_limits limits)
{
	struct lab *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	seen_init(&l->seen, 0, 0);
	l->memory = calloc(1, dissect_size(&limits));
	assert_non_null(l->memory);
	l->d = dissect_init(l->memory, &limits, seen_add, &l->seen);
	l->time = 1000000;
	l->w = wr_init(l->room, sizeof(l->room));
	return l;
}

static inline struct lab *lab_new(void)
{
	return lab_limits((struct dissect_limits){ .flows = 64, .stream_bytes = 8192, .buffers = 8 });
}

static inline void lab_free(struct lab *l)
{
	free(l->memory);
	buf_clear(&l->seen.lines);
	free(l);
}

static inline uint64_t lab_reason(const struct lab *l, enum dissect_reason r)
{
	return dissect_stats(l->d)->reasons[r];
}

static inline uint64_t lab_reasons(const struct lab *l)
{
	uint64_t sum = 0;

	for (int r = 0; r < DISSECT_REASON_COUNT; r++)
		sum += lab_reason(l, (enum dissect_reason)r);
	return sum;
}

static inline uint64_t lab_outcomes(const struct lab *l)
{
	uint64_t sum = 0;

	for (int o = 0; o < DISSECT_OUTCOME_COUNT; o++)
		sum += dissect_stats(l->d)->outcomes[o];
	return sum;
}

/* The last packet ended so; asked once for each. */
static inline void lab_outcome(struct lab *l, enum dissect_outcome o)
{
	assert_int_equal(dissect_stats(l->d)->outcomes[o], ++l->outcomes[o]);
}

/* Sends the first `captured` bytes of what was made; the copy ends where they end. */
static inline void lab_send_cut(struct lab *l, int linktype, size_t captured, size_t wire)
{
	uint8_t *p = seen_exact(l->room, captured);
	struct dissect_packet packet = { .time = l->time,
					 .linktype = linktype,
					 .wire_len = (uint32_t)wire,
					 .bytes = p,
					 .captured = (uint32_t)captured };

	assert_true(wr_ok(&l->w));
	dissect_packet(l->d, &packet);
	free(p);
	assert_int_equal(lab_outcomes(l), dissect_stats(l->d)->packets); /* each ended in one of them */
}

static inline void lab_send(struct lab *l, int linktype)
{
	lab_send_cut(l, linktype, wr_len(&l->w), wr_len(&l->w));
	l->time += 20000; /* so that no packet is taken for the mirror's copy of the one before */
	l->w = wr_init(l->room, sizeof(l->room));
}

/* What was found since the last time. */
static inline void lab_expect(struct lab *l, const char *lines)
{
	assert_string_equal(l->seen.lines.p, lines);
	buf_reset(&l->seen.lines);
}

/* Digits in pairs; spaces may stand between any. */
static inline void put_hex(struct wr *w, const char *hex)
{
	char byte[3] = "";
	size_t n = 0;

	for (; *hex != '\0'; hex++) {
		if (*hex == ' ')
			continue;
		byte[n++] = *hex;
		if (n == 2)
			wr_u8(w, (uint8_t)strtoul(byte, NULL, 16));
		n %= 2;
	}
	assert_int_equal(n, 0);
}

static inline void put_ether(struct wr *w, uint16_t type)
{
	put_hex(w, "02 00 00 00 00 02 02 00 00 00 00 01");
	wr_be16(w, type);
}

struct ipv4_spec {
	uint8_t proto;
	bool back; /* from the server */
	uint16_t id;
	uint16_t offset; /* as on the wire, with flags */
	size_t payload;
};

static inline void put_ipv4(struct wr *w, struct ipv4_spec s)
{
	put_hex(w, "45 00");
	wr_be16(w, (uint16_t)(20 + s.payload));
	wr_be16(w, s.id);
	wr_be16(w, s.offset);
	wr_u8(w, 64);
	wr_u8(w, s.proto);
	wr_be16(w, 0);
	put_hex(w, s.back ? "0a000002 0a000001" : "0a000001 0a000002");
}

static inline void put_ipv6(struct wr *w, uint8_t next, size_t payload)
{
	wr_be32(w, 0x60000000);
	wr_be16(w, (uint16_t)payload);
	wr_u8(w, next);
	wr_u8(w, 64);
	put_hex(w, "fd000000000000000000000000000001 fd000000000000000000000000000002");
}

static inline void put_udp(struct wr *w, uint16_t sport, uint16_t dport, size_t payload)
{
	wr_be16(w, sport);
	wr_be16(w, dport);
	wr_be16(w, (uint16_t)(8 + payload));
	wr_be16(w, 0);
}

/* A question for the address of "a.example": 27 bytes; found as QUERY. */
#define QUERY_HEX  "1234 0100 0001 0000 0000 0000 01 61 07 65 78 61 6d 70 6c 65 00 0001 0001"
#define QUERY_LINE "query [a.example] 1\n"
enum { QUERY_SIZE = 27, QUERY_UDP_SIZE = 8 + QUERY_SIZE, QUERY_IPV4_SIZE = 20 + QUERY_UDP_SIZE };

static inline void put_query_udp(struct wr *w)
{
	put_udp(w, 40000, 53, QUERY_SIZE);
	put_hex(w, QUERY_HEX);
}

static inline void put_query_ipv4(struct wr *w)
{
	put_ipv4(w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = QUERY_UDP_SIZE });
	put_query_udp(w);
}

static inline void put_query_ipv6(struct wr *w)
{
	put_ipv6(w, IPPROTO_UDP, QUERY_UDP_SIZE);
	put_query_udp(w);
}

/* The packet that was made, cut at every length: nothing is found, each is counted, none is read beyond its
 * end. */
static inline void lab_every_cut(struct lab *l, int linktype)
{
	size_t whole = wr_len(&l->w);

	for (size_t n = 0; n < whole; n++) {
		uint64_t before = lab_reasons(l), snapped = lab_reason(l, DISSECT_SNAPPED);
		lab_send_cut(l, linktype, n, n);
		assert_true(lab_reasons(l) > before);
		lab_send_cut(l, linktype, n, whole);
		assert_true(lab_reason(l, DISSECT_SNAPPED) > snapped);
	}
	buf_reset(&l->seen.lines);
	lab_send_cut(l, linktype, whole, whole);
	l->w = wr_init(l->room, sizeof(l->room));
}

#endif
