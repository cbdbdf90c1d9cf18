/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A live sensor's look at what it stands on: how its interface is, what its ring loses (alarm.h), and what is
 * missing because it was away or the one before it died. Counted for `status`.
 */
#ifndef DAEMON_LOOKOUT_H
#define DAEMON_LOOKOUT_H

#include "base/words.h"
#include "daemon/alarm.h"
#include "watch/capture.h"

/* A trouble of the interface began or ended; since: microseconds UTC. */
typedef void lookout_fn(void *arg, enum trouble trouble, bool raised, int64_t since, const char *text);

struct lookout {
	struct alarm alarm;
	lookout_fn *tell;
	void *arg;
	int port;        /* to ask how the interface is; -1: another worker does, or it is no interface */
	int index;       /* of the interface, whatever its name is by now */
	unsigned lost;   /* sensors that died just before this one, */
	uint64_t gap_us; /* since when, and nothing of that time may have been stored */
};

/* `source`: the interface, or "eth1#2", whose second worker looks at its ring alone. Borrowed. What begins
 * and ends is logged, and told. */
void lookout_init(struct lookout *l, const char *interface, const char *source, unsigned quiet_seconds,
		  lookout_fn *tell, void *arg);
void lookout_clear(struct lookout *l);
/* Nobody listened since then, in microseconds UTC; so many died. 0, 0: nothing of the kind. */
void lookout_gap(struct lookout *l, int64_t from, int64_t now, unsigned lost);
/* Once a second. true: an alarm began or ended. */
bool lookout_look(struct lookout *l, struct capture *c);
void lookout_counters(const struct lookout *l, void (*fn)(void *arg, const char *name, uint64_t value),
		      void *arg);
bool lookout_may_listen(void); /* have we the right to */
/* Not there, or switched off. */
bool lookout_is_away(const char *interface);

#endif
