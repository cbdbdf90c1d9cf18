/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/role.h"
#include "ipc/link.h"

/* Between fork and exec: system calls only. */
static void become(const char *title, const char *label, int link)
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
	execv("/proc/self/exe", argv);
	_exit(EXIT_FAILED);
}

pid_t spawn(const char *label, int *link)
{
	char title[128];
	int pair[2];
	int rc = link_pair(pair);
	pid_t pid;

	if (rc != 0)
		return rc;
	snprintf(title, sizeof(title), "beiand: %s", label); /* as ps(1) shows it */
	pid = fork();
	if (pid == 0)
		become(title, label, pair[1]);
	rc = errno;
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return -rc;
	}
	*link = pair[0];
	return pid;
}
