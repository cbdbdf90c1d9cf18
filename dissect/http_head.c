/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  name: value CRLF ...     fields (RFC 9112 section 5); a line that starts with white space goes on the one
 * before CRLF                     end of the head
 *
 * A bare LF ends a line as well (section 2.2).
 */
#include "dissect/http_head.h"

/* One bit for each byte value: ! # $ % & ' * + - . ^ _ ` | ~ digits and letters. */
static const uint32_t tchars[8] = { 0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff };

bool http_head_is_tchar(uint8_t c) { return (tchars[c >> 5] >> (c & 31) & 1) != 0; }

static bool is_blank(uint8_t c) { return http_head_is_space(c) || http_head_is_break(c); }

struct dissect_str http_head_trim(struct dissect_str s)
{
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

static bool equal(const uint8_t *p, const char *lower, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (proto_lower(p[i]) != (uint8_t)lower[i])
			return false;
	}
	return true;
}

bool http_head_is_word(struct dissect_str s, const char *word)
{
	return s.n == strlen(word) && equal(s.p, word, s.n);
}

bool http_head_has_word(struct dissect_str list, const char *word)
{
	size_t from = 0;

	for (size_t i = 0; list.p != NULL && i <= list.n; i++) {
		if (i < list.n && list.p[i] != ',' && list.p[i] != ';')
			continue;
		struct dissect_str item = { list.p + from, i - from };
		if (http_head_is_word(http_head_trim(item), word))
			return true;
		from = i + 1;
	}
	return false;
}

bool http_head_starts(struct dissect_str s, const char *text)
{
	return s.n >= strlen(text) && memcmp(s.p, text, strlen(text)) == 0;
}

bool http_head_number(struct dissect_str s, unsigned base, uint64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < s.n; i++) {
		unsigned c = proto_lower(s.p[i]), d = 99;
		if (c >= '0' && c <= '9')
			d = c - '0';
		else if (c >= 'a' && c <= 'f')
			d = c - 'a' + 10;
		if (d >= base)
			break;
		if (*out > (UINT64_MAX - d) / base)
			return false;
		*out = *out * base + d;
	}
	return i > 0;
}

size_t http_head_breaks(const uint8_t *p, size_t n)
{
	size_t i = 0;
	while (i < n && http_head_is_break(p[i]))
		i++;
	return i;
}

size_t http_head_end(const uint8_t *p, size_t n, size_t from)
{
	struct rd r = rd_init(p, n);

	rd_skip(&r, from);
	while (rd_left(&r) > 0) {
		const uint8_t *lf = memchr(r.p, '\n', rd_left(&r));
		if (lf == NULL)
			return 0;
		rd_skip(&r, (size_t)(lf - r.p) + 1);
		if (rd_left(&r) > 0 && r.p[0] == '\n')
			return rd_pos(&r) + 1;
		if (rd_left(&r) > 1 && r.p[0] == '\r' && r.p[1] == '\n')
			return rd_pos(&r) + 2;
	}
	return 0;
}

struct dissect_str http_head_line(struct rd *r)
{
	const uint8_t *lf = rd_left(r) > 0 ? memchr(r->p, '\n', rd_left(r)) : NULL;
	struct dissect_str line = { r->p, 0 };

	if (lf == NULL) {
		r->failed = true;
		r->p = r->end;
		return line;
	}
	line.n = (size_t)(lf - r->p);
	rd_skip(r, line.n + 1);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static struct dissect_str *wanted(const struct http_head_row *rows, size_t count, void *into,
				  struct dissect_str name)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].length == name.n && equal(name.p, rows[i].name, name.n))
			return (struct dissect_str *)(void *)((char *)into + rows[i].at);
	}
	return NULL;
}

/* RFC 9112 section 5.2: a fold is read as one space. What does not fit is left out. */
static struct dissect_str unfold(struct http_head_fold *fold, struct dissect_str value)
{
	struct dissect_str out = { fold->bytes + fold->n, 0 };

	for (size_t i = 0; i < value.n && fold->n < HTTP_HEAD_FOLD_MAX; i++) {
		if (http_head_is_break(value.p[i])) {
			while (i + 1 < value.n && is_blank(value.p[i + 1]))
				i++;
			fold->bytes[fold->n++] = ' ';
		} else {
			fold->bytes[fold->n++] = value.p[i];
		}
	}
	out.n = (size_t)(fold->bytes + fold->n - out.p);
	return http_head_trim(out);
}

/* The field's name; empty when no colon is behind it. Blanks before the colon are let pass. */
static struct dissect_str split(struct dissect_str line, struct dissect_str *value)
{
	struct dissect_str name = { line.p, 0 };

	while (name.n < line.n && http_head_is_tchar(line.p[name.n]))
		name.n++;
	*value = (struct dissect_str){ line.p + name.n, line.n - name.n };
	while (value->n > 0 && is_blank(value->p[0]))
		*value = (struct dissect_str){ value->p + 1, value->n - 1 };
	if (value->n == 0 || value->p[0] != ':')
		name.n = 0;
	else
		*value = (struct dissect_str){ value->p + 1, value->n - 1 };
	return name;
}

unsigned http_head_fields(struct rd *r, const struct http_head_row *rows, size_t count, void *into,
			  struct http_head_fold *fold)
{
	unsigned bad = 0;

	while (rd_left(r) > 2 || (rd_left(r) > 0 && !http_head_is_break(r->p[0]))) {
		struct dissect_str line = http_head_line(r), name, value, *to;
		bool folded = false;

		while (rd_left(r) > 0 && http_head_is_space(r->p[0])) {
			struct dissect_str more = http_head_line(r);
			line.n = (size_t)(more.p - line.p) + more.n;
			folded = true;
		}
		name = split(line, &value);
		bad += name.n == 0;
		to = name.n > 0 ? wanted(rows, count, into, name) : NULL;
		if (to != NULL && to->p == NULL)
			*to = folded ? unfold(fold, http_head_trim(value)) : http_head_trim(value);
	}
	return bad;
}
