/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of a live capture, and of what the sensor stands on, go on when a source ends and the next one
 * begins. Each source tells its share of them, so that the sources of a run add up. States, such as how many
 * alarms are open, stay as they are.
 */
#ifndef DAEMON_SHARE_H
#define DAEMON_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/msg.h"

enum { SHARE_COUNT = 11 };

struct shares {
	uint64_t told[SHARE_COUNT]; /* by the sources that ended */
};

/* Of m, which has the counters of the whole life, makes those of the source at hand. last: it tells nothing
 * after this. */
void share_cut(struct shares *s, struct msg_counters *m, bool last);

#endif
