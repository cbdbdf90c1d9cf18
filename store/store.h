/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the store does, whoever runs it: the store process, or beianctl with --db and no daemon.
 * It owns the database (db/) and applies policy/. No sockets and no event loop here: daemon/store.c
 * brings frames in and takes deliveries out. Every public call is one transaction or none.
 * Errors: 0 or negative errno, with one Chinese line in `error` that says what to do.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/probe_row.h"
#include "conf/conf.h"
#include "conf/data.h"
#include "ipc/job.h"
#include "ipc/record.h"

enum { STORE_ERROR_MAX = 512 };

struct store;

/* Opens (creates, migrates) the database of conf->store.database. conf and data are borrowed for the store's
 * life. read_only: no migration, no writing; a database of another schema version is refused. */
struct store *store_open(const struct conf *conf, const struct data *data, bool read_only,
			 char error[STORE_ERROR_MAX]);
void store_close(struct store *s);              /* NULL-safe; checkpoints the WAL */
const char *store_error(const struct store *s); /* of the last failed call */
/* After SIGHUP: judge by these from now on. */
void store_configure(struct store *s, const struct conf *conf, const struct data *data);

/* -- sources: a live sensor's run, or one capture ------------------------------------------------ */
/*
 * What a source observes is gathered in memory and written in few large transactions: that of a live run by
 * store_flush(), that of a capture when it ends, or when memory for it is full. A capture counts from its end
 * on, whole or not at all; what one that was cut short had written is taken back when the next one begins.
 * After a failure of store_flush() and store_source_end() the source is not running any more.
 */
int store_source_begin(struct store *s, const char *name, bool replay, int64_t *source)
	__attribute__((warn_unused_result));
/* The observations of one batch in the form of the wire; seq counts from 1 per source, and a repeated one
 * changes nothing. -EBADMSG: they do not parse, nothing of the batch is kept. */
int store_take(struct store *s, int64_t source, uint64_t seq, struct rd *batch, size_t n)
	__attribute__((warn_unused_result));
/* Bytes that wait in memory for store_flush(). */
size_t store_waiting(const struct store *s, int64_t source);
int store_flush(struct store *s, int64_t source) __attribute__((warn_unused_result));
/* The same for observations at hand; those of a live run are written at once. */
int store_batch(struct store *s, int64_t source, uint64_t seq, const struct observation *o, size_t n)
	__attribute__((warn_unused_result));
/* Named counters of a sensor (packets, kernel_drop, reasons...), absolute values; for `status`. Those of a
 * live run are written at once, with all that waits. */
struct store_counter {
	char name[48];
	uint64_t value;
};
enum { STORE_COUNTERS_MAX = 200 };
int store_counters(struct store *s, int64_t source, const struct store_counter *c, size_t n)
	__attribute__((warn_unused_result));

/* What a capture is known by. NULL where there is none. */
struct store_identity {
	const char *digest; /* hash_stream of all its bytes; without one the capture is given up */
	const char *sha256; /* for databases that knew captures by it: store_wants_sha256() */
};
enum store_verdict {
	STORE_TAKEN,    /* it counts, and was judged */
	STORE_KNOWN,    /* this capture counted before: nothing of it was kept */
	STORE_GIVEN_UP, /* no digest: nothing of it was kept */
};
/* Ends the source and judges, in one transaction. id: NULL for a live run. */
int store_source_end(struct store *s, int64_t source, const struct store_identity *id,
		     enum store_verdict *verdict) __attribute__((warn_unused_result));
/* Does the database hold captures that an older beiand took, and knows by SHA-256? */
int store_wants_sha256(struct store *s, bool *wants) __attribute__((warn_unused_result));

/* The client-pseudonym key for live sensors and its epoch; made, kept in a 0600 file beside the
 * database and rotated after store.key_days here. Replays use the fixed key, epoch 0. */
int store_client_key(struct store *s, bool replay, int64_t now, struct hash_key *key, int64_t *epoch)
	__attribute__((warn_unused_result));

/* -- judgement ---------------------------------------------------------------------------------- */
/* Judges if anything changed since the last time (observations, filings, decisions, configuration). */
int store_judge(struct store *s) __attribute__((warn_unused_result));

/* -- outbox: alert events that sinks must still get ------------------------------------------------ */
struct store_delivery {
	int64_t id;    /* outbox row */
	char sink[16]; /* "file" "syslog" */
	char *payload; /* one JSON line without newline; malloc'd, the caller frees */
};
/* Up to max undelivered entries with id > after for one sink, oldest first. Returns the count or negative
 * errno. */
int store_outbox(struct store *s, const char *sink, int64_t after, struct store_delivery *out, size_t max);
int store_delivered(struct store *s, int64_t id, bool ok, const char *why)
	__attribute__((warn_unused_result));
int store_outbox_pending(struct store *s, uint64_t *count) __attribute__((warn_unused_result));

