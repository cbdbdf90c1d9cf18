/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One HTTP request and its response, many sessions at once: libcurl's multi interface on the caller's event
 * base, HTTP/1.1 and HTTP/2, IPv4 and IPv6. Only GET and HEAD, only to the addresses it is given, no
 * redirects, no cookies, no credentials, no proxy, no file. A session asks one thing after the other and
 * keeps its connections for what comes next, a few, for seconds; they are its own alone, so that the address
 * and the certificates of an answer are always those of its connection. Nothing is sent twice. Whatever a
 * server does ends as one enum probe_outcome within the time, and takes no more memory than the caps say.
 */
#ifndef VISIT_FETCH_H
#define VISIT_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/probe.h"
#include "probes/url.h"

enum {
	FETCH_HEAD_MAX = 64 * 1024, /* bytes of all heads of a response */
	FETCH_ADDRESSES_MAX = 16,   /* that a connection is tried to */
	FETCH_CONNECT_SECONDS = 10, /* TCP and TLS together, if the whole has more time */
	FETCH_SLOW_SECONDS = 10,    /* below FETCH_SLOW_BYTES a second for so long is a timeout */
	FETCH_SLOW_BYTES = 16,
	FETCH_IDLE_SECONDS = 15,   /* a connection waits for the next request: longer than host_seconds */
	FETCH_LIFE_SECONDS = 300,  /* and is used for new ones, at most */
	FETCH_PADDING_MAX = 65536, /* compressed bytes of a body that tell nothing */
};

struct event_base;
struct fetch;
struct fetch_session;
struct transfer;

struct fetch_settings {
	const char *agent; /* User-Agent */
	const char *roots; /* PEM file; "": the machine's */
	uint32_t timeout;  /* seconds for one transfer */
	uint32_t idle;     /* seconds that a connection is kept for the next one; 0: no connection is */
};

struct fetch_order {
	const struct url *url;
	const uint8_t (*addr)[16]; /* the host's, all checked; the first FETCH_ADDRESSES_MAX are used */
	size_t addr_count;
	bool head, compressed, ranged;
	uint64_t from, to;           /* inclusive */
	const char *etag, *modified; /* "" or NULL: not conditional */
	uint32_t body_max;
	bool prefix; /* a body that is cut at body_max is no failure; a range never is */
	/* Asked right before each connect(2), and of a connection that is used again; false: not there. */
	bool (*may)(void *arg, const uint8_t addr[16]);
	void *arg; /* for may */
};

/* Borrowed until `done` returns. */
struct fetch_reply {
	struct probe_answer answer; /* without url and redirects */
	uint32_t retry_after;       /* seconds; 0: none */
	uint64_t received;          /* bytes of the body as they came, compressed */
	uint8_t peer[16];           /* address connected to */
	bool connected;             /* peer is one */
	bool reused;                /* over a connection that was there */
	bool dropped;               /* without a word, by who may be asked the same once more */
	bool unsent;                /* nothing left this machine: it lacked something, or the route there */
	bool location_long;         /* a Location that is no URL for its length; answer.location is "" */
	unsigned http;              /* 10, 11, 20; 0 without a response */
	const char *why;            /* libcurl's words for a failure, "" */
};

/* SIGPIPE is ignored from here on. NULL: the file of roots holds no certificate (only when one is named), or
 * libcurl does not start. */
struct fetch *fetch_new(struct event_base *base, const struct fetch_settings *settings);
void fetch_free(struct fetch *f); /* NULL-safe; no session may be open */

struct fetch_session *fetch_open(struct fetch *f);
void fetch_close(struct fetch_session *s); /* NULL-safe; with all its connections; also from `done` */
/* The address to which a connection is open that would be used. False: a new one would be made. */
bool fetch_peer(struct fetch_session *s, const struct url *u, uint8_t addr[16]);

/* `done` is called once, from the event loop, unless it is cancelled before. NULL: libcurl cannot begin (we
 * lack memory or descriptors). A session has one transfer at a time. */
struct transfer *fetch_begin(struct fetch_session *s, const struct fetch_order *order,
			     void (*done)(void *arg, const struct fetch_reply *r), void *arg);
void fetch_cancel(struct transfer *t); /* closes the session's connections at once */

#endif
