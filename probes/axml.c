/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/axml.h"

#include <string.h>

#include "base/text.h"
#include "probes/le.h"

enum {
	CHUNK_STRINGS = 0x0001,
	CHUNK_XML = 0x0003,
	CHUNK_START = 0x0102,
	CHUNK_END = 0x0103,
	CHUNK_MAP = 0x0180,
	HEADER = 8,       /* of a chunk */
	POOL_HEADER = 28, /* ResStringPool_header */
	NODE_HEADER = 16, /* ResXMLTree_node */
	POOL_UTF8 = 1 << 8,
	ATTRIBUTE = 20, /* ResXMLTree_attribute */
	NONE = 0xffffffff,
	NAME_MAX_LEN = 64, /* names that we know are shorter */
};

/* -- strings -------------------------------------------------------------------------------------------- */

bool axml_pool_head(struct axml_pool *pool, struct rd r, size_t n)
{
	uint32_t flags;
	uint16_t header;

	*pool = (struct axml_pool){ .n = n };
	if (rd_le16(&r) != CHUNK_STRINGS)
		return false;
	header = rd_le16(&r);
	rd_skip(&r, 4); /* size: the chunk's */
	pool->count = rd_le32(&r);
	rd_skip(&r, 4); /* styles */
	flags = rd_le32(&r);
	pool->strings = rd_le32(&r);
	pool->utf8 = (flags & POOL_UTF8) != 0;
	pool->offsets = header;
	return rd_ok(&r) && header >= POOL_HEADER && header <= pool->n && pool->strings <= pool->n &&
	       pool->count <= (pool->n - header) / 4;
}

static bool pool_open(struct axml_pool *pool, struct rd chunk)
{
	bool ok = axml_pool_head(pool, chunk, rd_left(&chunk));

	pool->chunk = chunk.p;
	return ok;
}

/* A length of one unit or two: the first one's top bit says so. */
static uint32_t length8(struct rd *r)
{
	uint32_t n = rd_u8(r);

	return n & 0x80 ? (n & 0x7f) << 8 | rd_u8(r) : n;
}

static uint32_t length16(struct rd *r)
{
	uint32_t n = rd_le16(r);

	return n & 0x8000 ? (n & 0x7fff) << 16 | rd_le16(r) : n;
}

/* Text that is put together. */
struct text {
	char *p;
	size_t n, cap;
};

/* Room for the whole character and the NUL, or false. */
static bool put(struct text *t, const void *bytes, size_t n)
{
	if (t->n + n >= t->cap)
		return false;
	memcpy(t->p + t->n, bytes, n);
	t->n += n;
	return true;
}

/* A NUL within would be another text to whoever stops there. Bytes that are no UTF-8 are left out: Android's
 * tools write surrogates one by one ("modified UTF-8"). */
static bool string8(struct rd r, struct text *out)
{
	const uint8_t *p;
	uint32_t n;
	size_t len;

	length8(&r); /* in UTF-16 */
	n = length8(&r);
	p = rd_bytes(&r, n);
	if (p == NULL)
		return n == 0 && rd_ok(&r);
	if (memchr(p, 0, n) != NULL)
		return false;
	for (uint32_t i = 0; i < n; i += (uint32_t)len) {
		len = text_utf8_len(p + i, n - i);
		if (len > 0 && !put(out, p + i, len))
			break;
		len += len == 0;
	}
	return true;
}

static size_t encode(uint8_t out[4], uint32_t c)
{
	if (c < 0x80)
		return out[0] = (uint8_t)c, 1;
	if (c < 0x800)
		return out[0] = (uint8_t)(0xc0 | c >> 6), out[1] = (uint8_t)(0x80 | (c & 0x3f)), 2;
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		return out[2] = (uint8_t)(0x80 | (c & 0x3f)), 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	return out[3] = (uint8_t)(0x80 | (c & 0x3f)), 4;
}

/* Surrogates without their other half are left out. */
static bool string16(struct rd r, struct text *out)
{
	uint32_t n = length16(&r), high = 0;
	uint8_t bytes[4];

	if (!rd_ok(&r) || n > rd_left(&r) / 2)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t c = rd_le16(&r);
		if (c == 0)
			return false;
		if (c >= 0xd800 && c < 0xdc00) {
			high = c;
			continue;
		}
		if (c >= 0xdc00 && c < 0xe000) {
			c = high ? 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00) : 0;
			high = 0;
			if (c == 0)
				continue;
		}
		high = 0;
		if (!put(out, bytes, encode(bytes, c)))
			break;
	}
	return true;
}

static bool decode(bool utf8, struct rd r, struct text *out)
{
	bool ok = utf8 ? string8(r, out) : string16(r, out);

	out->p[out->n] = '\0';
	return ok;
}

static bool string(const struct axml_pool *pool, uint32_t number, struct text *out)
{
	struct rd r;
	uint32_t at;

	out->p[0] = '\0';
	if (pool->chunk == NULL || number >= pool->count)
		return false;
	r = rd_init(pool->chunk + pool->offsets + 4 * (size_t)number, 4);
	at = rd_le32(&r);
	if (at >= pool->n - pool->strings)
		return false;
	r = rd_init(pool->chunk + pool->strings + at, pool->n - pool->strings - at);
	return decode(pool->utf8, r, out);
}

