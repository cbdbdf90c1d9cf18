/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  1 index(7)                            a field of the table             (RFC 7541 section 6)
 *  01 index(6) [name] value              literal, goes into the table
 *  001 size(5)                           the table's new size, in front of the fields
 *  0000 or 0001 index(4) [name] value    literal, does not
 *
 * A string is H length(7) bytes; H: Huffman coded (section 5.2).
 */
#include "dissect/hpack.h"

#include "dissect/http_head.h"

enum {
	STATIC_LAST = 61,
	NAME_LONGEST = 32, /* of those that are wanted; a longer one is none of them */
	CODE_SHORTEST = 5,
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

/* The next bits of a string, the first in front. */
struct bits {
	struct rd r;
	uint64_t window;
	unsigned have; /* in the window; behind them it is 0 */
};

static void bits_fill(struct bits *b)
{
	for (; b->have <= 56 && rd_left(&b->r) > 0; b->have += 8)
		b->window |= (uint64_t)rd_u8(&b->r) << (56 - b->have);
}

/* One symbol; -1 when the bits end, or spell EOS. */
static int symbol_get(struct bits *b)
{
	uint32_t first = 0, index = 0;

	if (b->have < CODE_LONGEST)
		bits_fill(b);
	for (unsigned n = CODE_SHORTEST; n <= CODE_LONGEST && n <= b->have; n++) {
		uint32_t code = (uint32_t)(b->window >> (64 - n)) - first;
		if (code < lengths[n]) {
			if (index + code == sizeof(symbols))
				break;
			b->window <<= n;
			b->have -= n;
			return symbols[index + code];
		}
		index += lengths[n];
		first = (first + lengths[n]) << 1;
	}
	return -1;
}

/* Room that is given out from front to back. */
struct room {
	uint8_t *p;
	size_t left;
};

/* Behind the last symbol stands the beginning of EOS, which is all ones, and of it less than a byte. */
static bool padding_sound(const struct bits *b)
{
	return rd_left(&b->r) == 0 && b->have < 8 && b->window == ~(UINT64_MAX >> b->have);
}

/* A string as it was before it was coded. */
struct string {
	struct dissect_str text; /* absent when it does not fit */
	size_t n;                /* its bytes, also then */
};

/* Into the room, as far as it reaches. False: it is no such string, which ends the connection (RFC 7541
 * section 5.2). */
static bool unpack(struct dissect_str s, struct room *room, struct string *out)
{
	struct bits bits = { .r = rd_init(s.p, s.n) };
	size_t n = 0;
	int c;

	while ((c = symbol_get(&bits)) >= 0) {
		if (n < room->left)
			room->p[n] = (uint8_t)c;
		n++;
	}
	*out = (struct string){ { NULL, 0 }, n };
	if (!padding_sound(&bits))
		return false;
	if (n > room->left)
		return true;
	out->text = (struct dissect_str){ room->p, n };
	room->p += n;
	room->left -= n;
	return true;
}

/* -- fields */

/* What is told, by the number that it has here. */
enum what {
	WHAT_NONE,
	WHAT_AUTHORITY,
	WHAT_HOST,
	WHAT_METHOD,
	WHAT_PATH,
	WHAT_REFERER,
	WHAT_AGENT,
	WHAT_WITH
};

static const struct http_head_row name_rows[] = {
	[WHAT_AUTHORITY] = HTTP_HEAD_ROW(":authority", struct hpack_request, authority),
	[WHAT_HOST] = HTTP_HEAD_ROW("host", struct hpack_request, host),
	[WHAT_METHOD] = HTTP_HEAD_ROW(":method", struct hpack_request, method),
	[WHAT_PATH] = HTTP_HEAD_ROW(":path", struct hpack_request, path),
	[WHAT_REFERER] = HTTP_HEAD_ROW("referer", struct hpack_request, referer),
	[WHAT_AGENT] = HTTP_HEAD_ROW("user-agent", struct hpack_request, user_agent),
	[WHAT_WITH] = HTTP_HEAD_ROW("x-requested-with", struct hpack_request, requested_with),
};
enum { NAME_ROWS = sizeof(name_rows) / sizeof(name_rows[0]) };

/* The static table (appendix A), as far as it is wanted, */
static const struct static_row {
	uint8_t index, what;
	const char *value;
} static_rows[] = {
	{ 1, WHAT_AUTHORITY, "" }, { 2, WHAT_METHOD, "GET" },       { 3, WHAT_METHOD, "POST" },
	{ 4, WHAT_PATH, "/" },     { 5, WHAT_PATH, "/index.html" }, { 38, WHAT_HOST, "" },
	{ 51, WHAT_REFERER, "" },  { 58, WHAT_AGENT, "" },
};
/* and how long its names are, from the first, 1, on. */
static const uint8_t static_names[STATIC_LAST] = {
	10, 7,  7,  5,  5,  7,  7,  7,  7,  7,  7,  7, 7,  7,  14, 15, 15, 13, 6,  27, 3,
	5,  13, 13, 19, 16, 16, 14, 16, 13, 12, 6,  4, 4,  6,  7,  4,  4,  8,  17, 13, 8,
	19, 13, 4,  8,  12, 18, 19, 5,  7,  7,  11, 6, 10, 25, 17, 10, 4,  3,  16,
};

static const struct static_row *static_find(uint32_t index)
{
	for (size_t i = 0; i < sizeof(static_rows) / sizeof(static_rows[0]); i++) {
		if (static_rows[i].index == index)
			return &static_rows[i];
	}
	return NULL;
}

/* -- blocks */

struct block {
	struct rd r;
	struct room room;
	struct hpack_request *h;
	struct hpack_table *table; /* NULL: not known, or not any more */
	bool begun;                /* a field was read */
};

/* Nothing more is read of a block that is against the rules. */
static void fail(struct block *b) { rd_skip(&b->r, SIZE_MAX); }

/* Where it is told; NULL when it is not, or was before. */
static struct dissect_str *wanted(const struct block *b, uint8_t what)
{
	struct dissect_str *to = what != WHAT_NONE ? (void *)((char *)b->h + name_rows[what].at) : NULL;

