/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions to the DNS servers: one channel of c-ares on libevent. An answer that does not fit its datagram
 * is asked for again over TCP. Its sockets are closed whenever nothing is open on it, so each burst of
 * questions leaves from a port of its own; the case of the letters in a question is random, and an answer
 * must have it.
 */
#ifndef VISIT_RESOLVE_LINE_H
#define VISIT_RESOLVE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "visit/resolve_servers.h"

enum {
	RESOLVE_PATIENCE_MS = 3000, /* until a server that is silent is asked again, or another one is */
	RESOLVE_TRIES = 2,          /* of each server; the second one has twice the patience */
};

struct event_base;
struct resolve_line;

enum resolve_end {
	RESOLVE_ANSWERED,    /* with what is handed over, whatever it says */
	RESOLVE_IMPOSSIBLE,  /* no packet can hold that name: nobody was asked */
	RESOLVE_SILENT,      /* or an answer that is none */
	RESOLVE_UNREACHABLE, /* it was told at once that nobody is there */
	RESOLVE_LACKING,     /* we had no socket for it */
	RESOLVE_GONE,        /* resolve_line_free() */
};

typedef void resolve_end_fn(void *arg, enum resolve_end end, const uint8_t *answer, size_t n);

/* Each packet of a server, whatever it says, sets *heard to when it came (monotonic); borrowed. NULL: c-ares
 * does not start. */
struct resolve_line *resolve_line_new(struct event_base *base, const struct resolve_servers *servers,
				      int64_t *heard);
void resolve_line_free(struct resolve_line *l);         /* NULL-safe; what is open ends as RESOLVE_GONE */
size_t resolve_line_open(const struct resolve_line *l); /* questions */

/* `done` is called once, also from within this call. */
void resolve_line_ask(struct resolve_line *l, const char *name, int type, resolve_end_fn *done, void *arg);

#endif
