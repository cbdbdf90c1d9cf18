/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The message catalogue: what our processes say to each other, one struct and one put/get pair per
 * message. `_get` is exact: a missing or a left-over byte makes it false, and the link is given up.
 * Struct msg_text borrows from the frame and is not NUL-terminated; char arrays are copies.
 * No clock, no sockets: ipc/link.h carries the frames.
 */
#ifndef IPC_MSG_H
#define IPC_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/rd.h"
#include "base/wr.h"
#include "ipc/record.h"

/* Frame types. Peers are always of the same build, so numbers may change; beianctl's are 64 and above. */
enum msg_type {
	/* supervisor -> child */
	MSG_ARG = 1,  /* text: one argument of the role (interface, capture file); before START */
	MSG_TABLES,   /* empty, with a file: the data tables (daemon/tables.h); before START and RELOAD */
	MSG_ECH,      /* empty, with a file: what live sensors share (watch/ech.h); before START */
	MSG_START,    /* text: the configuration as conf_render() wrote it */
	MSG_PEER,     /* struct msg_peer, with the socket to that peer */
	MSG_RELOAD,   /* text: the new configuration */
	MSG_RELOADED, /* struct msg_result, to the store: what became of its RELOAD_ASK */
	MSG_ROLES,    /* struct msg_roles, to the store, for `status` */
	MSG_STOP,     /* empty: finish what was accepted, then leave */
	/* child -> supervisor */
	MSG_READY,      /* empty: set up, sandboxed, working */
	MSG_RELOAD_ASK, /* empty, from the store: as SIGHUP */
	/* supervisor or sensor -> store */
	MSG_EVENT, /* struct msg_event */
	/* sensor <-> store */
	MSG_HELLO,        /* struct msg_hello -> */
	MSG_WELCOME,      /* struct msg_welcome <-; again when the key rotates */
	MSG_SOURCE_BEGIN, /* struct msg_source -> */
	MSG_SOURCE_GO,    /* i64 source <- */
	MSG_OBSERVED,     /* struct msg_batch and its observations -> */
	MSG_ACK,        /* struct msg_ack <-: up to this batch the store has them; a live run's are on disk */
	MSG_COUNTERS,   /* struct msg_counters -> */
	MSG_SOURCE_END, /* struct msg_end -> */
	MSG_SOURCE_ENDED, /* struct msg_ended <-: on disk and judged, or not kept */
	/* store <-> notifier; notifier -> store answers each DELIVER once */
	MSG_DELIVER,   /* struct msg_deliver -> */
	MSG_DELIVERED, /* struct msg_delivered <- */
	/* store <-> prober; the prober answers each JOB once */
	MSG_JOB,          /* struct job (ipc/job.h) -> */
	MSG_JOB_RESULT,   /* struct job_result <- */
	MSG_JOB_BEGUN,    /* i64 job <-: its first request is about to leave */
	MSG_PROBE_PAUSE,  /* empty -> end what is under way at once, and begin nothing; <- no more jobs, I
			     leave */
	MSG_PROBE_RESUME, /* empty -> */
	MSG_PROBE_VIEW,   /* struct job_view <-, once in a while */
	/* beianctl <-> store, over the control socket */
	MSG_REQUEST = 64, /* struct msg_request, perhaps with a file */
	MSG_REPLY_LINE,   /* text: one JSON object, or the last part of one */
	MSG_REPLY_END,    /* struct msg_result: exit code and error line */
	/* before DELIVER and REPLY_LINE whose text does not fit into one frame */
	MSG_PART, /* text: the next bytes of it */
};

enum {
	MSG_LABEL_MAX = 64,       /* "sensor[eth0]" with NUL */
	MSG_TEXT_MAX = 60000,     /* text in one frame; longer ones are cut into PARTs */
	MSG_WHOLE_MAX = 16 << 20, /* a text put together again */
	MSG_BATCH_MAX = 512,      /* observations in a frame */
	MSG_COUNTERS_MAX = 200,
	MSG_ROLES_MAX = 72,
	MSG_ARGS_MAX = 64,
	MSG_WHY_MAX = 512,
};

struct msg_text {
	const char *p;
	size_t n;
};

void msg_text_put(struct wr *w, const char *s, size_t n);
bool msg_text_get(struct rd *r, struct msg_text *t);

struct msg_peer {
	uint8_t role; /* enum role_id of daemon/powers.h */
	char label[MSG_LABEL_MAX];
};
void msg_peer_put(struct wr *w, const struct msg_peer *m);
bool msg_peer_get(struct rd *r, struct msg_peer *m);

struct msg_result {
	uint8_t code; /* as an exit status: 0 done, 1 failed, 2 usage */
	char why[MSG_WHY_MAX];
};
void msg_result_put(struct wr *w, const struct msg_result *m);
bool msg_result_get(struct rd *r, struct msg_result *m);

