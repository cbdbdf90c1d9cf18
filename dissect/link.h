/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a capture's link type, or an EtherType, to the layer that reads it: two tables. The layers are in
 * dissect/ether.h, wifi.h, mpls.h, ppp.h, nsh.h and cooked.h.
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
	LINK_IEEE802_11_RADIO = 127,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_NFLOG = 239,
	LINK_PKTAP = 258,
	LINK_LINUX_SLL2 = 276,
};

enum { LINK_ETHERTYPE_AT = 12 }; /* in a frame, behind its addresses */

/* NULL when we do not walk this link type. */
walk_fn *link_find(int linktype);
/* Names the layer of an EtherType as next, or counts it as unknown. */
void link_ethertype(struct walk *w, uint16_t type);
/* The same without counting; NULL when it is unknown. */
walk_fn *link_ethertype_find(uint16_t type);
/* Nothing that we walk; or cut short before it could tell. */
void link_unknown(struct walk *w);

#endif
