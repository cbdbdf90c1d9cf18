/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the prober keeps its manners, for people: what it counted and who is left alone, from the visits into
 * the record that crosses to the store, and from there into the lines of `beianctl probes`.
 */
#ifndef DAEMON_MANNERS_H
#define DAEMON_MANNERS_H

#include "base/buf.h"
#include "ipc/job.h"

struct visits;

void manners_fill(struct job_view *out, struct visits *visits, int64_t now);
/* One JSON object: line 0 holds the counters, each further one a host that is left alone. False: no more. */
bool manners_line(const struct job_view *v, size_t line, struct buf *out);

#endif
