/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/sandbox.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* LeakSanitizer attaches to its own process at exit, which a process that is not dumpable refuses. */
#ifdef __SANITIZE_ADDRESS__
enum { SANDBOX_DUMPABLE = 1 };
#else
enum { SANDBOX_DUMPABLE = 0 };
#endif

static int limit(__rlimit_resource_t what, rlim_t max)
{
	struct rlimit now;

	if (getrlimit(what, &now) != 0)
		return -errno;
	if (now.rlim_max < max)
		max = now.rlim_max;
	return setrlimit(what, &(struct rlimit){ max, max }) == 0 ? 0 : -errno;
}

int sandbox_enter(const struct sandbox_powers *p)
{
	int rc;

	umask(p->umask);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	if (prctl(PR_SET_DUMPABLE, SANDBOX_DUMPABLE, 0, 0, 0) != 0)
		return -errno;
	rc = limit(RLIMIT_CORE, 0);
	return rc == 0 ? limit(RLIMIT_NOFILE, p->files) : rc;
}
