/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/link.h"

#include "dissect/ip.h"

enum {
	ETHERTYPE_MIN = 0x0600, /* below it is a length (IEEE 802.3) */
	ETHERTYPE_AT = 12,
	SNAP_HEADER = 0xaaaa03, /* DSAP, SSAP, control of RFC 1042 */
	IPV6_HEADER = 40,
};

static walk_fn link_mpls;

/* Nothing that we walk; or cut short before it could tell. */
static void link_unknown(struct walk *w)
{
	if (rd_ok(&w->r) && (rd_left(&w->r) > 0 || w->cut == 0))
		walk_stop(w, DISSECT_LINK_UNKNOWN);
	else
		walk_bad(w, DISSECT_LINK_BAD);
}

/* IP stands behind LLC and SNAP with OUI 0 (RFC 1042). */
static void link_llc(struct walk *w)
{
	uint32_t llc = rd_be24(&w->r), oui = rd_be24(&w->r);

	if (llc != SNAP_HEADER || oui != 0) {
		link_unknown(w);
		return;
	}
	link_ethertype(w, rd_be16(&w->r));
}

static void link_802_3(struct walk *w, uint16_t length)
{
	walk_limit(w, length);
	link_llc(w);
}

static void link_typed(struct walk *w)
{
	uint16_t type = rd_be16(&w->r);

	if (!rd_ok(&w->r))
		walk_bad(w, DISSECT_LINK_BAD);
	else if (type < ETHERTYPE_MIN)
		link_802_3(w, type);
	else
		link_ethertype(w, type);
}

void link_ethernet(struct walk *w)
{
	rd_skip(&w->r, ETHERTYPE_AT);
	link_typed(w);
}

/* IEEE 802.11 section 9.2.3: data frames that carry data and are not encrypted. */
void link_wifi(struct walk *w)
{
	uint16_t control = rd_be16(&w->r); /* type and subtype in the first octet, flags in the second */
	bool qos = (control & 0x8000) != 0, order = (control & 0x0080) != 0;

	rd_skip(&w->r, 22);
	if ((control & 0x0f00) != 0x0800 || (control & 0x4040) != 0) {
		link_unknown(w);
		return;
	}
	rd_skip(&w->r, (control & 0x0003) == 0x0003 ? 6 : 0); /* between access points: a fourth address */
	rd_skip(&w->r, qos ? 2 : 0);
	rd_skip(&w->r, qos && order ? 4 : 0);
	link_llc(w);
}

/* IEEE 802.1Q and 802.1ad: tag control, then the type of what is inside. */
static void link_vlan(struct walk *w)
{
	rd_skip(&w->r, 2);
	link_typed(w);
}

/* The first octet's low bit tells a compressed protocol number (RFC 1661 section 6.5). */
void link_ppp(struct walk *w)
{
	struct rd peek = w->r;
	uint16_t protocol;

	if (rd_be16(&peek) == 0xff03) /* address and control, unless compressed away (RFC 1662 section 3.1) */
		rd_skip(&w->r, 2);
	protocol = rd_u8(&w->r);
	if ((protocol & 1) == 0)
		protocol = (uint16_t)(protocol << 8 | rd_u8(&w->r));
	if (!rd_ok(&w->r))
		walk_bad(w, DISSECT_LINK_BAD);
	else if (protocol == 0x0021)
		w->next = ip_v4;
	else if (protocol == 0x0057)
		w->next = ip_v6;
	else if (protocol == 0x0281)
		w->next = link_mpls;
	else
		link_unknown(w);
}

/* RFC 2516 section 4, session stage: code 0, then PPP. */
static void link_pppoe(struct walk *w)
{
	uint8_t version = rd_u8(&w->r), code = rd_u8(&w->r);

	rd_skip(&w->r, 2);
	uint16_t length = rd_be16(&w->r);
	if (!rd_ok(&w->r) || version != 0x11 || code != 0) {
		walk_bad(w, DISSECT_LINK_BAD);
		return;
	}
	walk_limit(w, length);
	w->next = link_ppp;
}

static const struct {
	uint16_t type;
	walk_fn *fn;
} ethertypes[] = {
	{ 0x0800, ip_v4 },         { 0x86dd, ip_v6 },     { 0x8100, link_vlan }, { 0x88a8, link_vlan },
	{ 0x9100, link_vlan },     { 0x8847, link_mpls }, { 0x8848, link_mpls }, { 0x8864, link_pppoe },
	{ 0x880b, link_ppp },      /* RFC 7241; PPTP's GRE (RFC 2637) */
	{ 0x6558, link_ethernet }, /* transparent Ethernet bridging in GRE (RFC 1701) */
};

