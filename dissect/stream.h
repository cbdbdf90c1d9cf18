/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One direction of a TCP flow: its segments put in order and handed to the row of proto_streams
 * that knows the bytes. Bytes in order are parsed where they lie; only what has to wait for more,
 * or came too early, is kept in a buffer. A lost segment costs the message across it: after a few
 * later ones, or when the buffer ends, the stream goes on at the next segment that looks like a start.
 */
#ifndef DISSECT_STREAM_H
#define DISSECT_STREAM_H

#include "base/rd.h"
#include "dissect/hold.h"
#include "dissect/proto.h"

enum stream_mode {
	STREAM_NEW,    /* no bytes yet */
	STREAM_PROBE,  /* looking for a row at the start of each segment */
	STREAM_LOCKED, /* has a row */
	STREAM_DONE,   /* nothing more of interest; when no tries are left: given up */
	STREAM_GUESS,  /* joined by what is no start: holds it for two segments more, one of which may be the
			* start that belongs before it */
};

enum {
	STREAM_LATE_MAX = 64,     /* segments behind a hole before it is given up */
	STREAM_TRIES_FRESH = 8,   /* starts to look at in a stream seen from its beginning, */
	STREAM_TRIES_LOST = 64,   /* and in one joined, or found again, in the middle, */
	STREAM_TRIES_AGAIN = 1,   /* and in one that was given up before: after that, plain ones only */
	STREAM_GUESS_MAX = 1300,  /* a segment longer than this is of a row of such: not the end of a hello */
	STREAM_GUESS_BACK = 4096, /* so far before it the one that was overtaken may begin */
	STREAM_OLD_MAX = 1 << 20, /* farther behind than this is another connection */
};

struct stream {
	struct proto_state state;
	uint64_t skip;     /* bytes at next that nobody needs */
	struct hold *hold; /* NULL when nothing is kept */
	uint32_t next;     /* sequence number of the first byte not done with */
	uint8_t mode, row, late, tries;
};

/* What became of a segment. */
enum stream_result {
	STREAM_READ,
	STREAM_WAITS,  /* at least some of it is kept */
	STREAM_COPY,   /* nothing new in it */
	STREAM_BROKEN, /* a parser refused it */
};

struct stream_env {
	struct hold_pool *pool;
	struct proto_out *out;
	enum stream_result result;
};

struct stream_segment {
	uint32_t seq;
	struct rd r;
	size_t cut; /* bytes after r that the capture left out */
};

/* A direction whose first byte has this number. `fresh`: seen from its SYN on. */
void stream_start(struct stream *s, struct stream_env *env, uint32_t next, bool fresh);
/* Is this the plain start of a message in a direction that was given up, for nothing was recognised there?
 * Files, mail or a body joined in the middle may go before a request. */
bool stream_begins(const struct stream *s, const struct stream_segment *seg);
/* Such a direction is looked at again from this byte on. */
void stream_again(struct stream *s, struct hold_pool *pool, uint32_t next);
/* A direction whose beginning was not seen, and that begins for us with this segment. */
void stream_join(struct stream *s, struct stream_env *env, const struct stream_segment *seg);
void stream_segment(struct stream *s, struct stream_env *env, struct stream_segment *seg);
/* Its end was seen, and nothing is missing: what still waits for more is all that will come. */
void stream_close(struct stream *s, struct stream_env *env);
/* Gives up what is missing, hands on what came behind it, and keeps nothing. */
void stream_end(struct stream *s, struct stream_env *env);

#endif
