/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a job is asked again. Pure. What answered waits the probe's interval, what failed one hour, then four,
 * then a day, then the interval; a target that asked to wait gets what it asked for. Never sooner than that:
 * whoever adds a shorter way adds it here. Each time is spread by a tenth, by a hash of the job and its run,
 * so that what was planned together does not stay together.
 */
#ifndef STORE_SCHEDULE_H
#define STORE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/words.h"

/* A run that is over. */
struct schedule {
	int64_t job;
	enum probe_outcome outcome;
	uint32_t interval_hours; /* of the probe */
	uint32_t attempts;       /* runs so far, with this one */
	uint32_t failures;       /* in a row, before this one */
	bool asked;              /* it sent something */
	uint32_t retry_after;    /* seconds for which the target is left alone; 0: none */
	int64_t cert_until;      /* the certificate's end, microseconds UTC; 0: none seen */
};

enum { SCHEDULE_UNKNOWN_HOURS = 168 }; /* interval of a probe that is not there any more */

bool schedule_is_success(enum probe_outcome o);
/* Microseconds UTC, later than now. `failures`: in a row, with this one. */
int64_t schedule_next(const struct schedule *s, int64_t now, uint32_t *failures);
/* May a job that is due at `due`, and came to its last end at `tried`, be asked at `now` already, because
 * somebody is there for another reason? Not before its wait less a tenth, as for any other; not if its target
 * asked for more than that wait. */
bool schedule_joins(const struct schedule *last, int64_t tried, int64_t due, int64_t now);
/* `retry_after` in microseconds, at most what is fair. */
int64_t schedule_hold(uint32_t retry_after);
/* A tenth more or less than `span`. */
int64_t schedule_spread(int64_t job, uint32_t attempts, int64_t span);

#endif
