/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of probing as JSON: for probes and status. */
#ifndef STORE_SHOW_PROBES_H
#define STORE_SHOW_PROBES_H

#include "store/answer.h"

/* "probes", "probe_runs" and "probe_counters" of `status`. */
void probing_status_json(struct buf *b, struct store *s, struct db_txn *t);
/* A URL without values, as transcripts have it. */
void target_json(struct buf *b, const char *key, const char *url);
/* The fields of a job in a row of JOB_COLUMNS (db/stmt.c), and of a transcript, into the open object. */
void job_json(struct buf *b, struct query *row, int64_t now);
/* How its last run ended; lent until the row's query goes on. False: there was none. */
struct job_end {
	const char *name, *remark;
	enum probe_outcome outcome;
	int64_t status;
};
bool job_end(struct query *row, struct job_end *out);
void transcript_json(struct buf *b, struct query *row, int64_t job);

#endif
