/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Android's binary XML, as its packaging tools write it and the platform reads it (ResourceTypes.h of the
 * Android sources: ResXMLTree, ResStringPool). A reader that goes from element to element; attributes are
 * known by the platform's resource ids, as Android itself looks for them, because packers scramble their
 * names. Pure; points into the caller's bytes.
 */
#ifndef PROBES_AXML_H
#define PROBES_AXML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rd.h"

enum {
	AXML_TEXT_MAX = 2048, /* bytes of a string with NUL; longer ones are cut at a character */
	AXML_DEPTH_MAX = 1000,
};

/* Strings by number. */
struct axml_pool {
	const uint8_t *chunk; /* NULL: none yet */
	size_t n;
	uint32_t count, offsets, strings; /* how many; where offsets and strings begin in the chunk */
	bool utf8;
};

struct axml {
	struct rd r;
	struct axml_pool pool;
	struct rd map; /* resource ids of the first strings */
	unsigned depth;
	bool bad;
	/* the element that was read last */
	uint32_t name;
	struct rd attributes;
	uint16_t attribute_size, attribute_count;
};

enum axml_event { AXML_START, AXML_END, AXML_DONE, AXML_BAD };

/* Types of a value (Res_value). */
enum { AXML_REFERENCE = 1, AXML_STRING = 3, AXML_DECIMAL = 0x10, AXML_HEX = 0x11, AXML_BOOLEAN = 0x12 };

struct axml_value {
	uint8_t type;
	uint32_t data; /* a number, a reference, or the number of a string */
};

/* False: not binary XML. */
bool axml_open(struct axml *x, const uint8_t *p, size_t n);
/* AXML_START: x->depth is 1 for the root's. AXML_END: the element at x->depth + 1 ended. */
enum axml_event axml_next(struct axml *x);
/* Is this the name of the element? */
bool axml_is(const struct axml *x, const char *name);
/* The element's attribute with this resource id; id 0: the one of this name in no namespace. */
bool axml_attribute(const struct axml *x, uint32_t id, const char *name, struct axml_value *v);
/* A string as UTF-8. False: no such string, or broken. Returns its length in *len; cut when longer. */
bool axml_string(const struct axml *x, uint32_t number, char out[AXML_TEXT_MAX], size_t *len);

/* For resource tables, which hold the same pools and are read piece by piece: what the head of a chunk of n
 * bytes says, and the string that stands at r. pool->chunk is NULL. */
bool axml_pool_head(struct axml_pool *pool, struct rd head, size_t n);
bool axml_pool_text(bool utf8, struct rd r, char out[AXML_TEXT_MAX], size_t *len);

#endif
