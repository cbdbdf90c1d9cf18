/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients that wait for runs of theirs, and whether anybody answered one: by that `probe` ends well. */
#ifndef DAEMON_ASKED_H
#define DAEMON_ASKED_H

#include <stdbool.h>

#include "store/store.h"

struct asked;
struct client;

void asked_add(struct asked **list, const struct client *c);
/* One of its runs is over: why nobody answered, "" when somebody did. */
void asked_told(struct asked *list, const struct client *c, const char *why);
/* The wait is over. True: somebody answered; else `why` says why the first of the runs was not, "" when none
 * was over. */
bool asked_end(struct asked **list, const struct client *c, char why[STORE_ERROR_MAX]);
void asked_free(struct asked *list); /* NULL-safe */

#endif
