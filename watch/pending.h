/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom a server answered: responses and certificates carry no name, so the subject of the last request or
 * hello is remembered per flow. A fixed table; the flow that came first goes first, and is counted. Where two
 * requests to different subjects wait for their answers at once, it is not guessed which one an answer is
 * for.
 */
#ifndef WATCH_PENDING_H
#define WATCH_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "dissect/dissect.h"
#include "watch/recent.h"

#define PENDING_NONE UINT32_MAX /* a flow whose request or hello names no subject */

struct pending_entry {
	uint32_t subject; /* number in the window's table, or PENDING_NONE */
	uint32_t window;  /* in which that number was given */
	uint16_t waiting; /* requests not answered yet */
	bool mixed;       /* of different subjects */
};

struct pending {
	struct recent flows;
	struct pending_entry *entry; /* owned, by place */
	uint64_t evicted;
};

void pending_init(struct pending *p);
void pending_clear(struct pending *p);
/* What a flow is known by, from a message of its client; asks for the memory in which it is looked for. */
uint64_t pending_flow(const struct pending *p, const struct dissect_flow *f);
/* A request or hello of this flow is about this subject, or PENDING_NONE. */
void pending_ask(struct pending *p, uint64_t flow, uint32_t subject, uint32_t window);
enum pending_answer {
	PENDING_KNOWN,
	PENDING_UNKNOWN, /* its request or hello was not seen, is forgotten, or lies in an earlier window */
	PENDING_NAMELESS,
	PENDING_MIXED,
};
/* An answer on this flow (src is the server): for which subject of this window? `last`: no more will come
 * for that request. */
enum pending_answer pending_take(struct pending *p, const struct dissect_flow *f, uint32_t window, bool last,
				 uint32_t *subject);

#endif
