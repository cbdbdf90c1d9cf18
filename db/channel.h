/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The channels of a subject's day, as one value: `channels` of observed_day and of observed_recent has them
 * in a row, because a replay writes a day for every few captured packets, and a row costs more than what is
 * in it. In SQL `channels(d.channels)` is a table of them with the columns via, first, last, count, sketch,
 * servers and details; the aggregate channels_of(), with the same arguments in the same order, makes such a
 * value.
 */
#ifndef DB_CHANNEL_H
#define DB_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"

enum {
	CHANNEL_HEAD = 1 + 8 + 2 * 10 + 3 * 5
}; /* bytes of one besides its sketch, servers and details, at most */

struct channel {
	int64_t first, last;
	uint64_t count;
	const uint8_t *sketch, *servers, *details; /* borrowed */
	uint32_t sketch_size, servers_size, details_size;
	uint8_t via; /* enum via */
};

void channel_put(struct wr *w, const struct channel *c);
/* False: there are no more, or (list->failed) these are none. */
bool channel_next(struct rd *list, struct channel *out);

struct sqlite3;
/* Makes both known to a connection: for db.c. An SQLite result code. */
int channel_register(struct sqlite3 *sqlite);

#endif
