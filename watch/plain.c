/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/plain.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "watch/hostname.h"

enum {
	TITLE_BYTES = 1024,           /* of a title that are looked at; the rest is cut */
	WIDE_BYTES = 3 * TITLE_BYTES, /* the same in UTF-8, and with entities decoded: never more */
	ENTITY_LONGEST = 10,
};

/* Charset names of the web (WHATWG Encoding) that pages here are written in, by how iconv calls them. */
enum charset { CHARSET_GB18030, CHARSET_BIG5, CHARSET_COUNT };

static const char *const iconv_names[CHARSET_COUNT] = {
	[CHARSET_GB18030] = "GB18030", /* holds GBK and GB2312 */
	[CHARSET_BIG5] = "BIG5-HKSCS",
};

static const struct {
	const char *label;
	enum charset charset;
} labels[] = {
	{ "gb18030", CHARSET_GB18030 }, { "gbk", CHARSET_GB18030 }, { "gb2312", CHARSET_GB18030 },
	{ "gb_2312", CHARSET_GB18030 }, { "big5", CHARSET_BIG5 },
};

#define NO_CHARSET ((iconv_t)-1)

struct plain {
	iconv_t to_utf8[CHARSET_COUNT]; /* NO_CHARSET: the system has it not */
};

struct plain *plain_new(void)
{
	struct plain *p = xcalloc(1, sizeof(*p));

	for (int i = 0; i < CHARSET_COUNT; i++)
		p->to_utf8[i] = iconv_open("UTF-8", iconv_names[i]);
	return p;
}

void plain_free(struct plain *p)
{
	if (p == NULL)
		return;
	for (int i = 0; i < CHARSET_COUNT; i++)
		if (p->to_utf8[i] != NO_CHARSET)
			iconv_close(p->to_utf8[i]);
	free(p);
}

/* --- ASCII --- */

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c; }

static struct dissect_str trim(struct dissect_str s)
{
	size_t from = 0;

	while (from < s.n && (s.p[from] == ' ' || s.p[from] == '\t'))
		from++;
	while (s.n > from && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return (struct dissect_str){ from > 0 ? s.p + from : s.p, s.n - from };
}

size_t plain_token(char out[PLAIN_MAX], struct dissect_str s)
{
	size_t n;

	s = trim(s);
	n = s.n < PLAIN_MAX ? s.n : PLAIN_MAX - 1;
	for (size_t i = 0; i < n; i++)
		if (s.p[i] < 0x20 || s.p[i] >= 0x7f)
			return 0;
	if (n > 0)
		memcpy(out, s.p, n);
	out[n] = '\0';
	return n;
}

size_t plain_type(char out[PLAIN_MAX], struct dissect_str s)
{
	const uint8_t *end = s.n > 0 ? memchr(s.p, ';', s.n) : NULL;
	size_t n;

	if (end != NULL)
		s.n = (size_t)(end - s.p);
	n = plain_token(out, s);
	text_lower(out);
	/* type "/" subtype, both tokens */
	return n > 2 && strchr(out, '/') != NULL && strpbrk(out, " \",<>") == NULL ? n : 0;
}

/* "http://" and the like; 0 when it is none of them. */
static size_t scheme_of(struct dissect_str s)
{
	static const char *const schemes[] = { "https://", "http://" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t n = strlen(schemes[i]), k = 0;
		while (k < n && k < s.n && lower(s.p[k]) == (uint8_t)schemes[i][k])
			k++;
		if (k == n)
			return n;
	}
	return 0;
}

static bool is_authority_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("-_.:[]", c) != NULL);
}

