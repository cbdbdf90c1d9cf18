/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  1 index(7)                            a field of the table             (RFC 7541 section 6)
 *  01 index(6) [name] value              literal, goes into the table
 *  001 size(5)                           the table's new size
 *  0000 or 0001 index(4) [name] value    literal, does not
 *
 * A string is H length(7) bytes; H: Huffman coded (section 5.2).
 */
#include "dissect/hpack.h"

#include "dissect/http_head.h"

enum {
	STATIC_LAST = 61,
	NAME_LONGEST = 32, /* of those that are wanted; a longer one is none of them */
	CODE_LONGEST = 30,
};

/* -- Huffman. The code is canonical: codes of one length count up with their symbols, and the first of each
 * length goes on from the last of the length before. So these two tables say it all; EOS, the last one, is
 * not in the first. */
static const uint8_t symbols[] = {
	0x30, 0x31, 0x32, 0x61, 0x63, 0x65, 0x69, 0x6f, 0x73, 0x74, 0x20, 0x25, 0x2d, 0x2e, 0x2f, 0x33,
	0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3d, 0x41, 0x5f, 0x62, 0x64, 0x66, 0x67, 0x68, 0x6c, 0x6d,
	0x6e, 0x70, 0x72, 0x75, 0x3a, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c,
	0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x59, 0x6a, 0x6b, 0x71, 0x76,
	0x77, 0x78, 0x79, 0x7a, 0x26, 0x2a, 0x2c, 0x3b, 0x58, 0x5a, 0x21, 0x22, 0x28, 0x29, 0x3f, 0x27,
	0x2b, 0x7c, 0x23, 0x3e, 0x00, 0x24, 0x40, 0x5b, 0x5d, 0x7e, 0x5e, 0x7d, 0x3c, 0x60, 0x7b, 0x5c,
	0xc3, 0xd0, 0x80, 0x82, 0x83, 0xa2, 0xb8, 0xc2, 0xe0, 0xe2, 0x99, 0xa1, 0xa7, 0xac, 0xb0, 0xb1,
	0xb3, 0xd1, 0xd8, 0xd9, 0xe3, 0xe5, 0xe6, 0x81, 0x84, 0x85, 0x86, 0x88, 0x92, 0x9a, 0x9c, 0xa0,
	0xa3, 0xa4, 0xa9, 0xaa, 0xad, 0xb2, 0xb5, 0xb9, 0xba, 0xbb, 0xbd, 0xbe, 0xc4, 0xc6, 0xe4, 0xe8,
	0xe9, 0x01, 0x87, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8f, 0x93, 0x95, 0x96, 0x97, 0x98, 0x9b, 0x9d,
	0x9e, 0xa5, 0xa6, 0xa8, 0xae, 0xaf, 0xb4, 0xb6, 0xb7, 0xbc, 0xbf, 0xc5, 0xe7, 0xef, 0x09, 0x8e,
	0x90, 0x91, 0x94, 0x9f, 0xab, 0xce, 0xd7, 0xe1, 0xec, 0xed, 0xc7, 0xcf, 0xea, 0xeb, 0xc0, 0xc1,
	0xc8, 0xc9, 0xca, 0xcd, 0xd2, 0xd5, 0xda, 0xdb, 0xee, 0xf0, 0xf2, 0xf3, 0xff, 0xcb, 0xcc, 0xd3,
	0xd4, 0xd6, 0xdd, 0xde, 0xdf, 0xf1, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe,
	0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0b, 0x0c, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14,
	0x15, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x7f, 0xdc, 0xf9, 0x0a, 0x0d, 0x16
};
static const uint8_t lengths[CODE_LONGEST + 1] = { 0, 0, 0, 0, 0, 10, 26, 32, 6,  0, 5,  3,  2,  6, 2, 3,
						   0, 0, 0, 3, 8, 13, 26, 29, 12, 4, 15, 19, 29, 0, 4 };

/* One symbol; -1 when the bits end, or spell EOS. */
static int symbol_get(const uint8_t *p, size_t bits, size_t *at)
{
	uint32_t code = 0, first = 0, index = 0;

	for (unsigned n = 1; n <= CODE_LONGEST && *at < bits; n++) {
		code |= p[*at / 8] >> (7 - *at % 8) & 1;
		++*at;
		if (code - first < lengths[n])
			return index + code - first < sizeof(symbols) ? symbols[index + code - first] : -1;
		index += lengths[n];
		first = (first + lengths[n]) << 1;
		code <<= 1;
	}
	return -1;
}

/* Room that is given out from front to back. */
struct room {
	uint8_t *p;
	size_t left;
};

/* Behind the last symbol stands the beginning of EOS, which is all ones, and of it less than a byte. */
static bool padding_sound(struct dissect_str s, size_t at)
{
	size_t rest = s.n * 8 - at;
	unsigned ones = (1u << rest % 8) - 1;

	return rest < 8 && (rest == 0 || (s.p[s.n - 1] & ones) == ones);
}

/* *out is absent when it does not fit. False: it is no such string, which ends the connection (RFC 7541
 * section 5.2). */
