/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is inside a struct db: for the files of db/ alone. */
#ifndef DB_HANDLE_H
#define DB_HANDLE_H

#include <sqlite3.h>

#include "db/db.h"
#include "db/query.h"

struct db {
	sqlite3 *sqlite;
	char *path;
	sqlite3_stmt *stmt[STMT_COUNT]; /* prepared on first use */
	unsigned fail_at;               /* db_fail_at() */
	char error[DB_ERROR_MAX];
};

/* Writes the Chinese line for SQLite's last error and returns its negative errno. */
int handle_failed(struct db *db, int code);
/* The countdown of db_fail_at(): true when this statement is the one. */
bool handle_injected(struct db *db);

/* Refuses a stranger's database; writes nothing. */
int migrate_check_owner(struct db *db) __attribute__((warn_unused_result));
/* Applies what is missing, or (writable false) only looks. 0 or negative errno with db->error set. */
int migrate_run(struct db *db, bool writable) __attribute__((warn_unused_result));
/* Ends the query when binding a parameter went wrong. */
void query_bound(struct query *q, int code);
/* A PRAGMA that answers one number, by a constant text. */
int handle_number(struct db *db, const char *pragma, int64_t *out) __attribute__((warn_unused_result));

#endif
