/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the service manager (sd_notify(3)) how we are; without one, nothing happens. */
#ifndef DAEMON_MANAGER_H
#define DAEMON_MANAGER_H

#include <stdint.h>

/* "READY=1", "STOPPING=1", "WATCHDOG=1" ... */
void manager_tell(const char *state);
/* RELOADING=1 wants the monotonic time with it (sd_notify(3)). */
void manager_reloading(void);
/* Half of WATCHDOG_USEC, or 0: no watchdog. */
int64_t manager_watchdog_us(void);

#endif
