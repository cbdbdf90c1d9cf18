/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parent: starts the others, links them, starts sensors, prober and notifier again when they
 * end, and stops all in the order that loses nothing: sensors and prober, store, notifier. It never sees
 * data.
 */
#ifndef DAEMON_SUPERVISOR_H
#define DAEMON_SUPERVISOR_H

#include <stddef.h>

#include "conf/conf.h"

struct supervisor_job {
	const char *path;   /* of the configuration, for reloads */
	struct conf *conf;  /* borrowed; changes with reloads */
	int tables;         /* daemon/tables.h; taken */
	char *const *files; /* captures to replay; NULL: listen on conf's interfaces */
	size_t count;
};

/* Runs until all is done or stopped; returns the exit status of the service. */
int supervisor_run(const struct supervisor_job *job);

#endif
