/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why an app is called education: every kind of evidence is a row with a weight; they combine as
 * 1 - product of (1 - weight). No row agrees: nobody calls it education and nobody may accuse it.
 */
#ifndef POLICY_EDUCATION_H
#define POLICY_EDUCATION_H

#include "policy/work.h"

/* Sets a->score (0: no evidence) and adds one step per kind of evidence. Returns the product whose audience
 * decides the scope (the app's own, or the one it speaks to when nothing else calls it education), or NULL.
 */
const struct catalog_entry *education_weigh(const struct work *w, const struct judgement *j, struct app *a);

#endif
