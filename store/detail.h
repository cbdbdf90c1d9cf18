/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The details of a host as a day's row keeps them (column `details`): entries in the order of type and
 * value, each one once. No SQL here.
 */
#ifndef STORE_DETAIL_H
#define STORE_DETAIL_H

#include "ipc/record.h"

enum {
	DETAIL_KEPT = 64, /* most in one row */
	DETAIL_LIST_MAX = DETAIL_KEPT * (1 + 4 + 1 + RECORD_VALUE_MAX),
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
/* The entries of both lists; those of `held` have the room first. Returns how many found none. */
size_t detail_merge(struct wr *out, struct rd held, struct rd more);

#endif
