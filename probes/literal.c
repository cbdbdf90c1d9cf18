/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/literal.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct level {
	bool array;
	char key[LITERAL_KEY_MAX]; /* of the member in hand; "" before its name */
};

struct reader {
	const char *p, *end;
	struct level level[LITERAL_DEPTH_MAX];
	size_t depth; /* open brackets */
	bool valued; /* the member in hand has its value: what follows up to the comma is an expression's rest
		      */
	literal_fn *fn;
	void *arg;
	char value[LITERAL_VALUE_MAX];
	size_t n;
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '$' || c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

static void put(struct reader *r, const char *bytes, size_t n)
{
	if (r->n + n < sizeof(r->value)) {
		memcpy(r->value + r->n, bytes, n);
		r->n += n;
	}
}

static void put_utf8(struct reader *r, uint32_t c)
{
	char out[4];

	if (c < 0x80) {
		out[0] = (char)c;
		put(r, out, 1);
	} else if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 63));
		put(r, out, 2);
	} else if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 63)),
		out[2] = (char)(0x80 | (c & 63));
		put(r, out, 3);
	} else {
		out[0] = (char)(0xf0 | c >> 18), out[1] = (char)(0x80 | (c >> 12 & 63));
		out[2] = (char)(0x80 | (c >> 6 & 63)), out[3] = (char)(0x80 | (c & 63));
		put(r, out, 4);
	}
}

/* `digits` hexadecimal digits at p; false: they are not. */
static bool hex(const char *p, const char *end, int digits, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < digits; i++) {
		char c = p + i < end ? p[i] : 'x';
		int v = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;
		if (v < 0)
			return false;
		*out = *out << 4 | (uint32_t)v;
	}
	return true;
}

/* Behind "\u": one code unit, or a surrogate pair. ECMA-262 section 12.9.4. */
static void unicode_escape(struct reader *r)
{
	uint32_t c, low;

	if (!hex(r->p, r->end, 4, &c))
		return;
	r->p += 4;
	if (c >= 0xd800 && c < 0xdc00 && r->end - r->p >= 6 && r->p[0] == '\\' && r->p[1] == 'u' &&
	    hex(r->p + 2, r->end, 4, &low) && low >= 0xdc00 && low < 0xe000) {
		r->p += 6;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	if (c < 0xd800 || c >= 0xe000)
		put_utf8(r, c);
}

static void escape(struct reader *r)
{
	uint32_t c;

	if (r->p == r->end)
		return;
	switch (*r->p++) {
	case 'u':
		unicode_escape(r);
		break;
	case 'x':
		if (hex(r->p, r->end, 2, &c)) {
			put_utf8(r, c);
			r->p += 2;
		}
		break;
	case 'n':
	case 'r':
	case 't':
		put(r, " ", 1);
		break;
	default:
		put(r, r->p - 1, 1);
	}
}

/* A string up to its quote. False: it does not end. */
static bool string(struct reader *r, char quote)
{
	r->n = 0;
	while (r->p < r->end) {
		char c = *r->p++;
		if (c == quote)
			return true;
		if (c == '\\')
			escape(r);
		else
			put(r, &c, 1);
	}
	return false;
}

static void word(struct reader *r)
{
	r->n = 0;
	while (r->p < r->end && is_word(*r->p))
		put(r, r->p++, 1);
}

static void comment(struct reader *r)
{
	const char *stop = *r->p == '/' ? memchr(r->p, '\n', (size_t)(r->end - r->p))
					: memmem(r->p, (size_t)(r->end - r->p), "*/", 2);

	r->p = stop ? stop + (*stop == '*' ? 2 : 1) : r->end;
}

static void tell(struct reader *r)
{
	char key[LITERAL_DEPTH_MAX * LITERAL_KEY_MAX];
	size_t at = 0;

	key[0] = '\0';
	for (size_t i = 0; i < r->depth; i++)
		if (!r->level[i].array && r->level[i].key[0] != '\0')
			at += (size_t)snprintf(key + at, sizeof(key) - at, "%s%s", at ? "." : "",
					       r->level[i].key);
	r->fn(r->arg, key, r->value, r->n);
}

/* A string or word is a key, where an object waits for one, or a value; behind a value it is part of it. */
static void token(struct reader *r)
{
	struct level *l = &r->level[r->depth - 1];

	if (!l->array && l->key[0] == '\0') {
		snprintf(l->key, sizeof(l->key), "%.*s",
			 (int)(r->n < sizeof(l->key) ? r->n : sizeof(l->key) - 1), r->value);
	} else if (!r->valued) {
		r->valued = true;
		tell(r);
	}
}

static bool open_level(struct reader *r, bool array)
{
	if (r->depth == LITERAL_DEPTH_MAX)
		return false;
	r->level[r->depth++] = (struct level){ .array = array };
	r->valued = false;
	return true;
}

static void next_member(struct reader *r)
{
	r->level[r->depth - 1].key[0] = '\0';
	r->valued = false;
}

/* One step inside the literal. False: it cannot go on. */
static bool step(struct reader *r)
{
	char c = *r->p;

	if (c == '"' || c == '\'' || c == '`') {
		r->p++;
		if (!string(r, c))
			return false;
		token(r);
		return true;
	}
	if (is_word(c)) {
		word(r);
		token(r);
		return true;
	}
	r->p++;
	switch (c) {
	case '{':
	case '[':
		return open_level(r, c == '[');
	case '}':
	case ']':
		r->depth--;
		r->valued = true;
		return true;
	case ',':
		next_member(r);
		return true;
	case '/':
		if (r->p < r->end && (*r->p == '/' || *r->p == '*'))
			comment(r);
		return true;
	default: /* blanks, the colon, an expression's marks */
		return true;
	}
}

bool literal_read(const char *text, size_t n, literal_fn *fn, void *arg)
{
	struct reader r = { .p = text, .end = text + n, .fn = fn, .arg = arg };

	if (n == 0 || *r.p++ != '{')
		return false;
	open_level(&r, false);
	while (r.depth > 0 && r.p < r.end)
		if (!step(&r))
			return false;
	return r.depth == 0;
}
