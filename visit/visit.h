/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs probes, many at once, each as the manners say: its next ask -> URL -> scope and opt-out -> hours and
 * pause -> robots.txt -> resolve -> budget (waits, never spins) -> fetch -> redirects, each hop checked as a
 * new URL -> answer -> next ask. Whatever goes wrong ends the ask with one named outcome, which the probe
 * gets as its answer; it may then ask something else, or be done.
 * Runs for one subject make one stay: one after the other, over the same connections, and what several ask of
 * the front page is asked once.
 * Lives on the caller's event base and takes no thread. `conf` is borrowed until visits_configure() or
 * visits_free(). Set-up reads resolv.conf and the file of trusted roots; afterwards no file is
 * opened, but the C library's table of characters for a host that is not ASCII.
 * May use the clock and the network; never writes, never logs.
 */
#ifndef VISIT_VISIT_H
#define VISIT_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "conf/conf.h"
#include "probes/probe.h"

enum {
	VISIT_SCOPE_MAX = 32,         /* suffixes of one job */
	VISIT_TAG_MAX = 256,          /* ETag or Last-Modified with NUL; longer ones are not kept */
	VISIT_TRANSCRIPT_MAX = 16384, /* bytes with NUL; what finds no room is counted in its last line */
	VISIT_STAY_MAX = 256,         /* runs of one stay */
};

struct event_base;
struct budget;
struct visits;

/* One run of one probe. Copied by visits_begin(). */
struct visit_job {
	const struct probe *probe; /* a row of the registry */
	enum subject_kind kind;
	char name[PROBE_NAME_MAX];    /* of the subject: a host, an appid, a package */
	char target[PROBE_URL_MAX];   /* "": the subject itself */
	char etag[VISIT_TAG_MAX];     /* of the answer before; "" none */
	char modified[VISIT_TAG_MAX]; /* Last-Modified of it */
	uint32_t chance;              /* that the host's neighbour is made with: base/neighbour.h */
	size_t scope_count;
	char scope[VISIT_SCOPE_MAX][PROBE_NAME_MAX]; /* domains it may go to, they and all below, besides the
							subject, the campus and [probe] also */
};

/* Everything is borrowed: copy what is to stay. */
struct visit_result {
	enum probe_outcome outcome;
	unsigned status;      /* HTTP status of the last response; 0: none */
	unsigned version;     /* of the probe */
	unsigned requests;    /* sent, redirects and robots.txt included */
	uint32_t retry_after; /* seconds to wait at least: the server's, or the budget's; 0: none */
	const char *etag;     /* of the conditional ask's answer, the job's when it is unchanged; "" none */
	const char *modified; /* its Last-Modified, the same way */
	const char *remark;   /* one line for people; "" none */
	const struct probe_facts *facts; /* never NULL */
	const char *transcript;          /* a line for each request, response and refusal; redacted */
};

/* NULL with one Chinese line in error: the resolver or the file of roots cannot be read. */
struct visits *visits_new(struct event_base *base, const struct conf *conf, char error[CONF_ERROR_MAX]);
/* The table by which pages are told apart; borrowed, NULL: none (the default). Before visits_begin(). */
void visits_fingerprints(struct visits *v, const struct fingerprints *table);
/* The same of the apps that a page's links say nothing by. */
void visits_general(struct visits *v, const struct general *table);
void visits_free(struct visits *v); /* NULL-safe; running visits end without a call of their done */

struct visit_hooks {
	/* The run is over. It may call visits_begin(), not visits_free(). It is called from the event loop or
	 * from visits_pause(), never from visits_begin(). */
	void (*done)(void *arg, const struct visit_result *r);
	/* The first request of the run is about to be sent; false: not now, it is asked again in a moment.
	 * NULL: at any time. */
	bool (*begins)(void *arg);
};

/* False: no room for one more stay, or in that of its subject. While paused, or outside the hours, it begins
 * and ends as PROBE_PAUSED. hooks are borrowed until done was called. */
bool visits_begin(struct visits *v, const struct visit_job *job, const struct visit_hooks *hooks, void *arg)
	__attribute__((warn_unused_result));
size_t visits_running(const struct visits *v); /* those that wait for another of their stay, too */
size_t visits_room(const struct visits *v);    /* how many more stays may begin: [probe] transfers */

/* True: every run ends now as PROBE_PAUSED, its connections closed, before this returns. False: on again. */
void visits_pause(struct visits *v, bool paused);
bool visits_paused(const struct visits *v);

/* After a reload: what may be reloaded (opt-out, hours, campus) holds from the next request on. */
void visits_configure(struct visits *v, const struct conf *conf);

struct visit_counters {
	uint64_t begun;                         /* runs; begun - running == sum of outcome[] */
	uint64_t outcome[PROBE_OUTCOME_COUNT];  /* of runs */
	uint64_t refused[PROBE_OUTCOME_COUNT];  /* of URLs, before anything was sent: why */
	uint64_t answered[PROBE_OUTCOME_COUNT]; /* of requests sent: what became of them; those that we had
						   no socket or route for are among them */
	uint64_t requests;                      /* sent; the sum of answered[] but for those under way */
	uint64_t shared;                        /* requests spared: answered by what another run was told */
	uint64_t unshared;                      /* answers that found no room to be kept for others */
	uint64_t reused;                        /* requests sent over a connection that was there */
	uint64_t waits;                         /* times a budget made a run wait */
	uint64_t robots_fetched, robots_kept;   /* robots.txt asked for, and answered from memory */
	uint64_t robots_evicted;                /* found no room before their day was over */
	uint64_t facts_refused;                 /* facts over PROBE_FACTS_MAX */
	uint64_t lines_refused;                 /* of transcripts over VISIT_TRANSCRIPT_MAX */
	uint64_t body_bytes;                    /* received, decompressed */
};
const struct visit_counters *visits_counters(const struct visits *v);
struct budget *visits_budget(struct visits *v); /* lent, to be shown */

#endif
