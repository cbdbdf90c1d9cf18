/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * robots.txt (RFC 9309): the rules that hold for one user agent, and what they say of a path. Pure, of fixed
 * size, no pointers: it may be copied and kept. What finds no room is counted, and then only what a kept rule
 * allows by name is allowed. Whether a robots.txt must be read at all is the caller's: RFC 9309 section 2.3.1
 * (404: all allowed; 5xx and unreachable: nothing is).
 */
#ifndef VISIT_ROBOTS_H
#define VISIT_ROBOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ROBOTS_PARSE_MAX = 500 * 1024, /* bytes looked at: RFC 9309 section 2.5 */
	ROBOTS_RULES_MAX = 1024,
	ROBOTS_TEXT_MAX = 32 * 1024, /* bytes of all rules that are kept */
	ROBOTS_PATH_MAX = 2048,      /* longer paths are not allowed */
	ROBOTS_DELAY_MAX = 300,      /* seconds */
};

struct robots_rule {
	uint16_t at, len; /* in text */
	bool allow;
};

struct robots {
	uint32_t delay; /* Crawl-delay in seconds, rounded up, at most ROBOTS_DELAY_MAX; 0: none */
	uint32_t more;  /* rules that found no room */
	uint16_t count, used;
	struct robots_rule rule[ROBOTS_RULES_MAX];
	char text[ROBOTS_TEXT_MAX];
};

/* The rules for `agent`, a product token ("beiand"), else those for "*". Any bytes will do: what is not
 * understood is skipped. */
void robots_parse(struct robots *r, const char *text, size_t n, const char *agent);
/* `path` of the URL with its query, "" is "/". */
bool robots_allows(const struct robots *r, const char *path);

#endif
