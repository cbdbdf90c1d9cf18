/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the prober counted, and who is left alone, as the record that crosses to the store (daemon/manners.h
 * shows it). */
#ifndef DAEMON_TALLY_H
#define DAEMON_TALLY_H

#include "ipc/job.h"

struct visits;

void tally_fill(struct job_view *out, struct visits *visits, int64_t now);

#endif
