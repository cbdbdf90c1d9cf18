/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of an opened Initial packet (RFC 9000 section 19): CRYPTO goes into the hello, the others that may
 * stand there are passed over. Sees nothing of packets and keys.
 */
#ifndef DISSECT_QUIC_FRAME_H
#define DISSECT_QUIC_FRAME_H

#include "base/rd.h"
#include "dissect/quic_hello.h"

/* RFC 9000 section 16. All of it inline: a reader that has no address stays in registers. */
static inline __attribute__((always_inline)) uint64_t quic_varint(struct rd *r)
{
	uint64_t v = rd_u8(r);

	if (v < 0x40)
		return v;
	if (v < 0x80)
		return (v & 0x3f) << 8 | rd_u8(r);
	if (v < 0xc0)
		return (v & 0x3f) << 24 | rd_be24(r);
	v = (v & 0x3f) << 24 | rd_be24(r);
	return v << 32 | rd_be32(r);
}

/* `google`: the frame types of gQUIC (Q050, T050, T051). False when a frame breaks off or may not stand
 * there; what came before it is in the hello. */
bool quic_frames(struct rd r, bool google, struct quic_hello *h);

#endif
