/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The URL that a person asked for may hold a ticket of his: it is kept until it was asked, and no longer. */
#ifndef STORE_FORGET_H
#define STORE_FORGET_H

#include "store/state.h"

/* When the job is over that a person asked for, its URL becomes what transcripts show of it. One that has
 * that form already, of the same page, makes room. */
void forget_target(struct db_txn *t, int64_t job);
/* The same of all. */
void forget_targets(struct db_txn *t);

#endif
