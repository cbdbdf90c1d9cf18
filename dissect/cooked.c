/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/cooked.h"

#include "dissect/ip.h"
#include "dissect/link.h"

enum {
	NFLOG_PAYLOAD = 9,
	NFLOG_ALIGN = 4,
	NFLOG_HEADER = 4, /* of an attribute: its length, these four included, and its type */
	PKTAP_LEAST = 12, /* octets of its header that we read */
};

/* Address families; AF_INET6 differs between systems. */
static walk_fn *cooked_family(uint32_t family)
{
	switch (family) {
	case 2:
		return ip_v4;
	case 10:
	case 24:
	case 28:
	case 30:
		return ip_v6;
	default:
		return NULL;
	}
}

/* The family in the byte order of whoever wrote it. */
void cooked_null(struct walk *w)
{
	uint32_t family = rd_be32(&w->r);

	w->next = cooked_family(family > 0xffff ? __builtin_bswap32(family) : family);
	if (!rd_ok(&w->r)) {
		w->next = NULL;
		walk_bad(w, DISSECT_LINK_BAD);
	} else if (w->next == NULL) {
		link_unknown(w);
	}
}

/* Packet type, ARPHRD, address length, address, then protocol. */
void cooked_sll(struct walk *w)
{
	rd_skip(&w->r, 14);
	link_ethertype(w, rd_be16(&w->r));
}

/* The protocol first. */
void cooked_sll2(struct walk *w)
{
	uint16_t type = rd_be16(&w->r);

	rd_skip(&w->r, 18);
	link_ethertype(w, type);
}

/* In the byte order of this machine, to which libpcap has turned it. */
static uint16_t cooked_u16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);
	uint16_t v = 0;

	if (p != NULL)
		memcpy(&v, p, sizeof(v));
	return v;
}

/* The attribute that holds the packet, off w. False: there is none, or one before it lies. */
static bool cooked_nflog_payload(struct walk *w)
{
	while (rd_left(&w->r) > 0) {
		uint16_t length = cooked_u16(&w->r), type = cooked_u16(&w->r);
		if (!rd_ok(&w->r) || length < NFLOG_HEADER)
			return false;
		if (type == NFLOG_PAYLOAD) {
			walk_limit(w, length - (size_t)NFLOG_HEADER);
			return true;
		}
		length = (uint16_t)((length - NFLOG_HEADER + NFLOG_ALIGN - 1) / NFLOG_ALIGN * NFLOG_ALIGN);
		if (!rd_skip(&w->r, length))
			return false;
	}
	return false;
}

/* tcpdump.org/linktypes/LINKTYPE_NFLOG: family, version, group, then attributes. */
void cooked_nflog(struct walk *w)
{
	uint8_t family = rd_u8(&w->r), version = rd_u8(&w->r);

	rd_skip(&w->r, 2);
	if (!rd_ok(&w->r) || version != 0 || !cooked_nflog_payload(w)) {
		walk_bad(w, DISSECT_LINK_BAD);
		return;
	}
	w->next = cooked_family(family);
	if (w->next == NULL)
		link_unknown(w);
}

/* tcpdump.org/linktypes/LINKTYPE_PKTAP: the length of the header, a record type, the link type behind it; all
 * machines that write it are little-endian. */
void cooked_pktap(struct walk *w)
{
	struct rd peek = w->r;
	uint32_t length = __builtin_bswap32(rd_be32(&peek));

	rd_skip(&peek, 4);
	uint32_t type = __builtin_bswap32(rd_be32(&peek));
	if (!rd_ok(&peek) || length < PKTAP_LEAST || !rd_skip(&w->r, length)) {
		walk_bad(w, DISSECT_LINK_BAD);
		return;
	}
	w->next = type <= INT32_MAX ? link_find((int)type) : NULL;
	if (w->next == NULL)
		link_unknown(w);
}
