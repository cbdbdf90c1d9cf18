/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apps <-> filings. First every app's exact keys (match_exact for all), because what another app matches
 * exactly is no longer a likely filing of this one; then likely ones and links by number (match_rest).
 *
 * A filing's domain means: a campus host, that very host; another host, all that shares its app (registrable
 * domain or product); for a host that an identifier took, that very host, or probably when only the
 * registrable domain agrees. "www." in front makes no difference. An identifier's app does not match by
 * domain alone, or only probably, when the filing names other identifiers: twins of one maker.
 */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include "policy/work.h"

void match_exact(struct work *w, const struct judgement *j, struct app *a);
void match_rest(struct work *w, const struct judgement *j, struct app *a);
/* Best exact match of this kind; NULL: none. After match_rest. */
const struct policy_filing *match_best(const struct policy_input *in, const struct app *a,
				       enum filing_kind kind);
bool match_has(const struct policy_input *in, const struct app *a, enum filing_kind kind,
	       enum match_grade grade);

#endif
