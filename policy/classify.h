/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an app is: named, education or not (and how sure), exempt, in scope, filed. After matching. */
#ifndef POLICY_CLASSIFY_H
#define POLICY_CLASSIFY_H

#include "policy/work.h"

/* Sets name, score, unit and status and explains each. */
void classify_app(struct work *w, const struct judgement *j, struct app *a);

#endif
