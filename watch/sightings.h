/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A short queue before the table of subjects. The table is larger than any cache: one sighting after the
 * other would each wait for memory four times, for its slot, its subject, its name and its lists. Here
 * several wait together. They are told to the table in the order in which they came.
 */
#ifndef WATCH_SIGHTINGS_H
#define WATCH_SIGHTINGS_H

#include "watch/details.h"
#include "watch/held.h"
#include "watch/reserve.h"
#include "watch/subject.h"

enum {
	SIGHTINGS_MOST = 32,
	SIGHTING_SERVERS = 8, /* that are told with one sighting */
};

/* What one message, or several of one moment and client, tell of one subject. */
struct sighting {
	struct subject_key key; /* its name is the text below */
	struct subject *first;  /* of its name: where that probably is, and is, once it was found */
	struct subject *guess;  /* where it probably is itself */
	int64_t time;
	uint64_t client; /* keyed hash */
	uint32_t count;  /* messages */
	uint8_t server_count;
	bool known_only;  /* tells servers of a subject that is there, and nothing else */
	uint8_t link_len; /* 0: not linked */
	struct details_notes notes;
	struct record_server server[SIGHTING_SERVERS];
	char name[RECORD_NAME_MAX], link[RECORD_NAME_MAX];
};

struct sightings_stats {
	uint64_t evicted;  /* sightings whose subject found no room */
	uint64_t reserved; /* subjects that got the room kept for those of the campus */
	uint64_t links_more, servers_more, clients_more; /* that found no room in a list */
	uint64_t hurried; /* hellos that were judged before others had time to tell what they had seen */
};

struct sightings {
	struct subjects *table; /* borrowed, as are the next two */
	struct details *details;
	const struct reserve *reserve;
	uint32_t open; /* subjects up to which everybody gets room */
	size_t count;
	struct held held;
	struct sightings_stats stats;
	struct sighting item[SIGHTINGS_MOST];
};

void sightings_init(struct sightings *q, struct subjects *t, struct details *d, const struct reserve *r);
void sightings_clear(struct sightings *q);
/* From here on hellos with ECH wait for sightings_judge(). */
void sightings_hold(struct sightings *q);
/* Judges those that were heard by then. */
void sightings_judge(struct sightings *q, int64_t until);
/* Judges all: before the table's reset. */
void sightings_hurry(struct sightings *q);
/* After the reserve was made. */
void sightings_keep_room(struct sightings *q);
/* A new sighting of this subject by one message, for the caller to fill; until the next call. Its name is
 * copied, not empty. */
struct sighting *sightings_add(struct sightings *q, const struct subject_key *k);
/* The one of the last few that tells of this subject, at the same moment and of the same client; NULL when
 * there is none, or it has no room for another server: the records of an answer mostly have one owner, or one
 * and the question with what leads from it. One that is known_only may be told with one that is not. */
struct sighting *sightings_same(struct sightings *q, const struct subject_key *k, int64_t time,
				uint64_t client, bool known_only);
/* Tells them all. Returns the subject of the last; NULL when it found no room, or none waited. */
struct subject *sightings_settle(struct sightings *q);

#endif
