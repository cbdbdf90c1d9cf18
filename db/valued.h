/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tables made from a value have in common: `... FROM name(?1)` walks one, whose last column is hidden
 * and is that value. Such a table exists inside statements alone; nothing of it is in the file. Its owner
 * puts these functions into an sqlite3_module without xCreate and registers that with its struct valued.
 */
#ifndef DB_VALUED_H
#define DB_VALUED_H

#include <sqlite3.h>
#include <stddef.h>

struct valued {
	const char *create; /* CREATE TABLE, the value last and HIDDEN */
	int value;          /* number of that column, from 0 */
	int rows;           /* about so many, for SQLite's plans */
	size_t cursor;      /* bytes of the owner's, whose first member is an sqlite3_vtab_cursor */
};

/* `aux` is the struct valued. */
int valued_connect(sqlite3 *sqlite, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
		   char **error);
int valued_disconnect(sqlite3_vtab *table);
/* The value must be given, and is the only argument of xFilter; all else that is asked SQLite filters by
 * itself. */
int valued_best_index(sqlite3_vtab *table, sqlite3_index_info *info);
int valued_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out); /* all zero */
int valued_close(sqlite3_vtab_cursor *cursor);

#endif
