/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts a child: this very binary, or the one of that name beside it, with a role, its link on descriptor 3,
 * nothing else inherited but standard output and error.
 */
#ifndef DAEMON_SPAWN_H
#define DAEMON_SPAWN_H

#include <limits.h>
#include <sys/types.h>

/* The process id, with our end of the link in *link; or negative errno. program: NULL is this one. */
pid_t spawn(const char *label, const char *program, int *link) __attribute__((warn_unused_result));
/* Where that binary is looked for, whether or not it is there. 0 or negative errno. */
int spawn_path(const char *program, char path[PATH_MAX]);

#endif
