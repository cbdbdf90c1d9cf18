/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: a writer of Android's binary XML and of its resource tables, small and able to lie. */
#ifndef TESTS_UNIT_PROBES_AXML_WRITE_H
#define TESTS_UNIT_PROBES_AXML_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { AXML_WRITE_MAX = 256 * 1024, AXML_WRITE_STRINGS = 512 };

struct axml_write {
	uint8_t p[AXML_WRITE_MAX];
	size_t n;
	const char *string[AXML_WRITE_STRINGS];
	uint32_t id[AXML_WRITE_STRINGS]; /* of the attribute that a string names */
	size_t strings;
	bool utf16, no_map;
};

static inline void aw_le(struct axml_write *w, uint32_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		w->p[w->n++] = (uint8_t)(v >> 8 * i);
}

static inline void aw_set32(struct axml_write *w, size_t at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		w->p[at + i] = (uint8_t)(v >> 8 * i);
}

/* The number of a string; those with an id must be named before all others. */
static inline uint32_t aw_string(struct axml_write *w, const char *s, uint32_t id)
{
	for (size_t i = 0; i < w->strings; i++)
		if (strcmp(w->string[i], s) == 0 && w->id[i] == id)
			return (uint32_t)i;
	w->string[w->strings] = s;
	w->id[w->strings] = id;
	return (uint32_t)w->strings++;
}

/* UTF-8 of at most three bytes a character to UTF-16. */
static inline size_t aw_utf16(const char *s, uint16_t *out)
{
	size_t n = 0;

	for (const uint8_t *p = (const uint8_t *)s; *p;) {
		if (*p < 0x80)
			out[n++] = *p++;
		else if (*p < 0xe0)
			out[n++] = (uint16_t)((p[0] & 0x1f) << 6 | (p[1] & 0x3f)), p += 2;
		else
			out[n++] = (uint16_t)((p[0] & 15) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f)), p += 3;
	}
	return n;
}

static inline void aw_one(struct axml_write *w, const char *s)
{
	static uint16_t units[65536];
	size_t n = aw_utf16(s, units), len = strlen(s);

	if (w->utf16) {
		if (n >= 0x8000)
			aw_le(w, 0x8000 | (uint32_t)(n >> 16), 2);
		aw_le(w, (uint32_t)n & 0xffff, 2);
		for (size_t i = 0; i < n; i++)
			aw_le(w, units[i], 2);
		aw_le(w, 0, 2);
		return;
	}
	for (unsigned i = 0; i < 2; i++) {
		size_t v = i ? len : n;
		if (v >= 0x80)
			aw_le(w, 0x80 | (uint32_t)(v >> 8), 1);
		aw_le(w, (uint32_t)v & 0xff, 1);
	}
	memcpy(w->p + w->n, s, len + 1);
	w->n += len + 1;
}

static inline void aw_pool(struct axml_write *w)
{
	size_t start = w->n, offsets = start + 28;

	aw_le(w, 0x001c0001, 4);
	aw_le(w, 0, 4);
	aw_le(w, (uint32_t)w->strings, 4);
	aw_le(w, 0, 4);
	aw_le(w, w->utf16 ? 0 : 1 << 8, 4);
	aw_le(w, 28 + 4 * (uint32_t)w->strings, 4);
	aw_le(w, 0, 4);
	w->n += 4 * w->strings;
	for (size_t i = 0; i < w->strings; i++) {
		aw_set32(w, offsets + 4 * i, (uint32_t)(w->n - offsets - 4 * w->strings));
		aw_one(w, w->string[i]);
	}
	while (w->n % 4)
		aw_le(w, 0, 1);
	aw_set32(w, start + 4, (uint32_t)(w->n - start));
}

/* Begins a document of the strings that were named: none may follow. */
static inline void aw_begin(struct axml_write *w)
{
	size_t mapped = 0;

	w->n = 0;
	aw_le(w, 0x00080003, 4);
	aw_le(w, 0, 4);
	aw_pool(w);
	while (mapped < w->strings && w->id[mapped])
		mapped++;
	if (w->no_map)
		return;
	aw_le(w, 0x00080180, 4);
	aw_le(w, 8 + 4 * (uint32_t)mapped, 4);
	for (size_t i = 0; i < mapped; i++)
		aw_le(w, w->id[i], 4);
}

struct aw_attribute {
	uint32_t name;
	bool android; /* in the namespace of Android */
	uint8_t type;
	uint32_t data;
};

static inline void aw_start(struct axml_write *w, const char *name, const struct aw_attribute *a,
			    size_t count)
{
	aw_le(w, 0x00100102, 4);
	aw_le(w, 36 + 20 * (uint32_t)count, 4);
	aw_le(w, 1, 4);
	aw_le(w, UINT32_MAX, 4);
	aw_le(w, UINT32_MAX, 4);
	aw_le(w, aw_string(w, name, 0), 4);
	aw_le(w, 20 | 20 << 16, 4);
	aw_le(w, (uint32_t)count, 2);
	aw_le(w, 0, 4);
	aw_le(w, 0, 2);
	for (size_t i = 0; i < count; i++) {
		aw_le(w,
		      a[i].android ? aw_string(w, "http://schemas.android.com/apk/res/android", 0)
				   : UINT32_MAX,
		      4);
		aw_le(w, a[i].name, 4);
		aw_le(w, a[i].type == 3 ? a[i].data : UINT32_MAX, 4);
		aw_le(w, 8 | (uint32_t)a[i].type << 24, 4);
		aw_le(w, a[i].data, 4);
	}
}

static inline void aw_stop(struct axml_write *w, const char *name)
{
	aw_le(w, 0x00100103, 4);
	aw_le(w, 24, 4);
	aw_le(w, 1, 4);
	aw_le(w, UINT32_MAX, 4);
	aw_le(w, UINT32_MAX, 4);
	aw_le(w, aw_string(w, name, 0), 4);
}

static inline void aw_end(struct axml_write *w) { aw_set32(w, 4, (uint32_t)w->n); }

#endif
