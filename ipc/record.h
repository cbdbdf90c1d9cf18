/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nouns that cross a process boundary. Each record has `_put` and `_get` side by side in
 * record.c; `_get` borrows from the frame (strings are not NUL-terminated in the frame: they are
 * copied into the record's fixed arrays, so a record stands alone). A record that does not parse
 * means our own child is broken or taken: the receiver gives up that link.
 */
#ifndef IPC_RECORD_H
#define IPC_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rd.h"
#include "base/sketch.h"
#include "base/words.h"
#include "base/wr.h"

enum {
	RECORD_NAME_MAX = 256,   /* subject names with NUL: DNS allows 253 characters */
	RECORD_SERVERS_MAX = 8,  /* servers kept per observation; more are counted in servers_more */
	RECORD_LINKS_MAX = 16,   /* links kept per observation; more are counted in links_more */
	RECORD_VALUE_MAX = 256,  /* a detail's value with NUL */
	RECORD_DETAILS_MAX = 24, /* details kept per observation; more are counted in details_more */
};

struct record_server {
	uint8_t addr[16]; /* IPv4 as v4-mapped */
	uint16_t port;
};

/* From the observed subject to another: an identifier to the host it spoke to, a host to its CNAME. */
struct record_link {
	enum subject_kind kind;
	char name[RECORD_NAME_MAX];
	uint64_t count;
};

/* What was learnt about a host besides its name: printable UTF-8, never empty. */
struct record_detail {
	enum detail type;
	char value[RECORD_VALUE_MAX];
	uint64_t count; /* messages that told it */
};

/* One subject seen through one channel in one window (contract.md, "Observation"). What stands behind the
 * counts, behind the NUL of a text and behind the sketch's hashes is not cleared and means nothing. */
struct observation {
	int64_t from, to; /* first and last message, microseconds UTC, inside one window */
	enum subject_kind kind;
	char name[RECORD_NAME_MAX];
	enum via via;
	uint64_t count; /* messages */
	struct sketch clients;
	struct record_server servers[RECORD_SERVERS_MAX];
	struct record_link links[RECORD_LINKS_MAX];
	struct record_detail details[RECORD_DETAILS_MAX]; /* of hosts only; by type, then value, each once */
	uint8_t server_count, link_count, detail_count;
	uint64_t servers_more, links_more, details_more;
};

void observation_put(struct wr *w, const struct observation *o);
bool observation_get(struct rd *r, struct observation *o);

#endif
