/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a client says to a SOCKS proxy of version 4, 4a or 5 (RFC 1928) before it is let through: whom it asks
 * for behind that is not at the proxy's address. The request itself is not told; what comes next is looked at
 * anew.
 */
#ifndef DISSECT_SOCKS_H
#define DISSECT_SOCKS_H

#include "dissect/proto.h"

enum proto_result socks_probe(const uint8_t *p, size_t n);
enum proto_result socks_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			      uint64_t *skip, struct proto_out *out);

#endif