	return to != NULL && to->p == NULL ? to : NULL;
}

/* What follows may point into it. */
static void lose_table(struct block *b)
{
	b->h->lost = true;
	b->table = NULL;
}

/* NULL: it is not known. One that a table does not have is an error (section 2.3.3), of the sender or because
 * ours is not the sender's. */
static const struct hpack_field *field_get(struct block *b, uint32_t index)
{
	const struct hpack_field *f =
		b->table != NULL ? hpack_table_get(b->table, index - STATIC_LAST - 1) : NULL;

	b->h->hidden |= f == NULL;
	if (f == NULL)
		lose_table(b);
	return f;
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

/* Those that were unpacked are in the room. */
static struct string string_get(struct rd *r, struct room *room)
{
	uint8_t first = rd_u8(r);
	struct rd bytes = rd_sub(r, integer(r, first, 7));
	struct string s = { { bytes.base, rd_left(&bytes) }, rd_left(&bytes) };

	if (rd_ok(r) && (first & 0x80) != 0 && !unpack(s.text, room, &s))
		rd_skip(r, SIZE_MAX);
	return s;
}

struct name {
	uint8_t what;
	size_t n;
};

static struct name name_get(struct rd *r)
{
	uint8_t bytes[NAME_LONGEST];
	struct room room = { bytes, sizeof(bytes) };
	struct string s = string_get(r, &room);
	struct name name = { WHAT_NONE, s.n };

	for (uint8_t i = 1; s.text.p != NULL && i < NAME_ROWS; i++) {
		if (s.text.n == name_rows[i].length && http_head_is_word(s.text, name_rows[i].name))
			name.what = i;
	}
	return name;
}

/* Of a field's index, or literal for 0. Where it is not known there is no table to put it into. */
static struct name name_of(struct block *b, uint32_t index)
{
	const struct static_row *row = static_find(index);
	const struct hpack_field *f;

	if (index == 0)
		return name_get(&b->r);
	if (index <= STATIC_LAST)
		return (struct name){ row != NULL ? row->what : WHAT_NONE, static_names[index - 1] };
	f = field_get(b, index);
	return f != NULL ? (struct name){ f->what, f->name_n } : (struct name){ WHAT_NONE, 0 };
}

/* `keep`: it goes into the table. */
static void literal(struct block *b, uint32_t index, bool keep)
{
	struct name name = name_of(b, index);
	struct room none = { b->room.p, 0 };
	struct dissect_str *to = wanted(b, name.what);
	bool used = to != NULL || (keep && name.what != WHAT_NONE && b->table != NULL);
	struct string value = string_get(&b->r, used ? &b->room : &none);

	if (!rd_ok(&b->r))
		return;
	if (to != NULL)
		*to = value.text;
	if (name.what == WHAT_NONE)
		value.text = (struct dissect_str){ NULL, 0 };
	if (keep && b->table != NULL && !hpack_table_add(b->table, name.what, name.n, value.text, value.n))
		lose_table(b);
}

static void literal_kept(struct block *b, uint32_t index) { literal(b, index, true); }
static void literal_passed(struct block *b, uint32_t index) { literal(b, index, false); }

/* Copied, for what the block adds to the table may push it out. */
static struct dissect_str table_value(struct block *b, const struct hpack_field *f)
{
	struct dissect_str value = hpack_table_value(b->table, f);

	if (value.p == NULL || value.n > b->room.left) {
		b->h->hidden = true;
		return (struct dissect_str){ NULL, 0 };
	}
	memcpy(b->room.p, value.p, value.n);
	value.p = b->room.p;
	b->room.p += value.n;
	b->room.left -= value.n;
	return value;
}

/* There is no field 0 (section 6.1). */
static void indexed(struct block *b, uint32_t index)
{
	const struct static_row *row = static_find(index);
	const struct hpack_field *f = index > STATIC_LAST ? field_get(b, index) : NULL;
	struct dissect_str *to = wanted(b, row != NULL ? row->what : f != NULL ? f->what : WHAT_NONE);

	if (index == 0)
		fail(b);
	if (to == NULL)
		return;
	if (f != NULL)
		*to = table_value(b, f);
	else
		*to = (struct dissect_str){ (const uint8_t *)row->value, strlen(row->value) };
}

/* Behind a field it is an error (section 4.2). */
static void resize(struct block *b, uint32_t max)
{
	if (b->begun)
		fail(b);
	else if (b->table != NULL)
		hpack_table_resize(b->table, max);
}

/* By the first octet: at least `from`, and so many of its bits are a number's. */
static const struct form {
	uint8_t from, bits;
	void (*take)(struct block *b, uint32_t number);
} forms[] = {
	{ 0x80, 7, indexed },
	{ 0x40, 6, literal_kept },
	{ 0x20, 5, resize },
	{ 0x00, 4, literal_passed },
};

static void take(struct block *b)
{
	uint8_t first = rd_u8(&b->r);
	const struct form *f = forms;
	uint32_t number;

	while (first < f->from)
		f++;
	number = integer(&b->r, first, f->bits);
	if (rd_ok(&b->r)) /* one that was cut off is another number */
		f->take(b, number);
	b->begun |= f->take != resize;
}

bool hpack_read(struct rd block, struct hpack_request *h, uint8_t room[HPACK_ROOM], struct hpack_table *table)
{
	struct block b = { .r = block, .room = { room, HPACK_ROOM }, .h = h, .table = table };

	while (rd_left(&b.r) > 0)
		take(&b);
	if (!rd_ok(&b.r))
		lose_table(&b);
	return rd_ok(&b.r);
}
