/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a run may go besides its own subject: the domain that the subject is registered under, the
 * domains that the catalogue lists with it, the other hosts of its app. The campus and [probe] also come
 * on top, by configuration (probes/scope.h).
 */
#ifndef STORE_REACH_H
#define STORE_REACH_H

#include "store/state.h"

/* Fills scope and scope_count of a job whose kind and name stand. app 0: none. */
void reach_fill(const struct store *s, struct db_txn *t, int64_t app, struct job *j);
/* May the run of this job ask `host`? Opt-out wins over everything. */
bool reach_holds(const struct conf *c, const struct job *j, const char *host);
/* In a domain of the campus or of [probe] also. */
bool reach_configured(const struct conf *c, const char *host);

#endif
