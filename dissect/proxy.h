/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header that a load balancer puts in front of a connection it passes on (the PROXY protocol of HAProxy,
 * versions 1 and 2, sections 2.1 and 2.2 of its specification). The addresses in it are not kept: what the
 * balancer's client said stands right behind it and is looked at anew.
 */
#ifndef DISSECT_PROXY_H
#define DISSECT_PROXY_H

#include "dissect/proto.h"

enum proto_result proxy_probe(const uint8_t *p, size_t n);
enum proto_result proxy_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			      uint64_t *skip, struct proto_out *out);

#endif
