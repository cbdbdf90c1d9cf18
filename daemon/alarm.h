/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the mirror port alive? Three alarms of one interface: it is silent, it has no link, packets are lost.
 * Each is told in one line when it begins and one when it ends, and counted in seconds for `status`. What
 * comes and goes is one episode. No clock, no I/O: the sensor looks once a second and says what it saw.
 */
#ifndef DAEMON_ALARM_H
#define DAEMON_ALARM_H

#include <stdbool.h>
#include <stdint.h>

enum alarm_kind { ALARM_DOWN, ALARM_SILENT, ALARM_LOSS, ALARM_COUNT };

struct alarm_sight {
	int64_t time; /* monotonic, microseconds */
	bool up;
	uint64_t received; /* packets of the interface */
	uint64_t lost;     /* packets, in the ring or in the card */
};

enum { ALARM_TEXT_MAX = 256 };

/* An alarm began (on) or ended. */
struct alarm_turn {
	enum alarm_kind kind;
	bool on;
	int64_t since;    /* of its begin, monotonic */
	const char *text; /* one line for people */
};
typedef void alarm_fn(void *arg, const struct alarm_turn *turn);

struct alarm {
	alarm_fn *tell;
	void *arg;
	const char *interface;
	int64_t quiet_us; /* 0: silence is no alarm */
	bool seen;        /* there was a sight: */
	struct alarm_sight last;
	int64_t heard;  /* time of the last packet, */
	int64_t back;   /* of the first one behind the last silence, */
	int64_t linked; /* of the link's return, */
	int64_t hurt;   /* and of the last loss */
	uint64_t lost;  /* when the episode began */
	struct {
		bool on;
		int64_t since;
		uint64_t us; /* in all ended episodes */
	} of[ALARM_COUNT];
};

/* The name is borrowed. */
void alarm_init(struct alarm *a, const char *interface, unsigned quiet_seconds, alarm_fn *tell, void *arg);
/* true: an alarm began or ended. */
bool alarm_look(struct alarm *a, const struct alarm_sight *now);
/* How long it was on, in all, up to the last look. */
uint64_t alarm_seconds(const struct alarm *a, enum alarm_kind kind);
unsigned alarm_open(const struct alarm *a); /* how many are on */

#endif
