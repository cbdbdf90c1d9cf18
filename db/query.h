/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One use of a statement inside a transaction: open, bind in order, then run or walk the rows.
 * Bound text and blobs are borrowed until the query is over; columns are lent until the next row.
 * In a failed transaction everything here does nothing and there are no rows.
 */
#ifndef DB_QUERY_H
#define DB_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/db.h"
#include "db/stmt.h"

struct sqlite3_stmt;

struct query {
	struct db_txn *txn;
	struct sqlite3_stmt *handle; /* NULL: nothing happens */
	int bound;
};

void query_open(struct query *q, struct db_txn *t, enum stmt id);
void query_int(struct query *q, int64_t v);
void query_count(struct query *q, uint64_t v); /* capped at the largest number a column holds */
void query_real(struct query *q, double v);
void query_text(struct query *q, const char *s); /* NULL binds NULL */
void query_blob(struct query *q, const void *bytes, size_t n);

/* The next row. False: no more (the query is over then), or the transaction failed. */
bool query_row(struct query *q);
/* Ends a walk before its last row. */
void query_close(struct query *q);
/* To the end, rows ignored. True when the transaction is still sound. */
bool query_run(struct query *q);
/* First column of the first row, or `otherwise` when there is none. */
int64_t query_one(struct query *q, int64_t otherwise);
/* Rows that the last INSERT, UPDATE or DELETE of this connection changed; its new row's id. */
int64_t query_changes(const struct query *q);
int64_t query_new_id(const struct query *q);

int64_t query_get_int(struct query *q, int column);
double query_get_real(struct query *q, int column);
const char *query_get_text(struct query *q, int column); /* NULL when NULL */
const void *query_get_blob(struct query *q, int column, size_t *n);

#endif
