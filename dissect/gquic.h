/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Google's QUIC before Q050: its client hello (CHLO) travels in the clear, proved by a hash of the whole
 * packet. The crypto handshake's messages are a table of tags; Q050 sends the same ones sealed.
 */
#ifndef DISSECT_GQUIC_H
#define DISSECT_GQUIC_H

#include "dissect/proto.h"

/* The first octet before Q046: no reset, and a connection id; that of the others has both of the top bits. */
enum { GQUIC_SHORT_MASK = 0xca, GQUIC_SHORT_BITS = 0x08 };

/* A whole datagram; SKIP when it is no such packet or carries no CHLO. */
enum proto_result gquic_parse(const uint8_t *p, size_t n, struct proto_out *out);

/* How long the CHLO that starts with these bytes is: 0 when there are too few to say, SIZE_MAX when it is
 * none. */
size_t gquic_chlo_size(const uint8_t *p, size_t n);
/* Its server name, pointing into p; absent when it has none. False when the table of tags is not well formed.
 */
bool gquic_chlo_read(const uint8_t *p, size_t n, struct dissect_str *host);

#endif
