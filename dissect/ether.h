/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet (IEEE 802.3): frames, LLC, and what stands between the addresses and the payload: tags of every
 * kind, and frames in frames.
 */
#ifndef DISSECT_ETHER_H
#define DISSECT_ETHER_H

#include "dissect/walk.h"

void ether_frame(struct walk *w);
/* IEEE 802.1Q, 802.1ad. */
void ether_vlan(struct walk *w);
/* IEEE 802.1ah: a customer's frame inside a provider's. */
void ether_pbb(struct walk *w);
/* Cisco's VN-tag, and IEEE 802.1BR that came of it. */
void ether_vntag(struct walk *w);
void ether_etag(struct walk *w);
/* Cisco FabricPath: a frame inside a frame. */
void ether_fabricpath(struct walk *w);
/* LLC and SNAP, from the first octet of LLC on. */
void ether_llc(struct walk *w);

#endif
