/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filed once, changed since: R14 (what a filing says is no longer what is seen; 西安科技大学 三(三)2: within
 * ten working days; other profiles have no such clause) and R12 (not updated for more than half a year;
 * 教技司〔2019〕265号 三(五)). Only facts that are sure count, and both speak of 疑似: a page can name its
 * parent's number, a shop can lag. When something changed nobody knows, only when it was first seen: that
 * starts the clock, and the last time that it was seen again is what the clock shows.
 * The release number in a mini-program's Referer is no clock for R12: where it is seen in the clear it is as
 * likely to be a script's that was written once, and stays what it was whatever is released.
 */
#ifndef POLICY_DRIFT_H
#define POLICY_DRIFT_H

#include "policy/work.h"

enum {
	DRIFT_STALE_DAYS = 183,
	/* 西安科技大学 三(三)2: ten working days. Which days are, the State Council says each autumn for the
	 * next year, and once in the middle of a holiday (January 2020), so they are not counted one by one:
	 * an accusation by a calendar of last year would come too early. This is more than they ever took:
	 * ten, two weekends, the ten days on end of 2020, and the day on which they are over. */
	DRIFT_GRACE_DAYS = 10 + 2 * 2 + 10 + 1,
};

/* True, with a step for each that compares, when what the provider filings say has been contradicted for that
 * long: ICP number, operator, domain, permissions. A version is told and no more. */
bool drift_filed(const struct work *w, struct app *a);
/* True, with a step that says by what, when the newest update of a shop's word, or of the app's own package,
 * is too old. */
bool drift_stale(const struct work *w, struct app *a);

#endif
