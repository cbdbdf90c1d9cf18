/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filed once, changed since: R14 (what a filing says is no longer what is seen; 西安科技大学 三(三)2: within
 * ten working days; other profiles have no such clause) and R12 (not updated for more than half a year;
 * 教技司〔2019〕265号 三(五)). Only facts that are sure count, and both speak of 疑似: a page can name its
 * parent's number, a shop can lag.
 */
#ifndef POLICY_DRIFT_H
#define POLICY_DRIFT_H

#include "policy/work.h"

enum { DRIFT_STALE_DAYS = 183 };

/* True, with a step that compares, when what the best provider filing says is contradicted. */
bool drift_filed(const struct work *w, struct app *a);
/* True, with a step that says by what, when the newest update of every shop's word is too old. */
bool drift_stale(const struct work *w, struct app *a);

#endif
