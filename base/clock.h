/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two clocks, microseconds. Who judges, dissects or plans takes the time as an argument: these are for
 * the edges of a process alone (scripts/lint).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Since 1970 UTC; may jump when somebody sets it. */
int64_t clock_wall(void);
/* Since some moment before; never jumps: for how long something takes. */
int64_t clock_steady(void);

#endif
