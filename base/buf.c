/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	b->p = xgrow(b->p, &b->cap, b->len + n + 1, 1);
	if (n > 0)
		memcpy(b->p + b->len, bytes, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s) { buf_add(b, s, strlen(s)); }

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

void buf_json(struct buf *b, const char *s, size_t n)
{
	buf_puts(b, "\"");
	for (size_t i = 0; i < n;) {
		size_t len = text_utf8_len((const uint8_t *)s + i, n - i);
		json_char(b, s + i, len);
		i += len > 0 ? len : 1;
	}
	buf_puts(b, "\"");
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
