/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/ahead.h"

#include <netinet/in.h>

#include "dissect/link.h"

enum { TAGS_MAX = 2, IPV4_HEADER = 20 };
enum { TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd, TYPE_VLAN = 0x8100, TYPE_QINQ = 0x88a8 };

static uint16_t ahead_type(struct rd *r)
{
	uint16_t type;

	rd_skip(r, LINK_ETHERTYPE_AT);
	type = rd_be16(r);
	for (int i = 0; i < TAGS_MAX && (type == TYPE_VLAN || type == TYPE_QINQ); i++) {
		rd_skip(r, 2);
		type = rd_be16(r);
	}
	return type;
}

static void ahead_mapped(struct dissect_addr *a, const uint8_t *v4)
{
	*a = (struct dissect_addr){ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };
	memcpy(a->bytes + 12, v4, 4);
}

static void ahead_v4(struct rd *r, struct dissect_flow *f)
{
	size_t header = (rd_u8(r) & 15) * 4u;
	const uint8_t *p;

	rd_skip(r, 8);
	f->proto = rd_u8(r);
	rd_skip(r, 2);
	p = rd_bytes(r, 8);
	if (p != NULL && header >= IPV4_HEADER) {
		ahead_mapped(&f->src, p);
		ahead_mapped(&f->dst, p + 4);
		rd_skip(r, header - IPV4_HEADER);
	}
}

static void ahead_v6(struct rd *r, struct dissect_flow *f)
{
	const uint8_t *p;

	rd_skip(r, 6);
	f->proto = rd_u8(r);
	rd_skip(r, 1);
	p = rd_bytes(r, 2 * sizeof(f->src));
	if (p != NULL) {
		memcpy(&f->src, p, sizeof(f->src));
		memcpy(&f->dst, p + sizeof(f->src), sizeof(f->dst));
	}
}

bool ahead_flow(const struct dissect_packet *p, struct dissect_flow *f, struct rd *rest)
{
	struct rd r = rd_init(p->bytes, p->captured);

	if (p->linktype != LINK_EN10MB)
		return false;
	f->proto = 0;
	switch (ahead_type(&r)) {
	case TYPE_IPV4:
		ahead_v4(&r, f);
		break;
	case TYPE_IPV6:
		ahead_v6(&r, f);
		break;
	default:
		return false;
	}
	f->sport = rd_be16(&r);
	f->dport = rd_be16(&r);
	*rest = r;
	return rd_ok(&r) && (f->proto == IPPROTO_TCP || f->proto == IPPROTO_UDP);
}
