/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/script.h"

#include <string.h>

enum { REASON_MAX = 80 /* bytes in front of a brace that say what its block is */ };

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static bool ident(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '$' || (unsigned char)c >= 0x80;
}

void script_init(struct script *s, const char *text, size_t n)
{
	*s = (struct script){ .p = text, .end = text + n, .hopeless = { text, text, text, text } };
}

/* -- the lexer (ECMA-262 clause 12), as far as strings need it */

/* p stands behind the opening quote. NULL: it does not close on its line, or, for `, at all. */
static const char *string_end(const char *p, const char *end, char quote)
{
	for (; p < end && *p != quote; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if ((*p == '\n' || *p == '\r') && quote != '`')
			return NULL;
	}
	return p < end ? p : NULL;
}

/* A '/' here begins a regular expression and does not divide: by what stands in front of it. */
static bool regex_here(const struct script *s)
{
	return s->before == 0 || strchr("(,=:[!&|?{};+-*%~^<>\n", s->before) != NULL;
}

/* p stands behind the opening '/'. NULL: the line ends first. */
static const char *regex_end(const char *p, const char *end)
{
	bool set = false;

	for (; p < end && *p != '\n'; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '[')
			set = true;
		else if (*p == ']')
			set = false;
		else if (*p == '/' && !set)
			return p + 1;
	}
	return NULL;
}

static const char *line_end(const char *p, const char *end)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));

	return nl ? nl : end;
}

/* s->p stands on a '/'. */
static void pass_slash(struct script *s)
{
	const char *p = s->p + 1, *stop;

	if (p < s->end && *p == '/') {
		s->p = line_end(p, s->end);
		return;
	}
	if (p < s->end && *p == '*') {
		stop = memmem(p + 1, (size_t)(s->end - p) - 1, "*/", 2);
		s->p = stop ? stop + 2 : s->end;
		return;
	}
	if (regex_here(s) && s->p >= s->hopeless[0]) {
		stop = regex_end(p, s->end);
		if (stop == NULL)
			s->hopeless[0] = line_end(p, s->end);
		else
			p = stop;
	}
	s->before = '/';
	s->p = p;
}

/* The row of a quote in hopeless[]; 0: none. */
static size_t quote_row(char c) { return c == '"' ? 1 : c == '\'' ? 2 : c == '`' ? 3 : 0; }

/* Between a and b stand only blanks and one +, or nothing. */
static bool only_plus(const char *a, const char *b)
{
	bool plus = false;

	for (; a != NULL && a < b; a++) {
		if (*a == '+' && !plus)
			plus = true;
		else if (!blank(*a))
			return false;
	}
	return a != NULL && plus;
}

bool script_string(struct script *s, struct script_string *out)
{
	while (s->p < s->end) {
		char c = *s->p;
		size_t row = quote_row(c);
		const char *stop;
		if (c == '/') {
			pass_slash(s);
			continue;
		}
		if (row == 0 || s->p < s->hopeless[row]) {
			if (!blank(c))
				s->before = (unsigned char)c;
			s->p++;
			continue;
		}
		stop = string_end(s->p + 1, s->end, c);
		if (stop == NULL) {
			s->hopeless[row] = c == '`' ? s->end : line_end(s->p, s->end);
			continue;
		}
		out->text = (struct html_str){ s->p + 1, (size_t)(stop - s->p - 1) };
		out->joined = only_plus(s->gap, s->p);
		s->before = '"';
		s->gap = s->p = stop + 1;
		return true;
	}
	return false;
}

/* -- escapes */

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Up to `most` hexadecimal digits; returns how many. */
static size_t hex_digits(const char *p, const char *end, size_t most, unsigned *value)
{
	size_t n = 0;

	for (*value = 0; n < most && p + n < end && hex(p[n]) >= 0; n++)
		*value = *value << 4 | (unsigned)hex(p[n]);
	return n;
}

static void put(struct buf *out, unsigned c)
{
	char ref[16];
	size_t n = 0;

	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return;
	/* the one place that knows how to write UTF-8 is html_decode() */
	for (unsigned v = c; v > 0 || n == 0; v /= 10)
		ref[sizeof(ref) - 2 - n++] = (char)('0' + v % 10);
	ref[sizeof(ref) - 1] = ';';
	memmove(ref + 2, ref + sizeof(ref) - 1 - n, n + 1);
	memcpy(ref, "&#", 2);
	html_decode(out, ref, n + 3, false);
}

