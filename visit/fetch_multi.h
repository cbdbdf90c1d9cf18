/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcurl's multi interface on libevent: socket and timer callbacks, one transfer at a time. What it holds of
 * connections goes with it.
 */
#ifndef VISIT_FETCH_MULTI_H
#define VISIT_FETCH_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

enum { FETCH_IDLE_MAX = 2 /* connections that are kept after their transfer */ };

struct event;
struct event_base;

/* Stays where it is while it is open. */
struct fetch_multi {
	struct event_base *base;
	CURLM *curl; /* NULL: closed */
	struct event *timer;
	uint64_t turn; /* counts calls of libcurl */
	/* The transfer is over. May close or free m: nothing touches it afterwards. */
	void (*done)(void *arg, CURL *easy, CURLcode code);
	void *arg;
};

bool fetch_multi_open(struct fetch_multi *m);  /* true when it is; false: no descriptors are left */
void fetch_multi_close(struct fetch_multi *m); /* all connections, too; harmless when it is closed */

#endif
