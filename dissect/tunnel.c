/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tunnel.h"

#include "dissect/capwap.h"
#include "dissect/ether.h"
#include "dissect/ip.h"
#include "dissect/link.h"
#include "dissect/nsh.h"
#include "dissect/ppp.h"
#include "dissect/quic.h"
#include "dissect/wifi.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080,
	GRE_VERSION = 0x0007,
	GRE_ERSPAN = 0x88be,
	GRE_ERSPAN3 = 0x22eb,
	GRE_ARUBA = 0x8200, /* and 0x8210, 0x8220 ... 0x83f0: one for each queue */
	GRE_ARUBA_MASK = 0xfe0f,
	ERSPAN3_PLATFORM = 1,
	L2TP_CONTROL = 0x8000,
	L2TP_LENGTH = 0x4000,
	L2TP_SEQUENCE = 0x0800,
	L2TP_OFFSET = 0x0200,
	L2TP_VERSION = 0x000f,
	PORT_DNS = 53,
};

/* ERSPAN type I has no header and no sequence number; II has 8 bytes, III 12 and perhaps 8 more. */
static void tunnel_erspan(struct walk *w, uint16_t flags, uint16_t type)
{
	if (type == GRE_ERSPAN) {
		rd_skip(&w->r, (flags & GRE_SEQUENCE) != 0 ? 8 : 0);
	} else {
		rd_skip(&w->r, 11);
		if ((rd_u8(&w->r) & ERSPAN3_PLATFORM) != 0)
			rd_skip(&w->r, 8);
	}
	w->next = ether_frame;
}

/* RFC 2784, with key and sequence number (RFC 2890) and the acknowledgement of version 1 (RFC 2637). */
void tunnel_gre(struct walk *w)
{
	uint16_t flags = rd_be16(&w->r), type = rd_be16(&w->r);

	if ((flags & GRE_VERSION) > 1 || (flags & GRE_ROUTING) != 0) {
		walk_stop(w, DISSECT_IP_PROTO);
		return;
	}
	rd_skip(&w->r, (flags & GRE_CHECKSUM) != 0 ? 4 : 0);
	rd_skip(&w->r, (flags & GRE_KEY) != 0 ? 4 : 0);
	rd_skip(&w->r, (flags & GRE_SEQUENCE) != 0 ? 4 : 0);
	rd_skip(&w->r, (flags & GRE_VERSION) == 1 && (flags & GRE_ACK) != 0 ? 4 : 0);
	if (type == GRE_ERSPAN || type == GRE_ERSPAN3)
		tunnel_erspan(w, flags, type);
	else if ((type & GRE_ARUBA_MASK) == GRE_ARUBA)
		w->next = wifi_frame;
	else
		link_ethertype(w, type);
}

/* RFC 3378 section 3: version 3, 12 reserved bits. */
void tunnel_etherip(struct walk *w)
{
	if (rd_be16(&w->r) >> 12 == 3)
		w->next = ether_frame;
	else
		walk_bad(w, DISSECT_IP_BAD);
}

/* RFC 7348 section 5: the I flag is set; the other bits are reserved and ignored on receipt. */
static walk_fn *tunnel_vxlan(struct rd *r)
{
	uint8_t flags = rd_u8(r);

	rd_skip(r, 7);
	return (flags & 0x08) != 0 ? ether_frame : NULL;
}

/* draft-ietf-nvo3-vxlan-gpe-13 section 3: the P flag says that the last reserved octet names the payload. */
static walk_fn *tunnel_vxlan_gpe(struct rd *r)
{
	uint8_t flags = rd_u8(r), proto;

	rd_skip(r, 2);
	proto = rd_u8(r);
	rd_skip(r, 4);
	if ((flags & 0x08) == 0)
		return NULL;
	if ((flags & 0x04) == 0)
		return ether_frame;
	switch (proto) {
	case 1:
		return ip_v4;
	case 2:
		return ip_v6;
	case 3:
		return ether_frame;
	case 4:
		return nsh_header;
	default:
		return NULL;
	}
}