struct msg_role {
	char label[MSG_LABEL_MAX];
	uint32_t pid; /* 0: not running at the moment */
	uint32_t restarts;
	int64_t since; /* microseconds UTC of its last start */
};
struct msg_roles {
	uint8_t count;
	struct msg_role role[MSG_ROLES_MAX];
};
void msg_roles_put(struct wr *w, const struct msg_roles *m);
bool msg_roles_get(struct rd *r, struct msg_roles *m);

struct msg_hello {
	char label[MSG_LABEL_MAX];
	uint8_t replay; /* 0 or 1 */
};
void msg_hello_put(struct wr *w, const struct msg_hello *m);
bool msg_hello_get(struct rd *r, struct msg_hello *m);

struct msg_welcome {
	int64_t epoch;
	struct hash_key key;
	uint8_t sha256; /* 1: captures must be told by their SHA-256 too (struct msg_end) */
};
void msg_welcome_put(struct wr *w, const struct msg_welcome *m);
bool msg_welcome_get(struct rd *r, struct msg_welcome *m);

struct msg_source {
	char name[256]; /* interface, or the capture's file name */
};
void msg_source_put(struct wr *w, const struct msg_source *m);
bool msg_source_get(struct rd *r, struct msg_source *m);

struct msg_batch {
	int64_t source;
	uint64_t seq; /* from 1 */
	uint16_t count;
};
/* Starts a batch without observations; msg_batch_add() adds one, or leaves all as it was and is false when
 * the frame is full. After msg_batch_get() as many observations follow for observation_get(), then nothing.
 */
void msg_batch_put(struct wr *w, const struct msg_batch *m);
bool msg_batch_add(struct wr *w, const struct observation *o);
bool msg_batch_get(struct rd *r, struct msg_batch *m);

struct msg_ack {
	int64_t source;
	uint64_t seq;
};
void msg_ack_put(struct wr *w, const struct msg_ack *m);
bool msg_ack_get(struct rd *r, struct msg_ack *m);

struct msg_counter {
	char name[48];
	uint64_t value;
};
struct msg_counters {
	int64_t source;
	uint8_t count;
	struct msg_counter counter[MSG_COUNTERS_MAX];
};
void msg_counters_put(struct wr *w, const struct msg_counters *m);
bool msg_counters_get(struct rd *r, struct msg_counters *m);

struct msg_end {
	int64_t source;
	char digest[HASH_HEX_SIZE]; /* hash_stream of a capture; "": a live run, or a capture that is given up
				     */
	char sha256[HASH_HEX_SIZE]; /* "" when it was not asked for */
};
void msg_end_put(struct wr *w, const struct msg_end *m);
bool msg_end_get(struct rd *r, struct msg_end *m);

enum msg_verdict { MSG_TAKEN, MSG_KNOWN /* counted before */, MSG_GIVEN_UP, MSG_VERDICT_COUNT };
struct msg_ended {
	int64_t source;
	uint8_t verdict;
};
void msg_ended_put(struct wr *w, const struct msg_ended *m);
bool msg_ended_get(struct rd *r, struct msg_ended *m);

void msg_id_put(struct wr *w, int64_t id);
bool msg_id_get(struct rd *r, int64_t *id);

/* A trouble began or ended. */
struct msg_event {
	uint8_t trouble;          /* enum trouble */
	uint8_t raised;           /* 0: it ended */
	int64_t since;            /* microseconds UTC of its begin */
	char what[MSG_LABEL_MAX]; /* which interface or worker; of a sensor the store knows it by its link */
	char text[MSG_WHY_MAX];   /* one line for people */
};
void msg_event_put(struct wr *w, const struct msg_event *m);
bool msg_event_get(struct rd *r, struct msg_event *m);

struct msg_deliver {
	int64_t id; /* outbox row; ids of one sink only grow, and are sent again from the oldest after a
		       failure */
	char sink[16];
	uint8_t anew;            /* 1: the oldest again; what was held back behind a failure is free */
	struct msg_text payload; /* one JSON line, or the last part of one */
};
void msg_deliver_put(struct wr *w, const struct msg_deliver *m);
bool msg_deliver_get(struct rd *r, struct msg_deliver *m);

enum msg_outcome {
	MSG_OUTCOME_OK,
	MSG_OUTCOME_FAILED, /* tried */
	MSG_OUTCOME_HELD,   /* not tried: an older one of this sink must go first */
	MSG_OUTCOME_COUNT,
};
struct msg_delivered {
	int64_t id;
	char sink[16];
	uint8_t outcome;
	char why[MSG_WHY_MAX];
};
void msg_delivered_put(struct wr *w, const struct msg_delivered *m);
bool msg_delivered_get(struct rd *r, struct msg_delivered *m);

struct msg_request {
	uint8_t argc;
	struct msg_text argv[MSG_ARGS_MAX]; /* command words first; none holds a NUL */
};
void msg_request_put(struct wr *w, const struct msg_request *m);
bool msg_request_get(struct rd *r, struct msg_request *m);

#endif
