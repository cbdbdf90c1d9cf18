/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages -> observations: one entry per (kind, name, via) and window of capture time, with exact
 * counts, a sketch of distinct clients under a keyed hash, servers and links. Entries, servers and
 * links have maxima; what does not fit is counted (struct aggregate_stats), never silent. A hello whose name
 * is ECH's outer one counts and says so, but adds neither client nor server: nobody visited that name.
 * Windows are aligned to multiples of their length since 1970 and emitted in order, each sorted by
 * (kind, name, via) or as its names were first seen, so the same capture gives the same observations each
 * time. Where time goes back by more than an hour, an earlier window is opened anew.
 */
#ifndef WATCH_AGGREGATE_H
#define WATCH_AGGREGATE_H

#include "base/hash.h"
#include "conf/conf.h"
#include "dissect/dissect.h"
#include "ipc/record.h"
#include "watch/details.h"
#include "watch/identify.h"
#include "watch/own.h"

struct aggregate;

/* Called for each observation of a closed window; borrowed during the call. */
typedef void aggregate_fn(void *arg, const struct observation *o);

struct aggregate_stats {
	uint64_t observations; /* emitted */
	uint64_t evicted;      /* messages whose entry found no room: they are not in any observation */
	uint64_t reserved;     /* entries of the campus that got the room kept for them */
	uint64_t links_more,
		servers_more;  /* messages whose link or server was one too many for its observation */
	uint64_t clients_more; /* messages whose client found no room: that observation counts too few clients
				*/
	uint64_t names_refused; /* no host name: addresses, over-long, not LDH/underscore, local; not observed
				 */
	uint64_t late;    /* messages older than the open window, up to an hour: counted into the open one, at
			     its start */
	uint64_t hurried; /* hellos with ECH that were judged before others had time to tell what they had
			     seen: the window closed, or no more could wait */
	uint64_t own;     /* messages between this machine and whom it asked: not observed */
};

/* window_us: 0 = one window for the whole input. `identify` is borrowed and may be NULL. */
struct aggregate *aggregate_new(uint32_t max_entries, int64_t window_us, const struct hash_key *key,
				struct identify *identify, aggregate_fn *fn, void *arg);
/* Borrows the rows; before the first message. */
void aggregate_resolvers(struct aggregate *a, const struct resolvers *table);
/* Keeps room for what matters to this campus (watch/reserve.h); before the first message. */
void aggregate_campus(struct aggregate *a, const struct conf *conf);
/* Tells the names of a window in the order in which they were first seen, each with its channels: who does
 * not need them sorted has them for half the work. Before the first message. */
void aggregate_as_seen(struct aggregate *a);
/* What is known of ECH is in this table, borrowed, which other processes write too: hellos with ECH wait for
 * aggregate_judge(), or for the end of their window. Before the first message. */
void aggregate_ech(struct aggregate *a, struct ech *shared);
/* Others had time to learn what came by then. */
void aggregate_judge(struct aggregate *a, int64_t until);
/* From here on what this machine asks is not observed; copied. */
void aggregate_own(struct aggregate *a, const struct own *own);
void aggregate_free(struct aggregate *a);
void aggregate_message(struct aggregate *a, const struct dissect_message *m);
/* Closes the windows that end before `now` (capture time). */
void aggregate_tick(struct aggregate *a, int64_t now);
/* Closes everything. */
void aggregate_flush(struct aggregate *a);
const struct aggregate_stats *aggregate_stats(struct aggregate *a);
const struct details_stats *aggregate_details(struct aggregate *a);

#endif
