/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything the judgement looks at, read from the database in one transaction: subjects, links,
 * filings, decisions. Owns what `in` points to; load_clear() frees it.
 */
#ifndef STORE_LOAD_H
#define STORE_LOAD_H

#include "policy/policy.h"
#include "store/state.h"

struct load_place {
	int64_t id; /* of the subject's row */
	size_t at;  /* index into in.subject */
};

struct load {
	struct policy_input in;
	struct policy_subject *subject;
	struct policy_link *link;
	struct policy_filing *filing;
	struct policy_decision *decision;
	size_t subject_cap, link_cap, filing_cap, decision_cap;
	struct load_place *place; /* sorted by id */
	void **owned;             /* names, day lists, sketches, filing fields */
	size_t owned_count, owned_cap;
};

void load_input(struct load *l, struct store *s, struct db_txn *t);
void load_clear(struct load *l);
/* Index of a subject's row in the input; SIZE_MAX: not in it. */
size_t load_index(const struct load *l, int64_t subject);

/* A register cell split at , ; 、 and white space (full-width forms too), each part in its normal form;
 * what is no such thing is left out. */
void load_split(const char *text, char *(*normal)(const char *text), struct data_list *out);
void load_list_clear(struct data_list *l);

#endif
