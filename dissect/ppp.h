/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPP (RFC 1661), over Ethernet (RFC 2516), and the framing of Cisco that looks like it.
 */
#ifndef DISSECT_PPP_H
#define DISSECT_PPP_H

#include "dissect/walk.h"

/* From the protocol number on, or from address and control before it. */
void ppp_frame(struct walk *w);
void ppp_ethernet(struct walk *w);
void ppp_cisco(struct walk *w);

#endif
