/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/feed.h"

#include <sqlite3.h>

#include "db/handle.h"
#include "db/valued.h"

/* Type of the pointer that is bound: SQLite hands it to nobody who does not name it. */
static const char feed_type[] = "beiand-feed";

struct cursor {
	sqlite3_vtab_cursor base; /* first, as SQLite wants it */
	const struct feed *feed;
	size_t row;
};

static sqlite3_context *context(struct feed_cell *out) { return (sqlite3_context *)(void *)out; }

void feed_int(struct feed_cell *out, int64_t v) { sqlite3_result_int64(context(out), v); }

void feed_count(struct feed_cell *out, uint64_t v) { feed_int(out, v > INT64_MAX ? INT64_MAX : (int64_t)v); }

void feed_real(struct feed_cell *out, double v) { sqlite3_result_double(context(out), v); }

void feed_text(struct feed_cell *out, const char *s)
{
	sqlite3_result_text(context(out), s, -1, SQLITE_STATIC);
}

void feed_blob(struct feed_cell *out, const void *bytes, size_t n)
{
	sqlite3_result_blob64(context(out), n > 0 ? bytes : "", n, SQLITE_STATIC);
}

static int feed_filter(sqlite3_vtab_cursor *base, int index, const char *name, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;

	(void)index, (void)name;
	c->feed = argc == 1 ? sqlite3_value_pointer(argv[0], feed_type) : NULL;
	c->row = 0;
	return SQLITE_OK;
}

static int feed_next(sqlite3_vtab_cursor *base)
{
	((struct cursor *)base)->row++;
	return SQLITE_OK;
}

static int feed_eof(sqlite3_vtab_cursor *base)
{
	const struct cursor *c = (const struct cursor *)base;
	return c->feed == NULL || c->row >= c->feed->count;
}

static int feed_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
	const struct cursor *c = (const struct cursor *)base;

	if (column < FEED_COLUMNS)
		c->feed->cell(c->feed->rows, c->row, column + 1, (struct feed_cell *)(void *)out);
	return SQLITE_OK;
}

static int feed_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((const struct cursor *)base)->row;
	return SQLITE_OK;
}

int feed_register(sqlite3 *sqlite)
{
	static const struct valued table = {
		.create =
			"CREATE TABLE feed (c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, rows HIDDEN)",
		.value = FEED_COLUMNS,
		.rows = 1000,
		.cursor = sizeof(struct cursor),
	};
	static const sqlite3_module module = {
		.xConnect = valued_connect,
		.xBestIndex = valued_best_index,
		.xDisconnect = valued_disconnect,
		.xOpen = valued_open,
		.xClose = valued_close,
		.xFilter = feed_filter,
		.xNext = feed_next,
		.xEof = feed_eof,
		.xColumn = feed_column,
		.xRowid = feed_rowid,
	};

	return sqlite3_create_module(sqlite, "feed", &module, (void *)(uintptr_t)&table);
}

void query_feed(struct query *q, const struct feed *f)
{
	if (q->handle)
		query_bound(q, sqlite3_bind_pointer(q->handle, ++q->bound, (void *)(uintptr_t)f, feed_type,
						    NULL));
}
