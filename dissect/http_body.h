/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies behind heads (RFC 9112 sections 6 and 7), of requests and of responses: passed over by their length
 * or chunk by chunk, never held. Only the beginning of a response may be looked into, put together here from
 * its chunks.
 */
#ifndef DISSECT_HTTP_BODY_H
#define DISSECT_HTTP_BODY_H

#include "dissect/proto.h"

/* proto_state.phase: what the next bytes of a direction are. */
enum http_body_phase {
	HTTP_BODY_HEAD,    /* the next head */
	HTTP_BODY_CHUNK,   /* a chunk's size */
	HTTP_BODY_TRAILER, /* field lines behind the last chunk */
	HTTP_BODY_TUNNEL,  /* whatever was agreed on: TLS, or a head after all */
	HTTP_BODY_DOUBT,   /* a body of proto_state.left bytes, unless a head stands there instead */
	HTTP_BODY_OWN,     /* first number of the parser's own */
};

/* A size line, or a line of the trailers. BAD when a size line is none. */
enum proto_result http_body_chunk(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				  uint64_t *skip);
enum proto_result http_body_trailer(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed);
/* Behind a head with a body of proto_state.left bytes: passes over it. */
enum proto_result http_body_pass(size_t n, struct proto_state *st, size_t *consumed, uint64_t *skip);

/* The data of the chunks at the front of a body, as much as fits. Returns its size; *ended: the last chunk
 * was seen, or what stands there is no chunk. */
size_t http_body_join(const uint8_t *p, size_t n, uint8_t *room, size_t cap, bool *ended);

#endif
