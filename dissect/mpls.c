/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/mpls.h"

#include "dissect/ether.h"
#include "dissect/ip.h"
#include "dissect/link.h"

enum { IPV6_HEADER = 40 };

/* Does an EtherType that we walk stand so far behind r? */
static bool mpls_typed_at(struct rd r, size_t offset)
{
	rd_skip(&r, offset);
	return link_ethertype_find(rd_be16(&r)) != NULL;
}

/* IP by its version, when its length fits exactly or no frame could stand here: addresses like 48:.. and
 * 60:.. look like it too. */
static walk_fn *mpls_ip(const struct walk *w)
{
	struct rd r = w->r;
	size_t whole = rd_left(&r) + w->cut;
	uint8_t first = rd_u8(&r);

	rd_skip(&r, 1);
	uint16_t v4_total = rd_be16(&r), v6_length = rd_be16(&r);
	bool frame = mpls_typed_at(w->r, LINK_ETHERTYPE_AT);
	if (first >> 4 == 4 && (first == 0x45 || v4_total == whole || !frame))
		return ip_v4;
	if (first >> 4 == 6 && (v6_length + (size_t)IPV6_HEADER == whole || !frame))
		return ip_v6;
	return NULL;
}

/* RFC 3032 section 2.1. Nothing names the payload: IP, else a pseudowire (RFC 4385 section 3) whose control
 * word need not be there: an address of zeroes is less likely than it. */
void mpls_stack(struct walk *w)
{
	uint32_t entry = 0;
	struct rd peek;

	while (rd_left(&w->r) > 0 && (entry & 0x100) == 0)
		entry = rd_be32(&w->r);
	w->next = mpls_ip(w);
	if (w->next != NULL)
		return;
	peek = w->r;
	uint32_t word = rd_be32(&peek);
	if (word == 0 || (word >> 28 == 0 && !mpls_typed_at(w->r, LINK_ETHERTYPE_AT)))
		rd_skip(&w->r, 4);
	if (rd_ok(&peek))
		w->next = ether_frame;
	else
		walk_bad(w, DISSECT_LINK_BAD);
}
