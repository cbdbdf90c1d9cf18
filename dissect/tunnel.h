/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels: those that have an IP protocol number, and those behind a UDP port.
 */
#ifndef DISSECT_TUNNEL_H
#define DISSECT_TUNNEL_H

#include "dissect/walk.h"

void tunnel_gre(struct walk *w);
void tunnel_etherip(struct walk *w);

/* Takes the tunnel's header off w when this datagram is one and names the next layer; else leaves w alone. */
bool tunnel_udp(struct walk *w);
/* The UDP ports it looks at, one after the other; 0 behind the last. */
uint16_t tunnel_port(size_t i);

#endif
