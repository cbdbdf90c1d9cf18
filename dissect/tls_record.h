/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handshake messages off TLS records (RFC 8446 section 5.1). A message may lie over several records, and a
 * record may hold several messages. What an endpoint puts up with before the first message is passed over: an
 * alert, a change_cipher_spec, an empty record.
 */
#ifndef DISSECT_TLS_RECORD_H
#define DISSECT_TLS_RECORD_H

#include "base/rd.h"
#include "dissect/proto.h"

enum { TLS_GATHER_MAX = 4 + 16384 }; /* post-quantum hellos are about 2 KB; RFC 8446 would allow 2^24 */

/* Does a stream begin with this handshake message? OK, MORE or SKIP. */
enum proto_result tls_record_probe(const uint8_t *p, size_t n, uint8_t message);

/* Handshake bytes put one behind the other. */
struct tls_gather {
	struct rd r;        /* the stream behind the current record */
	struct rd fragment; /* of that record, as far as it is there */
	size_t to_come;     /* of that record, and not there */
	const uint8_t *p;   /* the bytes: in the stream itself while they lie in one record, else in room */
	size_t have;
	bool moved;     /* they are in room */
	unsigned empty; /* records without a byte among them */
	uint8_t room[TLS_GATHER_MAX];
};

enum tls_gathered {
	TLS_HAVE,
	TLS_WAIT,  /* the stream must go on first */
	TLS_OTHER, /* a record that is no handshake comes first */
	TLS_BROKEN,
};

void tls_gather_init(struct tls_gather *g, const uint8_t *p, size_t n);
/* The first `want` (at most TLS_GATHER_MAX) handshake bytes stand at g->p; may be called with growing ones.
 */
enum tls_gathered tls_gather(struct tls_gather *g, size_t want);
/* Behind TLS_WAIT: how long the stream must be at the least, or a message in tiny records and segments would
 * be gathered anew for each of them. */
size_t tls_gather_least(const struct tls_gather *g, size_t want);

#endif
