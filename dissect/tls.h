/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS ClientHello over one or several records and segments. After the hello the stream is let go: the second
 * one that a HelloRetryRequest asks for repeats the first, and is not told again. A hello in the form of
 * SSL 2.0 (RFC 5246 appendix E.2) has no name and is told without one.
 */
#ifndef DISSECT_TLS_H
#define DISSECT_TLS_H

#include "dissect/proto.h"

enum proto_result tls_probe(const uint8_t *p, size_t n);
enum proto_result tls_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			    uint64_t *skip, struct proto_out *out);

#endif
