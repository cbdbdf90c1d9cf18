/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apps of bystanders, of which the judgement writes nothing (judge.c): what it would have said of them, by
 * the same policy, when somebody asks. Their observations are read some hundred groups at a time. One that
 * was an app of its own before, or got a row from an older beiand, is called by that row's id; any other by
 * its first host's, negative (answer.h).
 */
#ifndef STORE_BYSTANDER_H
#define STORE_BYSTANDER_H

#include "store/load.h"

struct bystander {
	int64_t id;
	uint64_t clients, days, count;
	int64_t first, last;
	size_t members; /* 0: nobody of the group was seen in what counts */
};

struct bystanders {
	struct survey survey;
	struct recall recall;    /* when the store has none that holds */
	struct bystander *total; /* one per group of the survey, same order */
	size_t from, to;         /* groups that bystanders_next() read last */
	/* of them; when it was read for one group, of that */
	struct load load;
	struct judgement judgement;
};

/* The key of the group's app in app_app, "host:example.com": all of it. */
void bystanders_read(struct bystanders *b, struct store *s, struct db_txn *t, const char *key);
/* Or every group, of each first only the name, a few hundred more with each call, which may be in another
 * transaction. False: that were all. */
void bystanders_open(struct bystanders *b, struct store *s, struct db_txn *t);
bool bystanders_next(struct bystanders *b, struct store *s, struct db_txn *t);
/* NULL: no such group. */
const struct bystander *bystanders_find(const struct bystanders *b, const char *key);
const char *bystanders_name(const struct bystanders *b, const struct bystander *one);
/* The host at place k of `one`, sorted by name. */
const struct face *bystanders_member(const struct bystanders *b, const struct bystander *one, size_t k);
/* The app that it was read for; NULL when there is none. */
const struct app *bystanders_app(const struct bystanders *b);
void bystanders_clear(struct bystanders *b);

enum { BYSTANDER_KEY_MAX = RECORD_NAME_MAX + 8 };
/* The app of bystanders to which an observed host belongs, and its key; 0: none. */
int64_t bystander_of(struct store *s, struct db_txn *t, int64_t subject, const char *host,
		     char key[BYSTANDER_KEY_MAX]);
/* The same of a group by its name, which need not have been seen itself. */
int64_t bystander_app(struct store *s, struct db_txn *t, const char *group, char key[BYSTANDER_KEY_MAX]);
/* How many groups there are without a row. */
int64_t bystanders_count(struct store *s, struct db_txn *t);

#endif