/* p stands behind the backslash and is not the end; returns where to go on. */
static const char *escape(struct buf *out, const char *p, const char *end)
{
	unsigned c = 0, low = 0;
	size_t n;

	switch (*p) {
	case 'n':
	case 'r':
	case 't':
	case 'b':
	case 'f':
	case 'v':
	case '\n':
		buf_add(out, " ", 1);
		return p + 1;
	case 'x':
		n = hex_digits(p + 1, end, 2, &c);
		if (n == 2)
			put(out, c ? c : ' ');
		return p + 1 + n;
	case 'u':
		if (p + 1 < end && p[1] == '{') {
			n = hex_digits(p + 2, end, 6, &c);
			put(out, c ? c : ' ');
			p += 2 + n;
			return p < end && *p == '}' ? p + 1 : p;
		}
		n = hex_digits(p + 1, end, 4, &c);
		p += 1 + n;
		if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
		    hex_digits(p + 2, end, 4, &low) == 4 && low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			p += 6;
		}
		if (n == 4)
			put(out, c ? c : ' ');
		return p;
	default:
		buf_add(out, p, 1);
		return p + 1;
	}
}

void script_unescape(struct buf *out, const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		const char *back = memchr(p, '\\', (size_t)(end - p));
		buf_add(out, p, (size_t)((back ? back : end) - p));
		if (back == NULL)
			return;
		p = back + 1 < end ? escape(out, back + 1, end) : end;
	}
}

void script_unescape_all(struct buf *out, const char *text, size_t n)
{
	size_t from = out->len;
	struct buf once = { 0 };

	script_unescape(out, text, n);
	if (out->len == from || memmem(out->p + from, out->len - from, "\\u", 2) == NULL)
		return;
	buf_add(&once, out->p + from, out->len - from);
	out->len = from;
	script_unescape(out, once.p, once.len);
	buf_clear(&once);
}

/* -- redirects */

struct block {
	size_t depth;     /* of braces */
	const char *open; /* the first of them */
};

/* The block that a brace opens is run when the page loads, without a condition. */
static bool runs(const char *start, const char *open)
{
	static const char *const reasons[] = { "setTimeout", "onload", "$(function",       "(function",
					       "!function",  "ready(", "DOMContentLoaded", "(()" };
	const char *from = open - start > REASON_MAX ? open - REASON_MAX : start;
	size_t n = (size_t)(open - from);

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (memmem(from, n, reasons[i], strlen(reasons[i])) != NULL)
			return true;
	return false;
}

/* What stands in front of `location` may only be the object that holds it, at the beginning of a statement.
 */
static bool statement(const char *start, const char *p)
{
	static const char *const holders[] = { "window.", "self.", "top.", "parent.", "document.", "this." };
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
			size_t n = strlen(holders[i]);
			if ((size_t)(p - start) >= n && memcmp(p - n, holders[i], n) == 0) {
				p -= n;
				again = true;
			}
		}
	}
	while (p > start && blank(p[-1]))
		p--;
	return p == start || strchr(";{}/>\"'`", p[-1]) != NULL;
}

/* p stands behind "location"; true with the literal that it is set to. */
static bool target_of(const char *p, const char *end, struct html_str *target)
{
	static const char *const calls[] = { ".replace(", ".assign(" };
	bool call = false;
	const char *stop;

	for (size_t i = 0; i < 2; i++)
		if ((size_t)(end - p) > strlen(calls[i]) && memcmp(p, calls[i], strlen(calls[i])) == 0) {
			p += strlen(calls[i]);
			call = true;
		}
	if (!call) {
		if (end - p > 5 && memcmp(p, ".href", 5) == 0)
			p += 5;
		while (p < end && blank(*p))
			p++;
		if (end - p < 3 || *p != '=' || p[1] == '=')
			return false;
		p++;
	}
	while (p < end && blank(*p))
		p++;
	if (p == end || (*p != '"' && *p != '\''))
		return false;
	stop = string_end(p + 1, end, *p);
	if (stop == NULL || stop == p + 1)
		return false;
	*target = (struct html_str){ p + 1, (size_t)(stop - p - 1) };
	for (p = stop + 1; p < end && blank(*p); p++)
		;
	return p == end || *p != '+'; /* built from parts: not known */
}

bool script_redirect(const char *text, size_t n, struct html_str *target)
{
	static const char word[] = "location";
	const char *end = text + n;
	struct block b = { 0, NULL };
	size_t len = sizeof(word) - 1;

	for (const char *p = text; p < end; p++) {
		if (*p == '/' && p + 1 < end && p[1] == '/' && (p == text || p[-1] != ':')) {
			p = line_end(p, end);
			if (p == end)
				break;
		} else if (*p == '{') {
			if (b.depth++ == 0)
				b.open = p;
		} else if (*p == '}') {
			b.depth -= b.depth > 0;
		} else if (*p == 'l' && (size_t)(end - p) > len && memcmp(p, word, len) == 0 &&
			   !ident(p[len]) && (p == text || !ident(p[-1])) && statement(text, p) &&
			   (b.depth == 0 || (b.depth == 1 && runs(text, b.open))) &&
			   target_of(p + len, end, target)) {
			return true;
		}
	}
	return false;
}
