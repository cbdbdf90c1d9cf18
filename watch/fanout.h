/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several processes share one interface (PACKET_FANOUT, packet(7)). A classic BPF program in the kernel
 * picks the process by the two addresses of the outermost IP header, in either order: both directions of a
 * flow, all fragments of a datagram and all that a tunnel carries come to the same one. What is not IP
 * behind Ethernet, VLAN tags and PPPoE comes to the first.
 */
#ifndef WATCH_FANOUT_H
#define WATCH_FANOUT_H

#include <stdint.h>

/* Adds a bound packet socket to the group, which all its processes name alike. 0 or negative errno. */
int fanout_join(int fd, uint16_t group) __attribute__((warn_unused_result));

#endif
