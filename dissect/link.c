/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/link.h"

#include "dissect/cooked.h"
#include "dissect/ether.h"
#include "dissect/ip.h"
#include "dissect/mpls.h"
#include "dissect/nsh.h"
#include "dissect/ppp.h"
#include "dissect/wifi.h"

void link_unknown(struct walk *w)
{
	if (rd_ok(&w->r) && (rd_left(&w->r) > 0 || w->cut == 0))
		walk_stop(w, DISSECT_LINK_UNKNOWN);
	else
		walk_bad(w, DISSECT_LINK_BAD);
}

static const struct {
	uint16_t type;
	walk_fn *fn;
} ethertypes[] = {
	{ 0x0800, ip_v4 },       { 0x86dd, ip_v6 },        { 0x8100, ether_vlan },
	{ 0x88a8, ether_vlan },  { 0x9100, ether_vlan },   { 0x8847, mpls_stack },
	{ 0x8848, mpls_stack },  { 0x8864, ppp_ethernet }, { 0x88e7, ether_pbb },
	{ 0x8926, ether_vntag }, { 0x893f, ether_etag },   { 0x8903, ether_fabricpath },
	{ 0x894f, nsh_header },  { 0x880b, ppp_frame }, /* RFC 7241; PPTP's GRE (RFC 2637) */
	{ 0x6558, ether_frame },                        /* transparent Ethernet bridging in GRE (RFC 1701) */
};

walk_fn *link_ethertype_find(uint16_t type)
{
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++)
		if (ethertypes[i].type == type)
			return ethertypes[i].fn;
	return NULL;
}

void link_ethertype(struct walk *w, uint16_t type)
{
	if (!rd_ok(&w->r)) {
		walk_bad(w, DISSECT_LINK_BAD);
		return;
	}
	w->next = link_ethertype_find(type);
	if (w->next == NULL)
		walk_stop(w, DISSECT_LINK_UNKNOWN);
}

static const struct {
	enum link_type type;
	walk_fn *fn;
} types[] = {
	{ LINK_EN10MB, ether_frame },
	{ LINK_NULL, cooked_null },
	{ LINK_LOOP, cooked_null },
	{ LINK_RAW, ip_any },
	{ LINK_IPV4, ip_v4 },
	{ LINK_IPV6, ip_v6 },
	{ LINK_LINUX_SLL, cooked_sll },
	{ LINK_LINUX_SLL2, cooked_sll2 },
	{ LINK_NFLOG, cooked_nflog },
	{ LINK_PKTAP, cooked_pktap },
	{ LINK_PPP, ppp_frame },
	{ LINK_PPP_SERIAL, ppp_frame },
	{ LINK_PPP_ETHER, ppp_ethernet },
	{ LINK_C_HDLC, ppp_cisco },
	{ LINK_IEEE802_11, wifi_frame },
	{ LINK_IEEE802_11_RADIO, wifi_radiotap },
};

walk_fn *link_find(int linktype)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((int)types[i].type == linktype)
			return types[i].fn;
	return NULL;
}
