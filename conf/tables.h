/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data tables as rows: file, columns, what each cell must be and where it goes. conf/data.c
 * walks them; nobody else needs this header but tests.
 */
#ifndef CONF_TABLES_H
#define CONF_TABLES_H

#include "conf/data.h"

enum data_type {
	DATA_TEXT,
	DATA_LIST,
	DATA_KIND,
	DATA_KINDS,
	DATA_VIA,
	DATA_YES,
	DATA_SEVERITY,
	DATA_NUMBER,
	DATA_TYPE_COUNT
};

struct data_column {
	const char *name;
	enum data_type type;
	size_t offset; /* of the member in the row's struct */
	bool required;
	bool (*valid)(const char *); /* a text that is not empty, each item of a list */
	const char *expect;          /* what `valid` wants, in Chinese */
};

struct data_table {
	const char *file;
	size_t offset; /* of the table in struct data */
	size_t entry_size;
	const struct data_column *column;
	size_t column_count;
	size_t line_offset; /* of an unsigned that gets the line number; 0: none */
	/* Row `at` against itself and those before it. NULL, or a malloc'd complaint and the column it is
	 * about. */
	char *(*check)(const void *entries, size_t at, const char **column);
};

size_t data_table_count(void);
const struct data_table *data_table_at(size_t i);
const struct data_table *data_table_find(const char *file);
/* One table from text; `name` stands in messages. 0, or -1 and d as it was. */
int data_parse(struct data *d, const struct data_table *t, const char *name, const char *text, size_t n,
	       char error[CONF_ERROR_MAX]) __attribute__((warn_unused_result));

#endif
