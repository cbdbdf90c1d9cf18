/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/channel.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "db/valued.h"

enum column {
	COLUMN_VIA,
	COLUMN_FIRST,
	COLUMN_LAST,
	COLUMN_COUNT,
	COLUMN_SKETCH,
	COLUMN_SERVERS,
	COLUMN_DETAILS,
	COLUMN_LIST
};

/* -- the value ------------------------------------------------------------------------------------- */

/* Seven bits in each byte, the lowest first; the highest bit: more follow. Most numbers are small. */
static void put_number(struct wr *w, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		wr_u8(w, (uint8_t)(v | 0x80));
	wr_u8(w, (uint8_t)v);
}

static uint64_t get_number(struct rd *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = rd_u8(r);
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	r->failed = true;
	r->p = r->end;
	return 0;
}

static void put_bytes(struct wr *w, const uint8_t *bytes, uint32_t n)
{
	put_number(w, n);
	wr_bytes(w, bytes, n);
}

static const uint8_t *get_bytes(struct rd *r, uint32_t *n)
{
	uint64_t size = get_number(r);

	*n = (uint32_t)size;
	return rd_bytes(r, size <= UINT32_MAX ? (size_t)size : SIZE_MAX);
}

void channel_put(struct wr *w, const struct channel *c)
{
	wr_u8(w, c->via);
	wr_be64(w, (uint64_t)c->first);
	put_number(w, (uint64_t)c->last - (uint64_t)c->first);
	put_number(w, c->count);
	put_bytes(w, c->sketch, c->sketch_size);
	put_bytes(w, c->servers, c->servers_size);
	put_bytes(w, c->details, c->details_size);
}

bool channel_next(struct rd *list, struct channel *out)
{
	if (rd_left(list) == 0)
		return false;
	out->via = rd_u8(list);
	out->first = (int64_t)rd_be64(list);
	out->last = (int64_t)((uint64_t)out->first + get_number(list));
	out->count = get_number(list);
	out->sketch = get_bytes(list, &out->sketch_size);
	out->servers = get_bytes(list, &out->servers_size);
	out->details = get_bytes(list, &out->details_size);
	return rd_ok(list);
}

/* -- as a table ------------------------------------------------------------------------------------- */

struct cursor {
	sqlite3_vtab_cursor base; /* first, as SQLite wants it */
	uint8_t *list;            /* a copy: what SQLite lends may go before the walk is over */
	struct rd left;
	struct channel at;
	sqlite3_int64 row;
	bool over;
};

static int table_close(sqlite3_vtab_cursor *base)
{
	free(((struct cursor *)base)->list);
	return valued_close(base);
}

static int table_next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	c->row++;
	c->over = !channel_next(&c->left, &c->at);
	return rd_ok(&c->left) ? SQLITE_OK : SQLITE_CORRUPT;
}

static int table_filter(sqlite3_vtab_cursor *base, int index, const char *name, int argc,
			sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	const void *list = argc == 1 ? sqlite3_value_blob(argv[0]) : NULL;
	size_t n = list ? (size_t)sqlite3_value_bytes(argv[0]) : 0;
	uint8_t *copy = realloc(c->list, n + 1);

	(void)index, (void)name;
	if (copy == NULL)
		return SQLITE_NOMEM;
	if (n > 0)
		memcpy(copy, list, n);
	c->list = copy;
	c->left = rd_init(copy, n);
	c->row = -1;
	return table_next(base);
}

static int table_eof(sqlite3_vtab_cursor *base) { return ((const struct cursor *)base)->over; }

/* Lent until the next channel. */
static void tell_bytes(sqlite3_context *out, const uint8_t *bytes, size_t n)
{
	sqlite3_result_blob64(out, n > 0 ? (const void *)bytes : "", n, SQLITE_STATIC);
}

