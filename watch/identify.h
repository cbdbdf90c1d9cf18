/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads app identifiers out of cleartext HTTP by the rows of conf/identifiers.tsv (PCRE2, compiled
 * once with JIT and hard match limits). Only matching; what is found goes to the callback.
 */
#ifndef WATCH_IDENTIFY_H
#define WATCH_IDENTIFY_H

#include "base/words.h"
#include "conf/data.h"
#include "dissect/dissect.h"

struct identify; /* owns the compiled patterns; borrows the table */

struct identify_hit {
	const struct identifier *row;
	struct dissect_str name;    /* the identifier, as captured */
	char host[256];             /* host it is bound to, normalised lower case without port; "" when none */
};

typedef void identify_fn(void *arg, const struct identify_hit *hit);

/* NULL with "identifiers.tsv: row id: reason" in error when a pattern does not compile. */
struct identify *identify_new(const struct identifiers *table, char error[CONF_ERROR_MAX]);
void identify_free(struct identify *i);
/* m is a DISSECT_HTTP message. */
void identify_message(struct identify *i, const struct dissect_message *m, identify_fn *fn, void *arg);

#endif
