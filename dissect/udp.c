/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/udp.h"

#include <netinet/in.h>

#include "dissect/span.h"
#include "dissect/tunnel.h"

enum { UDP_HEADER = 8 };

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static const uint8_t outcomes[] = {
	[PROTO_OK] = DISSECT_OUT_READ, [PROTO_MORE] = DISSECT_OUT_WAITING, [PROTO_BAD] = DISSECT_OUT_MALFORMED
};

/* To the first row that takes it. */
static void udp_parse(struct walk *w)
{
	const struct proto_datagram *end = proto_datagrams + proto_datagram_count;
	enum proto_result r;

	walk_parse(w, WALK_DATAGRAM);
	for (const struct proto_datagram *d = proto_datagrams; d < end; d++) {
		if ((w->r.p[0] & d->mask) != d->bits)
			continue;
		r = d->parse(w->r.p, rd_left(&w->r), &w->out);
		if (r == PROTO_SKIP)
			continue;
		w->outcome = outcomes[r];
		return;
	}
}

static void udp_datagram(struct walk *w)
{
	struct span_sight s = { .flow = &w->m.flow,
				.tag = w->ident,
				.p = w->r.p,
				.n = rd_left(&w->r),
				.time = w->m.time,
				.digest = w->digest };

	if (s.n == 0 && w->cut == 0)
		return;
	if (w->cut == 0 && span_repeats(w->spans, &s)) {
		walk_stop(w, DISSECT_SPAN_DUPLICATE);
		return;
	}
	if (s.n > 0)
		udp_parse(w);
	if (w->cut > 0)
		walk_stop(w, DISSECT_SNAPPED);
}

void udp_walk(struct walk *w)
{
	const uint8_t *h = rd_bytes(&w->r, UDP_HEADER);
	uint16_t length = h != NULL ? be16(h + 4) : 0;

	/* A length of 0 is that of a jumbogram (RFC 2675 section 4). */
	if (h == NULL || (length != 0 && length < UDP_HEADER)) {
		walk_bad(w, DISSECT_TRANSPORT_BAD);
		return;
	}
	if (length != 0 && length < rd_left(&w->r) + w->cut + UDP_HEADER)
		walk_limit(w, length - (size_t)UDP_HEADER);
	w->m.flow.proto = IPPROTO_UDP;
	w->m.flow.sport = be16(h);
	w->m.flow.dport = be16(h + 2);
	if (tunnel_udp(w))
		w->digest = NULL;
	else
		udp_datagram(w);
}
