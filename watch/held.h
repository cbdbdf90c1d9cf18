/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hellos with ECH whose verdict waits: was their name meant (watch/ech.h)? Where several processes see a
 * campus, the record that tells may come to another one, and be read there a little later. A ring of fixed
 * size, in the order in which they came. Nothing of a hello that waits is in its subject yet, but that this
 * was shown.
 */
#ifndef WATCH_HELD_H
#define WATCH_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/record.h"

enum {
	HELD_MOST = 16384
}; /* 1 MiB: a process has some thousands a second at most, and they wait for three */

struct held_hello {
	int64_t time, heard; /* within the window; as it came */
	uint64_t client;
	uint32_t first, subject; /* numbers: of its name, and itself */
	uint8_t ech_config;
	bool has_server;
	struct record_server server;
};

struct held {
	struct held_hello *hello; /* owned; NULL: none are held */
	uint32_t from, count;
};

void held_init(struct held *h);
void held_clear(struct held *h);
static inline bool held_on(const struct held *h) { return h->hello != NULL; }
bool held_full(const struct held *h);
/* Not when it is full. */
void held_add(struct held *h, const struct held_hello *g);
/* The one that came first, if any and if it was heard by then; false else. */
bool held_take(struct held *h, int64_t until, struct held_hello *g);

#endif
