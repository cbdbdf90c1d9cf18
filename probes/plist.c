/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/plist.h"

#include <libxml/xmlreader.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/rd.h"
#include "base/text.h"

enum { HEADER = 8, TRAILER = 32 };

/* UTF-8 that is put together; what does not fit is cut at a character. */
struct text {
	char p[PLIST_TEXT_MAX];
	size_t n;
	bool full;
};

static void put(struct text *t, const void *bytes, size_t n)
{
	t->full |= t->n + n >= sizeof(t->p);
	if (t->full)
		return;
	memcpy(t->p + t->n, bytes, n);
	t->n += n;
	t->p[t->n] = '\0';
}

/* -- binary ------------------------------------------------------------------------------------------- */

struct binary {
	const uint8_t *p;
	size_t n; /* up to the table of offsets */
	struct rd offsets;
	unsigned offset_size, ref_size;
	uint64_t count, top;
};

/* A number of `size` bytes, most significant first; of more than eight only the last eight count. */
static uint64_t number(struct rd *r, unsigned size)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++)
		v = v << 8 | rd_u8(r);
	return v;
}

static bool binary_open(struct binary *b, const uint8_t *p, size_t n)
{
	uint64_t table;
	struct rd r;

	if (n < HEADER + 1 + TRAILER)
		return false;
	r = rd_init(p + n - TRAILER, TRAILER);
	rd_skip(&r, 6); /* unused, and the version for sorting */
	b->offset_size = rd_u8(&r);
	b->ref_size = rd_u8(&r);
	b->count = rd_be64(&r);
	b->top = rd_be64(&r);
	table = rd_be64(&r);
	if (b->offset_size < 1 || b->offset_size > 8 || b->ref_size < 1 || b->ref_size > 8)
		return false;
	if (table <= HEADER || table > n - TRAILER || b->count > (n - TRAILER - table) / b->offset_size)
		return false;
	b->p = p;
	b->n = (size_t)table;
	b->offsets = rd_init(p + table, n - TRAILER - (size_t)table);
	return b->top < b->count;
}

/* A reader at the object, behind its marker. */
static bool object(const struct binary *b, uint64_t ref, uint8_t *marker, struct rd *out)
{
	struct rd r = b->offsets;
	uint64_t at;

	if (ref >= b->count || !rd_skip(&r, (size_t)ref * b->offset_size))
		return false;
	at = number(&r, b->offset_size);
	if (!rd_ok(&r) || at < HEADER || at >= b->n)
		return false;
	*out = rd_init(b->p + at, b->n - (size_t)at);
	*marker = rd_u8(out);
	return true;
}

/* The lower half of the marker, or the number that follows when it is 15. */
static bool length(struct rd *r, uint8_t marker, uint64_t *n)
{
	uint8_t of;

	*n = marker & 15;
	if (*n < 15)
		return true;
	of = rd_u8(r);
	if (of >> 4 != 1 || (of & 15) > 3)
		return false;
	*n = number(r, 1u << (of & 15));
	return rd_ok(r);
}

static bool ascii(struct text *t, struct rd r, uint64_t n)
{
	const uint8_t *p = n > rd_left(&r) ? NULL : rd_bytes(&r, (size_t)n);

	for (uint64_t i = 0; p && i < n; i++)
		if (p[i] != 0 && p[i] < 0x80)
			put(t, p + i, 1);
	return p != NULL;
}

static void put_code(struct text *t, uint32_t c)
{
	uint8_t out[4];
	unsigned n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	if (c == 0)
		return;
	for (unsigned i = n; i-- > 1; c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	out[0] = (uint8_t)(first[n] | c);
	put(t, out, n);
}

/* Surrogates without their other half are left out. */
static bool utf16(struct text *t, struct rd r, uint64_t n)
{
	uint32_t high = 0, c;

	if (n > rd_left(&r) / 2)
		return false;
	for (uint64_t i = 0; i < n && !t->full; i++) {
		c = rd_be16(&r);
		if (c >= 0xdc00 && c < 0xe000)
			c = high ? 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00) : 0;
		high = c >= 0xd800 && c < 0xdc00 ? c : 0;
		if (!high)
			put_code(t, c);
	}
	return true;
}

enum value { VALUE_TEXT, VALUE_OTHER, VALUE_BAD };