/* -- events: what the service finds wrong with itself, told to every sink -------------------------------- */
struct store_event {
	enum trouble trouble;
	const char *what; /* which interface, worker ...; "" when there is but one */
	bool raised;      /* false: it ended */
	int64_t since;    /* of its begin, microseconds UTC */
	const char *text; /* one line for people */
};
/* What was told already is no news: nothing is sent for it. */
int store_event(struct store *s, const struct store_event *e) __attribute__((warn_unused_result));
/* Whoever watched is gone: those of these kinds (1u << TROUBLE_...) that stand for `what` (NULL: whatever it
 * is) end here, with this text. */
int store_events_forget(struct store *s, unsigned kinds, const char *what, const char *text)
	__attribute__((warn_unused_result));

/* -- probes: what is asked of whom (store/plan.c), what was learnt (store/learn.c) ------------------ */
/* Which probes there are (probes/list.h); copied, their names are not. Without them nothing is planned. Jobs
 * are planned by every judgement while [probe] enabled is on. */
void store_probes(struct store *s, const struct probe_row *rows, size_t n, probe_preview_fn *preview);
/* Hands out jobs that are due, a person's first, then fresh ones, and keeps on disk that it did. Those of one
 * subject stand side by side, with what is nearly due of it: one visit for all, `visits` of them at most.
 * Returns the count, or negative errno; none while paused, or with probing off. The hours are the caller's
 * affair. */
int store_jobs(struct store *s, int64_t now, struct job *out, size_t max, size_t visits);
/* When the next job falls due (microseconds UTC); INT64_MAX: none is waiting, paused, or off. */
int store_jobs_due(struct store *s, int64_t *when) __attribute__((warn_unused_result));
/* What became of a job: facts, transcript, when to ask again. A job that is not out (unknown, or answered
 * already) is -ENOENT, counted, and nothing else changes. New facts make the next judgement due: schedule it
 * as after a batch. */
int store_job_result(struct store *s, int64_t now, const struct job_result *r)
	__attribute__((warn_unused_result));
/* A new store begins, and nobody knows what was asked: what was handed out counts as PROBE_LOST, and is asked
 * again after the retry interval (store/schedule.c), not before. */
int store_jobs_lost(struct store *s, int64_t now) __attribute__((warn_unused_result));
/* What was out when a prober died under a store that lives. */
enum store_fate {
	STORE_FATE_BACK,   /* nothing was sent for it: due as it was */
	STORE_FATE_LOST,   /* it was asked: PROBE_LOST; PROBE_POISON when it was lost the last time, too */
	STORE_FATE_POISON, /* the prober died of it again and again: PROBE_POISON */
};
struct store_fallen {
	int64_t job;
	enum store_fate fate;
};
/* A fate becomes STORE_FATE_POISON where the job was lost the last time, too. */
int store_jobs_fallen(struct store *s, int64_t now, struct store_fallen *f, size_t n)
	__attribute__((warn_unused_result));
bool store_probes_paused(const struct store *s); /* as of the last call that looked */
/* The daemon says whether its prober runs; a store that nobody told takes it for granted. */
void store_prober(struct store *s, bool runs);
/* "on", "off", "paused", or "down": it is on, but there is no prober. */
const char *store_probing(const struct store *s);

/* -- commands of beianctl (ipc/command.h) ---------------------------------------------------------- */
struct store_reply {
	void (*line)(void *arg, const char *json); /* one JSON object, no newline; any number of times */
	void *arg;
	char error[STORE_ERROR_MAX]; /* set when the exit code is 1 or 2 */
};
/* argv as beianctl got it after the command's words, without --json; fd: the file for `filings import`, else
 * -1 (not closed). Extra JSON lines of the daemon's own (status) are its affair. Returns the exit code 0, 1
 * or 2. */
int store_answer(struct store *s, const char *command, int argc, char *const argv[], int fd,
		 struct store_reply *r);
/* The same in turns, for who has others to attend to: while *later is not NULL the answer is not over, the
 * exit code means nothing yet, and store_answer_on() goes on for a moment. argv and fd are not needed then.
 */
struct answer;
int store_answer_begin(struct store *s, const char *command, int argc, char *const argv[], int fd,
		       struct store_reply *r, struct answer **later);
int store_answer_on(struct answer **later, struct store_reply *r);
/* Whoever asked has gone. */
void store_answer_drop(struct answer *later);

/* `beianctl probe WHAT`: a person asks for a host, URL or identifier. Makes the jobs that it takes, due at
 * once and before all others; each is then to be waited for and told. An exit code, with `error` set when it
 * is not 0: out of scope, opted out, paused, nothing fits. */
enum { STORE_ASK_MAX = 16 };
int store_probe_ask(struct store *s, int64_t now, const char *what, int64_t job[STORE_ASK_MAX], size_t *count,
		    char error[STORE_ERROR_MAX]);
/* Lines about one job: itself, its facts, the newest transcript. r->error says in one line why its last run
 * got no answer of whom it asked, "" when it got one: a page, an HTTP error, a robots.txt that refuses. */
int store_probe_tell(struct store *s, int64_t job, struct store_reply *r) __attribute__((warn_unused_result));

#endif
