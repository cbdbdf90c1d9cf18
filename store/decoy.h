/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The made-up names that our own probes ask for (base/neighbour.h), by a secret of the database: one a day
 * for all hosts of a suffix, and none that anybody could guess. What a sensor sees of them is our own doing
 * and speaks of nobody. Who is asked learns the name; two days later it is a name like any other, so that
 * nobody hides behind one for long.
 */
#ifndef STORE_DECOY_H
#define STORE_DECOY_H

#include <stdbool.h>
#include <stdint.h>

struct db_txn;
struct store;

/* Reads the secret. */
void decoy_load(struct store *s, struct db_txn *t);
/* Of what is asked from now on. */
uint32_t decoy_chance(const struct store *s, const char *host, int64_t now);
/* The name as a sensor tells it, in lower case, and when it saw it. What was handed out before midnight may
 * be asked behind it. */
bool decoy_is_ours(const struct store *s, const char *name, int64_t from, int64_t to);

#endif
