/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which column of a table is which field. Header words come from conf/aliases.tsv and are compared
 * without case, width, spaces and punctuation; a header of two rows (a merged 主管单位 above its
 * 单位名称) is read as both words together first.
 */
#ifndef FILINGS_HEADER_H
#define FILINGS_HEADER_H

#include <stdbool.h>

#include "conf/data.h"
#include "filings/filing.h"
#include "filings/set.h"

/* One row of cells; borrowed. */
struct cells {
	const char *cell[FILINGS_COLUMNS_MAX]; /* UTF-8, never NULL */
	size_t n;
};

struct header_words; /* the aliases in comparable form */

struct header {
	enum filing_kind kind;
	enum filing_field field[FILINGS_COLUMNS_MAX]; /* FILING_FIELD_COUNT: no field */
	size_t n;
	/* The form that the words unmistakably are of, where that is not the one that was asked for, and
	 * which columns say so. FILING_KIND_COUNT: no doubt. */
	enum filing_kind other;
	bool speaks[FILINGS_COLUMNS_MAX];
};

enum header_verdict {
	HEADER_NONE, /* no column of names: not the header */
	HEADER_FOUND,
	HEADER_AMBIGUOUS, /* a header, but of which form? */
};

/* NULL when an alias names a field that does not exist, which is told in error. */
struct header_words *header_words_new(const struct aliases *aliases, char error[CONF_ERROR_MAX]);
void header_words_free(struct header_words *w);
/* Whether this text heads the column of names in any form. */
bool header_is_name(const struct header_words *w, const char *text);
/* Whether this text heads any column of any form. */
bool header_knows(const struct header_words *w, const char *text);
/* Reads `row` as the header under `above` (may be empty). kind as in filings_read_csv(). */
enum header_verdict header_read(const struct header_words *w, const struct cells *above,
				const struct cells *row, enum filing_kind kind, struct header *out);

#endif
