/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/valued.h"

#include <stdlib.h>

struct table {
	sqlite3_vtab base; /* first, as SQLite wants it */
	const struct valued *of;
};

int valued_connect(sqlite3 *sqlite, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
		   char **error)
{
	const struct valued *v = aux;
	int code = sqlite3_declare_vtab(sqlite, v->create);
	struct table *t;

	(void)argc, (void)argv, (void)error;
	if (code != SQLITE_OK)
		return code;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return SQLITE_NOMEM;
	t->of = v;
	*out = &t->base;
	return SQLITE_OK;
}

int valued_disconnect(sqlite3_vtab *table)
{
	free(table);
	return SQLITE_OK;
}

int valued_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	const struct valued *v = ((const struct table *)table)->of;

	for (int i = 0; i < info->nConstraint; i++) {
		if (info->aConstraint[i].iColumn != v->value ||
		    info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!info->aConstraint[i].usable)
			return SQLITE_CONSTRAINT;
		info->aConstraintUsage[i].argvIndex = 1;
		info->aConstraintUsage[i].omit = 1;
		info->estimatedCost = v->rows;
		info->estimatedRows = v->rows;
		return SQLITE_OK;
	}
	return SQLITE_CONSTRAINT;
}

int valued_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	*out = calloc(1, ((const struct table *)table)->of->cursor);
	return *out ? SQLITE_OK : SQLITE_NOMEM;
}

int valued_close(sqlite3_vtab_cursor *cursor)
{
	free(cursor);
	return SQLITE_OK;
}
