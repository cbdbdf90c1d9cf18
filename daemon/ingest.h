/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store's end of its links to the sensors: hands out the client key, opens sources, writes
 * batches and acknowledges each once it is in the database. A sensor that speaks nonsense loses
 * its link (the supervisor starts a new one); a database that fails ends the store.
 */
#ifndef DAEMON_INGEST_H
#define DAEMON_INGEST_H

#include "store/store.h"

struct event_base;
struct ingest;

struct ingest_hooks {
	void (*changed)(void *arg);                 /* a batch was written */
	void (*judged)(void *arg);                  /* a source ended and was judged */
	void (*events)(void *arg);                  /* the outbox may have an event */
	void (*gone)(void *arg);                    /* a sensor's link ended */
	void (*broken)(void *arg, const char *why); /* the database refused: the store must end */
};

/* window: the most that a live sensor holds back, in microseconds. */
struct ingest *ingest_new(struct event_base *base, struct store *store, const struct ingest_hooks *hooks,
			  void *arg, int64_t window);
void ingest_free(struct ingest *in); /* NULL-safe */
/* Takes fd. */
void ingest_attach(struct ingest *in, const char *label, int fd);
size_t ingest_sensors(const struct ingest *in);
/* No sensor comes any more: what the next of each name would have told of those that died is counted here. */
void ingest_settle(struct ingest *in);
/* Tells live sensors when the client key has rotated. */
void ingest_rotate(struct ingest *in);

#endif
