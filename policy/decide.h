/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people decided about an app. A decision names a subject: the app's anchor (seen or not), or a member
 * that the catalogue or an identifier brought in, so that it still holds after the app grew. */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "policy/work.h"

void decide_init(struct index *ix, const struct policy_input *in);
/* NULL: nobody decided that. */
const struct policy_decision *decide_find(const struct work *w, const struct app *a, enum decision_kind kind);

#endif
