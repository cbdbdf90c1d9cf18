/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP (RFC 768): a datagram goes to the tunnel of its port, else to the first row of
 * proto_datagrams that takes it.
 */
#ifndef DISSECT_UDP_H
#define DISSECT_UDP_H

#include "dissect/walk.h"

void udp_walk(struct walk *w);

#endif
