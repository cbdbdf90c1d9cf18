/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the service manager (sd_notify(3)) how we are; without one, nothing happens. */
#ifndef DAEMON_MANAGER_H
#define DAEMON_MANAGER_H

struct event;
struct event_base;

/* "READY=1", "STOPPING=1", "WATCHDOG=1" ... */
void manager_tell(const char *state);
/* RELOADING=1 wants the monotonic time with it (sd_notify(3)). */
void manager_reloading(void);
/* Tells WATCHDOG=1 twice in the time that it gives us (WATCHDOG_USEC), if it gives one. The caller's. */
struct event *manager_watch(struct event_base *base);

#endif
