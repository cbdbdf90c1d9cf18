/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One writer per state directory: a lock file beside the database, held by the store for its life. */
#ifndef DAEMON_LOCK_H
#define DAEMON_LOCK_H

enum { LOCK_ERROR_MAX = 512 };

/* The held descriptor (closing it releases), or -1 with a line that says what to do. */
int lock_take(const char *database, char error[LOCK_ERROR_MAX]);

#endif
