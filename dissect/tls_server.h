/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's side of a TLS handshake: the names in the leaf certificate, which TLS 1.2 and older send in
 * the clear. A ServerHello that says TLS 1.3 (RFC 8446 section 4.1.3) or resumes a session ends the stream at
 * once: nothing follows that could be read.
 */
#ifndef DISSECT_TLS_SERVER_H
#define DISSECT_TLS_SERVER_H

#include "dissect/proto.h"

enum proto_result tls_server_probe(const uint8_t *p, size_t n);
enum proto_result tls_server_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				   uint64_t *skip, struct proto_out *out);

#endif
