/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a configuration fit to run with? Before the start (`beiand -n`) and before each reload. */
#ifndef DAEMON_CHECK_H
#define DAEMON_CHECK_H

#include "conf/conf.h"

/* Loads the file; then that the data tables load, the profile is one of theirs, the patterns and the capture
 * filter compile, and there are not too many sensors or too large rings for this machine.
 * 0 and the configuration is the caller's, as are in *held, unless it is NULL, the tables (daemon/tables.h);
 * -1 with "file:line: ..." in error. */
int check_load(struct conf *c, int *held, const char *path, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));

/* What `beiand -n` should say besides: an option that is on and has no right to work. A line, or "". */
void check_rights(const struct conf *c, char remark[CONF_ERROR_MAX]);

#endif
