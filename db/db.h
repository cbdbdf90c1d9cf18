/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database: opening, migrating, transactions. db/ is the only folder that says sqlite3_,
 * and every statement is a row of db/stmt.c. Errors are negative errno; the Chinese line that says what
 * to do is in db_error(). Nothing here logs.
 * WAL, or a rollback journal, with synchronous=FULL: a committed transaction survives kill -9 and loss of
 * power.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stdint.h>

enum { DB_ERROR_MAX = 512 };

struct db;

enum db_mode {
	DB_CREATE,   /* read and write; made and migrated when needed */
	DB_READONLY, /* another schema version is refused */
};

/* NULL with a line in error: no database, a newer schema, no rights, full disk, in use. */
struct db *db_open(const char *path, enum db_mode mode, char error[DB_ERROR_MAX]);
void db_close(struct db *db);              /* NULL-safe; checkpoints the WAL */
const char *db_error(const struct db *db); /* of the last failed call */
int db_schema_version(struct db *db);

/* A transaction with a sticky result: after the first failure its statements do nothing and give no
 * rows, and db_end() rolls back. So a chain of statements is checked once, at the end. */
struct db_txn {
	struct db *db;
	int result; /* 0 or negative errno */
	bool filling;
};

/* DB_FILL writes much into a database that holds next to nothing: under a rollback journal its new pages go
 * into the file once, where the WAL writes them, reads them back and writes them again. As safe; others wait
 * until it is over. With the database in somebody's hands it is DB_WRITE. */
enum db_access { DB_READ, DB_WRITE, DB_FILL };

void db_begin(struct db_txn *t, struct db *db, enum db_access access);
/* A reason of the caller's own: the transaction will roll back with it. Chinese, says what to do. */
void db_fail(struct db_txn *t, int result, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Commits when all went well, else rolls back. Returns the result. */
int db_end(struct db_txn *t) __attribute__((warn_unused_result));
/* Takes everything back, whatever the result was. */
void db_abandon(struct db_txn *t);

/* True when a quick check finds the file sound; else db_error() names the first fault. It reads all of it;
 * DB_SOUND_OFTEN leaves out the table that grows with every day, observed_day. */
enum db_depth { DB_SOUND_OFTEN, DB_SOUND_WHOLE };
bool db_sound(struct db *db, enum db_depth depth);

/* For tests: the nth statement from now on (1 = the next; COMMIT counts) fails with -EIO; 0: none. */
void db_fail_at(struct db *db, unsigned nth);

#endif
