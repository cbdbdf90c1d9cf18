/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The made-up names that our own probes ask for (base/neighbour.h), by a secret of the database: one for all
 * hosts of a suffix, and none that anybody could guess. What a sensor sees of them is our own doing and
 * speaks of nobody.
 */
#ifndef STORE_CONTROL_H
#define STORE_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

struct db_txn;
struct store;

/* Reads the secret. */
void control_load(struct store *s, struct db_txn *t);
uint32_t control_chance(const struct store *s, const char *host);
/* The name as a sensor tells it, in lower case. */
bool control_is_ours(const struct store *s, const char *name);

#endif