static int table_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
	const struct channel *at = &((const struct cursor *)base)->at;

	switch ((enum column)column) {
	case COLUMN_VIA:
		sqlite3_result_int(out, at->via);
		break;
	case COLUMN_FIRST:
		sqlite3_result_int64(out, at->first);
		break;
	case COLUMN_LAST:
		sqlite3_result_int64(out, at->last);
		break;
	case COLUMN_COUNT:
		sqlite3_result_int64(out, at->count > INT64_MAX ? INT64_MAX : (sqlite3_int64)at->count);
		break;
	case COLUMN_SKETCH:
		tell_bytes(out, at->sketch, at->sketch_size);
		break;
	case COLUMN_SERVERS:
		tell_bytes(out, at->servers, at->servers_size);
		break;
	case COLUMN_DETAILS:
		tell_bytes(out, at->details, at->details_size);
		break;
	case COLUMN_LIST:
		break;
	}
	return SQLITE_OK;
}

static int table_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = ((const struct cursor *)base)->row;
	return SQLITE_OK;
}

/* -- as an aggregate -------------------------------------------------------------------------------- */

static const uint8_t *bytes_of(sqlite3_value *v, size_t *n)
{
	const uint8_t *bytes = sqlite3_value_blob(v);

	*n = (size_t)sqlite3_value_bytes(v);
	return bytes;
}

static void list_step(sqlite3_context *out, int argc, sqlite3_value **argv)
{
	struct buf *list = sqlite3_aggregate_context(out, sizeof(*list));
	size_t sketch, servers, details, n;
	struct channel c = { .sketch = bytes_of(argv[COLUMN_SKETCH], &sketch),
			     .servers = bytes_of(argv[COLUMN_SERVERS], &servers),
			     .details = bytes_of(argv[COLUMN_DETAILS], &details) };
	struct wr w;

	(void)argc;
	if (list == NULL)
		return sqlite3_result_error_nomem(out);
	if (sqlite3_value_type(argv[COLUMN_VIA]) == SQLITE_NULL)
		return sqlite3_result_error(out, "not a channel", -1);
	c.via = (uint8_t)sqlite3_value_int(argv[COLUMN_VIA]);
	c.first = sqlite3_value_int64(argv[COLUMN_FIRST]);
	c.last = sqlite3_value_int64(argv[COLUMN_LAST]);
	c.count = (uint64_t)sqlite3_value_int64(argv[COLUMN_COUNT]);
	c.sketch_size = (uint32_t)sketch;
	c.servers_size = (uint32_t)servers;
	c.details_size = (uint32_t)details;
	n = CHANNEL_HEAD + sketch + servers + details;
	w = wr_init(buf_space(list, n), n);
	channel_put(&w, &c);
	buf_wrote(list, wr_len(&w));
}

static void list_final(sqlite3_context *out)
{
	struct buf *list = sqlite3_aggregate_context(out, 0);

	if (list == NULL || list->p == NULL)
		return;
	sqlite3_result_blob64(out, list->p, list->len, SQLITE_TRANSIENT);
	buf_clear(list);
}

int channel_register(sqlite3 *sqlite)
{
	static const struct valued table = {
		.create = "CREATE TABLE channels (via, first, last, count, sketch, servers, details, list "
			  "HIDDEN)",
		.value = COLUMN_LIST,
		.rows = 2,
		.cursor = sizeof(struct cursor),
	};
	static const sqlite3_module module = {
		.xConnect = valued_connect,
		.xBestIndex = valued_best_index,
		.xDisconnect = valued_disconnect,
		.xOpen = valued_open,
		.xClose = table_close,
		.xFilter = table_filter,
		.xNext = table_next,
		.xEof = table_eof,
		.xColumn = table_column,
		.xRowid = table_rowid,
	};
	int code = sqlite3_create_module(sqlite, "channels", &module, (void *)(uintptr_t)&table);

	return code != SQLITE_OK
		       ? code
		       : sqlite3_create_function_v2(sqlite, "channels_of", COLUMN_LIST,
						    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
						    NULL, NULL, list_step, list_final, NULL);
}
