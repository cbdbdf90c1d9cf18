/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One HTTP request and its response, many at once: libcurl's multi interface on the caller's event base,
 * HTTP/1.1 and HTTP/2, IPv4 and IPv6. Only GET and HEAD, only to the addresses it is given, no redirects, no
 * cookies, no credentials, no proxy, no file. Each transfer has a connection of its own, so that the address
 * and the certificates of an answer are always its own. Whatever a server does ends as one enum probe_outcome
 * within the time, and takes no more memory than the caps say.
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
};

struct event_base;
struct fetch;
struct transfer;

struct fetch_settings {
	const char *agent; /* User-Agent */
	const char *roots; /* PEM file; "": the machine's */
	uint32_t timeout;  /* seconds for one transfer */
	/* Asked right before each connect(2); false: not there. */
	bool (*may)(void *arg, const uint8_t addr[16]);
	void *arg;
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
};

/* Borrowed until `done` returns. */
struct fetch_reply {
	struct probe_answer answer; /* without url and redirects */
	uint32_t retry_after;       /* seconds; 0: none */
	uint64_t received;          /* bytes of the body as they came, compressed */
	uint8_t peer[16];           /* address connected to */
	bool connected;             /* peer is one */
	bool location_long;         /* a Location that is no URL for its length; answer.location is "" */
	unsigned http;              /* 10, 11, 20; 0 without a response */
	const char *why;            /* libcurl's words for a failure, "" */
};

/* SIGPIPE is ignored from here on. NULL: the file of roots holds no certificate (only when one is named), or
 * libcurl does not start. */
struct fetch *fetch_new(struct event_base *base, const struct fetch_settings *settings);
void fetch_free(struct fetch *f); /* NULL-safe; no transfer may be under way */

/* `done` is called once, from the event loop, unless it is cancelled before. NULL: libcurl refuses the URL.
 */
struct transfer *fetch_begin(struct fetch *f, const struct fetch_order *order,
			     void (*done)(void *arg, const struct fetch_reply *r), void *arg);
void fetch_cancel(struct transfer *t); /* closes the connection at once */

#endif
