/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/orgname.h"

#include <string.h>

#include "probes/glyph.h"

enum {
	NAME_LEAST = 4, /* characters of a Chinese name */
	NAME_MOST = 40,
	INNER_MAX = 14, /* characters in brackets inside a name: （上海） */
};

/* How names of organisations end; the first ones also inside a longer text (某大学招生网). */
static const struct {
	const char *word;
	bool inside;
} kinds[] = {
	{ "大学", true },    { "学院", true },    { "学校", true },    { "中学", true },
	{ "小学", true },    { "幼儿园", true },  { "公司", true },    { "集团", true },
	{ "研究院", true },  { "研究所", true },  { "委员会", true },  { "教育厅", true },
	{ "教育局", true },  { "教育部", true },  { "医院", true },    { "出版社", true },
	{ "协会", true },    { "基金会", true },  { "学会", true },    { "联盟", false },
	{ "中心", false },   { "工作室", false }, { "图书馆", false }, { "博物馆", false },
	{ "办公室", false }, { "团委", false },   { "学生会", false }, { "处", false },
	{ "部", false },     { "局", false },     { "厅", false },     { "馆", false },
	{ "所", false },     { "院", false },     { "科", false },     { "社", false },
	{ "站", false },     { "校", false },     { "室", false },     { "厂", false },
	{ "中专", false },   { "职中", false },   { "一中", false },   { "二中", false },
	{ "附中", false },   { "政府", true },    { "校友会", false }, { "总会", false },
	{ "联合会", false }, { "研究会", false }, { "促进会", false }, { "工会", false },
	{ "理事会", false }, { "商会", false },   { "少年宫", false }, { "文化宫", false },
};

/* How the words of a menu begin, and who speaks of itself: no names. */
static const char *const nobody[] = { "首页",   "关于",   "联系",   "友情", "返回", "我校", "本校", "学校",
				      "本公司", "我公司", "本单位", "本站", "我们", "进入", "更多", "所有",
				      "转自",   "来自",   "摘自",   "来源", "感谢", "欢迎" };

static const char *const english[] = {
	"University", "College", "School", "Institute", "Academy",    "Inc",
	"Ltd",        "LLC",     "Corp",   "Company",   "Foundation", "Limited"
};

#define STARTS(p, end, words, behind) glyph_starts(p, end, words, sizeof(words) / sizeof((words)[0]), behind)

/* The last word of `kinds` that ends inside n bytes, its end; 0: none does. */
static size_t kind_end(const char *s, size_t n)
{
	size_t best = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].word);
		if (n < len)
			continue;
		if (memcmp(s + n - len, kinds[i].word, len) == 0)
			return n;
		for (size_t at = n - len; kinds[i].inside && at > 0; at--)
			if (memcmp(s + at, kinds[i].word, len) == 0) {
				best = at + len > best ? at + len : best;
				break;
			}
	}
	return best;
}

static size_t characters(const char *s, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

static bool has_english_kind(const char *s, size_t n)
{
	const char *behind;

	for (size_t i = 0; i < n; i++)
		if ((i == 0 || s[i - 1] == ' ') && STARTS(s + i, s + n, english, &behind) &&
		    (behind == s + n || !glyph_alnum((unsigned char)*behind)))
			return true;
	return false;
}

const char *orgname_inner_end(const char *p, const char *end)
{
	struct glyphs g = { p, end };

	glyph_next(&g);
	for (size_t i = 0; i < INNER_MAX; i++) {
		uint32_t c = glyph_next(&g);
		if (c == ')')
			return g.p;
		if (!glyph_han(c) && !glyph_alnum(c))
			return NULL;
	}
	return NULL;
}

/* The same, where the text may end with an insertion: 宣传部（新闻中心）. */
static size_t whole_end(const char *s, size_t n)
{
	for (const char *p = s + n; p > s; p--) {
		struct glyphs g = { p - 1, s + n };
		if (glyph_peek(g) == '(' && orgname_inner_end(p - 1, s + n) == s + n &&
		    kind_end(s, (size_t)(p - 1 - s)) == (size_t)(p - 1 - s))
			return n;
	}
	return kind_end(s, n);
}

size_t orgname_cut(const char *s, size_t n)
{
	const char *behind;
	size_t count;

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '.' || s[n - 1] == ','))
		n--;
	if (n == 0 || STARTS(s, s + n, nobody, &behind) || memmem(s, n, "版权", strlen("版权")) != NULL)
		return 0;
	if (!glyph_han(glyph_peek((struct glyphs){ s, s + n })) && has_english_kind(s, n) &&
	    memchr(s, ' ', n) != NULL) {
		while (strchr("0123456789 -,", s[n - 1]) != NULL)
			n--; /* a year behind it */
		return n;
	}
	behind = s + whole_end(s, n);
	if (behind == s)
		return 0;
	/* 某大学（北京） */
	if (glyph_peek((struct glyphs){ behind, s + n }) == '(' && orgname_inner_end(behind, s + n) != NULL)
		behind = orgname_inner_end(behind, s + n);
	count = characters(s, (size_t)(behind - s));
	return count >= NAME_LEAST && count <= NAME_MOST ? (size_t)(behind - s) : 0;
}

bool orgname_within(const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].inside && memmem(s, n, kinds[i].word, strlen(kinds[i].word)) != NULL)
			return true;
	return false;
}
