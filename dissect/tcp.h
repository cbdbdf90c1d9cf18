/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP (RFC 9293): finds a segment's flow and direction and gives its bytes to dissect/stream.h.
 * A SYN without data costs no flow entry, only a hint of where its direction begins.
 */
#ifndef DISSECT_TCP_H
#define DISSECT_TCP_H

#include "dissect/flow.h"
#include "dissect/walk.h"

struct tcp {
	struct flow_table table;
	struct hold_pool pool;
};

/* Asks for the memory in which the flow of a segment will be looked for by *look, which is filled in. */
void tcp_ahead(const struct tcp *tcp, const struct dissect_flow *f, struct rd segment,
	       struct flow_look *look);
void tcp_walk(struct walk *w);
/* Gives up all flows; messages that lie behind holes come out. */
void tcp_finish(struct tcp *tcp, const struct proto_out *out);

#endif
