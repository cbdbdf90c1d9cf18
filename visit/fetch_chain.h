/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The certificates that a server showed when a connection was made, and what they are worth: libcurl tells
 * them once, to the transfer that made the connection; those that follow over it borrow them here.
 */
#ifndef VISIT_FETCH_CHAIN_H
#define VISIT_FETCH_CHAIN_H

#include <curl/curl.h>
#include <stdint.h>

#include "probes/probe.h"
#include "visit/roots.h"

struct fetch_chain;

/* Of the connection that `easy` made; roots NULL: this machine has none. */
struct fetch_chain *fetch_chain_take(CURL *easy, const struct roots *roots, int64_t now);
struct fetch_chain *fetch_chain_keep(struct fetch_chain *c); /* one more who holds it; NULL-safe */
void fetch_chain_drop(struct fetch_chain *c);                /* NULL-safe */
/* Points into c. NULL: none was shown. */
void fetch_chain_answer(const struct fetch_chain *c, struct probe_answer *a);

#endif
