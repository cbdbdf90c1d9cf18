/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3 for server_name) over one or several
 * records and segments. After the hello the stream is let go.
 */
#ifndef DISSECT_TLS_H
#define DISSECT_TLS_H

#include "dissect/proto.h"

enum proto_result tls_probe(const uint8_t *p, size_t n);
enum proto_result tls_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			    uint64_t *skip, struct proto_out *out);

#endif
