/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QUIC client hellos: v1 (RFC 9000, 9001), v2 (RFC 9369), drafts 22 to 34, mvfst, Q050, T050 and T051. Each
 * Initial is opened with the client's keys and believed only when its tag proves it; CRYPTO frames may come
 * in any order, over several packets and datagrams, with the connection id changed in between. A hello is
 * told once however often it is repeated, also after a Retry. Versions of the form ?a?a?a?a are tried
 * with the keys of v1.
 */
#ifndef DISSECT_QUIC_H
#define DISSECT_QUIC_H

#include "base/rd.h"
#include "dissect/proto.h"

struct quic; /* lives in the caller's memory; nothing of it is to be freed */

size_t quic_size(uint32_t hellos);
/* `memory` is aligned as malloc's, quic_size() bytes, zeroed. */
struct quic *quic_init(void *memory, uint32_t hellos);
/* Does a datagram begin with the long header of a version that is known or reserved? */
bool quic_is_long(struct rd r);
/* Row of proto_datagrams; out->quic is what quic_init() made. */
enum proto_result quic_parse(const uint8_t *p, size_t n, struct proto_out *out);
/* Asks for the memory that this datagram will need. */
void quic_ahead(const struct quic *q, const struct dissect_flow *f, struct rd datagram);
/* Gives up and counts what is incomplete. */
void quic_finish(struct quic *q, struct dissect_stats *stats);

#endif
