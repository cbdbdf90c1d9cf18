/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store's end of its link to the prober: hands out jobs that are due, as many as the prober has room for,
 * writes down what became of each, and tells clients that wait for one. A job was marked as handed out, on
 * disk, before it is sent, and the prober tells before its first request leaves: no crash makes anybody ask
 * twice, and one that nobody was asked for goes out again at once. When jobs are due and none is answered,
 * that is an event for the sinks.
 */
#ifndef DAEMON_PROBING_H
#define DAEMON_PROBING_H

#include "base/buf.h"
#include "store/store.h"

struct client;
struct event_base;
struct probing;

struct probing_hooks {
	void (*learnt)(void *arg); /* a job was answered */
	void (*answered)(void *arg, struct client *c,
			 int64_t job); /* one of those that the client waits for */
	/* The client's wait is over: why is NULL when all were answered, else what came in between. */
	void (*waited)(void *arg, struct client *c, const char *why);
	void (*events)(void *arg);                  /* the outbox has an event */
	void (*gone)(void *arg);                    /* the prober's link ended */
	void (*broken)(void *arg, const char *why); /* the database refused: the store must end */
};

/* What a store before this one handed out counts as lost. NULL: the database refused. conf is borrowed until
 * probing_configure(). */
struct probing *probing_new(struct event_base *base, struct store *store, const struct conf *conf,
			    const struct probing_hooks *hooks, void *arg);
void probing_free(struct probing *p); /* NULL-safe */
void probing_configure(struct probing *p, const struct conf *conf);
/* A new prober; takes fd. */
void probing_attach(struct probing *p, int fd);
bool probing_linked(const struct probing *p);
/* A person may have paused or resumed: the prober is told at once. */
void probing_obey(struct probing *p);
/* There may be new jobs. */
void probing_pump(struct probing *p);
/* The end is near: no more jobs are handed out. */
void probing_stop(struct probing *p);
/* The client waits for the answers of these jobs, STORE_ASK_MAX at most. */
void probing_wait(struct probing *p, const int64_t *job, size_t n, struct client *c);
void probing_forget(struct probing *p, const struct client *c);
/* One JSON object for `status`. */
void probing_describe(const struct probing *p, struct buf *out);
/* The same for `probes`, line by line (daemon/manners.h). */
bool probing_manners(const struct probing *p, size_t line, struct buf *out);

#endif
