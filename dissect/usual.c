/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/usual.h"

#include <netinet/in.h>

#include "dissect/link.h"

enum { TAGS_MAX = 2, TAG_SIZE = 4, PORTS_SIZE = 4 };
enum { TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd, TYPE_VLAN = 0x8100, TYPE_QINQ = 0x88a8 };
enum { IPV4_HEADER = 20, IPV4_FRAGMENT = 0x3fff, IPV6_HEADER = 40 };

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static uint16_t usual_type(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, LINK_ETHERTYPE_AT + 2);
	uint16_t type = p != NULL ? be16(p + LINK_ETHERTYPE_AT) : 0;

	for (int i = 0; i < TAGS_MAX && (type == TYPE_VLAN || type == TYPE_QINQ); i++) {
		p = rd_bytes(r, TAG_SIZE);
		type = p != NULL ? be16(p + 2) : 0;
	}
	return type;
}

/* As walk_limit(). */
static void usual_limit(struct usual *u, size_t claimed)
{
	size_t left = rd_left(&u->r);

	u->cut = claimed > left ? claimed - left : 0;
	if (claimed < left)
		u->r = rd_sub(&u->r, claimed);
}

static void usual_mapped(struct dissect_addr *a, const uint8_t *v4)
{
	*a = (struct dissect_addr){ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };
	memcpy(a->bytes + 12, v4, 4);
}

static bool usual_v4(struct usual *u)
{
	const uint8_t *h = rd_bytes(&u->r, IPV4_HEADER);
	size_t header = h != NULL ? (h[0] & 15u) * 4 : 0, total = h != NULL ? be16(h + 2) : 0;

	if (header < IPV4_HEADER || h[0] >> 4 != 4 || total < header || (be16(h + 6) & IPV4_FRAGMENT) != 0)
		return false;
	usual_limit(u, total - IPV4_HEADER);
	usual_mapped(&u->flow.src, h + 12);
	usual_mapped(&u->flow.dst, h + 16);
	u->flow.proto = h[9];
	u->ident = be16(h + 4);
	return rd_skip(&u->r, header - IPV4_HEADER);
}

static bool usual_v6(struct usual *u)
{
	const uint8_t *h = rd_bytes(&u->r, IPV6_HEADER);

	if (h == NULL || h[0] >> 4 != 6 || be16(h + 4) == 0)
		return false;
	usual_limit(u, be16(h + 4));
	memcpy(&u->flow.src, h + 8, sizeof(u->flow.src));
	memcpy(&u->flow.dst, h + 24, sizeof(u->flow.dst));
	u->flow.proto = h[6];
	u->ident = 0;
	return true;
}

static bool usual_packet(struct usual *u)
{
	switch (usual_type(&u->r)) {
	case TYPE_IPV4:
		return usual_v4(u);
	case TYPE_IPV6:
		return usual_v6(u);
	default:
		return false;
	}
}

bool usual_read(const struct dissect_packet *p, struct usual *u)
{
	if (p->linktype != LINK_EN10MB)
		return false;
	u->r = rd_init(p->bytes, p->captured);
	if (!usual_packet(u) || (u->flow.proto != IPPROTO_TCP && u->flow.proto != IPPROTO_UDP) ||
	    rd_left(&u->r) < PORTS_SIZE)
		return false;
	u->flow.sport = be16(u->r.p);
	u->flow.dport = be16(u->r.p + 2);
	return true;
}
