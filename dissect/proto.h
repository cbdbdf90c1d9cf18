/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a protocol dissector is to the TCP and UDP layers: a row with a probe and a parser.
 * The rows stand in dissect/proto.c; adding a protocol is one file and one row.
 */
#ifndef DISSECT_PROTO_H
#define DISSECT_PROTO_H

#include "dissect/dissect.h"

enum proto_result {
	PROTO_OK,   /* a unit was taken */
	PROTO_MORE, /* could be mine: needs more bytes; nothing consumed */
	PROTO_SKIP, /* not mine, or nothing of interest can follow */
	PROTO_BAD,  /* mine by its start, but not well formed */
	PROTO_PASS, /* of a stream: a unit was taken that stands in front of another protocol */
};

struct quic;
struct ja4_cache;
struct hpack_tables;

/* Where a parser puts what it found. `m` arrives with time and flow filled in. */
struct proto_out {
	struct dissect_message *m;
	dissect_fn *fn;
	void *arg;
	struct dissect_stats *stats; /* the parser counts messages[] and its own *_BAD / NO_NAME reasons */
	struct quic *quic;           /* what QUIC remembers between datagrams; NULL for streams */
	struct ja4_cache *ja4;       /* fingerprints made before; NULL makes each anew */
	struct hpack_tables *hpack;  /* of HTTP/2 connections; NULL: none is kept */
	bool told;                   /* a message was handed over since somebody cleared this */
};

enum { PROTO_NAME_MAX = 255 }; /* of a host's name (RFC 1035 section 2.3.4) */

/* The parser has filled in the name and the part of its kind: counts the message and hands it over. */
static inline void proto_emit(struct proto_out *out, enum dissect_kind kind)
{
	out->m->kind = kind;
	out->stats->messages[kind]++;
	out->told = true;
	out->fn(out->arg, out->m);
}

/* A host name as it is told: lower case (ASCII), without the trailing dot, written into the caller's
 * `room` of `cap` bytes. Absent (p NULL) when it is empty or does not fit. */
struct dissect_str proto_name(uint8_t *room, size_t cap, struct dissect_str raw);

static inline uint8_t proto_lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c; }

/* Which end of a connection says what a row reads. */
enum proto_side { PROTO_EITHER, PROTO_CLIENT, PROTO_SERVER };

/* What a parser keeps for one direction of a stream between calls; zeroed at the stream's start. */
struct proto_state {
	uint64_t left;  /* bytes of the current body or record still to come */
	uint8_t phase;  /* the parser's own */
	uint8_t side;   /* enum proto_side, of the row that took something; it stays when the row is lost */
	bool proxied;   /* behind CONNECT or SOCKS; it stays as well */
	bool last;      /* no more bytes will come behind these: take what there is rather than say MORE */
	uint32_t table; /* ticket in proto_out.hpack; 0: none; it stays, to be given back */
};

/* A direction came to its end: what is kept of it elsewhere is given back. */
void proto_end(struct proto_state *st, const struct proto_out *out);

struct proto_stream {
	const char *name;
	enum proto_side side;
	bool plain; /* by so many bytes that chance does not make them: a start wherever they are met */
	/* Do these first bytes of one direction look like mine? OK, MORE or SKIP. */
	enum proto_result (*probe)(const uint8_t *p, size_t n);
	/* Takes one unit at p. OK: *consumed bytes are done with (> 0), call again for the next; MORE:
	 * nothing consumed, call again with more; the TCP layer counts DISSECT_TCP_CAP when n has reached the
	 * buffer's size. *skip: bytes right after the consumed ones that need not be buffered (a body). SKIP:
	 * stop tracking this direction. BAD: drop to probing at the next segment. PASS: as OK, then look
	 * again for a row. */
	enum proto_result (*parse)(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				   uint64_t *skip, struct proto_out *out);
};

struct proto_datagram {
	const char *name;
	uint8_t mask, bits; /* of the first octet: one without these bits is not mine, and costs no call */
	/* Writes all of its part of the message: what others left there is not cleared.
	 * Whole datagram at once: OK (was mine), MORE (mine, and kept until others come), SKIP (not mine),
	 * BAD (mine, malformed, counted). */
	enum proto_result (*parse)(const uint8_t *p, size_t n, struct proto_out *out);
};

extern const struct proto_stream proto_streams[];
extern const int proto_stream_count;
extern const struct proto_datagram proto_datagrams[];
extern const int proto_datagram_count;

#endif
