/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the outbox in the database to the notifier and back: each enabled sink is a lane, in order,
 * with a bounded number in flight. What fails is tried again later, doubling the wait; what a dead
 * notifier did not confirm is sent to the next one. At least once, never lost.
 */
#ifndef DAEMON_OUTBOX_H
#define DAEMON_OUTBOX_H

#include "base/buf.h"
#include "store/store.h"

struct event_base;
struct outbox;

struct outbox_hooks {
	void (*settled)(void *arg); /* see outbox_settled(); called when it may have become true */
	void (*broken)(void *arg, const char *why);
};

/* hasty: a replay waits milliseconds, not seconds, before it tries again. conf is borrowed. */
struct outbox *outbox_new(struct event_base *base, struct store *store, const struct conf *conf, bool hasty,
			  const struct outbox_hooks *hooks, void *arg);
void outbox_free(struct outbox *o); /* NULL-safe */
/* A new notifier; takes fd. */
void outbox_attach(struct outbox *o, int fd);
/* There may be new entries. */
void outbox_pump(struct outbox *o);
/* Before the end: tries everything at once, anew. */
void outbox_hurry(struct outbox *o);
/* Nothing is left, or what is left failed `tries` times since outbox_hurry(). */
bool outbox_settled(const struct outbox *o, unsigned tries);
/* One JSON object of a lane for `status`; false: there is no such lane. */
bool outbox_describe(struct outbox *o, int lane, struct buf *out);

#endif
