/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What probes learnt of an app's members (struct policy_fact): told in its explanation, and used with care. A
 * page says what it likes: a number or a name on it makes a filing probable, so that a person looks, and
 * nobody is accused meanwhile; only a platform's own record, agreeing with the filing in two ways, makes it
 * certain.
 */
#ifndef POLICY_LEARNT_H
#define POLICY_LEARNT_H

#include "policy/work.h"

enum {
	LEARNT_SURE = 90,  /* percent: less sure facts are told, not used */
	LEARNT_TOLD = 8,   /* facts in an explanation; the rest is counted */
	LEARNT_NOBODY = 60 /* percent, of FACT_PARKED and FACT_CATCH_ALL */
};

/* The facts of a subject: *n of them, NULL when there are none. */
const struct policy_fact *learnt_of(const struct policy_input *in, size_t subject, size_t *n);
/* Calls fn for each fact of the type that is at least this sure, of any member but those that facts brought:
 * what a stranger's page says of itself neither clears nor accuses those who were there before. It is told.
 */
typedef void learnt_fn(void *arg, const struct policy_fact *f);
void learnt_each(const struct policy_input *in, const struct app *a, enum fact type, unsigned least,
		 learnt_fn *fn, void *arg);
/* The note of a FACT_REDIRECT that says that the host moved for good. */
#define LEARNT_FOR_GOOD "http permanent"

/* Where a host's front page leads: the first other host, which points into the fact. */
struct learnt_move {
	const char *host;
	size_t length;
	bool several, for_good;         /* it leads to more of them; by a redirect that says so */
	const struct policy_fact *fact; /* NULL: nowhere else */
};
struct learnt_move learnt_move_of(const struct policy_input *in, size_t subject);

/* A page of nobody (parked, as installed, the same for every name), for sure enough; NULL: none. */
const struct policy_fact *learnt_of_nobody(const struct policy_input *in, size_t subject);
/* Does the host call this package or bundle its own, at the well-known place? Those of a page are anybody's.
 */
bool learnt_is_declared(const struct policy_fact *f);
/* The kind of subject that such a fact names. */
enum subject_kind learnt_declared_kind(const struct policy_fact *f);
/* The surest of those that learnt_each() calls with, the first of equals; NULL: none. */
const struct policy_fact *learnt_best(const struct policy_input *in, const struct app *a, enum fact type,
				      unsigned least);

/* One step with what was learnt. */
void learnt_explain(const struct work *w, struct app *a);
/* Every host of it shows a page of nobody (parked, as installed, the same for every name), and no identifier
 * speaks to any: a step says so. */
bool learnt_is_nobody(const struct work *w, struct app *a);

#endif
