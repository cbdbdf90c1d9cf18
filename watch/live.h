/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mirror port: libpcap's ring (TPACKET_V3) on one interface, promiscuous. capture.c puts it behind the
 * shape that files have too. Errors come back as one Chinese line that says what to do.
 */
#ifndef WATCH_LIVE_H
#define WATCH_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "watch/capture.h"

struct live; /* owns the handle */

/* NULL with error on failure. */
struct live *live_open(const struct capture_live *how, char error[CAPTURE_ERROR_MAX]);
void live_close(struct live *l);
/* Hands up to `budget` packets to fn. >= 0: packets seen; -1: past live_until(); -2: the interface is gone,
 * the reason in error. */
int live_read(struct live *l, int budget, capture_fn *fn, void *arg, char error[CAPTURE_ERROR_MAX]);
void live_until(struct live *l, int64_t time); /* see capture_until() */
int live_fd(const struct live *l);             /* to wait on */
const char *live_remark(const struct live *l); /* see capture_remark() */
int live_linktype(const struct live *l);
void live_stats(struct live *l, struct capture_stats *out);
/* libpcap counts in 32 bits, which wrap within hours; what the card missed also goes backwards, when the card
 * begins anew or its interface gets another name. */
struct live_sum {
	uint64_t sum;
	uint32_t last;
};
/* The sum up to now; more than `most` at once is such a step backwards. */
uint64_t live_add(struct live_sum *s, uint32_t now, uint32_t most);
bool live_filter_valid(const char *filter, char error[CAPTURE_ERROR_MAX]);

#endif
