/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the robots.txt of each origin said, for a day (RFC 9309 section 2.4). Bounded by entries and bytes:
 * the oldest goes first. Pure: times are arguments (microseconds UTC).
 */
#ifndef VISIT_SHELF_H
#define VISIT_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SHELF_ENTRIES_MAX = 8192,
	SHELF_BYTES_MAX = 32 * 1024 * 1024, /* of all rules together */
	SHELF_HOURS = 24,
	SHELF_ERROR_HOURS = 1, /* of a server that failed to say: asked again sooner */
};

enum shelf_word { SHELF_UNKNOWN, SHELF_ALLOWED, SHELF_REFUSED };

struct shelf;

struct shelf *shelf_new(void);
void shelf_free(struct shelf *s); /* NULL-safe */

/* May `path`, with its query, of that origin be asked? */
enum shelf_word shelf_ask(const struct shelf *s, const char *origin, const char *path, int64_t now);
/* The rules for `agent` in text. Returns the seconds that the host wants between two requests; 0: none. */
uint32_t shelf_put(struct shelf *s, const char *origin, const char *text, size_t n, const char *agent,
		   int64_t now);
/* No rules: everything is allowed (it has none), or nothing is (it could not say). */
void shelf_put_word(struct shelf *s, const char *origin, enum shelf_word word, int64_t now);

uint64_t shelf_evicted(const struct shelf *s); /* before their time */
size_t shelf_count(const struct shelf *s);

#endif
