/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/json.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

static void start(struct buf *b, const char *key)
{
	if (b->len > 0 && b->p[b->len - 1] != '{' && b->p[b->len - 1] != '[')
		buf_puts(b, ",");
	if (key)
		buf_printf(b, "\"%s\":", key);
}

void json_open(struct buf *b, const char *key, char bracket)
{
	start(b, key);
	buf_add(b, &bracket, 1);
}

void json_close(struct buf *b, char bracket) { buf_add(b, &bracket, 1); }

void json_line(struct buf *b)
{
	buf_reset(b);
	buf_puts(b, "{\"v\":1");
}

void json_text(struct buf *b, const char *key, const char *s)
{
	start(b, key);
	if (s)
		buf_json(b, s, strlen(s));
	else
		buf_puts(b, "null");
}

void json_int(struct buf *b, const char *key, int64_t v)
{
	start(b, key);
	buf_printf(b, "%" PRId64, v);
}

void json_bool(struct buf *b, const char *key, int v)
{
	start(b, key);
	buf_puts(b, v ? "true" : "false");
}

void json_score(struct buf *b, const char *key, double v)
{
	start(b, key);
	buf_printf(b, "%.2f", v);
}

void json_time(struct buf *b, const char *key, int64_t us)
{
	char text[TEXT_TIME_MAX];
	text_time_utc(text, us);
	json_text(b, key, text);
}

void json_people(struct buf *b, const char *key, int64_t n)
{
	char few[TEXT_PEOPLE_MAX];

	text_people(few, (uint64_t)n);
	if (n >= TEXT_PEOPLE_MIN)
		json_int(b, key, n);
	else
		json_text(b, key, few);
}

void json_raw(struct buf *b, const char *key, const char *json)
{
	start(b, key);
	buf_puts(b, json ? json : "null");
}
