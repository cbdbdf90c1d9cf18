/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of one ask: its URL, those it was redirected to, and what was last said on the way. Each hop is
 * judged by the way alone: no loop, no end of the way in sight, no https that leads to another host's http,
 * be it by way of its own. Pure.
 */
#ifndef VISIT_WAY_H
#define VISIT_WAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/words.h"
#include "probes/probe.h"
#include "probes/url.h"

enum { WAY_HOPS_MAX = 5 /* redirects followed */ };

struct way {
	struct url url;            /* where it has come to */
	char secure[URL_HOST_MAX]; /* the last host on the way that was asked by https; "": none */
	char redirect[WAY_HOPS_MAX][PROBE_URL_MAX];
	int redirect_status[WAY_HOPS_MAX];
	size_t hops;
	bool answered;                /* the last response is this hop's, not that of the one before */
	int status;                   /* of the last response; 0: none */
	char location[PROBE_URL_MAX]; /* of it */
};

bool way_is_redirect(int status);
/* Goes on at the URL that the response names. PROBE_DONE: w->url is that one. Else why not; too_long: its
 * Location is no URL for its length. */
enum probe_outcome way_hop(struct way *w, const struct probe_answer *a, bool too_long);
/* The answer came from this URL, or else from the last one before it that answered. Points into w. */
void way_fill(const struct way *w, struct probe_answer *a);

#endif
