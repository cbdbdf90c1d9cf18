/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/ether.h"

#include "dissect/link.h"

enum {
	ETHERTYPE_MIN = 0x0600, /* below it is a length (IEEE 802.3) */
	SNAP_HEADER = 0xaaaa03, /* DSAP, SSAP, control of RFC 1042 */
};

/* IP stands behind LLC and SNAP with OUI 0 (RFC 1042). */
void ether_llc(struct walk *w)
{
	uint32_t llc = rd_be24(&w->r), oui = rd_be24(&w->r);

	if (llc != SNAP_HEADER || oui != 0) {
		link_unknown(w);
		return;
	}
	link_ethertype(w, rd_be16(&w->r));
}

static void ether_802_3(struct walk *w, uint16_t length)
{
	walk_limit(w, length);
	ether_llc(w);
}

/* A type, or a length. */
static void ether_typed(struct walk *w)
{
	uint16_t type = rd_be16(&w->r);

	if (!rd_ok(&w->r))
		walk_bad(w, DISSECT_LINK_BAD);
	else if (type < ETHERTYPE_MIN)
		ether_802_3(w, type);
	else
		link_ethertype(w, type);
}

void ether_frame(struct walk *w)
{
	rd_skip(&w->r, LINK_ETHERTYPE_AT);
	ether_typed(w);
}

/* Tag control, then the type of what is inside. */
void ether_vlan(struct walk *w)
{
	rd_skip(&w->r, 2);
	ether_typed(w);
}

/* A frame behind so many octets. */
static void ether_inner(struct walk *w, size_t header)
{
	if (rd_skip(&w->r, header))
		w->next = ether_frame;
	else
		walk_bad(w, DISSECT_LINK_BAD);
}

/* IEEE 802.1Q section 9.7: priority, flags and a service identifier of 24 bits. */
void ether_pbb(struct walk *w) { ether_inner(w, 4); }

/* Direction, pointer, source and destination interface in 32 bits. */
void ether_vntag(struct walk *w)
{
	rd_skip(&w->r, 4);
	ether_typed(w);
}

/* IEEE 802.1BR section 7.5: priority, ingress and egress channel in 48 bits. */
void ether_etag(struct walk *w)
{
	rd_skip(&w->r, 6);
	ether_typed(w);
}

/* A forwarding tag of 10 bits and a time to live of 6. */
void ether_fabricpath(struct walk *w) { ether_inner(w, 2); }
