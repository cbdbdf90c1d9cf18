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
	PACKAGE_HEADER = 8 + 4 + 256 + 4 * 4, /* ResTable_package without what came later */
	TYPE_HEADER = 8 + 12,                 /* ResTable_type without its configuration */
	TYPE_SPARSE = 1,
	TYPE_OFFSET16 = 2,
	ENTRY_COMPLEX = 1,
	ENTRY_COMPACT = 8,
	LINKS_MAX = 8, /* references from one resource to the next */
};

struct table {
	struct rd packages; /* chunks behind the strings */
	struct axml_pool pool;
};

/* The next chunk of r. False: no more, or broken. */
static bool chunk_next(struct rd *r, uint16_t *type, uint16_t *header, struct rd *chunk)
{
	struct rd peek = *r;
	uint32_t size;

	*type = rd_le16(&peek);
	*header = rd_le16(&peek);
	size = rd_le32(&peek);
	if (!rd_ok(&peek) || *header < HEADER || size < *header || size > rd_left(r))
		return false;
	*chunk = rd_sub(r, size);
	return true;
}

static bool table_open(struct table *t, const uint8_t *p, size_t n)
{
	struct rd all = rd_init(p, n), table, chunk;
	uint16_t type, header;

	if (!chunk_next(&all, &type, &header, &table) || type != CHUNK_TABLE || !rd_skip(&table, header))
		return false;
	if (!chunk_next(&table, &type, &header, &chunk) || type != CHUNK_STRINGS)
		return false;
	t->packages = table;
	return axml_pool_open(&t->pool, chunk);
}

/* Where the entry begins, behind entriesStart; false: this type has none of that number. */
static bool entry_offset(struct rd offsets, uint8_t flags, uint32_t count, uint16_t entry, uint32_t *at)
{
	uint16_t low;

	if (flags & TYPE_SPARSE) {
		for (uint32_t i = 0; i < count && rd_left(&offsets) >= 4; i++) {
			low = rd_le16(&offsets);
			*at = 4u * rd_le16(&offsets);
			if (low == entry)
				return true;
		}
		return false;
	}
	if (entry >= count || !rd_skip(&offsets, (flags & TYPE_OFFSET16 ? 2u : 4u) * entry))
		return false;
	*at = flags & TYPE_OFFSET16 ? rd_le16(&offsets) : rd_le32(&offsets);
	if (flags & TYPE_OFFSET16)
		*at = *at == UINT16_MAX ? UINT32_MAX : 4 * *at;
	return rd_ok(&offsets) && *at != UINT32_MAX;
}

static bool entry_value(struct rd r, struct axml_value *v)
{
	uint16_t size = rd_le16(&r), flags = rd_le16(&r);

	if (flags & ENTRY_COMPACT) { /* the type is in the flags' upper byte, the value where the key was */
		v->type = (uint8_t)(flags >> 8);
		v->data = rd_le32(&r);
		return rd_ok(&r);
	}
	if ((flags & ENTRY_COMPLEX) || size < 8 || !rd_skip(&r, size - 4u))
		return false;
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
static void look(struct rd chunk, uint16_t header, uint32_t id, const char *language, unsigned *best,
		 struct axml_value *v)
{
	struct rd r = chunk, config, offsets = chunk, entries = chunk;
	uint32_t count, start, at;
	struct axml_value have;
	unsigned level;
	uint8_t type, flags;

	rd_skip(&r, HEADER);
	type = rd_u8(&r);
	flags = rd_u8(&r);
	rd_skip(&r, 2);
	count = rd_le32(&r);
	start = rd_le32(&r);
	if (type != (id >> 16 & 0xff) || header < TYPE_HEADER + 12 || header > rd_left(&chunk))
		return;
	config = rd_sub(&r, header - TYPE_HEADER);
	level = suits(config, language);
	if (level <= *best || !rd_skip(&offsets, header) || !rd_skip(&entries, start))
		return;
	if (!entry_offset(offsets, flags, count, (uint16_t)id, &at) || !rd_skip(&entries, at) ||
	    !entry_value(entries, &have))
		return;
	*best = level;
	*v = have;
}

static bool find(const struct table *t, uint32_t id, const char *language, struct axml_value *v)
{
	struct rd packages = t->packages, package, chunk;
	uint16_t type, header;
	unsigned best = 0;

	while (chunk_next(&packages, &type, &header, &package)) {
		struct rd number = package;
		rd_skip(&number, HEADER);
		if (type != CHUNK_PACKAGE || header < PACKAGE_HEADER || rd_le32(&number) != id >> 24 ||
		    !rd_skip(&package, header))
			continue;
		while (chunk_next(&package, &type, &header, &chunk))
			if (type == CHUNK_TYPE)
				look(chunk, header, id, language, &best, v);
	}
	return best > 0;
}

bool arsc_string(const uint8_t *p, size_t n, uint32_t id, const char *language, char out[ARSC_TEXT_MAX])
{
	struct axml_value v;
	struct table t;
	size_t len;

	if (!table_open(&t, p, n))
		return false;
	for (unsigned links = 0; links < LINKS_MAX; links++) {
		/* what a resource refers to need not know the language */
		if (!find(&t, id, language, &v) && (links == 0 || !find(&t, id, "", &v)))
			return false;
		if (v.type == AXML_STRING)
			return axml_pool_string(&t.pool, v.data, out, &len) && len > 0;
		if (v.type != AXML_REFERENCE)
			return false;
		id = v.data;
	}
	return false;
}
