/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cell of a form: freed from what spreadsheets and copy-and-paste add, then read as the field
 * it stands for. Identifiers are only ever taken well-formed: a wrong one would match nothing, or
 * the wrong app.
 */
#ifndef FILINGS_CELL_H
#define FILINGS_CELL_H

#include "base/buf.h"
#include "filings/filing.h"

/* The text without Excel's ="..." or leading apostrophe, invisible characters and needless white
 * space. malloc'd; NULL when nothing is left, or with *why set (static) when it must not be used. */
char *cell_text(const char *s, size_t n, const char **why);
/* The value of field f. malloc'd; NULL when nothing usable is in it. What was not used is told in
 * `why`, as whole sentences. */
char *cell_value(enum filing_field f, const char *text, struct buf *why);
/* Full-width letters, digits and punctuation (U+FF01..U+FF5E) to ASCII; malloc'd. */
char *cell_fold(const char *text);
/* Whether several columns or items of this field form one comma list. */
bool cell_is_list(enum filing_field f);

#endif
