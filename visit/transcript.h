/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run asked and what it got, a line each, for people and for later proof: time, method, URL without
 * values, address, status, type, sizes, SHA-256 of the body. Never cookies, tokens, values of a query, text
 * of a page. Bounded: lines that find no room are counted in the last one. Pure: times are arguments.
 */
#ifndef VISIT_TRANSCRIPT_H
#define VISIT_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "visit/fetch.h"

enum { TRANSCRIPT_MAX = 16384 /* with NUL */ };

struct transcript {
	size_t used;
	uint64_t more;              /* lines that found no room */
	size_t wait_from, wait_end; /* the last wait, while no other line follows it */
	int64_t wait_since;
	char text[TRANSCRIPT_MAX];
};

void transcript_names(struct transcript *t, int64_t now, const char *host, const uint8_t (*addr)[16],
		      size_t count);
void transcript_request(struct transcript *t, int64_t now, const struct fetch_order *o);
/* Not asked again: transcript_reply() tells what was answered at `when`, in the same stay. */
void transcript_again(struct transcript *t, int64_t now, const struct fetch_order *o, int64_t when);
void transcript_reply(struct transcript *t, int64_t now, const struct fetch_reply *r);
/* Not asked, and why. */
void transcript_refused(struct transcript *t, int64_t now, const char *url, enum probe_outcome why);
/* A budget or the host asks to wait; only waits of a second and more get a line, one after the other the same
 * one. */
void transcript_waits(struct transcript *t, int64_t now, const char *host, int64_t us);
void transcript_remark(struct transcript *t, int64_t now, const char *remark);
/* The text, closed with the count of what is missing. */
const char *transcript_close(struct transcript *t);

#endif
