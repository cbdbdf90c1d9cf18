/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A short queue before the table of subjects. The table is larger than any cache: one sighting after the
 * other would each wait for memory four times, for its slot, its subject, its name and its lists. Here
 * several wait together. They are told to the table in the order in which they came.
 */
#ifndef WATCH_SIGHTINGS_H
#define WATCH_SIGHTINGS_H

#include "watch/details.h"
#include "watch/reserve.h"
#include "watch/subject.h"

enum { SIGHTINGS_MOST = 16 };

/* One message's share in one observation. */
struct sighting {
	struct subject_key key; /* its name is the text below */
	struct subject *guess;  /* where it probably is */
	int64_t time;
	uint64_t client;             /* keyed hash */
	struct record_server server; /* when has_server */
	bool has_server;
	bool known_only;  /* tells a server of a subject that is there, and nothing else */
	uint8_t link_len; /* 0: not linked */
	char name[RECORD_NAME_MAX], link[RECORD_NAME_MAX];
};

struct sightings_stats {
	uint64_t evicted;  /* sightings whose subject found no room */
	uint64_t reserved; /* subjects that got the room kept for those of the campus */
	uint64_t links_more, servers_more, clients_more; /* that found no room in a list */
};

struct sightings {
	struct subjects *table; /* borrowed, as are the next two */
	struct details *details;
	const struct reserve *reserve;
	uint32_t open; /* subjects up to which everybody gets room */
	size_t count;
	struct sightings_stats stats;
	struct sighting item[SIGHTINGS_MOST];
};

void sightings_init(struct sightings *q, struct subjects *t, struct details *d, const struct reserve *r);
/* After the reserve was made. */
void sightings_keep_room(struct sightings *q);
/* A new sighting of this subject, for the caller to fill; until the next call. Its name is copied, not empty.
 */
struct sighting *sightings_add(struct sightings *q, const struct subject_key *k);
/* Tells them all. Returns the subject of the last; NULL when it found no room, or none waited. */
struct subject *sightings_settle(struct sightings *q);

#endif
