/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One command of beianctl being answered: its options and operands, and the reply's lines. The table
 * that says which function answers which command is in answer.c.
 */
#ifndef STORE_ANSWER_H
#define STORE_ANSWER_H

#include "base/buf.h"
#include "store/state.h"

enum { ANSWER_OPTIONS_MAX = 2, ANSWER_OPERANDS_MAX = 2 };

/* Exit codes of the contract. */
enum { ANSWER_DONE = 0, ANSWER_REFUSED = 1, ANSWER_USAGE = 2 };

struct answer {
	struct store *store;
	const char *option[ANSWER_OPTIONS_MAX]; /* in the order of the command's row; "" for a flag; NULL: not
						   given */
	const char *operand[ANSWER_OPERANDS_MAX];
	int fd;
	struct store_reply *reply;
	struct buf line; /* the reply line being made: json_line() ... answer_line() */
	/* Of an answer that takes long: what is left of it, set by its function, which returns before it has
	 * read anything more. Called again and again, between transactions, until it sets `turn` to NULL; the
	 * last one's code counts. Operands and fd are gone by then. */
	int (*turn)(struct answer *a);
	void (*end)(struct answer *a); /* frees `work`, whether it came to an end or not */
	void *work;
};

/* Ends the object in hand and sends it. */
void answer_line(struct answer *a);
/* Writes the reply's error and returns ANSWER_REFUSED. */
int answer_refuse(struct answer *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Closes a reading transaction; the exit code. */
int answer_end(struct answer *a, struct db_txn *t);
/* "A17" -> 17, a row of app_app. "A1000000005" -> -5: no row, the app of bystanders to which the fifth
 * subject belongs, or whatever has become of it. 0: no such form. */
int64_t answer_app_id(const char *text);
void answer_app_text(char out[24], int64_t app);

int answer_import(struct answer *a);
int answer_undo(struct answer *a);
int answer_filings(struct answer *a);
int answer_export(struct answer *a);
int answer_apps(struct answer *a);
int answer_app(struct answer *a);
int answer_explain(struct answer *a);
int answer_exempt(struct answer *a);
int answer_unexempt(struct answer *a);
int answer_findings(struct answer *a);
int answer_alerts(struct answer *a);
int answer_status(struct answer *a);
int answer_backup(struct answer *a);
int answer_probes(struct answer *a);
int answer_probe(struct answer *a);
int answer_probe_dry_run(struct answer *a);
int answer_probe_pause(struct answer *a);
int answer_probe_resume(struct answer *a);

#endif
