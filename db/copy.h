/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of the whole database in a new file, made while it is in use, some pages at a time. What this
 * connection writes in between is in the copy; when another one writes, it begins anew, the last time in one
 * piece. Not to be called inside a transaction.
 */
#ifndef DB_COPY_H
#define DB_COPY_H

#include <stdint.h>

#include "db/db.h"

struct copy;

/* NULL: db_error(). The file at `path` is empty or not there; what is in it need not survive a loss of power.
 */
struct copy *copy_begin(struct db *db, const char *path);
/* 1: there is more, 0: that was all, or negative errno. */
int copy_on(struct copy *c, unsigned pages) __attribute__((warn_unused_result));
void copy_end(struct copy *c); /* NULL-safe; before all of it is there the file is of no use */

#endif
