/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/arsc.h"

#include <string.h>

#include "probes/le.h"

enum {
	CHUNK_STRINGS = 0x0001,
	CHUNK_TABLE = 0x0002,
	CHUNK_PACKAGE = 0x0200,
	CHUNK_TYPE = 0x0201,
	HEADER = 8,
	POOL_HEADER = 28,
	PACKAGE_HEADER = 8 + 4 + 256 + 4 * 4, /* ResTable_package without what came later */
	TYPE_HEADER = 8 + 12,                 /* ResTable_type without its configuration */
	TYPE_SPARSE = 1,
	TYPE_OFFSET16 = 2,
	ENTRY = 8, /* bytes of one, and of its value */
	ENTRY_COMPLEX = 1,
	ENTRY_COMPACT = 8,
	LINKS_MAX = 8,     /* references from one resource to the next */
	WALK = 256 * 1024, /* bytes to bring on the way from chunk to chunk: their heads lie close together */
	PICK = 4096,       /* and around one string; longer ones are no names */
};

/* -- pieces --------------------------------------------------------------------------------------------- */

/* n bytes at `at`. NULL: outside of the table, or not at hand: then the first such is what we need. */
static const uint8_t *get(struct arsc *a, size_t at, size_t n, size_t window)
{
	if (at > a->size || n > a->size - at)
		return NULL;
	for (size_t i = 0; i < a->pieces; i++) {
		const struct arsc_piece *have = &a->piece[i];
		if (at >= have->at && at - have->at <= have->n && n <= have->n - (at - have->at))
			return have->p + (at - have->at);
	}
	if (a->need_n == 0) {
		window = n > window ? n : window;
		a->need = at;
		a->need_n = window < a->size - at ? window : a->size - at;
	}
	return NULL;
}

/* The same as a reader, empty and failed when there is nothing. */
static struct rd reader(struct arsc *a, size_t at, size_t n, size_t window)
{
	struct rd r = rd_init(get(a, at, n, window), n);

	r.failed = r.p == NULL;
	return r;
}

/* -- chunks --------------------------------------------------------------------------------------------- */

struct chunk {
	uint16_t type, header;
	size_t at, end; /* in the table */
};

/* The chunk at *at, which then is behind it. False: no more before `end`, broken, or not at hand. */
static bool chunk_next(struct arsc *a, size_t *at, size_t end, size_t window, struct chunk *c)
{
	struct rd r;
	uint32_t size;

	if (end - *at < HEADER)
		return false;
	r = reader(a, *at, HEADER, window);
	c->type = rd_le16(&r);
	c->header = rd_le16(&r);
	size = rd_le32(&r);
	if (!rd_ok(&r) || c->header < HEADER || size < c->header || size > end - *at)
		return false;
	c->at = *at;
	c->end = *at += size;
	return true;
}

struct table {
	size_t at, end; /* chunks behind the strings */
	struct chunk strings;
	struct axml_pool pool;
};

static bool table_open(struct arsc *a, struct table *t)
{
	size_t at = 0;
	struct chunk all;
	struct rd head;

	if (!chunk_next(a, &at, a->size, PICK, &all) || all.type != CHUNK_TABLE)
		return false;
	t->at = all.at + all.header;
	t->end = all.end;
	if (!chunk_next(a, &t->at, t->end, PICK, &t->strings) || t->strings.type != CHUNK_STRINGS)
		return false;
	head = reader(a, t->strings.at, POOL_HEADER, PICK);
	return rd_ok(&head) && axml_pool_head(&t->pool, head, t->strings.end - t->strings.at);
}

static enum arsc_result text_of(struct arsc *a, const struct table *t, uint32_t number,
				char out[ARSC_TEXT_MAX])
{
	size_t at = t->strings.at + t->pool.offsets, left, len;
	struct rd r;
	uint32_t offset;

	if (number >= t->pool.count)
		return ARSC_NONE;
	r = reader(a, at + 4 * (size_t)number, 4, PICK);
	offset = rd_le32(&r);
	left = t->pool.n - t->pool.strings;
	if (!rd_ok(&r) || offset >= left)
		return ARSC_NONE;
	left -= offset;
	r = reader(a, t->strings.at + t->pool.strings + offset, left < PICK ? left : PICK, PICK);
	return rd_ok(&r) && axml_pool_text(t->pool.utf8, r, out, &len) && len > 0 ? ARSC_FOUND : ARSC_NONE;
}

/* -- one type of resource in one configuration ----------------------------------------------------------- */

struct type {
	struct chunk chunk;
	uint8_t id, flags;
	uint32_t count, start;
};

/* Where the entry begins, behind entriesStart; false: this type has none of that number. */
static bool entry_offset(struct arsc *a, const struct type *t, uint16_t entry, uint32_t *at)
{
	size_t from = t->chunk.at + t->chunk.header, width = t->flags & TYPE_OFFSET16 ? 2 : 4, n = width;
	bool sparse = t->flags & TYPE_SPARSE;
	struct rd r;

	if (sparse)
		n = width = 4;
	if (t->count > (t->chunk.end - from) / width || (!sparse && entry >= t->count))
		return false;
	if (sparse)
		n *= t->count;
	else
		from += width * entry;
	r = reader(a, from, n, PICK);
	while (sparse && rd_left(&r) > 0) {
		bool is = rd_le16(&r) == entry;
		*at = 4u * rd_le16(&r);
		if (is)
			return true;
	}
	if (sparse)
		return false;
	*at = width == 2 ? rd_le16(&r) : rd_le32(&r);
	if (width == 2)
		*at = *at == UINT16_MAX ? UINT32_MAX : 4 * *at;
	return rd_ok(&r) && *at != UINT32_MAX;
}

