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

struct frag_piece;
/* Takes a fragment: w's bytes; its id, protocol and place stand in piece. True when the datagram is whole,
 * and w then stands at its start; else what became of the packet is said. */
bool ip_fragment(struct walk *w, struct frag_piece *piece);

#endif
