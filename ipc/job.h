/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nouns between the store and the prober: a job, and what became of it. As ipc/record.h: `_put` and
 * `_get` side by side, `_get` exact, records stand alone. The store marks a job as handed out, on disk,
 * before it sends it, and the prober says when a job's first request is about to leave: of a prober that dies
 * those jobs wait a full retry interval before anybody asks again, the others do not.
 */
#ifndef IPC_JOB_H
#define IPC_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rd.h"
#include "base/words.h"
#include "base/wr.h"
#include "ipc/record.h"

enum {
	JOB_PROBE_MAX = 24,         /* name of a probe with NUL */
	JOB_URL_MAX = 2048,         /* with NUL */
	JOB_WHY_MAX = 160,          /* with NUL */
	JOB_TAG_MAX = 256,          /* ETag or Last-Modified with NUL; longer ones are not kept */
	JOB_SCOPE_MAX = 32,         /* suffixes that the run may go to besides the subject and the campus */
	JOB_VALUE_MAX = 512,        /* as PROBE_VALUE_MAX */
	JOB_NOTE_MAX = 256,         /* as PROBE_NOTE_MAX */
	JOB_FACTS_MAX = 200,        /* as PROBE_FACTS_MAX */
	JOB_TRANSCRIPT_MAX = 16384, /* bytes, with NUL */
	JOB_FACTS_BYTES = 40000, /* of values and notes in one result; more facts are counted in facts_more */
};

struct job {
	int64_t id; /* row of probe_job */
	enum subject_kind kind;
	char name[RECORD_NAME_MAX];
	char probe[JOB_PROBE_MAX];
	char target[JOB_URL_MAX];                      /* "": the subject itself */
	char etag[JOB_TAG_MAX], modified[JOB_TAG_MAX]; /* of the last answer */
	uint8_t urgent;                                /* 1: a person waits for it */
	uint32_t chance; /* that the host's neighbour is made with: base/neighbour.h */
	uint8_t scope_count;
	char scope[JOB_SCOPE_MAX][RECORD_NAME_MAX]; /* domains; they and all below */
};
void job_put(struct wr *w, const struct job *j);
bool job_get(struct rd *r, struct job *j);

struct job_fact {
	enum fact type;
	uint8_t confidence; /* percent */
	char value[JOB_VALUE_MAX];
	char note[JOB_NOTE_MAX];
};

struct job_result {
	int64_t id;
	enum probe_outcome outcome;
	uint16_t status;      /* HTTP status of the last response; 0: none */
	uint16_t version;     /* of the probe */
	uint16_t requests;    /* sent to the subject's servers, redirects and robots.txt included */
	uint32_t retry_after; /* seconds for which the target is left alone; 0: none */
	char etag[JOB_TAG_MAX], modified[JOB_TAG_MAX];
	char remark[JOB_NOTE_MAX];
	uint16_t fact_count;
	uint64_t facts_more;
	struct job_fact fact[JOB_FACTS_MAX];
	char transcript[JOB_TRANSCRIPT_MAX]; /* redacted text, for people */
};
/* About 170 kB: on the heap, not on the stack. */
void job_result_put(struct wr *w, const struct job_result *j);
bool job_result_get(struct rd *r, struct job_result *j);

/* How the prober keeps its manners, for people: counters since its start, and who is left alone. */
enum { JOB_COUNTERS_MAX = 120, JOB_COUNTER_MAX = 40, JOB_HELD_MAX = 64 };
struct job_counter {
	char name[JOB_COUNTER_MAX];
	uint64_t value;
};
struct job_held {
	char host[RECORD_NAME_MAX];
	int64_t until;  /* microseconds UTC */
	uint8_t reason; /* enum budget_reason of visit/budget.h */
	uint32_t failures;
};
struct job_view {
	uint8_t count;
	struct job_counter counter[JOB_COUNTERS_MAX];
	uint32_t held_total; /* of them are here: */
	uint8_t held_count;
	struct job_held held[JOB_HELD_MAX];
};
void job_view_put(struct wr *w, const struct job_view *v);
bool job_view_get(struct rd *r, struct job_view *v);

#endif
