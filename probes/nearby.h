/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text in front of a place, one character at a time as people see it, and what is asked of it: where the
 * name in front begins, and whether the words before that name say that it is not the owner's (技术支持：).
 * Pure; linear.
 */
#ifndef PROBES_NEARBY_H
#define PROBES_NEARBY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NEARBY_MAX = 96 /* characters looked at */ };

/* Characters, and where each begins. */
struct nearby {
	uint32_t c[NEARBY_MAX];
	const char *at[NEARBY_MAX + 1];
	size_t n;
};

/* What stands in front of `mark`, not in front of `start`; a line end is '\n'. */
void nearby_look_back(struct nearby *w, const char *start, const char *mark);

/* Where the text that ends before position `last` (not 0) and may be a name begins. */
size_t nearby_name(const struct nearby *w, size_t last);

/* The label in front of position i speaks of somebody else: 技术支持：, 网站建设单位：. */
bool nearby_others(const struct nearby *w, size_t i);

/* Do n bytes hold a word of such a label? */
bool nearby_tells_others(const char *s, size_t n);

/* A sign that may stand between a name and what it belongs to. */
bool nearby_sign(uint32_t c);

/* Do n bytes hold one of these words? */
bool nearby_has(const char *s, size_t n, const char *const *words, size_t count);
#define NEARBY_HAS(s, n, words) nearby_has(s, n, words, sizeof(words) / sizeof((words)[0]))

#endif
