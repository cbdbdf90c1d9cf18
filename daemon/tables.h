/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of the data tables as the supervisor checked it, in a file without a name that nobody can change
 * any more: what a child reads when it comes back, whatever became of the folder meanwhile.
 */
#ifndef DAEMON_TABLES_H
#define DAEMON_TABLES_H

#include "base/buf.h"

/* A descriptor, the caller's; or negative errno. */
int tables_hold(const struct buf *pack) __attribute__((warn_unused_result));
/* 0 or negative errno; wherever others that share the descriptor are reading. */
int tables_read(int fd, struct buf *pack) __attribute__((warn_unused_result));

#endif
