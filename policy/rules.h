/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules over a judged app: thresholds first, then each rule that the app breaks becomes a finding. */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "policy/work.h"

void rules_apply(const struct work *w, struct app *a);

#endif
