/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of a response, line by line as libcurl hands it over, and the fields that probes look at; names of
 * cookies, never their values. Bounded, no allocation, pure: a stranger wrote every byte.
 */
#ifndef VISIT_FETCH_HEAD_H
#define VISIT_FETCH_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/probe.h"

struct fetch_head {
	unsigned status, major; /* HTTP/major */
	bool complete;          /* the empty line after a final (not 1xx) response */
	bool has_length, chunked, encoded;
	bool layered;   /* more than one coding: a thousandfold of a thousandfold */
	bool has_range; /* a Content-Range that makes sense */
	uint64_t range_from, range_total;
	uint64_t bytes; /* of all heads, interim ones and trailers too */
	char content_type[PROBE_FIELD_MAX], server[PROBE_FIELD_MAX], generator[PROBE_FIELD_MAX];
	char powered_by[PROBE_FIELD_MAX];
	char location[PROBE_URL_MAX]; /* longer ones do not fit a URL either: then "" and location_long */
	bool location_long;
	char etag[PROBE_FIELD_MAX], last_modified[PROBE_FIELD_MAX], authenticate[PROBE_FIELD_MAX];
	char cookies[PROBE_FIELD_MAX];
};

/* False: over FETCH_HEAD_MAX. */
bool fetch_head_line(struct fetch_head *h, const char *line, size_t n);
/* Points into h. */
void fetch_head_answer(const struct fetch_head *h, struct probe_answer *a);

/* One certificate in PEM form (RFC 7468) -> DER. 0: none, or longer than PROBE_CERT_MAX. */
size_t fetch_pem(uint8_t out[PROBE_CERT_MAX], const char *pem);

#endif
