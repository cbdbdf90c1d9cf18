/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What heads of requests and of responses share (RFC 9112 sections 2.1 and 5): lines, field lines with their
 * folds, where the head ends. Everything found points into the head, or into the fold room of the caller.
 */
#ifndef DISSECT_HTTP_HEAD_H
#define DISSECT_HTTP_HEAD_H

#include "base/rd.h"
#include "dissect/proto.h"

enum { HTTP_HEAD_FOLD_MAX = 2048 };

/* A field that is wanted: its name in lower case, and where its struct dissect_str is in the caller's struct.
 */
struct http_head_row {
	const char *name;
	size_t length, at;
};
#define HTTP_HEAD_ROW(text, type, member)                                                                    \
	{                                                                                                    \
		text, sizeof(text) - 1, offsetof(type, member)                                               \
	}

/* Room for values that had to be unfolded. */
struct http_head_fold {
	size_t n;
	uint8_t bytes[HTTP_HEAD_FOLD_MAX];
};

/* RFC 9110 section 5.6.2 */
bool http_head_is_tchar(uint8_t c);
static inline bool http_head_is_space(uint8_t c) { return c == ' ' || c == '\t'; }
static inline bool http_head_is_break(uint8_t c) { return c == '\r' || c == '\n'; }

struct dissect_str http_head_trim(struct dissect_str s);
/* Equal without regard to ASCII case, whatever the locale: a Turkish one has an I of its own. */
bool http_head_is_word(struct dissect_str s, const char *word);
/* Is the word in the comma-separated list (RFC 9110 section 5.6.1), parameters behind it or not? */
bool http_head_has_word(struct dissect_str list, const char *word);
bool http_head_starts(struct dissect_str s, const char *text);
/* Digits up to anything else; false when there is none or they do not fit. */
bool http_head_number(struct dissect_str s, unsigned base, uint64_t *out);

/* Line breaks at the front: empty lines before a head are passed over (RFC 9112 section 2.2). */
size_t http_head_breaks(const uint8_t *p, size_t n);
/* Where the head ends, or 0. `from`: everything before it was looked at in an earlier call. */
size_t http_head_end(const uint8_t *p, size_t n, size_t from);
/* The next line without its end, which is taken too. Fails when there is no LF. */
struct dissect_str http_head_line(struct rd *r);
/* The field lines up to the empty line or the end; of a repeated field the first counts. Returns how many
 * lines were no field. */
unsigned http_head_fields(struct rd *r, const struct http_head_row *rows, size_t count, void *into,
			  struct http_head_fold *fold);

#endif
