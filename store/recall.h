/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a judgement learnt of everybody by reading all days, kept for the next one in this process, which then
 * reads only the days of whom something came since. It holds for one generation of judgements: after a
 * transaction that was taken back, another configuration, or while a capture is not complete, everything is
 * read again. 3 bytes a subject, 24 a campus server's answer, 8 an observation since the last judgement; no
 * names.
 */
#ifndef STORE_RECALL_H
#define STORE_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "db/db.h"

struct recall_face {
	uint8_t class_known; /* 1 + enum sieve_class of its name; 0: not looked at yet */
	uint8_t group;       /* where in its name the group's begins */
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
	size_t answers, answer_cap;
	int64_t *touched; /* subjects of whom something came since */
	size_t touches, touch_cap;
};

struct store;

/* Is what it knows true of the database as the last judgement left it? */
bool recall_holds(const struct store *s, struct db_txn *t);
/* Room for subjects up to this row id; NULL: it is none that can be remembered. */
struct recall_face *recall_face(struct recall *r, int64_t subject);
void recall_room(struct recall *r, int64_t last);
void recall_answered(struct recall *r, int64_t subject, const uint8_t addr[16]);
void recall_settle(struct recall *r);
/* Something of this subject was written. */
void recall_touch(struct recall *r, int64_t subject);
/* From now on it is what that judgement knew. Nothing is kept while a capture is not complete: its rows do
 * not count yet, and may be taken back. */
void recall_keep(struct store *s, struct db_txn *t, int64_t generation);
void recall_clear(struct recall *r);

#endif