bool axml_pool_text(bool utf8, struct rd r, char out[AXML_TEXT_MAX], size_t *len)
{
	struct text t = { .p = out, .cap = AXML_TEXT_MAX };
	bool ok = decode(utf8, r, &t);

	*len = t.n;
	return ok;
}

bool axml_string(const struct axml *x, uint32_t number, char out[AXML_TEXT_MAX], size_t *len)
{
	struct text t = { .p = out, .cap = AXML_TEXT_MAX };
	bool ok = string(&x->pool, number, &t);

	*len = t.n;
	return ok;
}

/* -- elements ------------------------------------------------------------------------------------------- */

/* The type of the outer chunk is not looked at by Android either; packers break it on purpose. */
bool axml_open(struct axml *x, const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);
	uint16_t header;
	uint32_t size;

	*x = (struct axml){ .map = rd_init(NULL, 0) };
	rd_le16(&r);
	header = rd_le16(&r);
	size = rd_le32(&r);
	if (!rd_ok(&r) || header < HEADER || size < header || size > n)
		return false;
	x->r = rd_init(p + header, size - header);
	/* the strings come first: anything else is another kind of file */
	return rd_left(&x->r) >= HEADER && x->r.p[0] == CHUNK_STRINGS && x->r.p[1] == 0;
}

/* ResXMLTree_attrExt and the attributes behind it. */
static bool take_start(struct axml *x, struct rd body)
{
	struct rd r = body;
	uint16_t start;

	rd_skip(&r, 4); /* namespace */
	x->name = rd_le32(&r);
	start = rd_le16(&r);
	x->attribute_size = rd_le16(&r);
	x->attribute_count = rd_le16(&r);
	if (!rd_ok(&r) || !rd_skip(&body, start) || ++x->depth > AXML_DEPTH_MAX)
		return false;
	x->attributes = body;
	return x->attribute_count == 0 || (x->attribute_size >= ATTRIBUTE &&
					   (size_t)x->attribute_size * x->attribute_count <= rd_left(&body));
}

/* One chunk. AXML_DONE: it told nothing. */
static enum axml_event take_chunk(struct axml *x, uint16_t type, uint16_t header, struct rd chunk)
{
	struct rd body = chunk;

	if (type == CHUNK_STRINGS && x->pool.chunk == NULL)
		return pool_open(&x->pool, chunk) ? AXML_DONE : AXML_BAD;
	rd_skip(&body, header);
	if (type == CHUNK_MAP && x->map.p == NULL)
		x->map = body;
	if (type == CHUNK_START)
		return header >= NODE_HEADER && take_start(x, body) ? AXML_START : AXML_BAD;
	if (type != CHUNK_END)
		return AXML_DONE;
	if (x->depth == 0)
		return AXML_BAD;
	x->depth--;
	return AXML_END;
}

enum axml_event axml_next(struct axml *x)
{
	enum axml_event event = AXML_DONE;

	while (event == AXML_DONE && !x->bad && rd_left(&x->r) > 0) {
		struct rd peek = x->r;
		uint16_t type = rd_le16(&peek), header = rd_le16(&peek);
		uint32_t size = rd_le32(&peek);
		if (!rd_ok(&peek) || header < HEADER || size < header || size > rd_left(&x->r))
			event = AXML_BAD;
		else
			event = take_chunk(x, type, header, rd_sub(&x->r, size));
	}
	if (event == AXML_BAD || (event == AXML_DONE && x->depth != 0))
		x->bad = true;
	return x->bad ? AXML_BAD : event;
}

static bool is_text(const struct axml *x, uint32_t number, const char *text)
{
	char have[NAME_MAX_LEN];
	struct text t = { .p = have, .cap = sizeof(have) };

	return string(&x->pool, number, &t) && strcmp(have, text) == 0;
}

bool axml_is(const struct axml *x, const char *name) { return is_text(x, x->name, name); }

/* The id that stands for an attribute's name: 0 none. */
static uint32_t id_of(const struct axml *x, uint32_t name)
{
	struct rd r = x->map;

	if (name >= rd_left(&r) / 4 || !rd_skip(&r, 4 * (size_t)name))
		return 0;
	return rd_le32(&r);
}

bool axml_attribute(const struct axml *x, uint32_t id, const char *name, struct axml_value *v)
{
	struct rd all = x->attributes;

	for (uint16_t i = 0; i < x->attribute_count; i++) {
		struct rd r = rd_sub(&all, x->attribute_size);
		uint32_t space = rd_le32(&r), number = rd_le32(&r), have = id_of(x, number);
		if (id != 0 && have != 0 ? have != id
					 : (id == 0) != (space == NONE) || !is_text(x, number, name))
			continue;
		rd_skip(&r, 4 + 3); /* text as it was written; size and zero of the value */
		v->type = rd_u8(&r);
		v->data = rd_le32(&r);
		return rd_ok(&r);
	}
	return false;
}
