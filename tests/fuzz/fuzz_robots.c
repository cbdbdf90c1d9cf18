/* fuzz: visit probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* robots.txt behind its first line, which is the path that is asked for. What is kept lies within its room,
 * and a path means the same however its letters are encoded. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "visit/robots.h"

#define MUST(x)                                                                                              \
	do {                                                                                                 \
		if (!(x))                                                                                    \
			abort();                                                                             \
	} while (0)

/* Letters as %XX, which says the same (RFC 3986 section 6.2.2.2). */
static void encode_letters(char *out, size_t cap, const char *path)
{
	size_t at = 0;

	for (; *path && at + 4 < cap; path++) {
		if (path[0] == '%' && path[1] && path[2]) {
			memcpy(out + at, path, 3);
			at += 3, path += 2;
		} else if ((*path | 0x20) >= 'a' && (*path | 0x20) <= 'z') {
			at += (size_t)snprintf(out + at, 4, "%%%02x", (unsigned char)*path);
		} else {
			out[at++] = *path;
		}
	}
	out[at] = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct robots r;
	char path[512] = "/", same[2048];
	const uint8_t *line = memchr(data, '\n', size);
	size_t n = line ? (size_t)(line - data) : 0;
	uint8_t *copy = malloc(size);

	if (line && n < sizeof(path)) {
		memcpy(path, data, n);
		path[n] = '\0';
	}
	memcpy(copy, data, size);
	robots_parse(&r, (const char *)copy, size, "beiand");
	MUST(r.count <= ROBOTS_RULES_MAX && r.used <= ROBOTS_TEXT_MAX && r.delay <= ROBOTS_DELAY_MAX);
	for (size_t i = 0; i < r.count; i++)
		MUST(r.rule[i].len > 0 && r.rule[i].at + r.rule[i].len <= r.used);
	encode_letters(same, sizeof(same), path);
	if (strchr(path, '%') == NULL && strcmp(path, "/robots.txt") != 0)
		MUST(robots_allows(&r, path) == robots_allows(&r, same));
	else
		robots_allows(&r, path);
	free(copy);
	return 0;
}