size_t plain_location(char out[PLAIN_MAX], struct dissect_str s)
{
	size_t scheme, at, n = 0;

	s = trim(s);
	scheme = at = scheme_of(s);
	/* user information stands before the last '@' of the authority (RFC 3986 section 3.2.1) */
	for (size_t i = at; i < s.n && memchr("/?#\\", s.p[i], 4) == NULL; i++)
		if (s.p[i] == '@')
			at = i + 1;
	if (scheme == 0)
		return 0;
	for (size_t i = 0; i < scheme; i++, n++)
		out[n] = (char)lower(s.p[i]);
	for (; at < s.n && memchr("/?#\\", s.p[at], 4) == NULL; at++, n++) {
		if (n >= PLAIN_MAX - 1 || !is_authority_byte(lower(s.p[at])))
			return 0;
		out[n] = (char)lower(s.p[at]);
	}
	out[n] = '\0';
	return n > scheme ? n : 0;
}

size_t plain_certificate(char out[PLAIN_MAX], struct dissect_str s)
{
	bool wild = s.n > 2 && s.p[0] == '*' && s.p[1] == '.';
	char host[HOSTNAME_MAX];
	size_t n;

	if (wild)
		s = (struct dissect_str){ s.p + 2, s.n - 2 };
	if (!hostname_take(host, s.p, s.n))
		return 0;
	n = strlen(host);
	if (wild)
		memcpy(out, "*.", 2);
	memcpy(out + 2 * wild, host, n + 1);
	return n + 2 * wild;
}

/* --- titles --- */

static enum charset charset_named(const char *name)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strncmp(name, labels[i].label, strlen(labels[i].label)) == 0)
			return labels[i].charset;
	return CHARSET_COUNT;
}

/* The charset parameter of a Content-Type, else what the page says of itself (HTML section 13.2.3.2);
 * CHARSET_COUNT when there is none that decides. */
static enum charset charset_of(struct dissect_str type, struct dissect_str page)
{
	char text[PLAIN_MAX];
	const char *at = NULL;

	if (plain_token(text, type) > 0) {
		text_lower(text);
		at = strstr(text, "charset=");
	}
	if (at != NULL) {
		at += strlen("charset=");
		return charset_named(at + (*at == '"'));
	}
	if (plain_token(text, page) == 0)
		return CHARSET_COUNT;
	text_lower(text);
	return charset_named(text);
}

/* 0 when a byte does not fit. A character that the cut of the title split at its end is left out. */
static size_t convert(iconv_t cd, struct dissect_str s, char out[WIDE_BYTES], bool cut)
{
	char bytes[TITLE_BYTES], *from = bytes, *to = out;
	size_t left = s.n, room = WIDE_BYTES;

	if (cd == NO_CHARSET)
		return 0;
	memcpy(bytes, s.p, s.n);
	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &left, &to, &room) == (size_t)-1 && !(cut && left < 4))
		return 0;
	return WIDE_BYTES - room;
}

/* As convert(), for what is UTF-8 already. */
static size_t keep_utf8(struct dissect_str s, char out[WIDE_BYTES], bool cut)
{
	size_t n = 0, len;

	for (; n < s.n; n += len) {
		len = text_utf8_len(s.p + n, s.n - n);
		if (len == 0 && cut && s.n - n < 4)
			break;
		if (len == 0)
			return 0;
	}
	memcpy(out, s.p, n);
	return n;
}