static bool unpack(struct dissect_str s, struct room *room, struct dissect_str *out)
{
	size_t at = 0, last = 0, n = 0;
	uint8_t *to = room->p;
	int c;

	*out = (struct dissect_str){ NULL, 0 };
	while ((c = symbol_get(s.p, s.n * 8, &at)) >= 0) {
		if (n == room->left)
			return true;
		to[n++] = (uint8_t)c;
		last = at;
	}
	if (!padding_sound(s, last))
		return false;
	*out = (struct dissect_str){ to, n };
	room->p += n;
	room->left -= n;
	return true;
}

/* -- fields */

/* The static table, as far as it is wanted (appendix A). */
struct static_row {
	uint8_t index;
	const char *value;
	size_t at; /* of its struct dissect_str in struct hpack_request */
};

static const struct static_row static_rows[] = {
	{ 1, "", offsetof(struct hpack_request, authority) },
	{ 2, "GET", offsetof(struct hpack_request, method) },
	{ 3, "POST", offsetof(struct hpack_request, method) },
	{ 4, "/", offsetof(struct hpack_request, path) },
	{ 5, "/index.html", offsetof(struct hpack_request, path) },
	{ 38, "", offsetof(struct hpack_request, host) },
	{ 51, "", offsetof(struct hpack_request, referer) },
	{ 58, "", offsetof(struct hpack_request, user_agent) },
};

static const struct http_head_row name_rows[] = {
	HTTP_HEAD_ROW(":authority", struct hpack_request, authority),
	HTTP_HEAD_ROW("host", struct hpack_request, host),
	HTTP_HEAD_ROW(":method", struct hpack_request, method),
	HTTP_HEAD_ROW(":path", struct hpack_request, path),
	HTTP_HEAD_ROW("referer", struct hpack_request, referer),
	HTTP_HEAD_ROW("user-agent", struct hpack_request, user_agent),
	HTTP_HEAD_ROW("x-requested-with", struct hpack_request, requested_with),
};

static struct dissect_str *member(struct hpack_request *h, size_t at)
{
	return (struct dissect_str *)(void *)((char *)h + at);
}

static const struct static_row *static_find(uint32_t index)
{
	for (size_t i = 0; i < sizeof(static_rows) / sizeof(static_rows[0]); i++) {
		if (static_rows[i].index == index)
			return &static_rows[i];
	}
	return NULL;
}

/* RFC 7541 section 5.1. Four more bytes are as many as a length can need here. */
static uint32_t integer(struct rd *r, uint8_t first, unsigned bits)
{
	uint32_t value = first & ((1u << bits) - 1);
	uint8_t byte = 0x80;

	if (value < (1u << bits) - 1)
		return value;
	for (unsigned shift = 0; shift < 28 && (byte & 0x80) != 0; shift += 7) {
		byte = rd_u8(r);
		value += (uint32_t)(byte & 0x7f) << shift;
	}
	if ((byte & 0x80) != 0)
		rd_skip(r, SIZE_MAX);
	return value;
}

/* A string of the block; unpacked ones are in the room. Absent when it does not fit there. */
static struct dissect_str string_get(struct rd *r, struct room *room)
{
	uint8_t first = rd_u8(r);
	struct rd bytes = rd_sub(r, integer(r, first, 7));
	struct dissect_str s = { bytes.base, rd_left(&bytes) }, plain;

	if (!rd_ok(r) || (first & 0x80) == 0)
		return s;
	if (!unpack(s, room, &plain))
		rd_skip(r, SIZE_MAX);
	return plain;
}

static struct dissect_str *name_get(struct rd *r, struct hpack_request *h)
{
	uint8_t bytes[NAME_LONGEST];
	struct room room = { bytes, sizeof(bytes) };
	struct dissect_str name = string_get(r, &room);

	for (size_t i = 0; name.p != NULL && i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
		if (http_head_is_word(name, name_rows[i].name))
			return member(h, name_rows[i].at);
	}
	return NULL;
}

/* A field whose name is that of `index`, or literal for 0. */
static void literal(struct rd *r, uint32_t index, struct hpack_request *h, struct room *room)
{
	const struct static_row *row = static_find(index);
	struct dissect_str *to = row != NULL ? member(h, row->at) : NULL, value;
	struct room none = { room->p, 0 };

	h->hidden |= index > STATIC_LAST;
	if (index == 0)
		to = name_get(r, h);
	value = string_get(r, to != NULL && to->p == NULL ? room : &none);
	if (rd_ok(r) && to != NULL && to->p == NULL)
		*to = value;
}

static void indexed(uint32_t index, struct hpack_request *h)
{
	const struct static_row *row = static_find(index);

	h->hidden |= index > STATIC_LAST;
	if (row != NULL && member(h, row->at)->p == NULL)
		*member(h, row->at) = (struct dissect_str){ (const uint8_t *)row->value, strlen(row->value) };
}

bool hpack_read(struct rd block, struct hpack_request *h, uint8_t room[HPACK_ROOM])
{
	struct room left = { room, HPACK_ROOM };

	while (rd_left(&block) > 0) {
		uint8_t first = rd_u8(&block);
		if (first >= 0x80)
			indexed(integer(&block, first, 7), h);
		else if (first >= 0x40)
			literal(&block, integer(&block, first, 6), h, &left);
		else if (first >= 0x20)
			integer(&block, first, 5);
		else
			literal(&block, integer(&block, first, 4), h, &left);
	}
	return rd_ok(&block);
}
