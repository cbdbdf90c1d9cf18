/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet on its way through the layers. A layer is a function that takes its header off
 * `r` and names the next layer in `next`, or stops by leaving it NULL; dissect_packet() drives
 * the loop and bounds its depth, so nothing here recurses on input. Adding a layer is one
 * function and one row in the table of the layer below it.
 */
#ifndef DISSECT_WALK_H
#define DISSECT_WALK_H

#include <stddef.h>
#include <string.h>

#include "base/rd.h"
#include "dissect/proto.h"

struct walk;
struct frag_table;
struct span_table;
struct tcp;
struct flow_look;

typedef void walk_fn(struct walk *w);

struct walk {
	struct rd r;     /* what is left, no longer than the headers so far claim */
	size_t cut;      /* bytes behind r that the packet had and the capture has not */
	walk_fn *next;   /* layer to go on with */
	uint8_t written; /* enum walk_written */
	uint8_t outcome; /* enum dissect_outcome, unless a message was told */
	uint64_t serial; /* number of the packet */
	uint16_t ident;  /* identification of the innermost IPv4 header; 0 of IPv6 */
	struct frag_table *frags;
	struct span_table *spans;
	struct tcp *tcp;
	/* Of the packet, if it is no tunnel's, made before; NULL: not made. */
	const struct flow_look *look;
	const uint64_t *digest;   /* its datagram's, for dissect/span.h */
	struct dissect_message m; /* time and flow are filled as layers are walked */
	struct proto_out out;     /* out.m is &m */
};

/* What stands in the message besides time and flow, left by parsers of packets before. */
enum walk_written {
	WALK_NOTHING,
	WALK_DATAGRAM, /* its name and the part of one kind, which parsers of datagrams write whole each time
			*/
	WALK_STREAM,
};

/* To be said before parsers are called: those of streams find a message of zeroes. Most packets never get to
 * one, and clearing costs as much as a layer. */
static inline void walk_parse(struct walk *w, enum walk_written by)
{
	const size_t from = offsetof(struct dissect_message, name);

	if (w->written == WALK_STREAM || (w->written == WALK_DATAGRAM && by == WALK_STREAM))
		memset((char *)&w->m + from, 0, sizeof(w->m) - from);
	w->written = (uint8_t)by;
}

static inline void walk_count(struct walk *w, enum dissect_reason why) { w->out.stats->reasons[why]++; }

/* The packet's way ends here, for a reason that has an outcome of its own. */
void walk_stop(struct walk *w, enum dissect_reason why);

/* The layer cannot be read: its bytes are missing from the capture, or it is wrong. */
static inline void walk_bad(struct walk *w, enum dissect_reason why)
{
	walk_stop(w, w->cut > 0 ? DISSECT_SNAPPED : why);
}

/* A header says how long it and what follows are: padding goes, what is missing is remembered. */
static inline void walk_limit(struct walk *w, size_t claimed)
{
	size_t left = rd_left(&w->r);

	w->cut = claimed > left ? claimed - left : 0;
	if (claimed < left)
		w->r = rd_sub(&w->r, claimed);
}

#endif
