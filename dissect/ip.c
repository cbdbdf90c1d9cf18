/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/ip.h"

#include <netinet/in.h>

#include "dissect/frag.h"
#include "dissect/span.h"
#include "dissect/tcp.h"
#include "dissect/tunnel.h"
#include "dissect/udp.h"

enum {
	IPV4_HEADER_MIN = 20,
	IPV4_MORE = 0x2000,
	IPV4_OFFSET = 0x1fff,
	PROTO_MOBILITY = 135,
	PROTO_HIP = 139,
	PROTO_SHIM6 = 140,
};

static const struct {
	uint8_t proto;
	walk_fn *fn;
} protos[] = {
	{ IPPROTO_TCP, tcp_walk }, { IPPROTO_UDP, udp_walk },   { IPPROTO_IPIP, ip_v4 },
	{ IPPROTO_IPV6, ip_v6 },   { IPPROTO_GRE, tunnel_gre }, { 97 /* RFC 3378 */, tunnel_etherip },
};

static void ip_payload(struct walk *w, uint8_t proto)
{
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (protos[i].proto == proto) {
			w->next = protos[i].fn;
			return;
		}
	walk_stop(w, DISSECT_IP_PROTO);
}

/* RFC 4302 section 2.2: length in 4-octet units, minus 2. Also an IPv6 extension header. */
static uint8_t ip_skip_ah(struct walk *w)
{
	uint8_t next = rd_u8(&w->r), length = rd_u8(&w->r);

	rd_skip(&w->r, (length + 2u) * 4 - 2);
	return next;
}

/* The copy of a fragment would begin a datagram that nothing completes. */
static bool ip_fragment_repeats(struct walk *w, const struct frag_piece *piece)
{
	struct dissect_flow f = { .src = w->m.flow.src, .dst = w->m.flow.dst, .proto = piece->proto };
	struct span_sight s = { .flow = &f,
				.tag = (uint64_t)piece->offset << 32 | piece->id,
				.p = w->r.p,
				.n = rd_left(&w->r),
				.time = w->m.time };

	if (!span_repeats(w->spans, &s))
		return false;
	walk_stop(w, DISSECT_SPAN_DUPLICATE);
	return true;
}

bool ip_fragment(struct walk *w, struct frag_piece *piece)
{
	struct rd whole;

	if (w->cut > 0) {
		walk_stop(w, DISSECT_SNAPPED);
		return false;
	}
	if (ip_fragment_repeats(w, piece))
		return false;
	piece->src = w->m.flow.src;
	piece->dst = w->m.flow.dst;
	piece->time = w->m.time;
	piece->serial = w->serial;
	piece->data = w->r;
	switch (frag_add(w->frags, piece, w->out.stats, &whole)) {
	case FRAG_WHOLE:
		w->r = whole;
		return true;
	case FRAG_WAITS:
		w->outcome = DISSECT_OUT_WAITING;
		return false;
	case FRAG_REFUSED:
		break;
	}
	w->outcome = DISSECT_OUT_IP_FRAGMENT;
	return false;
}

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static struct dissect_addr ip_mapped(const uint8_t *v4)
{
	struct dissect_addr a = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };

	memcpy(a.bytes + 12, v4, 4);
	return a;
}

static void ip_v4_payload(struct walk *w, uint8_t proto, uint16_t id, uint16_t offset)
{
	if ((offset & (IPV4_MORE | IPV4_OFFSET)) != 0) {
		struct frag_piece piece = { .id = id,
					    .proto = proto,
					    .offset = (offset & IPV4_OFFSET) * 8u,
					    .more = (offset & IPV4_MORE) != 0 };
		if (!ip_fragment(w, &piece))
			return;
	}
	if (proto == IPPROTO_AH)
		proto = ip_skip_ah(w);
	if (rd_ok(&w->r))
		ip_payload(w, proto);
	else
		walk_bad(w, DISSECT_IP_BAD);
}

