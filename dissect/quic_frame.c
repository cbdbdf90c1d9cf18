/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/quic_frame.h"

#include <endian.h>

enum { ACK_RANGES_MAX = 8192 }; /* more than any datagram holds */

uint64_t quic_varint_long(struct rd *r)
{
	uint64_t v = rd_u8(r);

	switch (v >> 6) {
	case 0:
		return v;
	case 1:
		return (v & 0x3f) << 8 | rd_u8(r);
	case 2:
		return (v & 0x3f) << 24 | rd_be24(r);
	default:
		v = (v & 0x3f) << 24 | rd_be24(r);
		return v << 32 | rd_be32(r);
	}
}

static uint64_t word_at(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return le64toh(word);
}

/* Most of a client's first packet is padding, some of it a few bytes between others. On to the first byte
 * that has a bit of `busy`. */
static void skip_idle(struct rd *r, uint64_t busy)
{
	enum { WORD = sizeof(uint64_t) };

	while (rd_left(r) >= WORD) {
		uint64_t word = word_at(r->p) & busy;
		rd_skip(r, word != 0 ? (size_t)__builtin_ctzll(word) / 8 : WORD);
		if (word != 0)
			return;
		while (rd_left(r) >= 4 * WORD && ((word_at(r->p) | word_at(r->p + WORD) |
						   word_at(r->p + 2 * WORD) | word_at(r->p + 3 * WORD)) &
						  busy) == 0)
			rd_skip(r, 4 * WORD);
	}
	while (rd_left(r) > 0 && (r->p[0] & (uint8_t)busy) == 0)
		rd_skip(r, 1);
}

/* In one of the longer forms of its type, which RFC 9000 section 12.4 forbids; or a PING of gQUIC. */
static bool frame_idle(struct rd *r, uint64_t type, struct quic_hello *h)
{
	(void)r;
	(void)type;
	(void)h;
	return true;
}

/* RFC 9000 section 19.3 */
static bool frame_ack(struct rd *r, uint64_t type, struct quic_hello *h)
{
	uint64_t ranges;

	(void)h;
	quic_varint(r);
	quic_varint(r);
	ranges = quic_varint(r);
	if (ranges > ACK_RANGES_MAX)
		return false;
	for (uint64_t numbers = 1 + 2 * ranges + (type == 3 ? 3 : 0); numbers > 0; numbers--)
		quic_varint(r);
	return rd_ok(r);
}

/* RFC 9000 section 19.6 */
static bool frame_crypto(struct rd *r, uint64_t type, struct quic_hello *h)
{
	uint64_t offset = quic_varint(r), size = quic_varint(r);
	struct rd data;

	(void)type;
	if (!rd_ok(r) || size > rd_left(r))
		return false;
	data = rd_sub(r, (size_t)size);
	return quic_hello_put(h, offset, data.p, rd_left(&data));
}

/* RFC 9000 section 19.19: nothing that follows a close matters. */
static bool frame_close(struct rd *r, uint64_t type, struct quic_hello *h)
{
	(void)type;
	(void)h;
	rd_skip(r, rd_left(r));
	return true;
}

typedef bool frame_fn(struct rd *r, uint64_t type, struct quic_hello *h);

enum { FRAME_TYPES = 0x1d };

/* What RFC 9000 section 12.4 lets an Initial packet hold. */
static frame_fn *const frames_ietf[FRAME_TYPES] = {
	[0x00] = frame_idle, [0x01] = frame_idle,   [0x02] = frame_ack,
	[0x03] = frame_ack,  [0x06] = frame_crypto, [0x1c] = frame_close,
};

/* An ACK of gQUIC (0x40 and above) is not read: it stands in no first flight. */
static frame_fn *const frames_google[FRAME_TYPES] = {
	[0x00] = frame_idle,
	[0x02] = frame_close,
	[0x07] = frame_idle,
	[0x08] = frame_crypto,
};

/* PADDING is 0; the PING of RFC 9000 section 19.2 is 1, and no more than a byte either. */
#define BUSY_IETF   UINT64_C(0xfefefefefefefefe)
#define BUSY_GOOGLE UINT64_MAX

bool quic_frames(struct rd r, bool google, struct quic_hello *h)
{
	frame_fn *const *frames = google ? frames_google : frames_ietf;
	uint64_t busy = google ? BUSY_GOOGLE : BUSY_IETF, type;

	for (skip_idle(&r, busy); rd_left(&r) > 0; skip_idle(&r, busy)) {
		type = quic_varint(&r);
		if (type >= FRAME_TYPES || frames[type] == NULL || !rd_ok(&r) || !frames[type](&r, type, h))
			return false;
	}
	return true;
}
