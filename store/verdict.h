/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A judgement's apps as the rows and JSON that are kept of them: written by judge.c and raise.c. */
#ifndef STORE_VERDICT_H
#define STORE_VERDICT_H

#include "store/load.h"

/* One app of the judgement on its way into the database. */
struct verdict {
	const struct app *app;
	int64_t id; /* 0: no row yet */
	int64_t digest;
	bool changed;
};

/* Fills the digest; b is only lent. */
void verdict_digest(struct verdict *v, const struct load *l, struct buf *b);
/* [{"step":..,"text":..}]: how the judgement came to it. */
void verdict_steps(struct buf *b, const struct app *a);
/* [{"fact":..}]: what a finding rests on. */
void verdict_facts(struct buf *b, const struct app *a, const struct load *l);
/* ["name",...] of its first members, in the input's order. */
void verdict_subjects(struct buf *b, const struct app *a, const struct load *l);
/* {"facts":[..],"filings":[..]}: the facts with the best filings that were compared. */
void verdict_evidence(struct buf *b, const struct app *a, const struct load *l);
/* ["domain","name"] of a match. */
void verdict_keys(struct buf *b, const char *key, const struct app_match *m);

/* Findings and alerts of every app; in raise.c. `generation` is this judgement's number. */
void raise_findings(struct store *s, struct db_txn *t, const struct load *l, const struct verdict *v,
		    size_t n, int64_t generation);

#endif
