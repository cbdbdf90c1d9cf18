/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sensor's end of its link to the store: one source at a time, observations packed into
 * batches, and which of them the store has acknowledged. The store's end is daemon/ingest.c.
 */
#ifndef DAEMON_UPLINK_H
#define DAEMON_UPLINK_H

#include <stdbool.h>

#include "ipc/msg.h"

struct event_base;
struct uplink;

struct uplink_hooks {
	void (*welcome)(void *arg, const struct msg_welcome *m); /* again when the key rotates */
	void (*go)(void *arg);                                   /* the store knows the source */
	void (*room)(void *arg);                                 /* no longer full */
	void (*ended)(void *arg, enum msg_verdict verdict);      /* of the source */
	void (*lost)(void *arg, const char *why);
};

struct uplink *uplink_new(struct event_base *base, int fd, const struct uplink_hooks *hooks, void *arg);
void uplink_free(struct uplink *u); /* NULL-safe */

void uplink_hello(struct uplink *u, const char *label, bool replay);
/* Also right behind uplink_end(): ended() comes before go() then. */
void uplink_begin(struct uplink *u, const char *name);
/* Packs; sends when a frame is full. */
void uplink_observe(struct uplink *u, const struct observation *o);
void uplink_flush(struct uplink *u); /* sends what is packed */
void uplink_counters(struct uplink *u, struct msg_counters *m);
void uplink_event(struct uplink *u, const struct msg_event *m);
/* Flushes; ended() comes when the store has it all. m tells what a capture is known by; its source is filled
 * in. */
void uplink_end(struct uplink *u, struct msg_end *m);
bool uplink_open(const struct uplink *u); /* between go and end */
/* Too much is unacknowledged: the caller stops reading until room(). */
bool uplink_full(struct uplink *u);

#endif
