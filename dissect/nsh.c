/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/nsh.h"

#include "dissect/ether.h"
#include "dissect/ip.h"
#include "dissect/link.h"
#include "dissect/mpls.h"

enum { NSH_BASE = 8 };

static const struct {
	uint8_t proto;
	walk_fn *fn;
} protos[] = { { 1, ip_v4 }, { 2, ip_v6 }, { 3, ether_frame }, { 4, nsh_header }, { 5, mpls_stack } };

/* Section 2.2: version 0; the length of all of it in units of 4 octets; the next protocol. */
void nsh_header(struct walk *w)
{
	struct rd peek = w->r;
	uint16_t first = rd_be16(&peek);
	size_t length = (first & 0x3f) * 4u;

	rd_skip(&peek, 1);
	uint8_t proto = rd_u8(&peek);
	if (!rd_ok(&peek) || first >> 14 != 0 || length < NSH_BASE || !rd_skip(&w->r, length)) {
		walk_bad(w, DISSECT_LINK_BAD);
		return;
	}
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (protos[i].proto == proto)
			w->next = protos[i].fn;
	if (w->next == NULL)
		link_unknown(w);
}
