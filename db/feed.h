/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows out of the caller's memory as a table inside a statement: `... FROM feed(?1)` walks them, with
 * columns c1 to c12 and their number (from 0) as rowid. One statement then writes or looks up a hundred
 * thousand rows, at a third of what as many statements cost.
 */
#ifndef DB_FEED_H
#define DB_FEED_H

#include <stddef.h>
#include <stdint.h>

#include "db/query.h"

enum { FEED_COLUMNS = 12 };

struct feed_cell; /* SQLite's own */

struct feed {
	const void *rows;
	size_t count;
	/* Tells one cell by exactly one call of those below, or by none: NULL. column counts from 1. */
	void (*cell)(const void *rows, size_t row, int column, struct feed_cell *out);
};

/* What is told is borrowed until the query is over. */
void feed_int(struct feed_cell *out, int64_t v);
void feed_count(struct feed_cell *out, uint64_t v); /* capped as by query_count() */
void feed_real(struct feed_cell *out, double v);
void feed_text(struct feed_cell *out, const char *s); /* NULL tells NULL */
void feed_blob(struct feed_cell *out, const void *bytes, size_t n);

/* Binds the rows as the next parameter; feed and rows are borrowed until the query is over. */
void query_feed(struct query *q, const struct feed *f);

struct sqlite3;
/* Makes `feed` known to a connection: for db.c. An SQLite result code. */
int feed_register(struct sqlite3 *sqlite);

#endif
