/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Link layers: from a capture's link type, or an EtherType, to the layer that reads it.
 */
#ifndef DISSECT_LINK_H
#define DISSECT_LINK_H

#include "dissect/walk.h"

/* DLT_* of libpcap on Linux, under our own names: dissect/ does not see libpcap. */
enum link_type {
	LINK_NULL = 0,
	LINK_EN10MB = 1,
	LINK_PPP = 9,
	LINK_RAW = 12,
	LINK_PPP_SERIAL = 50,
	LINK_PPP_ETHER = 51,
	LINK_C_HDLC = 104,
	LINK_IEEE802_11 = 105,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_LINUX_SLL2 = 276,
};

/* NULL when we do not walk this link type. */
walk_fn *link_find(int linktype);
/* Names the layer of an EtherType as next, or counts it as unknown. */
void link_ethertype(struct walk *w, uint16_t type);
void link_ethernet(struct walk *w);
void link_wifi(struct walk *w);
/* Names the layer of a PPP protocol number (RFC 1661 section 2) read from w as next. */
void link_ppp(struct walk *w);

#endif
