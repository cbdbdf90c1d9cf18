/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/nearby.h"

#include <string.h>

#include "probes/glyph.h"

/* In front of a name that is not the owner's. */
static const char *const others[] = {
	"支持",       "制作",         "设计",         "维护",     "承建",   "建设",   "开发",
	"承办",       "协办",         "提供",         "友情链接", "链接",   "监制",   "指导",
	"主管",       "运维",         "技术服务",     "服务商",   "供应商", "Design", "Designed by",
	"Powered by", "Supported by", "Developed by", "Support"
};

bool nearby_sign(uint32_t c)
{
	return c == ' ' || c == ':' || c == '-' || c == ',' || c == '.' || c == '@' || c == '?' || c == '*' ||
	       c == 0xa9 || c == 0xae || c == '~' || c == 0x3002 || c == '(' || c == ')' || c == 0x25a1 ||
	       c == 0xb7 || c == '&' || c == '[' || c == ']' || c == '"' || c == 0x201c || c == 0x201d ||
	       c == 0x3010 || c == 0x3011;
}

bool nearby_has(const char *s, size_t n, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memmem(s, n, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}

/* 就业指导中心 is a name. */
static bool guides(const char *s, size_t n)
{
	static const char *const centres[] = { "指导中心", "指导服务中心", "建设与管理处", "建设管理处" };

	return NEARBY_HAS(s, n, centres);
}

bool nearby_tells_others(const char *s, size_t n)
{
	static const char *const inside[] = { "指导", "建设" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (nearby_has(s, n, &others[i], 1) &&
		    !(guides(s, n) && NEARBY_HAS(others[i], strlen(others[i]), inside)))
			return true;
	return false;
}

void nearby_look_back(struct nearby *w, const char *start, const char *mark)
{
	const char *from = mark;
	struct glyphs g;

	for (size_t i = 0; i < NEARBY_MAX && from > start; i++)
		for (from--; from > start && ((unsigned char)*from & 0xc0) == 0x80;)
			from--;
	w->n = 0;
	for (g = (struct glyphs){ from, mark }; g.p < mark && w->n < NEARBY_MAX;) {
		w->at[w->n] = g.p;
		w->c[w->n] = *g.p == '\n' ? '\n' : glyph_next(&g);
		if (w->c[w->n] == '\n')
			g.p++;
		if (w->c[w->n] != 0)
			w->n++;
	}
	w->at[w->n] = mark;
}

static bool ends_with(const char *s, const char *end, const char *word, size_t n)
{
	return (size_t)(end - s) >= n && memcmp(end - n, word, n) == 0;
}

bool nearby_others(const struct nearby *w, size_t i)
{
	static const char *const units[] = { "单位", "商", "方", "者" };
	const char *end;

	while (i > 0 && (w->c[i - 1] == ' ' || w->c[i - 1] == ':'))
		i--;
	end = w->at[i];
	for (size_t k = 0; k < sizeof(units) / sizeof(units[0]); k++) {
		size_t n = strlen(units[k]);
		if ((size_t)(end - w->at[0]) > n && memcmp(end - n, units[k], n) == 0) {
			end -= n;
			break;
		}
	}
	for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
		size_t n = strlen(others[k]);
		if (ends_with(w->at[0], end, others[k], n) || ends_with(w->at[0], w->at[i], others[k], n))
			return true;
	}
	return false;
}

size_t nearby_name(const struct nearby *w, size_t last)
{
	size_t i = last;
	bool han = glyph_han(w->c[last - 1]) || w->c[last - 1] == ')';

	for (; i > 0; i--) {
		uint32_t c = w->c[i - 1];
		if (glyph_han(c) || glyph_alnum(c) || c == 0xb7)
			continue;
		if (han && (c == '(' || c == ')'))
			continue;
		if (!han && (c == ' ' || c == '&' || c == '\'' || c == ',' || c == '-' || c == '.'))
			continue;
		break;
	}
	return i;
}
