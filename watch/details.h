/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What messages tell about a host besides its name, hung on its subject as details: protocols, fingerprints,
 * titles, certificates (base/words.h, enum detail), and what hides names from the sensor. A detail never
 * makes a subject: responses and certificates, which have no name of their own, are paired with the request
 * or hello of their flow, service records with the question; what finds no subject in the open window is
 * counted. A certificate of a flow without a server name accuses nobody: its names are only counted.
 */
#ifndef WATCH_DETAILS_H
#define WATCH_DETAILS_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/data.h"
#include "dissect/dissect.h"
#include "watch/ech.h"
#include "watch/subject.h"

struct details; /* owns its tables; borrows the subjects */

enum { DETAILS_NOTES = 8 };

enum details_asks {
	DETAILS_ASKS_NOT,
	DETAILS_ASKS,       /* it is answered on its flow */
	DETAILS_ASKS_PROXY, /* what is answered is of somebody without a name */
};

/* What one message tells of a subject that is not looked for yet. */
struct details_notes {
	struct {
		uint32_t value; /* number in the table's values; 0: it found no room there */
		uint8_t type;
		bool refused; /* it has no value */
	} note[DETAILS_NOTES];
	uint8_t count;
	bool taken;   /* there was such a message, though it may tell nothing */
	uint8_t asks; /* enum details_asks */
	uint8_t kind; /* of the message */
	bool ech;     /* its name may be ECH's outer one: details_outer() tells */
	uint8_t ech_config;
	int64_t time;                 /* of the message, if so */
	uint8_t hidden, hidden_known; /* encrypted DNS, bits of watch/hidden.h: by itself; if its host is
					 known for it */
	uint64_t flow;                /* pending_flow(), when it asks */
};

struct details_stats {
	uint64_t more;     /* values that were one too many of their type for their subject, or for all */
	uint64_t refused;  /* empty, not printable, of no readable charset, or of an error page */
	uint64_t unpaired; /* responses, certificates and records whose subject this window does not know */
	uint64_t mixed;    /* responses on flows where requests to several hosts waited: not attributed */
	uint64_t evicted;  /* flows forgotten for others before their answer */
	uint64_t nameless; /* responses, and names in certificates, of flows without a host's name */
	uint64_t hidden_dot, hidden_doh, hidden_doq; /* hellos and requests to encrypted DNS */
	uint64_t hidden_lookups;                     /* answers that told a client where a resolver is */
	uint64_t hidden_designated;                  /* records that named an encrypted resolver */
	uint64_t hidden_ech;                         /* hellos whose name is the outer one */
	uint64_t ech_unproven;                       /* hellos with ECH of which that is not known, or whose
							name found no room */
};

struct details *details_new(struct subjects *t);
void details_free(struct details *d);
/* Borrows the rows; before the first message. */
void details_resolvers(struct details *d, const struct resolvers *table);
/* What is known of ECH is in this table, borrowed, which others write too; before the first message. */
void details_ech(struct details *d, struct ech *shared);
/* A subject that was just added: is its name one of a resolver? */
void details_subject(struct details *d, struct subject *s);
/* A look-up of this host was answered. */
void details_lookup(struct details *d, struct subject *s);
/* Notes what a message tells of the subject that its name stands for, for details_tell(). False: it tells too
 * much to be noted, and waits for details_message(). Look-ups tell nothing here. */
bool details_note(struct details *d, const struct dissect_message *m, struct details_notes *n);
/* To be said some time before they are told. */
void details_prefetch(const struct details *d, const struct details_notes *n);
/* s is NULL when there is none. */
void details_tell(struct details *d, struct subject *s, const struct details_notes *n);
/* Was the subject's name the outer one of a hello with ECH? `first`, of its name, has the text. Told and
 * counted: once for each hello. */
bool details_outer(struct details *d, struct subject *s, const struct subject *first, uint8_t ech_config,
		   int64_t time);
/* All other messages; s is NULL when the message has no name, or none of a subject. */
void details_message(struct details *d, const struct dissect_message *m, struct subject *s);
const struct details_stats *details_stats(struct details *d);

#endif
