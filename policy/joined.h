/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What join.h found, seen from one app: told to people, and lent to the matching. */
#ifndef POLICY_JOINED_H
#define POLICY_JOINED_H

#include "policy/work.h"

/* Steps: who joined the app and why, and who of it nearly joined another. */
void joined_explain(const struct work *w, struct app *a);
/* Calls fn for each join of a member when one of the two is filed: the filing may be both's. */
typedef void joined_fn(void *arg, const struct join *j);
void joined_each_kin(const struct work *w, const struct app *a, joined_fn *fn, void *arg);

#endif
