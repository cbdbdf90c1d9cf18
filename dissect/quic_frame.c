/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/quic_frame.h"

#include <endian.h>

enum { ACK_RANGES_MAX = 8192 }; /* more than any datagram holds */

enum { WORD = sizeof(uint64_t), WIDE = 8 * WORD };

static inline uint64_t word_at(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return le64toh(word);
}

static inline uint64_t wide_at(const uint8_t *p)
{
	uint64_t any = 0;

#pragma GCC unroll 8
	for (size_t at = 0; at < WIDE; at += WORD)
		any |= word_at(p + at);
	return any;
}

/* Most of a client's first packet is padding, some of it a few bytes between others. How many come before the
 * first byte that has a bit of `busy`. */
static size_t idle_size(const uint8_t *p, size_t n, uint64_t busy)
{
	size_t at = 0, last = n - WORD;
	uint64_t word;

	if (n < WORD) {
		while (at < n && (p[at] & (uint8_t)busy) == 0)
			at++;
		return at;
	}
	while ((word = word_at(p + at) & busy) == 0 && at < last) {
		at += WORD;
		while (n - at >= WIDE && (wide_at(p + at) & busy) == 0)
			at += WIDE;
		at = at < last ? at : last; /* some of the last ones twice */
	}
	return word != 0 ? at + (size_t)__builtin_ctzll(word) / 8 : n;
}

static inline __attribute__((always_inline)) void skip_idle(struct rd *r, uint64_t busy)
{
	if (rd_left(r) > 0 && (r->p[0] & (uint8_t)busy) == 0)
		rd_skip(r, idle_size(r->p, rd_left(r), busy));
}

/* In one of the longer forms of its type, which RFC 9000 section 12.4 forbids; or a PING of gQUIC. */
static bool frame_idle(struct rd *r, uint64_t type)
{
	(void)r;
	(void)type;
	return true;
}

/* RFC 9000 section 19.3 */
static bool frame_ack(struct rd *r, uint64_t type)
{
	uint64_t ranges;

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
static inline __attribute__((always_inline)) bool frame_crypto(struct rd *r, struct quic_hello *h)
{
	uint64_t offset = quic_varint(r), size = quic_varint(r);
	struct rd data;

	if (!rd_ok(r) || size > rd_left(r))
		return false;
	data = rd_sub(r, (size_t)size);
	return quic_hello_put(h, offset, data.p, rd_left(&data));
}

/* RFC 9000 section 19.19: nothing that follows a close matters. */
static bool frame_close(struct rd *r, uint64_t type)
{
	(void)type;
	rd_skip(r, rd_left(r));
	return true;
}

typedef bool frame_fn(struct rd *r, uint64_t type);

enum { FRAME_TYPES = 0x1d };

struct frame_set {
	uint64_t crypto; /* its type: of frames that matter the only one that is frequent */
	uint64_t busy;   /* a byte without these bits is a frame of its own that says nothing */
	frame_fn *others[FRAME_TYPES];
};

/* What RFC 9000 section 12.4 lets an Initial packet hold. PADDING is 0; the PING of section 19.2 is 1, and no
 * more than a byte either. */
static const struct frame_set frames_ietf = {
	.crypto = 0x06,
	.busy = UINT64_C(0xfefefefefefefefe),
	.others = { [0x00] = frame_idle,
		    [0x01] = frame_idle,
		    [0x02] = frame_ack,
		    [0x03] = frame_ack,
		    [0x1c] = frame_close },
};

/* An ACK of gQUIC (0x40 and above) is not read: it stands in no first flight. */
static const struct frame_set frames_google = {
	.crypto = 0x08,
	.busy = UINT64_MAX,
	.others = { [0x00] = frame_idle, [0x02] = frame_close, [0x07] = frame_idle },
};

static bool frame_other(struct rd *r, uint64_t type, const struct frame_set *set)
{
	return type < FRAME_TYPES && set->others[type] != NULL && set->others[type](r, type);
}

bool quic_frames(struct rd r, bool google, struct quic_hello *h)
{
	const struct frame_set *set = google ? &frames_google : &frames_ietf;
	bool ok = true;

	for (skip_idle(&r, set->busy); ok && rd_left(&r) > 0; skip_idle(&r, set->busy)) {
		uint64_t type = quic_varint(&r);
		if (type == set->crypto) {
			ok = frame_crypto(&r, h);
		} else {
			struct rd rest = r;
			ok = rd_ok(&r) && frame_other(&rest, type, set);
			r = rest;
		}
	}
	return ok;
}
