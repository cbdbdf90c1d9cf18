/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read this file first: which processes there are and what each may do. Enforced by
 * base/sandbox.c at the end of each role's set-up; `beiand --powers` prints it.
 */
#ifndef DAEMON_POWERS_H
#define DAEMON_POWERS_H

#include <stdbool.h>

#include "base/sandbox.h"

enum role_id { ROLE_SUPERVISOR, ROLE_SENSOR, ROLE_STORE, ROLE_NOTIFIER, ROLE_PROBER, ROLE_COUNT };

extern const struct sandbox_powers powers[ROLE_COUNT];

/* The role of that name among those that are children. */
bool powers_role(const char *name, enum role_id *out);
void powers_print(void);

#endif
