/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DNS messages (RFC 1035 section 4): over UDP whole, over TCP behind a 16-bit length (RFC 7766).
 * Questions of messages with QR=0; A, AAAA, CNAME, HTTPS and SVCB records of the answer section of responses.
 * On port 53 what resolvers put up with is taken; elsewhere only a message without any fault, whose
 * compression pointers point strictly backwards (RFC 1035 section 4.1.4), is taken for DNS at all.
 */
#ifndef DISSECT_DNS_H
#define DISSECT_DNS_H

#include "dissect/proto.h"

enum proto_result dns_parse(const uint8_t *p, size_t n, struct proto_out *out);
enum proto_result dns_stream_probe(const uint8_t *p, size_t n);
enum proto_result dns_stream_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				   uint64_t *skip, struct proto_out *out);

#endif
