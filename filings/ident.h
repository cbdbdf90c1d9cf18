/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The identifiers of the register's forms, one at a time: what is well-formed is returned in one
 * spelling, what is not is refused with a reason that says where it belongs, if that is known.
 */
#ifndef FILINGS_IDENT_H
#define FILINGS_IDENT_H

#include "filings/filing.h"

/* An item of a list field. malloc'd, or NULL with *wrong set (static). */
char *ident_item(enum filing_field f, const char *item, const char **wrong);
/* FILING_NUMBER, FILING_ICP or FILING_CERT. malloc'd, or NULL with *wrong set (static). */
char *ident_number(enum filing_field f, const char *text, const char **wrong);

#endif
