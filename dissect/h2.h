/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP/2 in the clear (RFC 9113), known by the client's preface: at the start of a stream, or behind an
 * upgrade. A request whose authority stands in the connection's table is told as long as that is known, else
 * counted.
 */
#ifndef DISSECT_H2_H
#define DISSECT_H2_H

#include "dissect/proto.h"

enum { H2_PHASE = 32 }; /* proto_state.phase from here on is h2's, also when http.c hands over */

enum proto_result h2_probe(const uint8_t *p, size_t n);
enum proto_result h2_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			   uint64_t *skip, struct proto_out *out);

#endif
