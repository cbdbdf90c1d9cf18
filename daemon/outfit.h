/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sensor knows besides packets: the data tables and their patterns, ready for use. */
#ifndef DAEMON_OUTFIT_H
#define DAEMON_OUTFIT_H

#include "daemon/role.h"
#include "watch/identify.h"

struct outfit {
	struct data data;
	struct identify *identify; /* borrows from data */
	uint64_t mark;             /* of all that a sensor takes from tables and configuration */
};

/* NULL with error. */
struct outfit *outfit_new(const struct role *r, const struct conf *conf, char error[CONF_ERROR_MAX]);
void outfit_free(struct outfit *o); /* NULL-safe */

#endif
