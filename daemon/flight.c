/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/flight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"

enum { SUBJECT_MAX = RECORD_NAME_MAX + 8 };

struct trip {
	char subject[SUBJECT_MAX]; /* kind and name */
	struct out *first, **last; /* in the order of their turns */
	UT_hash_handle hh;
};

struct out {
	int64_t job;
	bool begun;
	struct trip *trip;
	struct out *next;
	UT_hash_handle hh;
};

/* A job that was not begun when a prober died in its turn. */
struct suspect {
	int64_t job;
	unsigned strikes;
	UT_hash_handle hh;
};

struct flight {
	struct trip *trips;
	struct out *outs;
	struct suspect *suspects;
};

struct flight *flight_new(void) { return xcalloc(1, sizeof(struct flight)); }

/* -- out and back */
static struct out *find(const struct flight *f, int64_t job)
{
	struct out *o;

	HASH_FIND(hh, f->outs, &job, sizeof(job), o);
	return o;
}

static struct trip *trip_of(struct flight *f, const struct job *j)
{
	char subject[SUBJECT_MAX];
	struct trip *t;

	snprintf(subject, sizeof(subject), "%d %s", (int)j->kind, j->name);
	HASH_FIND_STR(f->trips, subject, t);
	if (t != NULL)
		return t;
	t = xcalloc(1, sizeof(*t));
	memcpy(t->subject, subject, sizeof(subject));
	t->last = &t->first;
	HASH_ADD_STR(f->trips, subject, t);
	return t;
}

void flight_add(struct flight *f, const struct job *j)
{
	struct out *o = xcalloc(1, sizeof(*o));

	o->job = j->id;
	o->trip = trip_of(f, j);
	*o->trip->last = o;
	o->trip->last = &o->next;
	HASH_ADD(hh, f->outs, job, sizeof(o->job), o);
}

static void forget(struct flight *f, int64_t job)
{
	struct suspect *s;

	HASH_FIND(hh, f->suspects, &job, sizeof(job), s);
	if (s != NULL)
		HASH_DEL(f->suspects, s);
	free(s);
}

bool flight_begun(struct flight *f, int64_t job)
{
	struct out *o = find(f, job);

	if (o == NULL)
		return false;
	o->begun = true;
	forget(f, job);
	return true;
}

static void out_free(struct flight *f, struct out *o)
{
	struct trip *t = o->trip;
	struct out **at = &t->first;

	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	if (o->next == NULL)
		t->last = at;
	if (t->first == NULL) {
		HASH_DEL(f->trips, t);
		free(t);
	}
	HASH_DEL(f->outs, o);
	free(o);
}

bool flight_landed(struct flight *f, int64_t job)
{
	struct out *o = find(f, job);

	if (o == NULL)
		return false;
	forget(f, job);
	out_free(f, o);
	return true;
}

size_t flight_jobs(const struct flight *f) { return HASH_COUNT(f->outs); }
size_t flight_visits(const struct flight *f) { return HASH_COUNT(f->trips); }

/* -- deaths */
bool flight_careful(const struct flight *f)
{
	for (const struct suspect *s = f->suspects; s != NULL; s = s->hh.next)
		if (s->strikes >= FLIGHT_STRIKES_CAREFUL)
			return true;
	return false;
}

size_t flight_room(const struct flight *f, size_t room)
{
	if (room == 0 || !flight_careful(f))
		return room;
	for (const struct trip *t = f->trips; t != NULL; t = t->hh.next)
		if (!t->first->begun)
			return 0;
	return 1;
}

static unsigned strike(struct flight *f, int64_t job)
{
	struct suspect *s;

	HASH_FIND(hh, f->suspects, &job, sizeof(job), s);
	if (s == NULL) {
		s = xcalloc(1, sizeof(*s));
		s->job = job;
		HASH_ADD(hh, f->suspects, job, sizeof(s->job), s);
	}
	return ++s->strikes;
}

static enum store_fate fate_of(struct flight *f, const struct out *o)
{
	if (o->begun)
		return STORE_FATE_LOST;
	if (o->trip->first != o || strike(f, o->job) < FLIGHT_STRIKES_MAX)
		return STORE_FATE_BACK;
	forget(f, o->job);
	return STORE_FATE_POISON;
}

struct store_fallen *flight_crash(struct flight *f)
{
	struct store_fallen *all = xcalloc(flight_jobs(f) + 1, sizeof(*all));
	size_t n = 0;

	for (const struct out *o = f->outs; o != NULL; o = o->hh.next)
		all[n++] = (struct store_fallen){ o->job, fate_of(f, o) };
	while (f->outs != NULL)
		out_free(f, f->outs);
	return all;
}

void flight_calm(struct flight *f)
{
	while (f->suspects != NULL)
		forget(f, f->suspects->job);
}

void flight_free(struct flight *f)
{
	if (f == NULL)
		return;
	flight_calm(f);
	while (f->outs != NULL)
		out_free(f, f->outs);
	free(f);
}
