/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/wifi.h"

#include "dissect/ether.h"
#include "dissect/link.h"

/* Section 9.2.3. control: type and subtype in the first octet, flags in the second. */
static void wifi_data(struct walk *w, uint16_t control)
{
	bool qos = (control & 0x8000) != 0, order = (control & 0x0080) != 0;

	rd_skip(&w->r, 22);
	if ((control & 0x0f00) != 0x0800 || (control & 0x4040) != 0) {
		link_unknown(w);
		return;
	}
	rd_skip(&w->r, (control & 0x0003) == 0x0003 ? 6 : 0); /* between access points: a fourth address */
	rd_skip(&w->r, qos ? 2 : 0);
	rd_skip(&w->r, qos && order ? 4 : 0);
	ether_llc(w);
}

void wifi_frame(struct walk *w) { wifi_data(w, rd_be16(&w->r)); }

void wifi_swapped(struct walk *w)
{
	uint16_t control = rd_be16(&w->r);

	wifi_data(w, (uint16_t)(control << 8 | control >> 8));
}

/* Version 0, a pad, and the length of all of it, little-endian. */
void wifi_radiotap(struct walk *w)
{
	struct rd peek = w->r;
	uint8_t version = rd_u8(&peek);

	rd_skip(&peek, 1);
	uint16_t length = rd_be16(&peek);
	if (version == 0 && rd_skip(&w->r, (uint16_t)(length << 8 | length >> 8)) && rd_ok(&peek))
		w->next = wifi_frame;
	else
		walk_bad(w, DISSECT_LINK_BAD);
}
