/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the prober keeps its manners, for people: the record that daemon/tally.c filled as lines of `beianctl
 * probes`. */
#ifndef DAEMON_MANNERS_H
#define DAEMON_MANNERS_H

#include "base/buf.h"
#include "ipc/job.h"

/* One JSON object: line 0 holds the counters, each further one a host that is left alone. False: no more. */
bool manners_line(const struct job_view *v, size_t line, struct buf *out);

#endif
