/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/output.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int output_end(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0 ? 0 : -1;
}
