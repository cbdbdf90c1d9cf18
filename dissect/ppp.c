/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/ppp.h"

#include "dissect/ip.h"
#include "dissect/link.h"
#include "dissect/mpls.h"

/* The first octet's low bit tells a compressed protocol number (RFC 1661 section 6.5). */
void ppp_frame(struct walk *w)
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
		w->next = mpls_stack;
	else
		link_unknown(w);
}

/* RFC 2516 section 4, session stage: code 0, then PPP. */
void ppp_ethernet(struct walk *w)
{
	uint8_t version = rd_u8(&w->r), code = rd_u8(&w->r);

	rd_skip(&w->r, 2);
	uint16_t length = rd_be16(&w->r);
	if (!rd_ok(&w->r) || version != 0x11 || code != 0) {
		walk_bad(w, DISSECT_LINK_BAD);
		return;
	}
	walk_limit(w, length);
	w->next = ppp_frame;
}

/* Cisco HDLC: address, control, EtherType. */
void ppp_cisco(struct walk *w)
{
	rd_skip(&w->r, 2);
	link_ethertype(w, rd_be16(&w->r));
}
