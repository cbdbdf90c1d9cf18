/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host said of its front page, kept for the other runs that ask the same of it in one stay: one answer
 * for all of them. Only as long as there are such runs, a few answers, bounded bytes. And, for a while, what
 * a host said that runs of many stays look at in passing. Pure: times are arguments.
 */
#ifndef VISIT_ANSWERS_H
#define VISIT_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "visit/fetch.h"

enum {
	ANSWERS_MAX = 8,                     /* of one stay */
	ANSWERS_BYTES_MAX = 1024 * 1024,     /* of them together */
	ANSWERS_ALL_MAX = 128 * 1024 * 1024, /* of all stays */
};

struct kept_answer;

struct answers {
	size_t wanted;     /* runs that are still to come: without any nothing is kept */
	size_t *all;       /* bytes of all stays; borrowed */
	uint64_t *refused; /* counts answers that found no room; borrowed */
	size_t count, bytes;
	struct kept_answer *kept[ANSWERS_MAX];
};

void answers_clear(struct answers *a);
/* Copies the reply to that order, if one who asks the same later may take it for his own: not what was asked
 * for in part or on a condition, and nobody's wish to wait. */
void answers_put(struct answers *a, const struct fetch_order *o, const struct fetch_reply *r, int64_t now);
/* What the order would get, and when it came; a HEAD is answered by what a GET got. NULL: it has to be sent.
 * Lent until answers_clear(); `out` is filled with it. */
bool answers_find(const struct answers *a, const struct fetch_order *o, struct fetch_reply *out,
		  int64_t *when);

#endif
