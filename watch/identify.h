/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads app identifiers out of cleartext HTTP by the rows of conf/identifiers.tsv (PCRE2, compiled
 * once with JIT and hard match limits, on bytes: what strangers send need not be UTF-8). Only
 * matching; what is found goes to the callback. Rows are tried in the table's order.
 * A row whose `name` group took no part in the match finds nothing, but its `stops` hold.
 */
#ifndef WATCH_IDENTIFY_H
#define WATCH_IDENTIFY_H

#include "base/words.h"
#include "conf/data.h"
#include "dissect/dissect.h"

enum { IDENTIFY_TEXT_MAX = 8192, IDENTIFY_NAME_MAX = 255 };

struct identify; /* owns the compiled patterns; borrows the table */

struct identify_hit {
	const struct identifier *row;
	struct dissect_str name; /* the identifier, as captured: printable ASCII without blanks */
	char host[256];          /* host it is bound to, normalised lower case without port; "" when none */
};

struct identify_stats {
	uint64_t gave_up; /* a match ran into its limit: that row was not applied to that text */
	uint64_t cut;     /* texts longer than IDENTIFY_TEXT_MAX, of which only the start was read */
	uint64_t refused; /* captured names that are empty, over-long or not printable ASCII */
};

typedef void identify_fn(void *arg, const struct identify_hit *hit);

/* NULL with "identifiers.tsv:line: row id: reason" in error when a pattern does not compile. */
struct identify *identify_new(const struct identifiers *table, char error[CONF_ERROR_MAX]);
void identify_free(struct identify *i);
/* m is a DISSECT_HTTP or DISSECT_HTTP2 message. */
void identify_message(struct identify *i, const struct dissect_message *m, identify_fn *fn, void *arg);
const struct identify_stats *identify_stats(const struct identify *i);
/* For another source: they begin at 0 again. */
void identify_count_anew(struct identify *i);

#endif
