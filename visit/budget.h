/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often the prober may ask: token buckets per host, per network (/24, /48) and for all; hosts that asked
 * to wait or that keep failing are left alone; hours of the day. Pure: times are arguments (microseconds
 * UTC). Buckets start empty at the moment of budget_new(), so a prober that restarts in a loop does not ask
 * faster. Tables have a size: only entries that hold nobody back make room, else the newcomer waits, counted.
 */
#ifndef VISIT_BUDGET_H
#define VISIT_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "conf/conf.h"

struct budget;

struct budget *budget_new(const struct conf *c, size_t hosts_max, int64_t now);
void budget_free(struct budget *b);
/* Takes over what may change in a running prober: the hours. */
void budget_reload(struct budget *b, const struct conf *c);

/* May `host` (as scope_normal() writes it) at `addr` be asked now? 0: yes, and it is counted as asked.
 * > 0: in that many microseconds at the earliest. < 0: the host is held back for that many (negated). */
int64_t budget_take(struct budget *b, const char *host, const uint8_t addr[16], int64_t now);
/* The request goes to `addr` after all, though budget_take() counted it in the network of `paid`. True: the
 * same network, or it is counted in this one as well. False: that one has none left. */
bool budget_reach(struct budget *b, const uint8_t paid[16], const uint8_t addr[16], int64_t now);
/* What came of it. `status` 0: no response; `retry_after` in seconds, 0: the field was not there. Returns for
 * how many seconds the host is left alone because of this; 0: for none. */
uint32_t budget_told(struct budget *b, const char *host, enum probe_outcome outcome, unsigned status,
		     uint32_t retry_after, int64_t now);
/* The host asks for a slower pace (Crawl-delay); never makes it faster than the configuration. */
void budget_pace(struct budget *b, const char *host, uint32_t seconds, int64_t now);

/* Is it within probe.hours? */
bool budget_open(const struct budget *b, int64_t now);
/* When it opens next; `now` when it is open. */
int64_t budget_opens(const struct budget *b, int64_t now);

/* For people: who is held back and why. */
enum budget_reason { BUDGET_ASKED_TO_WAIT, BUDGET_FAILING, BUDGET_REASON_COUNT };
const char *budget_reason_name(enum budget_reason r);
const char *budget_reason_zh(enum budget_reason r);

enum { BUDGET_HELD_MAX = 64, BUDGET_HOST_MAX = 256 };

struct budget_held {
	char host[BUDGET_HOST_MAX];
	int64_t until;
	enum budget_reason reason;
	uint32_t failures; /* in a row */
};

struct budget_view {
	bool open;
	int64_t opens;    /* next opening, or now */
	uint64_t tokens;  /* requests that could be sent at once, by the global bucket */
	uint64_t taken;   /* requests let through since the start */
	uint64_t waited;  /* times that somebody was told to wait */
	uint64_t evicted; /* entries of hosts and networks that made room */
	uint64_t refused; /* times that a host or network found no room */
	uint64_t unheld;  /* hosts that should be held back and found no room */
	size_t hosts, nets;
	size_t held_total; /* hosts held back now */
	size_t held_count; /* of them here, those held longest first */
	struct budget_held held[BUDGET_HELD_MAX];
};
void budget_describe(const struct budget *b, int64_t now, struct budget_view *out);

#endif
