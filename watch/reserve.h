/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom the last room is for when strangers' names fill a table: names of the campus (its domains and what
 * lies below them, its label in a name, the centre's hosts, as policy/ reads them) and app identifiers.
 * Without any such name in the configuration nobody is preferred.
 */
#ifndef WATCH_RESERVE_H
#define WATCH_RESERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "conf/conf.h"

struct reserve_word {
	char *text; /* owned */
	uint8_t len, where;
};

struct reserve {
	struct reserve_word *word; /* owned */
	size_t count;
	uint64_t lengths[4]; /* bit n: some word is n bytes long */
};

void reserve_init(struct reserve *r, const struct conf *conf);
void reserve_clear(struct reserve *r);
/* Is there anybody to keep room for? */
static inline bool reserve_is_set(const struct reserve *r) { return r->count > 0; }
/* A name of n bytes below 256, as a subject is called. */
bool reserve_is_for(const struct reserve *r, enum subject_kind kind, const char *name, size_t n);

#endif
