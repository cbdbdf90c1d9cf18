/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP/1.x request heads (RFC 9112), pipelined and kept alive: bodies are skipped by Content-Length
 * or chunk by chunk, never held.
 */
#ifndef DISSECT_HTTP_H
#define DISSECT_HTTP_H

#include "dissect/proto.h"

enum proto_result http_probe(const uint8_t *p, size_t n);
enum proto_result http_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			     uint64_t *skip, struct proto_out *out);

#endif
