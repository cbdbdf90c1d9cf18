/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/capwap.h"

#include "dissect/ether.h"
#include "dissect/frag.h"
#include "dissect/ip.h"
#include "dissect/link.h"
#include "dissect/wifi.h"

enum {
	CAPWAP_NATIVE = 0x100, /* T: the frame is the radio's, not Ethernet */
	CAPWAP_FRAGMENT = 0x80,
	CAPWAP_LAST = 0x40,
	CAPWAP_KEEPALIVE = 0x08,
	CAPWAP_HEADER = 8,
	CAPWAP_WIFI = 1,    /* binding (RFC 5416) */
	CAPWAP_PROTO = 255, /* no IP protocol has it: its fragments stand apart from those of IP */
};

/* Section 4.3: preamble 0, length in units of 4 octets (5 bits), radio, binding (5 bits each), flags. */
static size_t capwap_length(uint32_t first) { return (first >> 19 & 0x1f) * 4u; }

bool capwap_probe(struct rd r)
{
	uint32_t first = rd_be32(&r);

	rd_skip(&r, 4);
	return rd_ok(&r) && first >> 24 == 0 && capwap_length(first) >= CAPWAP_HEADER &&
	       (first & CAPWAP_KEEPALIVE) == 0;
}

/* Data frames have type 2 in the first octet; with the octets exchanged it stands in the second. */
static walk_fn *capwap_wifi(struct rd r)
{
	uint16_t control = rd_be16(&r);

	return (control & 0x0f00) != 0x0800 && (control & 0x000f) == 0x0008 ? wifi_swapped : wifi_frame;
}

void capwap_frame(struct walk *w)
{
	struct rd h = w->r;
	uint32_t first = rd_be32(&h);
	struct frag_piece piece = { .proto = CAPWAP_PROTO, .more = (first & CAPWAP_LAST) == 0 };

	piece.id = rd_be16(&h);
	piece.offset = rd_be16(&h) & 0xfff8u; /* 13 bits, in units of 8 octets */
	if (!rd_ok(&h) || !rd_skip(&w->r, capwap_length(first))) {
		walk_bad(w, DISSECT_LINK_BAD);
		return;
	}
	if ((first & CAPWAP_FRAGMENT) != 0 && !ip_fragment(w, &piece))
		return;
	if ((first & CAPWAP_NATIVE) == 0)
		w->next = ether_frame;
	else if ((first >> 9 & 0x1f) == CAPWAP_WIFI)
		w->next = capwap_wifi(w->r);
	else
		link_unknown(w);
}
