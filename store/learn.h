/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run learnt: facts with their first and last time, what later runs do not show any more, the
 * transcript, and the jobs that facts lead to. All of it comes from a process that reads strangers' bytes:
 * what is not as ipc/job.h says is counted and left out.
 */
#ifndef STORE_LEARN_H
#define STORE_LEARN_H

#include "store/state.h"

/* The job that was answered, as its row had it. */
struct answered {
	int64_t id, app;
	enum subject_kind kind;
	char name[RECORD_NAME_MAX];
	char probe[JOB_PROBE_MAX];
	bool wanted;
};

/* Writes facts and what they lead to; true: the facts of the subject are others than before. */
bool learn_facts(struct store *s, struct db_txn *t, const struct answered *a, const struct job_result *r,
		 int64_t now);
void learn_transcript(struct db_txn *t, int64_t job, const struct job_result *r, int64_t now);
/* The end of the certificate that this result tells of, microseconds UTC; 0: none. */
int64_t learn_cert_until(const struct job_result *r);

#endif
