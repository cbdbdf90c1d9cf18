/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP/1.x responses (RFC 9112 section 4): status, content type, server, location, and of an HTML page the
 * title if it stands in the first kilobytes of its body, also when that is chunked or compressed. Told once
 * for each head, when the title is known or given up. What is behind that is passed over, never held.
 */
#ifndef DISSECT_HTTP_ANSWER_H
#define DISSECT_HTTP_ANSWER_H

#include "dissect/proto.h"

enum proto_result http_answer_probe(const uint8_t *p, size_t n);
enum proto_result http_answer_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				    uint64_t *skip, struct proto_out *out);

#endif
