/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One end of a SOCK_SEQPACKET pair or connection between our processes: framing, the cap on a
 * frame, descriptor passing and the libevent glue, written once. A frame is one datagram: a type
 * byte and a body. Frames that arrive are handed to the row of their type; a frame without a row,
 * an over-long one, or one that its handler refuses ends the link with the reason.
 * Sending never blocks and never calls back: what the socket does not take is queued (the caller
 * watches link_queued()). A link owns its descriptor.
 */
#ifndef IPC_LINK_H
#define IPC_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"

enum { LINK_BODY_MAX = 64 * 1024, LINK_FRAME_MAX = LINK_BODY_MAX + 1 };

struct event_base;
struct link;

struct link_row {
	uint8_t type;
	/* false: malformed or out of place, the link ends. May free the link. */
	bool (*take)(void *arg, struct rd *body);
};

struct link_table {
	const struct link_row *row;
	size_t count;
	/* The link is over: why is NULL when the peer closed it, else what was wrong. Called once, from the
	 * event loop; the callee frees the link. */
	void (*down)(void *arg, const char *why);
	void (*drained)(void *arg); /* the queue became empty; may be NULL */
};

/* Takes fd and makes it non-blocking. The table is borrowed for the link's life. */
struct link *link_new(struct event_base *base, int fd, const struct link_table *table, void *arg);
/* NULL-safe; also from within a handler. Queued frames are dropped. */
void link_free(struct link *l);

/* The peer is gone or replaced: what it still sent is handled, then down() is called. Not from a handler of
 * this link. */
void link_finish(struct link *l);

/* A writer over the link's scratch frame; link_send() sends what was written. One at a time. */
struct wr link_begin(struct link *l, uint8_t type);
/* Sends or queues; fd >= 0 travels along and is taken. false: the writer had failed (too long), nothing was
 * sent. */
bool link_send(struct link *l, const struct wr *w, int fd) __attribute__((warn_unused_result));
/* A frame without a body. */
void link_signal(struct link *l, uint8_t type);
/* Bytes and frames that the socket has not taken yet. */
size_t link_queued(const struct link *l);
/* For who has nothing better to do: waits until the peer took all but `most` bytes of the queue, or takes
 * nothing for a while. */
void link_press(struct link *l, size_t most);
/* The descriptor that came with the frame at hand, now the caller's; -1: none came. What is not taken is
 * closed. */
int link_take_fd(struct link *l);

/* A connected SEQPACKET pair, close-on-exec. 0 or negative errno. */
int link_pair(int fd[2]) __attribute__((warn_unused_result));

#endif
