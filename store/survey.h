/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everybody that was observed, by name: who may matter to the judgement, and whose group is one of
 * bystanders (policy/sieve.h), of whom no observation has to be read. Holds about 100 bytes a subject, of
 * which the database keeps at most store.subjects.
 */
#ifndef STORE_SURVEY_H
#define STORE_SURVEY_H

#include "policy/sieve.h"
#include "store/shelf.h"
#include "store/state.h"

struct face {
	int64_t id;
	const char *name;
	enum subject_kind kind;
	bool server, proxy; /* as in struct policy_subject */
	bool linked;        /* an identifier spoke to it, or its record lists it */
	bool matters;       /* found out by survey_choose() */
	bool judged;        /* in an app that the last judgement wrote down */
	bool seen;          /* in what counts, not only as what links speak of */
};

struct seat {
	uint64_t start; /* of the group's name, so that most comparisons end here */
	const char *group;
	size_t face;
};

/* A run of seats. */
struct survey_group {
	const char *name;
	size_t first, count;
	bool seen; /* one of it, in what counts */
};

struct survey {
	struct sieve sieve;
	struct recall *recall; /* lent */
	struct face *face;     /* sorted by id */
	size_t count, cap;
	size_t mattering;
	/* by survey_rest() */
	struct seat *seat;              /* hosts that no list has, sorted by group, then by name */
	struct survey_group *bystander; /* sorted by name */
	size_t bystanders, bystander_cap;
	struct shelf shelf;
};

/* Of the input conf, data, filings and decisions are used. What `recall` knows is not read again; what it
 * does not know yet it knows afterwards. */
void survey_read(struct survey *sv, const struct policy_input *in, struct db_txn *t, struct recall *recall);
void survey_linked(struct survey *sv, int64_t subject);
/* Empty, for names of the traffic. */
struct index survey_index(void);
/* For the judgement: who matters. */
void survey_choose(struct survey *sv);
/* After it: stands[value] of each of these groups that are ones of bystanders who were seen. */
void survey_standing(const struct survey *sv, const struct index *groups, bool *stands);
/* For who asks later: the groups of hosts that no app which was written down has. `only`: this one; NULL:
 * all. */
void survey_rest(struct survey *sv, struct db_txn *t, const char *only);
/* Was it seen in what counts? A name that comes from nothing but links or from a capture that is not complete
 * is nobody's. As `seen` of its face. */
bool survey_was_seen(struct db_txn *t, int64_t subject);
const struct face *survey_face(const struct survey *sv, int64_t subject); /* NULL: none */
void survey_clear(struct survey *sv);

#endif
