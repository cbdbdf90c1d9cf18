/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/inflate.h"

#define ZLIB_CONST
#include <zlib.h>

enum { WINDOW_ANY = 15 + 32 /* zlib or gzip, by its header */, WINDOW_BARE = -15, ALIGN = 16 };

static void *room_take(void *opaque, unsigned items, unsigned size)
{
	struct inflate_room *room = opaque;
	size_t want = ((size_t)items * size + ALIGN - 1) / ALIGN * ALIGN;
	uint8_t *p = room->bytes + room->used;

	if (want > INFLATE_ROOM - room->used)
		return NULL;
	room->used += want;
	return p;
}

static void room_give(void *opaque, void *p)
{
	(void)opaque;
	(void)p;
}

static int run(struct inflate_room *room, z_stream *z, int window)
{
	int res;

	room->used = 0;
	*z = (z_stream){ .zalloc = room_take,
			 .zfree = room_give,
			 .opaque = room,
			 .next_in = z->next_in,
			 .avail_in = z->avail_in,
			 .next_out = z->next_out,
			 .avail_out = z->avail_out };
	res = inflateInit2(z, window);
	if (res != Z_OK)
		return res;
	res = inflate(z, Z_SYNC_FLUSH);
	inflateEnd(z);
	return res;
}

enum inflate_result inflate_begin(struct inflate_room *room, const uint8_t *in, size_t n, uint8_t *out,
				  size_t cap, size_t *got)
{
	const z_stream start = {
		.next_in = in, .avail_in = (uInt)n, .next_out = out, .avail_out = (uInt)cap
	};
	z_stream z = start;
	int res = run(room, &z, WINDOW_ANY);

	if (res == Z_DATA_ERROR && z.avail_out == cap) {
		z = start;
		res = run(room, &z, WINDOW_BARE);
	}
	*got = cap - z.avail_out;
	if (res == Z_STREAM_END)
		return INFLATE_DONE;
	return res == Z_OK || res == Z_BUF_ERROR ? INFLATE_OK : INFLATE_BAD;
}
