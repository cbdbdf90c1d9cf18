/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * URLs as they are asked for: http and https only, no user info, the host as an A-label in lower case without
 * a final dot, or an address in its usual spelling, whatever odd one it came in; no fragment. Parsed by
 * libcurl's URL API, which is what sends them, so both read a URL alike. Pure.
 */
#ifndef PROBES_URL_H
#define PROBES_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/probe.h"

enum { URL_HOST_MAX = 256, URL_ORIGIN_MAX = 280 };

struct url {
	char text[PROBE_URL_MAX]; /* the whole, as it is sent */
	char host[URL_HOST_MAX];  /* IPv6 without brackets */
	size_t path;              /* where path and query start in text */
	unsigned port;
	bool https;
	bool literal; /* the host is an address */
	uint8_t addr[16];
};

/* False: not one that could be asked. */
bool url_parse(struct url *u, const char *text) __attribute__((warn_unused_result));
/* A reference (RFC 3986 section 5) as a Location field holds it: n raw bytes, blanks around them. */
bool url_join(struct url *u, const struct url *base, const char *reference, size_t n)
	__attribute__((warn_unused_result));

const char *url_path(const struct url *u); /* with its query, at least "/" */
bool url_is_root(const struct url *u);     /* "/" and no query */
/* "https://example.edu.cn:443": by which robots.txt is kept */
void url_origin(const struct url *u, char out[URL_ORIGIN_MAX]);
bool url_equal(const struct url *a, const struct url *b);
/* Do their hosts lie below one name that somebody registered? By its form alone: example.com, example.edu.cn.
 */
bool url_akin(const struct url *a, const struct url *b);

#endif
