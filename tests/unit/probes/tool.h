/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: runs another program, the second opinion on what we read. */
#ifndef TESTS_UNIT_PROBES_TOOL_H
#define TESTS_UNIT_PROBES_TOOL_H

#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs a command in the folder; what it prints goes to `out` with a NUL behind, its length to *size unless
 * that is NULL. Returns the exit status, -1 when it could not be run. */
static inline int tool_run(const char *folder, char *const argv[], char *out, size_t cap, size_t *size)
{
	posix_spawn_file_actions_t fa;
	int ends[2], status = -1;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	if (pipe(ends) != 0)
		return -1;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, ends[1], 1);
	posix_spawn_file_actions_addclose(&fa, ends[0]);
	posix_spawn_file_actions_addchdir_np(&fa, folder);
	if (posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&fa);
	close(ends[1]);
	while ((got = read(ends[0], out + n, cap - 1 - n)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	if (size)
		*size = n;
	return status;
}

#endif
