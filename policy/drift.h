/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filed once, changed since: R14 (what a filing says is no longer what is seen; 西安科技大学 三(三)2: within
 * ten working days; other profiles have no such clause) and R12 (not updated for more than half a year;
 * 教技司〔2019〕265号 三(五)). Only facts that are sure count, and both speak of 疑似: a page can name its
 * parent's number, a shop can lag. When something changed nobody knows, only when it was first seen: that
 * starts the clock, and the last time that it was seen again is what the clock shows.
 */
#ifndef POLICY_DRIFT_H
#define POLICY_DRIFT_H

#include "policy/work.h"

enum {
	DRIFT_STALE_DAYS = 183,
	/* ten working days and the longest holiday that the State Council has put among them */
	DRIFT_GRACE_DAYS = 22,
};

/* True, with a step for each that compares, when what the provider filings say has been contradicted for that
 * long: ICP number, operator, domain, permissions. A version is told and no more. */
bool drift_filed(const struct work *w, struct app *a);
/* True, with a step that says by what, when the newest update of a shop's word, or of the app's own package,
 * is too old. */
bool drift_stale(const struct work *w, struct app *a);

#endif
