/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/term.h"

#define SECOND INT64_C(1000000)

void term_begin(struct term *t, int64_t now) { *t = (struct term){ .end = now + TERM_SECONDS_MAX * SECOND }; }

void term_waits(struct term *t, int64_t us)
{
	t->own += us;
	if (t->own <= TERM_OWN_SECONDS_MAX * SECOND)
		t->end += us;
}

int64_t term_left(const struct term *t, int64_t now) { return now < t->end ? t->end - now : 0; }

enum probe_outcome term_outcome(const struct term *t)
{
	return t->own > TERM_OWN_SECONDS_MAX * SECOND ? PROBE_PAUSED : PROBE_TIMEOUT;
}