static size_t decode(const struct plain *p, struct dissect_str s, enum charset said, char out[WIDE_BYTES])
{
	bool cut = s.n >= TITLE_BYTES;
	size_t n = 0;

	s.n = cut ? TITLE_BYTES : s.n;
	if (said != CHARSET_COUNT)
		n = convert(p->to_utf8[said], s, out, cut);
	if (n == 0)
		n = keep_utf8(s, out, cut);
	if (n == 0)
		n = convert(p->to_utf8[CHARSET_GB18030], s, out, cut);
	return n;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* "#20013" or "#x4e2d" -> U+4E2D; 0 when it is no character. */
static uint32_t numeric_entity(const char *s, size_t n)
{
	unsigned base = n > 1 && (s[1] == 'x' || s[1] == 'X') ? 16 : 10;
	size_t at = base == 16 ? 2 : 1;
	uint32_t c = 0;

	if (at >= n)
		return 0;
	for (; at < n; at++) {
		uint8_t byte = lower((uint8_t)s[at]);
		unsigned digit = byte >= '0' && byte <= '9'                 ? byte - (unsigned)'0'
				 : base == 16 && byte >= 'a' && byte <= 'f' ? byte - (unsigned)'a' + 10
									    : 99;
		if (digit >= base)
			return 0;
		c = c * base + digit;
		if (c > 0x10ffff)
			return 0;
	}
	return c >= 0xd800 && c <= 0xdfff ? 0 : c;
}

/* The character of an entity's name, between '&' and ';'; 0 when it is none that matters in titles. */
static uint32_t entity(const char *s, size_t n)
{
	static const struct {
		const char *name;
		uint32_t c;
	} known[] = {
		{ "amp", '&' },      { "lt", '<' },       { "gt", '>' },        { "quot", '"' },
		{ "apos", '\'' },    { "nbsp", ' ' },     { "copy", 0xa9 },     { "reg", 0xae },
		{ "trade", 0x2122 }, { "middot", 0xb7 },  { "mdash", 0x2014 },  { "ndash", 0x2013 },
		{ "raquo", 0xbb },   { "laquo", 0xab },   { "hellip", 0x2026 }, { "bull", 0x2022 },
		{ "ldquo", 0x201c }, { "rdquo", 0x201d }, { "lsquo", 0x2018 },  { "rsquo", 0x2019 },
		{ "ensp", ' ' },     { "emsp", ' ' },
	};

	if (n > 0 && s[0] == '#')
		return numeric_entity(s, n);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == n && memcmp(known[i].name, s, n) == 0)
			return known[i].c;
	return 0;
}

/* In place: an entity is longer than the character it stands for. Returns the new length. */
static size_t decode_entities(char *s, size_t n)
{
	size_t to = 0;

	for (size_t at = 0; at < n;) {
		size_t most = n - at - 1 < ENTITY_LONGEST ? n - at - 1 : ENTITY_LONGEST;
		const char *end = s[at] == '&' ? memchr(s + at + 1, ';', most) : NULL;
		size_t len = end != NULL ? (size_t)(end - (s + at + 1)) : 0;
		uint32_t c = len > 0 ? entity(s + at + 1, len) : 0;
		if (c == 0) {
			s[to++] = s[at++];
			continue;
		}
		to += put_utf8(s + to, c);
		at += len + 2;
	}
	return to;
}

/* Blanks of ASCII, U+00A0, U+2000..200A, U+3000. */
static bool is_blank(const char *s, size_t len)
{
	if (len == 1)
		return *s == ' ' || (*s >= '\t' && *s <= '\r');
	if (len == 2)
		return memcmp(s, "\xc2\xa0", 2) == 0;
	return len == 3 &&
	       (memcmp(s, "\xe3\x80\x80", 3) == 0 ||
		(memcmp(s, "\xe2\x80", 2) == 0 && (uint8_t)s[2] >= 0x80 && (uint8_t)s[2] <= 0x8a));
}

/* One blank for many, none at the ends; characters that cannot be shown are left out. */
static size_t collapse(char out[PLAIN_MAX], const char *s, size_t n)
{
	bool blank = false;
	size_t to = 0, len;

	for (size_t at = 0; at < n; at += len) {
		len = text_utf8_len((const uint8_t *)s + at, n - at);
		if (len == 0)
			return 0;
		if (is_blank(s + at, len)) {
			blank = to > 0;
			continue;
		}
		if (!text_is_safe(s + at, len))
			continue;
		if (to + blank + len >= PLAIN_MAX)
			break;
		if (blank)
			out[to++] = ' ';
		blank = false;
		memcpy(out + to, s + at, len);
		to += len;
	}
	out[to] = '\0';
	return to;
}

size_t plain_title(struct plain *p, char out[PLAIN_MAX], struct dissect_str title,
		   struct dissect_str content_type, struct dissect_str charset)
{
	char wide[WIDE_BYTES];
	size_t n = title.n > 0 ? decode(p, title, charset_of(content_type, charset), wide) : 0;

	n = decode_entities(wide, n);
	return collapse(out, wide, n);
}
