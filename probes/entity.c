/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other half of html.h: character references (HTML 13.2.5.72 ff.). */
#include <libxml/HTMLparser.h>
#include <string.h>

#include "probes/html.h"

enum {
	ENTITY_MAX = 12, /* bytes of the longest name that we know, with NUL */
	BARE_LEAST = 2,  /* of one that needs no semicolon */
	BARE_MOST = 6,
};

/* Of HTML 5, beyond the table of HTML 4 that libxml2 keeps. */
static const struct {
	const char *name;
	unsigned value;
} more[] = {
	{ "apos", '\'' },   { "colon", ':' },  { "comma", ',' },  { "period", '.' },   { "semi", ';' },
	{ "lpar", '(' },    { "rpar", ')' },   { "lsqb", '[' },   { "rsqb", ']' },     { "num", '#' },
	{ "sol", '/' },     { "bsol", '\\' },  { "Tab", '\t' },   { "NewLine", '\n' }, { "excl", '!' },
	{ "quest", '?' },   { "equals", '=' }, { "plus", '+' },   { "lowbar", '_' },   { "hyphen", 0x2010 },
	{ "dash", 0x2010 }, { "vert", '|' },   { "verbar", '|' }, { "ast", '*' },      { "percnt", '%' },
	{ "dollar", '$' },  { "commat", '@' }, { "grave", '`' },  { "COPY", 0xa9 },    { "REG", 0xae },
	{ "AMP", '&' },     { "LT", '<' },     { "GT", '>' },     { "QUOT", '"' },     { "nbsp", 0xa0 },
	{ "lbrace", '{' },  { "rbrace", '}' },
};

/* What &#128; to &#159; mean: windows-1252 (13.2.5.84). */
static const unsigned c1[32] = { 0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
				 0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
				 0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
				 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178 };

static void put(struct buf *out, unsigned c)
{
	char s[4];
	size_t n;

	if (c < 0x80) {
		s[0] = (char)c, n = 1;
	} else if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6), s[1] = (char)(0x80 | (c & 63)), n = 2;
	} else if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12), s[1] = (char)(0x80 | (c >> 6 & 63)),
		s[2] = (char)(0x80 | (c & 63)), n = 3;
	} else {
		s[0] = (char)(0xf0 | c >> 18), s[1] = (char)(0x80 | (c >> 12 & 63));
		s[2] = (char)(0x80 | (c >> 6 & 63)), s[3] = (char)(0x80 | (c & 63)), n = 4;
	}
	buf_add(out, s, n);
}

static unsigned digit_of(char c, unsigned base)
{
	unsigned v = c >= '0' && c <= '9'                 ? (unsigned)(c - '0')
		     : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)(c | 32) - 'a' + 10
							  : 99;

	return v < base ? v : 99;
}

/* s begins with "&#". Returns bytes read, 0: not a reference. A number takes at least four bytes, so what it
 * means is no longer than it. */
static size_t numeric(struct buf *out, const char *s, size_t n)
{
	unsigned base = n > 2 && (s[2] | 32) == 'x' ? 16 : 10, c = 0;
	size_t i = base == 16 ? 3 : 2, from = i;

	for (; i < n && digit_of(s[i], base) < base; i++)
		c = c > 0x110000 ? c : c * base + digit_of(s[i], base);
	if (i == from)
		return 0;
	if (i < n && s[i] == ';')
		i++;
	if (c >= 0x80 && c < 0xa0)
		c = c1[c - 0x80];
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	put(out, c);
	return i;
}

static unsigned by_name(const char *name)
{
	const htmlEntityDesc *e = htmlEntityLookup((const xmlChar *)name);

	if (e != NULL)
		return e->value;
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (strcmp(name, more[i].name) == 0)
			return more[i].value;
	return 0;
}

/* Those of Latin-1 and of markup are read without their semicolon too, whatever follows. */
static bool is_bare(unsigned c)
{
	return (c >= 0xa0 && c <= 0xff) || c == '"' || c == '&' || c == '<' || c == '>';
}

static size_t named(struct buf *out, const char *s, size_t n, bool in_attr)
{
	char name[ENTITY_MAX];
	size_t i = 1;
	unsigned c;

	for (; i < n && i < sizeof(name) &&
	       ((s[i] | 32) >= 'a' ? (s[i] | 32) <= 'z' : s[i] >= '0' && s[i] <= '9');
	     i++)
		name[i - 1] = s[i];
	name[i - 1] = '\0';
	if (i < n && s[i] == ';' && (c = by_name(name)) != 0) {
		put(out, c);
		return i + 1;
	}
	/* "?a=1&copy=2", "?a=1&copyright=2": a parameter, not a sign */
	if (in_attr && (i - 1 > BARE_MOST || (i < n && s[i] == '=') || !is_bare(by_name(name))))
		return 0;
	for (size_t len = i - 1 < BARE_MOST ? i - 1 : BARE_MOST; len >= BARE_LEAST; len--) {
		name[len] = '\0';
		if (is_bare(c = by_name(name))) {
			put(out, c);
			return len + 1;
		}
	}
	return 0;
}

void html_decode(struct buf *out, const char *s, size_t n, bool in_attr)
{
	const char *end = s + n, *amp;

	while (s < end && (amp = memchr(s, '&', (size_t)(end - s))) != NULL) {
		size_t left = (size_t)(end - amp), used = 0;
		buf_add(out, s, (size_t)(amp - s));
		if (left > 2)
			used = amp[1] == '#' ? numeric(out, amp, left) : named(out, amp, left, in_attr);
		if (used == 0)
			buf_add(out, amp, 1), used = 1;
		s = amp + used;
	}
	if (s < end)
		buf_add(out, s, (size_t)(end - s));
}
