/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of everybody from the days that were observed, kept for the next judgement of this process: a
 * judgement reads all days once, and from then on each day that is written is learnt on its way into the
 * database. It holds for one generation of judgements: after a transaction that was taken back, another
 * configuration, or while a capture is not complete, everything is read again. 2 bytes a subject, 24 a campus
 * server's answer, 8 a subject once somebody asked how many there are; no names. A process that ends well
 * leaves it to the next one.
 */
#ifndef STORE_RECALL_H
#define STORE_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/rd.h"
#include "base/words.h"
#include "db/db.h"
#include "policy/sieve.h"
#include "store/prefix.h"

struct recall_face {
	uint8_t class_known; /* 1 + enum sieve_class of its name; 0: not looked at yet */
	bool seen;
};

/* A server on campus answered for a subject. */
struct recall_answer {
	uint8_t addr[16];
	int64_t subject;
};

struct recall {
	int64_t generation; /* 0: nothing is known */
	char digest[HASH_HEX_SIZE];
	struct recall_face *face; /* by the row id of the subject */
	size_t faces;
	struct recall_answer *answer; /* sorted, each once, once recall_settle() was called */
	size_t answers, answer_cap, settled;
	int64_t aside;   /* bystanders_count() of that judgement; -1: nobody asked */
	int64_t saved;   /* generation that the database holds of it */
	uint64_t *group; /* by the row id of the subject: store/census.c */
	size_t groups;
	struct hash_key group_key;
};

struct store;

/* Is what it knows true of the database as the last judgement left it? */
bool recall_holds(const struct store *s, struct db_txn *t);
/* Room for subjects up to this row id. */
void recall_room(struct recall *r, int64_t last);
/* NULL: there is no room for it. */
struct recall_face *recall_face(struct recall *r, int64_t subject);
/* What the sieve says of a host's name, which is asked once for each. */
enum sieve_class recall_class(struct recall_face *f, const struct sieve *sieve, const char *host);
/* A day of a subject, with the servers of its row; which of them stand on campus is kept. */
void recall_day(struct recall *r, int64_t subject, enum via via, struct rd servers,
		const struct prefix_set *campus);
void recall_settle(struct recall *r);
/* From now on it is what that judgement knew. Nothing is kept while a capture is not complete: its rows do
 * not count yet, and may be taken back. */
void recall_keep(struct store *s, struct db_txn *t, int64_t generation);
void recall_clear(struct recall *r);
/* Between processes: to the database, when it holds and is news there; and back, at the start of one, before
 * it writes anything. */
void recall_save(struct store *s);
void recall_load(struct store *s, struct db_txn *t);

#endif
