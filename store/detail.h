/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The details of a host as a day's row keeps them (column `details`): entries in the order of type and
 * value, each one once. No SQL here.
 */
#ifndef STORE_DETAIL_H
#define STORE_DETAIL_H

#include "ipc/record.h"

enum {
	DETAIL_KEPT = 64, /* most in one row, besides how often ECH's outer name was shown: that finds room
			     always */
	DETAIL_ENTRY_MAX = 1 + 4 + 1 + RECORD_VALUE_MAX,
	DETAIL_LIST_MAX = (DETAIL_KEPT + 1) * DETAIL_ENTRY_MAX,
};

struct detail_entry {
	enum detail type;
	const uint8_t *value; /* lent, without NUL */
	uint8_t size;
	uint32_t count; /* messages that told it, capped */
};

void detail_put(struct wr *w, const struct detail_entry *e);
/* The next entry; false at the end, or where the list is damaged: then rd_done() is false too. */
bool detail_next(struct rd *list, struct detail_entry *e);
/* Of `count` messages, those that showed the host only as ECH's outer name, by their details: nobody visited
 * it with them (watch/aggregate.h). All of them where that number stands at its greatest. */
uint64_t detail_outer(struct rd list, uint64_t count);
/* Does one of its records publish configurations of ECH? Then hellos to it may show another name. */
bool detail_hides(struct rd list);
/* The entries of both lists; those of `held` have the room first. Returns how many found none. */
size_t detail_merge(struct wr *out, struct rd held, struct rd more);

#endif
