/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Header blocks of HTTP/2 requests (HPACK, RFC 7541): the static table, literals, Huffman codes, and the
 * connection's own table as long as it is known. What points into one that is not is passed over and said.
 */
#ifndef DISSECT_HPACK_H
#define DISSECT_HPACK_H

#include "base/rd.h"
#include "dissect/dissect.h"
#include "dissect/hpack_table.h"

enum { HPACK_ROOM = 8192 };

/* Absent what the block does not hold, or not in readable form. */
struct hpack_request {
	struct dissect_str authority, host, method, path, referer, user_agent, requested_with;
	bool hidden; /* something pointed into the connection's table that is not known */
	bool lost;   /* that table is not the sender's any more: what follows must not be read with it */
};

/* Reads a block or the beginning of one. What *h then holds points into the block, the static table or
 * `room`. `table` is the connection's, or NULL when it is not known. False: the block is broken; what
 * was read before stays. */
bool hpack_read(struct rd block, struct hpack_request *h, uint8_t room[HPACK_ROOM],
		struct hpack_table *table);

#endif
