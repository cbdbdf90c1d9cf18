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
	{ 0x09, 0x0d, ' ' },      { 0x85, 0x85, ' ' },      { 0xa0, 0xa0, ' ' },     { 0xad, 0xad, 0 },
	{ 0x180e, 0x180e, 0 },    { 0x1680, 0x1680, ' ' },  { 0x2000, 0x200a, ' ' }, { 0x200b, 0x200f, 0 },
	{ 0x2010, 0x2015, '-' },  { 0x2028, 0x2029, ' ' },  { 0x202a, 0x202e, 0 },   { 0x202f, 0x202f, ' ' },
	{ 0x205f, 0x205f, ' ' },  { 0x2060, 0x2064, 0 },    { 0x2066, 0x2069, 0 },   { 0x2212, 0x2212, '-' },
	{ 0x24b8, 0x24b8, 0xa9 }, { 0x24d2, 0x24d2, 0xa9 }, { 0x2500, 0x2501, '-' }, { 0x3000, 0x3000, ' ' },
	{ 0x30fc, 0x30fc, '-' },  { 0x3164, 0x3164, ' ' },  { 0xfe00, 0xfe0f, 0 },   { 0xfe58, 0xfe58, '-' },
	{ 0xfe63, 0xfe63, '-' },  { 0xfeff, 0xfeff, 0 },
};

/* Traditional characters in the words around a number, and of the provinces in front of it. */
static const struct {
	uint32_t from, to;
} simple[] = {
	{ 0x5099, 0x5907 }, /* 備 备 */
	{ 0x865f, 0x53f7 }, /* 號 号 */
	{ 0x7db2, 0x7f51 }, /* 網 网 */
	{ 0x8b49, 0x8bc1 }, /* 證 证 */
	{ 0x6b0a, 0x6743 }, /* 權 权 */
	{ 0x6649, 0x664b }, /* 晉 晋 */
	{ 0x907c, 0x8fbd }, /* 遼 辽 */
	{ 0x6eec, 0x6caa }, /* 滬 沪 */
	{ 0x8607, 0x82cf }, /* 蘇 苏 */
	{ 0x95a9, 0x95fd }, /* 閩 闽 */
	{ 0x8d1b, 0x8d63 }, /* 贛 赣 */
	{ 0x9b6f, 0x9c81 }, /* 魯 鲁 */
	{ 0x7cb5, 0x7ca4 }, /* 粵 粤 */
	{ 0x74ca, 0x743c }, /* 瓊 琼 */
	{ 0x8cb4, 0x8d35 }, /* 貴 贵 */
	{ 0x965d, 0x9655 }, /* 陝 陕 */
	{ 0x5be7, 0x5b81 }, /* 寧 宁 */
	{ 0x96b4, 0x9647 }, /* 隴 陇 */
	{ 0x96f2, 0x4e91 }, /* 雲 云 */
};

static uint32_t fold(uint32_t c)
{
	if (c > 0x20 && c < 0x7f)
		return c;
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xfee0;
	/* none of them is Chinese, and most of a page is */
	for (size_t i = 0; !glyph_han(c) && i < sizeof(alike) / sizeof(alike[0]) && c >= alike[i].first; i++)
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
		if (want == ' ')
			continue; /* blanks are anywhere, or nowhere */
		glyph_blanks(&at);
		if (upper(glyph_next(&at)) != upper(want))
			return false;
	}
	*g = at;
	return true;
}

bool glyph_digit(uint32_t c) { return c >= '0' && c <= '9'; }

bool glyph_alnum(uint32_t c) { return glyph_digit(c) || (upper(c) >= 'A' && upper(c) <= 'Z'); }

bool glyph_han(uint32_t c) { return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff); }

bool glyph_starts(const char *p, const char *end, const char *const *words, size_t count, const char **behind)
{
	for (size_t i = 0; i < count; i++) {
		struct glyphs g = { p, end };
		if (glyph_word(&g, words[i])) {
			*behind = g.p;
			return true;
		}
	}
	return false;
}
