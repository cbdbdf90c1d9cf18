/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of an opened Initial packet (RFC 9000 section 19): CRYPTO goes into the hello, the others that may
 * stand there are passed over. Sees nothing of packets and keys.
 */
#ifndef DISSECT_QUIC_FRAME_H
#define DISSECT_QUIC_FRAME_H

#include "base/rd.h"
#include "dissect/quic_hello.h"

/* RFC 9000 section 16 */
uint64_t quic_varint_long(struct rd *r);
/* Most are below 64 and have one byte. */
static inline uint64_t quic_varint(struct rd *r)
{
	return rd_left(r) > 0 && r->p[0] < 64 ? rd_u8(r) : quic_varint_long(r);
}

/* `google`: the frame types of gQUIC (Q050, T050, T051). False when a frame breaks off or may not stand
 * there; what came before it is in the hello. */
bool quic_frames(struct rd r, bool google, struct quic_hello *h);

#endif
