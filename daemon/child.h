/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One child process as the supervisor sees it: how it is started, briefed, linked to the store,
 * and how long to wait before the next start. Which child is wanted when, supervisor.c decides.
 */
#ifndef DAEMON_CHILD_H
#define DAEMON_CHILD_H

#include "daemon/role.h"
#include "daemon/supervisor.h"

struct child {
	void *owner;
	enum role_id role;
	char label[MSG_LABEL_MAX];
	char *interface;            /* of a live sensor */
	char source[MSG_LABEL_MAX]; /* what it calls what it sees: the interface, "eth1#2" for its second
				       worker */
	uint16_t group;             /* of the workers of one interface */
	int ech;        /* of a live sensor, borrowed: what all share (watch/ech.h); negative: nothing */
	unsigned table; /* which of the tables in it is its own */
	pid_t pid;      /* 0: not running */
	struct link *link;
	struct event *again; /* the next start; the owner's */
	bool ready, was_ready;
	bool away;                   /* a sensor whose interface is not there: told once, not at each start */
	unsigned restarts, failures; /* in all; in a row */
	int status;                  /* of the last end; 128 + n: signal n */
	int64_t started, since;      /* monotonic; UTC */
	int64_t gap;                 /* UTC: a live sensor's numbers lack what came since; 0: nothing */
	unsigned lost;               /* how many of it died there, with what they had not handed on */
	int64_t left;                /* UTC: since when it is away */
	int64_t window;              /* the most that one holds back, in microseconds */
};

void child_init(struct child *c, enum role_id role);
/* Makes it the sensor of an interface; `worker` counts from 1, 0: the only one. */
void child_listen(struct child *c, const char *interface, unsigned worker, uint16_t group);
/* Ends it if it runs; frees what it owns but `again`. */
void child_clear(struct child *c);
/* Starts the process; the table's rows get the child as their argument. 0, or negative errno after
 * a line in the log. */
int child_start(struct child *c, struct event_base *base, const struct link_table *table)
	__attribute__((warn_unused_result));
/* Arguments, data tables (daemon/tables.h, borrowed) and configuration. false: too long for a frame. */
bool child_brief(struct child *c, const struct supervisor_job *job, int tables)
	__attribute__((warn_unused_result));
/* The tables and the configuration anew. */
void child_reload(struct child *c, const struct supervisor_job *job, int tables);
/* Gives it and the store one end each of a socket of their own. */
void child_connect(struct child *c, struct child *store);
/* To the store: what is wrong with a child, or no longer. */
void child_tell_event(struct child *store, enum trouble trouble, const struct child *c, bool raised,
		      const char *text);
/* The interface of a sensor went away or is back: told once, not at each new start. */
void child_tell_away(struct child *store, struct child *c, bool away);
void child_tell_roles(struct child *store, const struct child *all, size_t count);
/* Its end was reaped; `loud`: every end is worth a line, else only bad ones. */
void child_reaped(struct child *c, int wait_status, bool loud);
/* The same for a sensor that listened: since when its numbers lack something, for the next one to tell. */
void child_note_gap(struct child *c);
/* Counts a failure; milliseconds until the next start: doubling, anew after a healthy life. */
int64_t child_backoff_ms(struct child *c, int64_t most);

#endif
