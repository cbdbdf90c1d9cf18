/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything the judgement looks at, read from the database in one transaction: filings, decisions, facts,
 * and of the subjects those that the survey says may matter, with the links between them. Of each it holds
 * some 200 bytes, its days and the part in use of one or two sketches (8 bytes a client, at most 2 KiB each).
 * Owns what `in` points to; load_clear() frees it.
 */
#ifndef STORE_LOAD_H
#define STORE_LOAD_H

#include "policy/policy.h"
#include "store/shelf.h"
#include "store/state.h"
#include "store/survey.h"

struct load_place {
	int64_t id; /* of the subject's row */
	size_t at;  /* index into in.subject */
};

/* As the database has it, by row ids. */
struct load_link {
	int64_t from, to;
	uint64_t count;
};

struct load {
	struct policy_input in;
	struct survey survey;
	struct policy_subject *subject;
	struct policy_link *link;
	struct policy_filing *filing;
	struct policy_decision *decision;
	struct policy_fact *fact;
	size_t subject_cap, filing_cap, decision_cap, fact_cap;
	struct load_link *spoken;
	size_t spoken_count, spoken_cap;
	struct load_place *place; /* sorted by id */
	struct shelf shelf;       /* names, day lists, sketches, filing fields */
};

void load_input(struct load *l, struct store *s, struct db_txn *t);
/* Only configuration and tables, without filings, decisions and subjects. */
void load_init(struct load *l, struct store *s, struct db_txn *t);
/* Adds these faces of a survey, as far as they were seen in what counts; then load_ready(). */
void load_face(struct load *l, struct db_txn *t, const struct face *f);
void load_ready(struct load *l);
void load_clear(struct load *l);
/* Index of a subject's row in the input; SIZE_MAX: not in it. */
size_t load_index(const struct load *l, int64_t subject);

/* A register cell split at , ; 、 and white space (full-width forms too), each part in its normal form;
 * what is no such thing is left out. */
void load_split(const char *text, char *(*normal)(const char *text), struct data_list *out);
void load_list_clear(struct data_list *l);

#endif
