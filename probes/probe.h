/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a probe is: a row of probes/registry.c with one function that says what to fetch next, and turns what
 * came back into typed facts. Pure: no sockets, no clock, no log; visit/visit.c asks, politely, and checks
 * the scope of every hop, so a probe cannot reach what its job may not. Everything in an answer is a
 * stranger's. Times are microseconds UTC. Facts: ../base/words.h (enum fact), each value printable UTF-8 of
 * bounded length.
 */
#ifndef PROBES_PROBE_H
#define PROBES_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "probes/list.h"

struct fingerprints;
struct general;

enum {
	PROBE_NAME_MAX = 256,          /* of a subject, with NUL */
	PROBE_URL_MAX = 2048,          /* with NUL; longer ones are refused */
	PROBE_VALUE_MAX = 512,         /* of a fact's value, with NUL: longer text is cut at a character */
	PROBE_NOTE_MAX = 256,          /* of what stands beside it, with NUL */
	PROBE_FACTS_MAX = 200,         /* facts of one run; more are counted */
	PROBE_ASKS_MAX = 24,           /* requests of one run, without redirects and robots.txt */
	PROBE_BODY_MAX = 512 * 1024,   /* bytes of a body, decompressed */
	PROBE_CERTS_MAX = 8,           /* certificates of a chain */
	PROBE_CERT_MAX = 16 * 1024,    /* bytes of one in DER form */
	PROBE_FIELD_MAX = 1024,        /* of a header field's value, with NUL */
	PROBE_STATE_MAX = 1024 * 1024, /* bytes of a probe's own state */
};

/* One typed statement. `note` says what stood beside it: the owner's name next to a number, the attribute a
 * link was found in; "" when there is nothing to say. */
struct probe_fact {
	enum fact type;
	uint8_t confidence; /* percent, 1..100 */
	char value[PROBE_VALUE_MAX];
	char note[PROBE_NOTE_MAX];
};

struct probe_facts {
	struct probe_fact *fact; /* PROBE_FACTS_MAX of them, the caller's memory */
	size_t count;
	uint64_t more; /* facts that found no room */
	const struct general
		*general;  /* whose identifiers are no facts of this run (probes/general.h); NULL: none */
	uint64_t others;   /* identifiers left out: of those, or of whom the text speaks as another's */
	uint64_t examples; /* and those of manuals */
};

/* Adds a fact: text of n bytes is trimmed, blanks folded, what is not printable UTF-8 dropped, cut to size.
 * The same (type, value) once: the higher confidence and the first note stay. False: empty text; counted: no
 * room, or an identifier of `general`. */
bool probe_fact_add(struct probe_facts *f, enum fact type, unsigned confidence, const char *text, size_t n);
/* The same with a note. */
bool probe_fact_note(struct probe_facts *f, enum fact type, unsigned confidence, const char *text, size_t n,
		     const char *note, size_t note_n);

/* A request that a probe wants made. GET, or HEAD; nothing else exists. */
struct probe_ask {
	char url[PROBE_URL_MAX]; /* absolute, http or https */
	bool head;
	bool follow;      /* redirects, within scope, at most five */
	bool compressed;  /* offers gzip and deflate; never together with a range */
	bool conditional; /* sends the job's ETag and Last-Modified */
	bool ranged;      /* asks for bytes from..to (inclusive) only; a server that sends all is cut off */
	uint64_t from, to;
	uint32_t body_max; /* bytes; 0: PROBE_BODY_MAX */
	bool prefix;       /* a body cut at body_max is still an answer */
	bool aside;        /* of a host that many subjects share: its being left alone is not the subject's */
};

/* What came back. Everything is borrowed until the next call; strings are "" when absent, headers are raw
 * bytes. */
struct probe_answer {
	enum probe_outcome outcome; /* PROBE_DONE: a final response came, of whatever status */
	int status;                 /* HTTP status, 0 without a response */
	const char *url;            /* that the response came from, after redirects */
	const char *content_type, *server, *location, *generator, *etag, *last_modified, *authenticate;
	const char *cookies; /* names of the cookies set, separated by blanks; never their values */
	const uint8_t *body;
	size_t size;
	bool truncated;      /* the body is longer than `size` */
	uint64_t total;      /* of a range: the whole size, from Content-Range; else the body's; 0: unknown */
	uint64_t range_from; /* first byte of the range that came */
	/* certificates as the server sent them, leaf first, of the connection that this response came over */
	const uint8_t *cert[PROBE_CERTS_MAX];
	size_t cert_size[PROBE_CERTS_MAX];
	size_t cert_count;
	long verify;             /* X509_V_* of the chain by the machine's roots; names are not looked at */
	const char *redirect[5]; /* URLs gone through on the way, first first */
	int redirect_status[5];  /* with which each of them led on */
	size_t redirect_count;
};

struct probe_run {
	/* the job: what to look at */
	enum subject_kind kind;
	const char *name;   /* the subject's: a host, an appid, a package */
	const char *target; /* URL to look at instead of the subject's own; "" none */
	const char *base;   /* configured endpoint of the probe (wechat record page, iTunes); "" none */
	const struct fingerprints *fingerprints; /* conf/data.h; NULL: none */
	const struct general *general;           /* the same */
	int64_t now;
	uint32_t chance; /* that the host's neighbour is made with: base/neighbour.h */
	void *state;     /* probe->state_size zeroed bytes for the probe's own use over the run */
	/* what came of the last ask; NULL in the first call */
	const struct probe_answer *answer;
	/* results */
	struct probe_facts *facts;
	enum probe_outcome
		outcome; /* preset from the last answer; a probe may say more: PROBE_UNRECOGNISED */
	char remark[PROBE_NOTE_MAX]; /* one line for the transcript: why it stopped, what it could not read */
};

struct probe {
	const struct probe_row *row; /* in probes/list.c: what the store and people know of it */
	size_t state_size;           /* <= PROBE_STATE_MAX */
	/* Fills `ask` and returns true: fetch it and call again with its answer. False: done. */
	bool (*next)(struct probe_run *run, struct probe_ask *ask);
	void (*end)(struct probe_run *run); /* frees what state holds; NULL: nothing. Called once, also when
					       cut short */
};

/* What a status means for a run: PROBE_DONE (2xx; 404 and 410 too: that nothing is there is an answer),
 * PROBE_UNCHANGED (304), PROBE_HELD_BACK (429, 503), else PROBE_HTTP_ERROR. RFC 9110 section 15. */
enum probe_outcome probe_status(int status);
/* A whole 2xx answer to look into? If not, run->outcome says why, by its status. */
bool probe_answered(struct probe_run *run);
/* The ask for a fixed path of the subject's host: "https", "/favicon.ico". False: no such URL can be made. */
bool probe_ask_path(const struct probe_run *run, struct probe_ask *ask, const char *scheme, const char *path);
/* The ask for the subject at the probe's configured endpoint. */
bool probe_ask_base(const struct probe_run *run, struct probe_ask *ask);

/* probes/registry.c: those that run, by the rows of probes/list.h. */
extern const struct probe *const probe_rows[PROBE_ID_COUNT];
const struct probe *probe_find(const char *name); /* NULL: none of that name */

#endif