/* Scalars as text. Objects that hold others are not entered. */
static enum value scalar(const struct binary *b, uint64_t ref, struct text *t)
{
	uint8_t marker;
	struct rd r;
	uint64_t n;
	char digits[24];

	*t = (struct text){ .n = 0 };
	if (!object(b, ref, &marker, &r))
		return VALUE_BAD;
	switch (marker >> 4) {
	case 0x0:
		if (marker != 8 && marker != 9)
			return VALUE_OTHER;
		put(t, marker == 9 ? "true" : "false", marker == 9 ? 4 : 5);
		return VALUE_TEXT;
	case 0x1:
		n = number(&r, 1u << (marker & 7));
		snprintf(digits, sizeof(digits), "%lld", (long long)n);
		put(t, digits, strlen(digits));
		return rd_ok(&r) && (marker & 15) <= 4 ? VALUE_TEXT : VALUE_BAD;
	case 0x5:
		return length(&r, marker, &n) && ascii(t, r, n) ? VALUE_TEXT : VALUE_BAD;
	case 0x6:
		return length(&r, marker, &n) && utf16(t, r, n) ? VALUE_TEXT : VALUE_BAD;
	default:
		return VALUE_OTHER;
	}
}

static enum plist_result read_binary(const uint8_t *p, size_t n, plist_take *take, void *arg)
{
	struct text key, value;
	struct rd keys, values;
	struct binary b;
	uint8_t marker;
	uint64_t count;

	if (!binary_open(&b, p, n) || !object(&b, b.top, &marker, &keys))
		return PLIST_BROKEN;
	if (marker >> 4 != 0xd)
		return PLIST_UNKNOWN;
	if (!length(&keys, marker, &count) || count > PLIST_PAIRS_MAX ||
	    count * 2 * b.ref_size > rd_left(&keys))
		return PLIST_BROKEN;
	values = keys;
	rd_skip(&values, (size_t)count * b.ref_size);
	for (uint64_t i = 0; i < count; i++) {
		enum value have;
		if (scalar(&b, number(&keys, b.ref_size), &key) != VALUE_TEXT)
			return PLIST_BROKEN;
		have = scalar(&b, number(&values, b.ref_size), &value);
		if (have == VALUE_BAD)
			return PLIST_BROKEN;
		take(arg, key.p, have == VALUE_TEXT ? value.p : NULL);
	}
	return PLIST_OK;
}

/* -- XML ---------------------------------------------------------------------------------------------- */

/* <plist> <dict> <key>..</key> <string>..</string> ... Depths are libxml2's: 0 is the root's. */
enum { DEPTH_DICT = 1, DEPTH_ITEM = 2, DEPTH_TEXT = 3 };

struct xml {
	plist_take *take;
	void *arg;
	struct text key, value;
	bool dict, bad;
	bool in_key, in_text; /* the element that is open is a key, a scalar */
	bool has_key;
	unsigned pairs;
};

static bool is(const xmlChar *name, const char *want) { return strcmp((const char *)name, want) == 0; }

static bool is_text(int type)
{
	return type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA ||
	       type == XML_READER_TYPE_WHITESPACE || type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE;
}

static void put_text(struct text *t, const xmlChar *s)
{
	size_t n = s ? strlen((const char *)s) : 0, len;

	for (size_t i = 0; i < n && !t->full; i += len) {
		len = text_utf8_len(s + i, n - i);
		len += len == 0; /* libxml2 has no other than valid text */
		put(t, s + i, len);
	}
}

static void pair(struct xml *x, const char *value)
{
	x->bad |= !x->has_key || ++x->pairs > PLIST_PAIRS_MAX;
	if (!x->bad)
		x->take(x->arg, x->key.p, value);
	x->has_key = false;
}

static void item_start(struct xml *x, const xmlChar *name, bool empty)
{
	struct text *t;

	x->in_key = is(name, "key");
	x->in_text = is(name, "string") || is(name, "integer") || is(name, "real");
	t = x->in_key ? &x->key : &x->value;
	*t = (struct text){ .n = 0 };
	if (x->in_key) {
		x->bad |= x->has_key;
		x->has_key = true;
	} else if (is(name, "true") || is(name, "false")) {
		pair(x, (const char *)name);
	} else if (!x->in_text || empty) {
		pair(x, x->in_text ? "" : NULL);
	}
	x->in_key &= !empty;
	x->in_text &= !empty;
}

