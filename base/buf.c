/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

void buf_room(struct buf *b, size_t n) { b->p = xgrow(b->p, &b->cap, b->len + n + 1, 1); }

void buf_number(struct buf *b, uint64_t v)
{
	char *to = buf_space(b, TEXT_NUMBER_MAX);

	buf_wrote(b, text_number(to, v));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0) {
		b->p = xgrow(b->p, &b->cap, b->len + (size_t)n + 1, 1);
		vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

static void json_char(struct buf *b, const char *s, size_t len)
{
	uint8_t c = (uint8_t)s[0];
	if (len == 0)
		buf_puts(b, "\xef\xbf\xbd");
	else if (c == '"' || c == '\\')
		buf_add(b, (char[]){ '\\', s[0] }, 2);
	else if (c < 0x20 || c == 0x7f)
		buf_printf(b, "\\u%04x", c);
	else
		buf_add(b, s, len);
}

#define EACH_BYTE UINT64_C(0x0101010101010101)

/* The highest bit of each byte that is zero, perhaps of others behind the first that is. */
static inline uint64_t zero_bytes(uint64_t x) { return (x - EACH_BYTE) & ~x & 0x80 * EACH_BYTE; }

/* Whether eight bytes all stand for themselves. */
static inline bool json_plain_word(const char *s)
{
	uint64_t x;

	memcpy(&x, s, sizeof(x));
	return ((x | (x - 0x20 * EACH_BYTE) | (x + EACH_BYTE) | zero_bytes(x ^ '"' * EACH_BYTE) |
		 zero_bytes(x ^ '\\' * EACH_BYTE)) &
		0x80 * EACH_BYTE) == 0;
}

/* Bytes from the start that stand for themselves: most texts are nothing else. */
static size_t json_plain(const char *s, size_t n)
{
	size_t i = 0;

	while (i + sizeof(uint64_t) <= n && json_plain_word(s + i))
		i += sizeof(uint64_t);
	if (i + sizeof(uint64_t) > n && n >= sizeof(uint64_t) && json_plain_word(s + n - sizeof(uint64_t)))
		return n; /* some bytes were looked at twice */
	while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

/* From the first byte on that does not stand for itself. */
static void json_escaped(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0, len; i < n; i += len) {
		len = json_plain(s + i, n - i);
		if (len > 0) {
			buf_add(b, s + i, len);
			continue;
		}
		len = text_utf8_len((const uint8_t *)s + i, n - i);
		json_char(b, s + i, len);
		len = len > 0 ? len : 1;
	}
}

void buf_json(struct buf *b, const char *s, size_t n)
{
	size_t plain = json_plain(s, n);

	if (b->p == NULL || b->cap - b->len <= plain + 2)
		buf_room(b, plain + 2);
	b->p[b->len] = '"';
	memcpy(b->p + b->len + 1, s, plain);
	b->len += plain + 1;
	if (plain < n)
		json_escaped(b, s + plain, n - plain);
	buf_add(b, "\"", 1);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->p)
		b->p[0] = '\0';
}

void buf_clear(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}
