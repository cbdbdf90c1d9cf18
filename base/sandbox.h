/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one door into a role's sandbox: after it has opened what needs power, before the first byte
 * of a stranger, each process calls sandbox_enter() with its row of daemon/powers.c. Fails closed:
 * a role that cannot give a power up does not run.
 *
 * Enforced at present: no new privileges, no core dump, not dumpable (no ptrace by the same uid),
 * a limit on descriptors, umask. The texts say what the role may have besides; uids, seccomp and
 * Landlock are to be entered here, from the same rows.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <sys/types.h>

struct sandbox_powers {
	const char *role;
	const char *program;      /* that runs it, beside beiand; NULL: beiand itself */
	const char *capabilities; /* kept after sandbox_enter(); "-" is none */
	const char *reads;        /* files and descriptors it reads */
	const char *writes;
	const char *network;
	const char *syscalls; /* groups as systemd names them, beyond memory, time and its links */
	const char *reason;   /* why it needs what it has */
	unsigned files;       /* open descriptors at most */
	mode_t umask;
};

/* 0 or negative errno; on failure the process must end. */
int sandbox_enter(const struct sandbox_powers *p) __attribute__((warn_unused_result));

#endif
