/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/udp.h"

#include <netinet/in.h>

#include "dissect/tunnel.h"

enum { UDP_HEADER = 8 };

static void udp_datagram(struct walk *w)
{
	size_t n = rd_left(&w->r);

	if (w->cut > 0)
		walk_count(w, DISSECT_SNAPPED);
	if (n == 0)
		return;
	w->parsed = true;
	for (int i = 0; i < proto_datagram_count; i++)
		if (proto_datagrams[i].parse(w->r.p, n, &w->out) != PROTO_SKIP)
			return;
}

void udp_walk(struct walk *w)
{
	uint16_t sport = rd_be16(&w->r), dport = rd_be16(&w->r), length = rd_be16(&w->r);

	rd_skip(&w->r, 2);
	/* A length of 0 is that of a jumbogram (RFC 2675 section 4). */
	if (!rd_ok(&w->r) || (length != 0 && length < UDP_HEADER)) {
		walk_bad(w, DISSECT_TRANSPORT_BAD);
		return;
	}
	if (length != 0 && length < rd_left(&w->r) + w->cut + UDP_HEADER)
		walk_limit(w, length - (size_t)UDP_HEADER);
	w->m.flow.proto = IPPROTO_UDP;
	w->m.flow.sport = sport;
	w->m.flow.dport = dport;
	if (!tunnel_udp(w))
		udp_datagram(w);
}
