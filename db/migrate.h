/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema as an append-only list of migrations (db/schema/NNNN_name.sql, embedded by
 * scripts/embed-sql). The database's user_version is the number applied; the last line of each file
 * sets it, so that a migration and its number stand in one transaction.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

struct migration {
	const char *name, *sql;
};

extern const struct migration migrations[];
extern const int migration_count;

enum { MIGRATE_APPLICATION_ID = 0x62656964 }; /* "beid", in every migration's file header */

#endif
