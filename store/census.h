/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many groups of bystanders there are, which every scrape asks: by hashes of the groups' names, worked
 * out once for each subject and process, where bystander.h would sort all names each time.
 */
#ifndef STORE_CENSUS_H
#define STORE_CENSUS_H

#include "store/state.h"

/* Groups that somebody saw, in no app that has a row. Only while recall_holds(). */
int64_t census_count(struct store *s, struct db_txn *t);

#endif
