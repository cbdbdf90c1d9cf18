/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person means by SUBJECT: "A17" (its centre), "kind:name", or a name that only one kind has. */
#ifndef STORE_RESOLVE_H
#define STORE_RESOLVE_H

#include "store/answer.h"

struct resolved {
	int64_t id; /* observed_subject; 0: never seen */
	enum subject_kind kind;
	char name[RECORD_NAME_MAX];
	int64_t app; /* as answer_app_id() has it; 0: in none */
	char app_key[RECORD_NAME_MAX + 32];
	char tie[32];
	bool bystander; /* the app is one of bystanders */
};

/* ANSWER_DONE, or ANSWER_REFUSED with the reply's error set (ambiguous, no such app, unknown bare name). */
int resolve_subject(struct answer *a, struct db_txn *t, const char *text, struct resolved *out);
/* The app that a judgement since then made of the same centre; 0: none. */
int64_t resolve_again(struct db_txn *t, const struct resolved *at);
/* After a refusal: ends the transaction. A database that did not answer is the reason then, not the subject.
 */
int resolve_failed(struct answer *a, struct db_txn *t);

#endif
