/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filling a struct filing_set: shared by the readers of the forms, not for others.
 * Rows and problems are counted against maxima, so that no file can fill the memory.
 */
#ifndef FILINGS_SET_H
#define FILINGS_SET_H

#include <stdbool.h>

#include "filings/filing.h"

enum {
	FILINGS_FILE_MAX = 64 << 20,
	FILINGS_ROWS_MAX = 200000,
	FILINGS_CELL_MAX = 64 << 10,
	FILINGS_COLUMNS_MAX = 256,
	FILINGS_PROBLEMS_MAX = 10000,
};

/* Both texts are copied. From FILINGS_PROBLEMS_MAX on only one more is kept: how many there are further. */
void filing_problem_add(struct filing_set *s, unsigned row, const char *column, const char *reason,
			bool fatal);
void filing_ignore_column(struct filing_set *s, const char *header);
/* Takes the row's strings over. */
void filing_add(struct filing_set *s, const struct filing *row);
void filing_clear(struct filing *row);

#endif
