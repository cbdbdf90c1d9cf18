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

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));

/* Whether sixteen bytes all stand for themselves. */
static inline bool json_plain_block(const char *s)
{
	bytes16 x, bad;

	memcpy(&x, s, sizeof(x));
	bad = (bytes16)((x < 0x20) | (x > 0x7e) | (x == '"') | (x == '\\'));
	return (((words2)bad)[0] | ((words2)bad)[1]) == 0;
}

/* Bytes from the start that stand for themselves: most texts are nothing else. */
static size_t json_plain(const char *s, size_t n)
{
	size_t i = 0;

	while (i + sizeof(bytes16) <= n && json_plain_block(s + i))
		i += sizeof(bytes16);
	if (i + sizeof(bytes16) > n && n >= sizeof(bytes16) && json_plain_block(s + n - sizeof(bytes16)))
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
