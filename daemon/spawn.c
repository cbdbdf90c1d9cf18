/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/role.h"
#include "ipc/link.h"

/* Between fork and exec: system calls only. */
static void become(const char *title, const char *label, const char *path, int link)
{
	char *argv[] = { (char *)(uintptr_t)title, (char *)(uintptr_t) "-P", (char *)(uintptr_t)label, NULL };
	sigset_t none;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	if (link == ROLE_LINK_FD)
		fcntl(link, F_SETFD, 0);
	else if (dup2(link, ROLE_LINK_FD) < 0)
		_exit(EXIT_FAILED);
	if (close_range(ROLE_LINK_FD + 1, ~0U, 0) != 0)
		_exit(EXIT_FAILED);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv(path, argv);
	_exit(EXIT_FAILED);
}

static const char self[] = "/proc/self/exe";

int spawn_path(const char *program, char path[PATH_MAX])
{
	ssize_t n = readlink(self, path, PATH_MAX - 1);
	char *slash;

	if (n < 0)
		return -errno;
	path[n] = '\0';
	if (program == NULL)
		return 0;
	slash = strrchr(path, '/');
	if (slash == NULL || (size_t)(slash + 1 - path) + strlen(program) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(slash + 1, program, strlen(program) + 1);
	return access(path, X_OK) == 0 ? 0 : -errno;
}

pid_t spawn(const char *label, const char *program, int *link)
{
	char title[128], path[PATH_MAX];
	int pair[2];
	int rc = program ? spawn_path(program, path) : 0;
	pid_t pid;

	if (rc == 0)
		rc = link_pair(pair);
	if (rc != 0)
		return rc;
	snprintf(title, sizeof(title), "beiand: %s", label); /* as ps(1) shows it */
	pid = fork();
	if (pid == 0)
		become(title, label, program ? path : self, pair[1]);
	rc = errno;
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return -rc;
	}
	*link = pair[0];
	return pid;
}
