/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What should be asked of whom: each member of an app that the judgement wants to know more about (unfiled,
 * probable, filed), by each probe for subjects of its kind. Undecided, exempt and out-of-scope apps are left
 * alone, as are names that were only ever looked up, who opted out, and probes without their endpoint. What
 * facts lead to is in learn.c.
 */
#ifndef STORE_PLAN_H
#define STORE_PLAN_H

#include "store/state.h"

struct asked_member {
	enum subject_kind kind;
	const char *name;
	bool answers; /* it was not only looked up */
};

struct asked_app {
	int64_t id, digest, plan; /* plan: hash by which it was planned, 0: never */
	enum app_status status;
	int64_t clients, days;
	struct asked_member *member;
	size_t count;
};

/* Each app of those that are asked about, in the order of ids; members sorted by kind and name. changed: only
 * those that look different from when they were planned. app 0: all. Everything is lent until fn returns. */
void plan_walk(struct db_txn *t, bool changed, int64_t app, void (*fn)(void *arg, const struct asked_app *a),
	       void *arg);

/* Is the probe for all subjects of this kind? */
bool plan_fits(const struct probe_row *p, enum subject_kind kind);
/* PROBE_DONE: to be asked by this probe; else why not. */
enum probe_outcome plan_refusal(const struct store *s, const struct probe_row *p,
				const struct asked_member *m);
/* Until when the host, or the configured endpoint, of a probe is left alone because it asked for that: by
 * people too. 0: it did not. */
int64_t plan_held_until(struct db_txn *t, const struct probe_row *p, enum subject_kind kind, const char *name,
			int64_t now);
/* A URL is for the probe of its file, or for the first that looks at pages; NULL: there is none. */
const struct probe_row *plan_row_for(const struct store *s, const char *url);
bool plan_is_on(const struct store *s); /* probing is enabled, and there are probes */
bool plan_opted_out(const struct conf *c, const char *host);
/* Is the name fit to be sent to the prober and to stand in a URL? */
bool plan_fit(const char *name);
int64_t plan_day_start(int64_t day); /* of a day as text_beijing_day() counts them, microseconds UTC */
/* "疑似未备案, 3 天内 12 人使用" */
void plan_why(struct buf *b, enum app_status status, int64_t clients, int64_t days);

/* Adds to a counter of the store's own about probing. */
void plan_count(struct db_txn *t, const char *name, uint64_t n);
/* How many jobs more may be kept ([probe] jobs). */
size_t plan_room(const struct store *s, struct db_txn *t);

/* After a judgement, in its transaction: brings the jobs into line with it. A row is read when nothing
 * changed, else what changed. */
void plan_run(struct store *s, struct db_txn *t);

#endif
