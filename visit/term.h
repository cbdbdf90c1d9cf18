/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a run may take. What it waits for our own budget is our wish, not its target's slowness, so it
 * does not count; but it has an end, too. Pure: times are arguments (monotonic microseconds).
 */
#ifndef VISIT_TERM_H
#define VISIT_TERM_H

#include <stdint.h>

#include "base/words.h"

enum {
	TERM_SECONDS_MAX = 1800,     /* of a run without our own waits; then PROBE_TIMEOUT */
	TERM_OWN_SECONDS_MAX = 7200, /* of our own waits; when they were more, PROBE_PAUSED */
};

struct term {
	int64_t end, own;
};

void term_begin(struct term *t, int64_t now);
void term_waits(struct term *t, int64_t us);           /* from now on, because we want it to */
int64_t term_left(const struct term *t, int64_t now);  /* 0: it is over ... */
enum probe_outcome term_outcome(const struct term *t); /* ... as this */

#endif
