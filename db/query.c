/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/query.h"

#include <errno.h>
#include <stdio.h>

#include "db/handle.h"

static void give_up(struct query *q, int code)
{
	q->txn->result = handle_failed(q->txn->db, code);
	query_close(q);
}

void query_open(struct query *q, struct db_txn *t, enum stmt id)
{
	struct db *db = t->db;
	int code = SQLITE_OK;

	*q = (struct query){ .txn = t };
	if (t->result < 0)
		return;
	if (db->stmt[id] == NULL)
		code = sqlite3_prepare_v3(db->sqlite, stmt_sql(id), -1, SQLITE_PREPARE_PERSISTENT,
					  &db->stmt[id], NULL);
	q->handle = db->stmt[id];
	if (code != SQLITE_OK)
		give_up(q, code);
	else if (sqlite3_stmt_busy(q->handle)) /* walked further out: one handle cannot serve two walks */
		give_up(q, SQLITE_MISUSE);
}

void query_bound(struct query *q, int code)
{
	if (code != SQLITE_OK)
		give_up(q, code);
}

void query_int(struct query *q, int64_t v)
{
	if (q->handle)
		query_bound(q, sqlite3_bind_int64(q->handle, ++q->bound, v));
}

void query_count(struct query *q, uint64_t v) { query_int(q, v > INT64_MAX ? INT64_MAX : (int64_t)v); }

void query_real(struct query *q, double v)
{
	if (q->handle)
		query_bound(q, sqlite3_bind_double(q->handle, ++q->bound, v));
}

void query_text(struct query *q, const char *s)
{
	if (q->handle)
		query_bound(q, sqlite3_bind_text(q->handle, ++q->bound, s, -1, SQLITE_STATIC));
}

void query_blob(struct query *q, const void *bytes, size_t n)
{
	if (q->handle)
		query_bound(q, sqlite3_bind_blob64(q->handle, ++q->bound, bytes, n, SQLITE_STATIC));
}

bool query_row(struct query *q)
{
	int code;

	if (q->handle == NULL)
		return false;
	if (q->txn->result < 0) {
		query_close(q);
		return false;
	}
	if (!sqlite3_stmt_busy(q->handle) && handle_injected(q->txn->db)) {
		q->txn->result = -EIO;
		query_close(q);
		return false;
	}
	code = sqlite3_step(q->handle);
	if (code == SQLITE_ROW)
		return true;
	if (code == SQLITE_DONE)
		query_close(q);
	else
		give_up(q, code);
	return false;
}

void query_close(struct query *q)
{
	if (q->handle == NULL)
		return;
	sqlite3_reset(q->handle);
	sqlite3_clear_bindings(q->handle);
	q->handle = NULL;
}

bool query_run(struct query *q)
{
	while (query_row(q))
		;
	return q->txn->result == 0;
}

int64_t query_one(struct query *q, int64_t otherwise)
{
	int64_t v = query_row(q) ? query_get_int(q, 0) : otherwise;
	query_close(q);
	return v;
}

int64_t query_changes(const struct query *q) { return sqlite3_changes64(q->txn->db->sqlite); }

int64_t query_new_id(const struct query *q) { return sqlite3_last_insert_rowid(q->txn->db->sqlite); }

int64_t query_get_int(struct query *q, int column) { return sqlite3_column_int64(q->handle, column); }

double query_get_real(struct query *q, int column) { return sqlite3_column_double(q->handle, column); }

const char *query_get_text(struct query *q, int column)
{
	return (const char *)sqlite3_column_text(q->handle, column);
}

const void *query_get_blob(struct query *q, int column, size_t *n)
{
	const void *bytes = sqlite3_column_blob(q->handle, column);
	*n = (size_t)sqlite3_column_bytes(q->handle, column);
	return bytes;
}