/* RFC 8926 section 3.4: version 0; options in 4-octet units; the payload by its EtherType. */
static walk_fn *tunnel_geneve(struct rd *r)
{
	uint8_t first = rd_u8(r);

	rd_skip(r, 1);
	uint16_t type = rd_be16(r);
	rd_skip(r, 4 + (first & 0x3f) * 4u);
	if (first >> 6 != 0)
		return NULL;
	return link_ethertype_find(type);
}

/* GTPv1-U (3GPP TS 29.281 section 5.1): version 1, type G-PDU, optional fields, extension headers. */
static walk_fn *tunnel_gtp(struct rd *r)
{
	uint8_t flags = rd_u8(r), type = rd_u8(r), next = 0;

	rd_skip(r, 6);
	if ((flags & 0xf0) != 0x30 || type != 0xff)
		return NULL;
	if ((flags & 0x07) != 0) {
		rd_skip(r, 3);
		next = rd_u8(r);
	}
	while (next != 0 && rd_ok(r)) {
		uint8_t units = rd_u8(r);
		if (units == 0)
			return NULL;
		rd_skip(r, units * 4u - 2);
		next = rd_u8(r);
	}
	return ip_any;
}

/* RFC 4380 section 5.1.1: perhaps an authentication and an origin header, then IPv6. */
static walk_fn *tunnel_teredo(struct rd *r)
{
	struct rd peek = *r;

	if (rd_be16(&peek) == 0x0001) {
		uint8_t id = rd_u8(&peek), auth = rd_u8(&peek);
		rd_skip(&peek, id + auth + 9u);
		*r = peek;
	}
	peek = *r;
	if (rd_be16(&peek) == 0x0000)
		rd_skip(r, 8);
	peek = *r;
	return rd_u8(&peek) >> 4 == 6 ? ip_v6 : NULL;
}

/* Its header stays: fragments need what stands in it. */
static walk_fn *tunnel_capwap(struct rd *r) { return capwap_probe(*r) ? capwap_frame : NULL; }

/* L2TP (RFC 2661 section 3.1): version 2, data, with the fields that the flags name; then PPP. */
static walk_fn *tunnel_l2tp(struct rd *r)
{
	uint16_t flags = rd_be16(r);

	if ((flags & (L2TP_CONTROL | L2TP_VERSION)) != 2)
		return NULL;
	rd_skip(r, (flags & L2TP_LENGTH) != 0 ? 2 : 0);
	rd_skip(r, 4);
	rd_skip(r, (flags & L2TP_SEQUENCE) != 0 ? 4 : 0);
	if ((flags & L2TP_OFFSET) != 0)
		rd_skip(r, rd_be16(r));
	return ppp_frame;
}

/* Takes the header off r and returns the layer behind it; NULL: it is no such tunnel, whatever the port says.
 */
typedef walk_fn *tunnel_fn(struct rd *r);

static const struct {
	uint16_t port;
	tunnel_fn *open;
} ports[] = {
	{ 4789, tunnel_vxlan },     { 8472, tunnel_vxlan }, /* Linux before the IANA number */
	{ 4790, tunnel_vxlan_gpe }, { 6081, tunnel_geneve }, { 2152, tunnel_gtp },
	{ 3544, tunnel_teredo },    { 5247, tunnel_capwap }, { 1701, tunnel_l2tp },
};

uint16_t tunnel_port(size_t i) { return i < sizeof(ports) / sizeof(ports[0]) ? ports[i].port : 0; }

/* By that row, unless it finds something else. */
static bool tunnel_open(struct walk *w, size_t row)
{
	struct rd r = w->r;
	walk_fn *next = quic_is_long(r) ? NULL : ports[row].open(&r);

	if (next == NULL || !rd_ok(&r))
		return false;
	w->r = r;
	w->next = next;
	return true;
}

/* Replies may come from the tunnel's port; a client of DNS or QUIC may have drawn it at random, and is
 * answered there. */
bool tunnel_udp(struct walk *w)
{
	uint16_t sport = w->m.flow.sport, dport = w->m.flow.dport;

	if (sport == PORT_DNS || dport == PORT_DNS)
		return false;
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if ((sport == ports[i].port || dport == ports[i].port) && tunnel_open(w, i))
			return true;
	return false;
}
