/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What probes learnt, as JSON: for app, explain, probes and probe. */
#ifndef STORE_SHOW_FACT_H
#define STORE_SHOW_FACT_H

#include "store/answer.h"

/* How many stand in one array; the rest is counted. */
enum { FACTS_TOLD = 400 };

/* "facts":[..] of several subjects in one object: begin, add each, end. Without any fact nothing is added. */
struct told_facts {
	struct buf *out;
	bool with_subject;
	size_t count;
};
void facts_add(struct told_facts *f, struct db_txn *t, enum subject_kind kind, const char *name);
void facts_end(struct told_facts *f);

/* The fields of the fact in a row of FACT_COLUMNS, into the open object. */
void fact_json(struct buf *b, struct query *row, bool with_subject);

#endif
