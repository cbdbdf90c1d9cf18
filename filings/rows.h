/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of cells, from whichever file format, to filings: finds the header, reads the cells below it
 * as their fields, names what is wrong with them and drops repeats.
 */
#ifndef FILINGS_ROWS_H
#define FILINGS_ROWS_H

#include "filings/filing.h"
#include "filings/header.h"

struct rows;

/* The set and the words are borrowed until rows_free(). */
struct rows *rows_new(struct filing_set *set, const struct header_words *words, enum filing_kind kind);
void rows_free(struct rows *r);
/* The next row; `number` as a spreadsheet shows it. 0, or -1 with the reason why nothing can be imported. */
int rows_take(struct rows *r, unsigned number, const struct cells *row, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));
/* The header text of a column, from 0; NULL when it has none or the header was not found yet. */
const char *rows_column(const struct rows *r, size_t column);
bool rows_found_header(const struct rows *r);
/* After the last row: 0, or -1 when there was no header. */
int rows_finish(struct rows *r, char error[CONF_ERROR_MAX]) __attribute__((warn_unused_result));

#endif
