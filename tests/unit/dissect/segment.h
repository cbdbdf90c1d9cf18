/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP segments made by hand, between the client's port 40000 and the server's 8080 of packet.h.
 */
#ifndef TESTS_UNIT_DISSECT_SEGMENT_H
#define TESTS_UNIT_DISSECT_SEGMENT_H

#include "tests/unit/dissect/packet.h"

#include "dissect/tcp.h"

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16, ISN = 1000, START = ISN + 1 };

#define GET(x)      "GET /" x " HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_LINE(x) "http [h] [GET] [/" x "] - - -\n"

struct seg {
	uint32_t seq, ack;
	uint8_t flags;
	bool back;      /* from the server */
	uint16_t sport; /* 0: 40000 */
	const void *data;
	size_t n;
};

static inline void put_tcp(struct lab *l, struct seg s)
{
	uint16_t client = s.sport ? s.sport : 40000;

	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_TCP, .back = s.back, .payload = 20 + s.n });
	wr_be16(&l->w, s.back ? 8080 : client);
	wr_be16(&l->w, s.back ? client : 8080);
	wr_be32(&l->w, s.seq);
	wr_be32(&l->w, s.ack);
	wr_u8(&l->w, 0x50);
	wr_u8(&l->w, s.flags);
	put_hex(&l->w, "ffff 0000 0000");
	wr_bytes(&l->w, s.data, s.n);
}

static inline void send_seg(struct lab *l, struct seg s)
{
	put_tcp(l, s);
	lab_send(l, LINK_RAW);
}

static inline void send_flags(struct lab *l, uint32_t seq, uint8_t flags)
{
	send_seg(l, (struct seg){ .seq = seq, .flags = flags });
}

static inline void send_bytes(struct lab *l, uint32_t seq, const void *data, size_t n)
{
	send_seg(l, (struct seg){ .seq = seq, .flags = ACK, .data = data, .n = n });
}

static inline void send_text(struct lab *l, uint32_t seq, const char *text)
{
	send_bytes(l, seq, text, strlen(text));
}

#endif