static void item_end(struct xml *x)
{
	if (x->in_text)
		pair(x, x->value.p);
	x->in_key = x->in_text = false;
}

/* One node. What is at the wrong place makes it no property list. */
static void node(struct xml *x, xmlTextReader *r)
{
	int type = xmlTextReaderNodeType(r), depth = xmlTextReaderDepth(r);
	const xmlChar *name = xmlTextReaderConstLocalName(r);

	if (type == XML_READER_TYPE_ENTITY_REFERENCE) /* its text is not here, so what is would be wrong */
		x->bad = true;
	else if (type == XML_READER_TYPE_ELEMENT && depth == 0)
		x->bad |= !is(name, "plist");
	else if (type == XML_READER_TYPE_ELEMENT && depth == DEPTH_DICT)
		x->bad |= x->dict || !is(name, "dict"), x->dict |= is(name, "dict");
	else if (type == XML_READER_TYPE_ELEMENT && depth == DEPTH_ITEM)
		item_start(x, name, xmlTextReaderIsEmptyElement(r) != 0);
	else if (type == XML_READER_TYPE_ELEMENT && depth == DEPTH_TEXT)
		x->bad |= x->in_key || x->in_text;
	else if (type == XML_READER_TYPE_END_ELEMENT && depth == DEPTH_ITEM)
		item_end(x);
	else if (depth == DEPTH_TEXT && (x->in_key || x->in_text) && is_text(type))
		put_text(x->in_key ? &x->key : &x->value, xmlTextReaderConstValue(r));
}

/* The same of every dictionary: what is in a key or a scalar is text, the rest only structure. */
static void node_deep(struct xml *x, xmlTextReader *r)
{
	int type = xmlTextReaderNodeType(r), depth = xmlTextReaderDepth(r);
	const xmlChar *name = xmlTextReaderConstLocalName(r);

	if (type == XML_READER_TYPE_ENTITY_REFERENCE)
		x->bad = true;
	else if (type == XML_READER_TYPE_ELEMENT && depth == 0)
		x->bad |= !is(name, "plist");
	else if (type == XML_READER_TYPE_ELEMENT && (is(name, "dict") || is(name, "array"))) {
		x->bad |= x->in_key || x->in_text;
		x->dict = true;
		x->has_key = false;
	} else if (type == XML_READER_TYPE_ELEMENT) {
		x->bad |= x->in_key || x->in_text;
		if (x->has_key || is(name, "key"))
			item_start(x, name, xmlTextReaderIsEmptyElement(r) != 0);
	} else if (type == XML_READER_TYPE_END_ELEMENT)
		item_end(x);
	else if ((x->in_key || x->in_text) && is_text(type))
		put_text(x->in_key ? &x->key : &x->value, xmlTextReaderConstValue(r));
}

/* External entities are never fetched, internal ones never expanded. */
static enum plist_result read_xml(const uint8_t *p, size_t n, void (*each)(struct xml *, xmlTextReader *),
				  struct xml *x)
{
	xmlTextReader *r;
	int more = 0;

	if (n > INT_MAX)
		return PLIST_UNKNOWN;
	r = xmlReaderForMemory((const char *)p, (int)n, NULL, NULL,
			       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (r == NULL)
		return PLIST_UNKNOWN;
	while (!x->bad && (more = xmlTextReaderRead(r)) == 1)
		each(x, r);
	xmlFreeTextReader(r);
	if (!x->dict)
		return PLIST_UNKNOWN;
	return x->bad || more != 0 || x->has_key ? PLIST_BROKEN : PLIST_OK;
}

enum plist_result plist_read(const uint8_t *p, size_t n, plist_take *take, void *arg)
{
	struct xml x = { .take = take, .arg = arg };

	if (n >= HEADER && memcmp(p, "bplist0", 7) == 0)
		return read_binary(p, n, take, arg);
	return read_xml(p, n, node, &x);
}

enum plist_result plist_read_deep(const uint8_t *p, size_t n, plist_take *take, void *arg)
{
	struct xml x = { .take = take, .arg = arg };

	return read_xml(p, n, node_deep, &x);
}
