/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3 for server_name) over one or several
 * records and segments. After the hello the stream is let go.
 */
#ifndef DISSECT_TLS_H
#define DISSECT_TLS_H

#include "dissect/proto.h"

enum { TLS_HANDSHAKE_HEADER = 4, TLS_CLIENT_HELLO = 1 };

/* What a ClientHello told; points into it. */
struct tls_hello {
	uint16_t version; /* legacy_version */
	struct dissect_str host;
	bool odd; /* readable, but against the RFC */
};

/* Reads the body of a ClientHello, whatever carried it (QUIC has no records: RFC 9001 section 4). False when
 * it breaks off; what was read before stays in *h. */
bool tls_hello_read(const uint8_t *body, size_t n, struct tls_hello *h);

enum proto_result tls_probe(const uint8_t *p, size_t n);
enum proto_result tls_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			    uint64_t *skip, struct proto_out *out);

#endif
