/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/glyph.h"

#include "base/text.h"

static uint32_t decode(const char *s, size_t n, size_t *len)
{
	const uint8_t *b = (const uint8_t *)s;

	*len = b[0] < 0x80 ? 1 : text_utf8_len(b, n);
	switch (*len) {
	case 1:
		return b[0];
	case 2:
		return (uint32_t)(b[0] & 31) << 6 | (b[1] & 63);
	case 3:
		return (uint32_t)(b[0] & 15) << 12 | (uint32_t)(b[1] & 63) << 6 | (b[2] & 63);
	case 4:
		return (uint32_t)(b[0] & 7) << 18 | (uint32_t)(b[1] & 63) << 12 | (uint32_t)(b[2] & 63) << 6 |
		       (b[3] & 63);
	default:
		*len = 1;
		return 0xfffd;
	}
}

/* Ranges of characters that look alike; `to` 0: cannot be seen. One that maps to itself is not here. */
static const struct {
	uint32_t first, last, to;
} alike[] = {
	{ 0x09, 0x0d, ' ' },     { 0x85, 0x85, ' ' },     { 0xa0, 0xa0, ' ' },     { 0xad, 0xad, 0 },
	{ 0x180e, 0x180e, 0 },   { 0x1680, 0x1680, ' ' }, { 0x2000, 0x200a, ' ' }, { 0x200b, 0x200f, 0 },
	{ 0x2010, 0x2015, '-' }, { 0x2028, 0x2029, ' ' }, { 0x202a, 0x202e, 0 },   { 0x202f, 0x202f, ' ' },
	{ 0x205f, 0x205f, ' ' }, { 0x2060, 0x2064, 0 },   { 0x2066, 0x2069, 0 },   { 0x2212, 0x2212, '-' },
	{ 0x3000, 0x3000, ' ' }, { 0x3164, 0x3164, ' ' }, { 0xfe00, 0xfe0f, 0 },   { 0xfe58, 0xfe58, '-' },
	{ 0xfe63, 0xfe63, '-' }, { 0xfeff, 0xfeff, 0 },
};

/* Traditional characters in the words around a number, and 云 as a province. */
static const struct {
	uint32_t from, to;
} simple[] = {
	{ 0x5099, 0x5907 }, /* 備 备 */
	{ 0x865f, 0x53f7 }, /* 號 号 */
	{ 0x7db2, 0x7f51 }, /* 網 网 */
	{ 0x8b49, 0x8bc1 }, /* 證 证 */
};

static uint32_t fold(uint32_t c)
{
	if (c > 0x20 && c < 0x7f)
		return c;
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xfee0;
	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]) && c >= alike[i].first; i++)
		if (c <= alike[i].last)
			return alike[i].to;
	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		if (c == simple[i].from)
			return simple[i].to;
	return c < 0x20 || c == 0x7f ? 0 : c;
}

uint32_t glyph_next(struct glyphs *g)
{
	while (g->p < g->end) {
		size_t len;
		uint32_t c = fold(decode(g->p, (size_t)(g->end - g->p), &len));
		g->p += len;
		if (c != 0)
			return c;
	}
	return 0;
}

uint32_t glyph_peek(struct glyphs g) { return glyph_next(&g); }

void glyph_blanks(struct glyphs *g)
{
	struct glyphs ahead = *g;

	while (glyph_next(&ahead) == ' ')
		*g = ahead;
}

static uint32_t upper(uint32_t c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; }

bool glyph_word(struct glyphs *g, const char *word)
{
	struct glyphs at = *g;

	for (size_t n = 0; *word != '\0'; word += n) {
		uint32_t want = decode(word, 4, &n);
		glyph_blanks(&at);
		if (upper(glyph_next(&at)) != upper(want))
			return false;
	}
	*g = at;
	return true;
}

bool glyph_digit(uint32_t c) { return c >= '0' && c <= '9'; }

bool glyph_alnum(uint32_t c) { return glyph_digit(c) || (upper(c) >= 'A' && upper(c) <= 'Z'); }
