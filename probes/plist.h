/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apple's property lists, binary (CFBinaryPList.c of Apple's sources) and XML: the pairs of the dictionary at
 * the top, which is all that an Info.plist is asked for. What lies deeper is not followed. Pure.
 */
#ifndef PROBES_PLIST_H
#define PROBES_PLIST_H

#include <stddef.h>
#include <stdint.h>

enum {
	PLIST_TEXT_MAX = 1024, /* bytes of a key or value with NUL; longer ones are cut */
	PLIST_PAIRS_MAX = 4096,
};

enum plist_result {
	PLIST_OK,
	PLIST_UNKNOWN, /* neither binary nor XML, or no dictionary at the top */
	PLIST_BROKEN,
};

/* Both UTF-8 and borrowed. Numbers are decimal, booleans "true" and "false"; value NULL: an array, a
 * dictionary, data or a date. */
typedef void plist_take(void *arg, const char *key, const char *value);

/* What was told before PLIST_BROKEN is not to be used. */
enum plist_result plist_read(const uint8_t *p, size_t n, plist_take *take, void *arg);
/* XML alone, and the scalar pairs of every dictionary wherever it is, as they follow one another. */
enum plist_result plist_read_deep(const uint8_t *p, size_t n, plist_take *take, void *arg);

#endif