/* Its value; `at` and what it says lie inside the chunk. */
static bool entry_value(struct arsc *a, const struct chunk *c, size_t at, struct axml_value *v)
{
	struct rd r;
	uint16_t size, flags;

	if (at > c->end || c->end - at < ENTRY)
		return false;
	r = reader(a, at, ENTRY, PICK);
	size = rd_le16(&r);
	flags = rd_le16(&r);
	if (flags & ENTRY_COMPACT) { /* the type is in the flags' upper byte, the value where the key was */
		v->type = (uint8_t)(flags >> 8);
		v->data = rd_le32(&r);
		return rd_ok(&r);
	}
	if (!rd_ok(&r) || (flags & ENTRY_COMPLEX) || size < ENTRY || size > c->end - at - ENTRY)
		return false;
	r = reader(a, at + size, ENTRY, PICK);
	rd_skip(&r, 3);
	v->type = rd_u8(&r);
	v->data = rd_le32(&r);
	return rd_ok(&r);
}

/* How well a configuration suits: 0 not at all, else the higher the better. */
static unsigned suits(struct rd config, const char *language)
{
	const uint8_t *p;
	struct rd rest;
	bool other = false;

	rd_skip(&config, 4);       /* size */
	if (rd_le32(&config) != 0) /* of one operator's network */
		return 0;
	p = rd_bytes(&config, 4); /* language and country */
	if (p == NULL || (language[0] == '\0' ? p[0] != 0 || p[2] != 0 : memcmp(p, language, 2) != 0))
		return 0;
	for (rest = config; rd_left(&rest) > 0;)
		other |= rd_u8(&rest) != 0; /* of some screens, versions, scripts only */
	if (language[0] != '\0' && p[2] != 0 && memcmp(p + 2, "CN", 2) != 0)
		return 0;
	return other ? 1 : p[2] != 0 ? 3 : 2;
}

/* One ResTable_type: the value of the entry, when it is there and suits better than the best so far. */
static void look(struct arsc *a, const struct chunk *c, uint32_t id, const char *language, unsigned *best,
		 struct axml_value *v)
{
	struct type t = { .chunk = *c };
	struct axml_value have;
	struct rd r;
	unsigned level;
	uint32_t at;

	if (c->header < TYPE_HEADER + 12)
		return;
	r = reader(a, c->at, c->header, WALK);
	rd_skip(&r, HEADER);
	t.id = rd_u8(&r);
	t.flags = rd_u8(&r);
	rd_skip(&r, 2);
	t.count = rd_le32(&r);
	t.start = rd_le32(&r);
	if (!rd_ok(&r) || t.id != (id >> 16 & 0xff) || t.start > c->end - c->at)
		return;
	level = suits(r, language);
	if (level <= *best || !entry_offset(a, &t, (uint16_t)id, &at) ||
	    !entry_value(a, c, c->at + t.start + (size_t)at, &have))
		return;
	*best = level;
	*v = have;
}

static bool find(struct arsc *a, const struct table *t, uint32_t id, const char *language,
		 struct axml_value *v)
{
	struct chunk package, c;
	unsigned best = 0;

	for (size_t at = t->at; chunk_next(a, &at, t->end, WALK, &package);) {
		size_t inner = package.at + package.header;
		struct rd number = reader(a, package.at + HEADER, 4, WALK);
		if (package.type != CHUNK_PACKAGE || package.header < PACKAGE_HEADER ||
		    rd_le32(&number) != id >> 24)
			continue;
		while (chunk_next(a, &inner, package.end, WALK, &c))
			if (c.type == CHUNK_TYPE)
				look(a, &c, id, language, &best, v);
	}
	return best > 0;
}

/* As far as the pieces go: what was missing on the way is in a->need. */
static enum arsc_result search(struct arsc *a, uint32_t id, const char *language, char out[ARSC_TEXT_MAX])
{
	struct axml_value v;
	struct table t;

	if (!table_open(a, &t))
		return ARSC_NONE;
	for (unsigned links = 0; links < LINKS_MAX && a->need_n == 0; links++) {
		/* what a resource refers to need not know the language */
		if (!find(a, &t, id, language, &v) && (links == 0 || !find(a, &t, id, "", &v)))
			return ARSC_NONE;
		if (v.type == AXML_STRING)
			return text_of(a, &t, v.data, out);
		if (v.type != AXML_REFERENCE)
			return ARSC_NONE;
		id = v.data;
	}
	return ARSC_NONE;
}

enum arsc_result arsc_find(struct arsc *a, uint32_t id, const char *language, char out[ARSC_TEXT_MAX])
{
	enum arsc_result found;

	a->need_n = 0;
	found = search(a, id, language, out);
	return a->need_n > 0 ? ARSC_MORE : found;
}
