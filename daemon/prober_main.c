/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beiand-prober: the prober's process as a program of its own, started by beiand alone. So the libraries that
 * meet the web (libcurl, OpenSSL, libxml2 and what they bring) are in no other process, and cost none of them
 * its start.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/role.h"

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "-P") == 0 && strcmp(argv[2], powers[ROLE_PROBER].role) == 0)
		return prober_run(argv[2]);
	fputs("beiand-prober: 由 beiand 启动,不单独运行\n", stderr);
	return EXIT_USAGE;
}
