/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One ask of a probe, brought home by the manners: its URL, and each URL it is redirected to, passes scope,
 * hours, robots.txt, the addresses' check and the budget before a byte is sent. robots.txt of an origin is an
 * errand of its own, one at a time for each origin; who else needs it waits for that one.
 */
#ifndef VISIT_ERRAND_H
#define VISIT_ERRAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/scope.h"
#include "probes/url.h"
#include "visit/answers.h"
#include "visit/budget.h"
#include "visit/fetch.h"
#include "visit/resolve.h"
#include "visit/shelf.h"
#include "visit/term.h"
#include "visit/transcript.h"
#include "visit/visit.h"

enum {
	ERRAND_WAIT_SECONDS = 600,   /* a longer wait is the store's: the errand ends as held back */
	ERRAND_ADDRESS_SECONDS = 30, /* for so long an answer of the resolver is used, over waits */
	ERRAND_TRIES_MAX = 3,        /* of one request whose next address was in a network without budget */
	ERRAND_TELL_MS = 5,          /* between two looks at whether somebody may be asked now */
};

struct errand;

/* What all errands of a process share; visit/visit.c makes and frees it. */
struct manners {
	struct event_base *base;
	struct scope *scope;
	struct budget *budget;
	struct shelf *shelf;
	struct resolve *resolve;
	struct fetch *fetch;
	bool paused;
	struct visit_counters counters;
	size_t kept_bytes;    /* of answers, all stays */
	struct errand *first; /* all of them */
};

/* Everything is borrowed for as long as the errand lasts. */
struct errand_task {
	const struct probe_ask *ask;
	const struct scope_run *run;
	const char *etag, *modified; /* used if the ask is conditional, and no other run needs the whole */
	struct fetch_session *session;
	struct answers *answers;
	/* Asked before the first request of the run is sent; false: not now, asked again in a moment. NULL:
	 * at any time. */
	bool (*begins)(void *arg);
	void *arg; /* for begins */
	struct transcript *transcript;
	unsigned *requests; /* counts what is sent */
	struct term *term;  /* told of waits of our own */
};

struct errand_result {
	struct probe_answer answer;
	uint32_t retry_after; /* seconds: asked for by the server, or until the budget lets go; 0: none */
};

/* `done` is called once, from the event loop; the errand is gone when it returns. */
struct errand *errand_begin(struct manners *m, const struct errand_task *task,
			    void (*done)(void *arg, const struct errand_result *r), void *arg);
void errand_cancel(struct errand *e); /* instead of done; closes its connection */

/* The checks before anything is resolved or sent. PROBE_DONE: passes. */
enum probe_outcome errand_check(const struct scope *s, const struct scope_run *run, const struct url *u);
/* Must robots.txt be asked before this URL? Not for "/", itself, and the configured endpoints. */
bool errand_needs_robots(const struct url *u, const char *endpoint);

#endif
