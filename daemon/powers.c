/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/powers.h"

#include <stdio.h>
#include <string.h>

const struct sandbox_powers powers[ROLE_COUNT] = {
	[ROLE_SUPERVISOR] = {
		.role = "supervisor",
		.capabilities = "cap_net_raw,cap_net_admin (handed down to sensors), cap_bpf if sensor.prefilter is on",
		.reads = "the configuration file, the data tables (to check them)",
		.writes = "-",
		.network = "the notification socket of systemd",
		.syscalls = "@process @signal",
		.reason = "starts, links, restarts and stops the others; sees neither packets nor data",
		.files = 6400,
		.umask = 077,
	},
	[ROLE_SENSOR] = {
		.role = "sensor",
		.capabilities = "-",
		.reads = "its capture handle and the counters of its prefilter (opened before), the counters of "
			 "its interface in /sys, capture files of --replay, the data tables as they were checked",
		.writes = "what it learnt of ECH, into memory that all live sensors share",
		.network = "a netlink socket, to ask how its interface is and which addresses this machine has",
		.syscalls = "@basic-io",
		.reason = "reads hostile packets, so it holds nothing worth stealing",
		.files = 32,
		.umask = 077,
	},
	[ROLE_STORE] = {
		.role = "store",
		.capabilities = "-",
		.reads = "state directory, data tables as they were checked, descriptors that beianctl passes",
		.writes = "state directory, control socket, descriptors that beianctl passes",
		.network = "-",
		.syscalls = "@basic-io @file-system",
		.reason = "the only writer of the database; talks to nobody outside this machine",
		.files = 256,
		.umask = 027,
	},
	[ROLE_NOTIFIER] = {
		.role = "notifier",
		.capabilities = "-",
		.reads = "-",
		.writes = "the alert file, the syslog socket",
		.network = "the configured sinks",
		.syscalls = "@basic-io @network-io",
		.reason = "carries alerts out; has no database and reads no strangers",
		.files = 32,
		.umask = 027,
	},
	[ROLE_PROBER] = {
		.role = "prober",
		.program = "beiand-prober", /* so that no other process carries the libraries that it needs */
		.capabilities = "-",
		.reads = "resolv.conf, openssl.cnf, /dev/urandom (at its start), the file of trusted roots, the "
			 "data tables as they were checked",
		.writes = "-",
		.network = "outbound TCP to what its jobs name, the DNS server",
		.syscalls = "@basic-io @network-io",
		.reason = "asks strangers and reads their answers, so it holds no database, no secret, no "
			  "listening socket",
		.files = 6400, /* [probe] transfers is 1000 at most: each may keep two connections, try two
				  addresses at once, and libcurl has two of its own */
		.umask = 077,
	},
};

bool powers_role(const char *name, enum role_id *out)
{
	for (int i = ROLE_SUPERVISOR + 1; i < ROLE_COUNT; i++) {
		if (strcmp(powers[i].role, name) == 0) {
			*out = (enum role_id)i;
			return true;
		}
	}
	return false;
}

void powers_print(void)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct sandbox_powers *p = &powers[i];
		printf("%s: %s\n  program       %s\n  capabilities  %s\n  reads         %s\n  writes        "
		       "%s\n"
		       "  network       %s\n  syscalls      %s\n  descriptors   %u\n",
		       p->role, p->reason, p->program ? p->program : "beiand", p->capabilities, p->reads,
		       p->writes, p->network, p->syscalls, p->files);
	}
}
