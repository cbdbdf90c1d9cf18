/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The beginning of a compressed body: gzip (RFC 1952), zlib (RFC 1950) and the bare deflate (RFC 1951) that
 * some servers send under the zlib's name. The only user of zlib; what zlib would allocate is cut from the
 * caller's room, and what comes out is bounded by the caller's buffer, whatever a bomb promises.
 */
#ifndef DISSECT_INFLATE_H
#define DISSECT_INFLATE_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* zlib's own state and its window of 32 KiB, with room to spare for other makes of zlib. */
enum { INFLATE_ROOM = 64 * 1024 };

struct inflate_room {
	size_t used;
	alignas(16) uint8_t bytes[INFLATE_ROOM];
};

enum inflate_result {
	INFLATE_OK,   /* as far as the input goes, or the buffer is full */
	INFLATE_DONE, /* the stream's end */
	INFLATE_BAD,  /* not in a known format, or broken behind what came out */
};

/* Nothing is kept between calls; the room's contents do not matter. */
enum inflate_result inflate_begin(struct inflate_room *room, const uint8_t *in, size_t n, uint8_t *out,
				  size_t cap, size_t *got);

#endif