static walk_fn *ethertype_find(uint16_t type)
{
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++)
		if (ethertypes[i].type == type)
			return ethertypes[i].fn;
	return NULL;
}

void link_ethertype(struct walk *w, uint16_t type)
{
	if (!rd_ok(&w->r)) {
		walk_bad(w, DISSECT_LINK_BAD);
		return;
	}
	w->next = ethertype_find(type);
	if (w->next == NULL)
		walk_stop(w, DISSECT_LINK_UNKNOWN);
}

/* Does an EtherType that we walk stand so far behind r? */
static bool link_typed_at(struct rd r, size_t offset)
{
	rd_skip(&r, offset);
	return ethertype_find(rd_be16(&r)) != NULL;
}

/* IP by its version, when its length fits exactly or no frame could stand here: addresses like 48:.. and
 * 60:.. look like it too. */
static walk_fn *mpls_ip(const struct walk *w)
{
	struct rd r = w->r;
	size_t whole = rd_left(&r) + w->cut;
	uint8_t first = rd_u8(&r);

	rd_skip(&r, 1);
	uint16_t v4_total = rd_be16(&r), v6_length = rd_be16(&r);
	bool frame = link_typed_at(w->r, ETHERTYPE_AT);
	if (first >> 4 == 4 && (first == 0x45 || v4_total == whole || !frame))
		return ip_v4;
	if (first >> 4 == 6 && (v6_length + (size_t)IPV6_HEADER == whole || !frame))
		return ip_v6;
	return NULL;
}

/* RFC 3032 section 2.1. Nothing names the payload: IP, else a pseudowire (RFC 4385 section 3) whose control
 * word need not be there: an address of zeroes is less likely than it. */
static void link_mpls(struct walk *w)
{
	uint32_t entry = 0;
	struct rd peek;

	while (rd_left(&w->r) > 0 && (entry & 0x100) == 0)
		entry = rd_be32(&w->r);
	w->next = mpls_ip(w);
	if (w->next != NULL)
		return;
	peek = w->r;
	uint32_t word = rd_be32(&peek);
	if (word == 0 || (word >> 28 == 0 && !link_typed_at(w->r, ETHERTYPE_AT)))
		rd_skip(&w->r, 4);
	if (rd_ok(&peek))
		w->next = link_ethernet;
	else
		walk_bad(w, DISSECT_LINK_BAD);
}

/* An address family in the byte order of whoever wrote it; AF_INET6 differs between systems. */
static void link_null(struct walk *w)
{
	uint32_t family = rd_be32(&w->r);

	if (family > 0xffff)
		family = __builtin_bswap32(family);
	if (!rd_ok(&w->r))
		walk_bad(w, DISSECT_LINK_BAD);
	else if (family == 2)
		w->next = ip_v4;
	else if (family == 10 || family == 24 || family == 28 || family == 30)
		w->next = ip_v6;
	else
		link_unknown(w);
}

/* Linux cooked capture: packet type, ARPHRD, address length, address, then protocol. */
static void link_sll(struct walk *w)
{
	rd_skip(&w->r, 14);
	link_ethertype(w, rd_be16(&w->r));
}

/* Version 2 puts the protocol first. */
static void link_sll2(struct walk *w)
{
	uint16_t type = rd_be16(&w->r);

	rd_skip(&w->r, 18);
	link_ethertype(w, type);
}

/* Cisco HDLC: address, control, EtherType. */
static void link_chdlc(struct walk *w)
{
	rd_skip(&w->r, 2);
	link_ethertype(w, rd_be16(&w->r));
}

static const struct {
	enum link_type type;
	walk_fn *fn;
} types[] = {
	{ LINK_EN10MB, link_ethernet }, { LINK_NULL, link_null },       { LINK_LOOP, link_null },
	{ LINK_RAW, ip_any },           { LINK_IPV4, ip_v4 },           { LINK_IPV6, ip_v6 },
	{ LINK_LINUX_SLL, link_sll },   { LINK_LINUX_SLL2, link_sll2 }, { LINK_PPP, link_ppp },
	{ LINK_PPP_SERIAL, link_ppp },  { LINK_PPP_ETHER, link_pppoe }, { LINK_C_HDLC, link_chdlc },
	{ LINK_IEEE802_11, link_wifi },
};

walk_fn *link_find(int linktype)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((int)types[i].type == linktype)
			return types[i].fn;
	return NULL;
}
