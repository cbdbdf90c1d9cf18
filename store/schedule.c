/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/schedule.h"

#include <stddef.h>

#include "base/hash.h"

static const int64_t second = 1000000, hour = 3600 * second, day = 24 * hour;

enum {
	RETRY_AFTER_MAX = 30 * 86400, /* seconds; nobody is left alone for longer because he says so */
	UNASKED_SECONDS = 60,         /* until a run that was cut short before it began is tried again */
	CERT_DAYS = 14,               /* before and after its end a certificate is looked at each day */
};

/* What kind of end a run came to. */
enum ending {
	ENDING_FAILED,  /* may be better soon: back-off */
	ENDING_SETTLED, /* it answered, or would answer the same again: the probe's interval */
	ENDING_CUT,     /* nobody's fault */
};

static const enum ending endings[PROBE_OUTCOME_COUNT] = {
	[PROBE_DONE] = ENDING_SETTLED,          [PROBE_UNCHANGED] = ENDING_SETTLED,
	[PROBE_UNRECOGNISED] = ENDING_SETTLED,  [PROBE_OUT_OF_SCOPE] = ENDING_SETTLED,
	[PROBE_BAD_ADDRESS] = ENDING_SETTLED,   [PROBE_BAD_PORT] = ENDING_SETTLED,
	[PROBE_BAD_URL] = ENDING_SETTLED,       [PROBE_OPTED_OUT] = ENDING_SETTLED,
	[PROBE_ROBOTS] = ENDING_SETTLED,        [PROBE_TOO_LARGE] = ENDING_SETTLED,
	[PROBE_TOO_MANY_HOPS] = ENDING_SETTLED, [PROBE_DOWNGRADE] = ENDING_SETTLED,
	[PROBE_NOT_ENABLED] = ENDING_SETTLED,   [PROBE_PAUSED] = ENDING_CUT,
	[PROBE_SHORTAGE] = ENDING_CUT,
};

bool schedule_is_success(enum probe_outcome o) { return o == PROBE_DONE || o == PROBE_UNCHANGED; }

int64_t schedule_spread(int64_t job, uint32_t attempts, int64_t span)
{
	const int64_t of[2] = { job, attempts };
	const int64_t width = span / 10;
	struct hash_key key;

	if (width < 1)
		return span;
	hash_key_fixed(&key, "beiand schedule");
	return span - width + (int64_t)(hash_keyed(&key, of, sizeof(of)) % (uint64_t)(2 * width + 1));
}

static int64_t interval_of(const struct schedule *s) { return (int64_t)s->interval_hours * hour; }

static int64_t backoff(const struct schedule *s, uint32_t failures)
{
	const int64_t steps[] = { hour, 4 * hour, day };
	const size_t n = sizeof(steps) / sizeof(steps[0]);
	int64_t wait = failures <= n ? steps[failures - 1] : interval_of(s);

	return wait < interval_of(s) ? wait : interval_of(s);
}

/* Around its end a certificate is news. */
static int64_t earlier_for_certificate(const struct schedule *s, int64_t now, int64_t due)
{
	int64_t watch = s->cert_until - CERT_DAYS * day;

	if (s->cert_until == 0 || now > s->cert_until + CERT_DAYS * day || watch > due)
		return due;
	if (watch < now + schedule_spread(s->job, s->attempts, day))
		watch = now + schedule_spread(s->job, s->attempts, day);
	return watch < due ? watch : due;
}

int64_t schedule_hold(uint32_t retry_after)
{
	return (retry_after < RETRY_AFTER_MAX ? (int64_t)retry_after : RETRY_AFTER_MAX) * second;
}

/* What the target asked for is the least; the spread only adds. */
static int64_t at_least(const struct schedule *s, int64_t now, int64_t due)
{
	int64_t hold = schedule_hold(s->retry_after);

	return due < now + hold ? now + hold : due;
}

bool schedule_joins(const struct schedule *last, int64_t tried, int64_t due, int64_t now)
{
	const enum ending e = endings[last->outcome];
	int64_t wait;

	if (due <= now)
		return true;
	if (e == ENDING_CUT || last->outcome == PROBE_LOST || last->outcome == PROBE_POISON)
		return false;
	wait = e == ENDING_SETTLED ? interval_of(last)
				   : backoff(last, last->failures > 0 ? last->failures : 1);
	return now >= tried + wait - wait / 10 && due <= tried + wait + wait / 10;
}

int64_t schedule_next(const struct schedule *s, int64_t now, uint32_t *failures)
{
	enum ending e = endings[s->outcome];
	int64_t wait;

	*failures = e == ENDING_FAILED ? s->failures + 1 : e == ENDING_SETTLED ? 0 : s->failures;
	if (e == ENDING_CUT && !s->asked)
		return at_least(s, now, now + UNASKED_SECONDS * second);
	wait = e == ENDING_SETTLED ? interval_of(s) : backoff(s, *failures > 0 ? *failures : 1);
	wait = now + schedule_spread(s->job, s->attempts, wait);
	if (schedule_is_success(s->outcome))
		wait = earlier_for_certificate(s, now, wait);
	return at_least(s, now, wait);
}
