/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Android's resource table (resources.arsc; ResTable in ResourceTypes.h of the Android sources), read for one
 * string: the name of an application that its manifest only refers to. Tables are large, megabytes as often
 * as not, and packages store them unpacked: the reader takes whatever pieces of one are at hand and says
 * which it lacks, so its caller fetches the way to that string and not the table. Pure.
 */
#ifndef PROBES_ARSC_H
#define PROBES_ARSC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/axml.h"

enum { ARSC_TEXT_MAX = AXML_TEXT_MAX };

/* Bytes of the table from `at` on. Borrowed. */
struct arsc_piece {
	const uint8_t *p;
	size_t at, n;
};

struct arsc {
	const struct arsc_piece *piece;
	size_t pieces;
	size_t size; /* of the whole table */
	/* of the last arsc_find() that returned ARSC_MORE: what to bring as one piece more */
	size_t need, need_n;
};

enum arsc_result { ARSC_FOUND, ARSC_NONE, ARSC_MORE };

/* The string of the resource `id`, as a device set to `language` ("zh") would see it, "" for the default
 * that all see who have no better one. */
enum arsc_result arsc_find(struct arsc *a, uint32_t id, const char *language, char out[ARSC_TEXT_MAX]);

#endif