void ip_v4(struct walk *w)
{
	struct rd peek = w->r;
	const uint8_t *h = rd_bytes(&peek, IPV4_HEADER_MIN);
	size_t header = h != NULL ? (h[0] & 15u) * 4 : 0;
	uint16_t total = h != NULL ? be16(h + 2) : 0;

	/* A total length of 0 is a segment that the sender's card was to cut up: all of the frame. */
	if (header < IPV4_HEADER_MIN || h[0] >> 4 != 4 || (total != 0 && total < header)) {
		walk_bad(w, DISSECT_IP_BAD);
		return;
	}
	if (total != 0)
		walk_limit(w, total);
	rd_skip(&w->r, header);
	w->m.flow.src = ip_mapped(h + 12);
	w->m.flow.dst = ip_mapped(h + 16);
	w->ident = be16(h + 4);
	ip_v4_payload(w, h[9], w->ident, be16(h + 6));
}

/* RFC 8200 section 4.5. False when the walk ends here. */
static bool ip_v6_fragment(struct walk *w, uint8_t *proto)
{
	struct frag_piece piece = { .proto = rd_u8(&w->r) };
	rd_skip(&w->r, 1);
	uint16_t offset = rd_be16(&w->r);
	piece.id = rd_be32(&w->r);
	piece.offset = offset & 0xfff8;
	piece.more = offset & 1;
	*proto = piece.proto;
	if (!rd_ok(&w->r)) {
		walk_bad(w, DISSECT_IP_BAD);
		return false;
	}
	if (piece.offset == 0 && !piece.more) /* atomic fragment, RFC 6946 */
		return true;
	if (!ip_fragment(w, &piece))
		return false;
	*proto = piece.proto;
	return true;
}

/* One extension header off w. True while *proto names the next one to look at. */
static bool ip_v6_extension(struct walk *w, uint8_t *proto)
{
	struct rd peek = w->r;
	uint8_t next = rd_u8(&peek), length = rd_u8(&peek);

	switch (*proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case PROTO_MOBILITY:
	case PROTO_HIP:
	case PROTO_SHIM6:
		rd_skip(&w->r, length * 8u + 8);
		*proto = next;
		return rd_ok(&w->r);
	case IPPROTO_AH:
		*proto = ip_skip_ah(w);
		return rd_ok(&w->r);
	default:
		return false;
	}
}

/* Every header takes at least 8 bytes, so the chain ends with the packet. */
static void ip_v6_payload(struct walk *w, uint8_t proto)
{
	for (;;) {
		while (ip_v6_extension(w, &proto))
			;
		if (!rd_ok(&w->r)) {
			walk_bad(w, DISSECT_IP_BAD);
			return;
		}
		if (proto != IPPROTO_FRAGMENT) {
			ip_payload(w, proto);
			return;
		}
		if (!ip_v6_fragment(w, &proto))
			return;
	}
}

void ip_v6(struct walk *w)
{
	uint32_t first = rd_be32(&w->r);
	uint16_t length = rd_be16(&w->r);
	uint8_t proto = rd_u8(&w->r);
	rd_skip(&w->r, 1);
	const uint8_t *src = rd_bytes(&w->r, 16), *dst = rd_bytes(&w->r, 16);

	if (!rd_ok(&w->r) || first >> 28 != 6) {
		walk_bad(w, DISSECT_IP_BAD);
		return;
	}
	if (length != 0) /* 0: a jumbogram (RFC 2675) or a segment still to be cut up */
		walk_limit(w, length);
	memcpy(w->m.flow.src.bytes, src, 16);
	memcpy(w->m.flow.dst.bytes, dst, 16);
	w->ident = 0;
	ip_v6_payload(w, proto);
}

void ip_any(struct walk *w)
{
	struct rd peek = w->r;

	w->next = rd_u8(&peek) >> 4 == 6 ? ip_v6 : ip_v4;
}
