/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growable bytes for output that is not on the packet path: JSON lines, messages.
 * Always NUL-terminated behind `len`. Owns its bytes; buf_clear() frees them.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
	char *p;
	size_t len, cap;
};

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A quoted JSON string (RFC 8259 section 7). Broken UTF-8 bytes become U+FFFD. */
void buf_json(struct buf *b, const char *s, size_t n);
void buf_reset(struct buf *b); /* empty, memory kept */
void buf_clear(struct buf *b); /* empty, memory freed */

#endif
