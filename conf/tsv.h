/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tab-separated tables: '#' lines and empty lines are skipped, the first other line names the
 * columns, in any order. A row with fewer cells than the header has empty ones at its end; a row
 * with more is refused. Cells are lent to the callback without the white space around them.
 */
#ifndef CONF_TSV_H
#define CONF_TSV_H

#include <stddef.h>

#include "conf/conf.h"

enum { TSV_COLUMNS_MAX = 16, TSV_ROWS_MAX = 20000 };

struct tsv_row {
	unsigned line;
	const char *cell[TSV_COLUMNS_MAX]; /* in the order of `columns`; never NULL */
};

/* Takes one row. NULL, or what was wrong, which `column` names: malloc'd, tsv_read() frees it. */
typedef char *tsv_row_fn(void *arg, const struct tsv_row *row, const char **column);

/* 0, or -1 with "name:line: column: what was expected" in error. Every one of `columns` must be in the
 * header and no other. */
int tsv_read(const char *name, const char *text, size_t n, const char *const *columns, size_t column_count,
	     tsv_row_fn *fn, void *arg, char error[CONF_ERROR_MAX]) __attribute__((warn_unused_result));

#endif
