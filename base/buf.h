/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growable bytes for output that is not on the packet path: JSON lines, messages.
 * Always NUL-terminated behind `len`. Owns its bytes; buf_clear() frees them.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *p;
	size_t len, cap;
};

/* Makes room for n more bytes and the NUL. */
void buf_room(struct buf *b, size_t n);

static inline void buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (b->p == NULL || b->cap - b->len <= n)
		buf_room(b, n);
	if (n > 0)
		memcpy(b->p + b->len, bytes, n);
	b->len += n;
	b->p[b->len] = '\0';
}

/* Room for n bytes behind the last, to be written there directly; buf_wrote() takes those that were. */
static inline char *buf_space(struct buf *b, size_t n)
{
	if (b->p == NULL || b->cap - b->len <= n)
		buf_room(b, n);
	return b->p + b->len;
}

static inline void buf_wrote(struct buf *b, size_t n)
{
	b->len += n;
	b->p[b->len] = '\0';
}

static inline void buf_puts(struct buf *b, const char *s) { buf_add(b, s, strlen(s)); }

/* In decimal. */
void buf_number(struct buf *b, uint64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A quoted JSON string (RFC 8259 section 7). Broken UTF-8 bytes become U+FFFD. */
void buf_json(struct buf *b, const char *s, size_t n);
void buf_reset(struct buf *b); /* empty, memory kept */
void buf_clear(struct buf *b); /* empty, memory freed */

#endif
