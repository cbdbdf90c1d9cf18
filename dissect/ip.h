/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200), fragments put together
 * by dissect/frag.h, up to the row of the transport or tunnel inside.
 */
#ifndef DISSECT_IP_H
#define DISSECT_IP_H

#include "dissect/walk.h"

void ip_v4(struct walk *w);
void ip_v6(struct walk *w);
/* Either, by the version nibble. */
void ip_any(struct walk *w);

#endif
