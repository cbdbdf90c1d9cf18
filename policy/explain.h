/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps about the register: which filings agreed and by what, which came near and why they do not count. */
#ifndef POLICY_EXPLAIN_H
#define POLICY_EXPLAIN_H

#include "policy/work.h"

enum { EXPLAIN_MATCHES = 5, EXPLAIN_NEAR = 3 };

void explain_matches(struct work *w, const struct judgement *j, struct app *a);
/* What the status says, in careful words. */
void explain_status(const struct policy_input *in, struct app *a);

#endif
