/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels: those that have an IP protocol number, and those behind a UDP port.
 *
 * One more is a function here and a row: in `protos` of dissect/ip.c, which calls it with the header at w->r,
 * or in `ports` of tunnel.c. It is shown to work by a row in tests/unit/dissect/test_tunnel.c, and one in
 * WRAPS of tests/golden/cases/layers.py, from which tests/golden/make.py makes its capture and what that
 * holds.
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
