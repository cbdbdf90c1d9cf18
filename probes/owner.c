/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/owner.h"

#include <string.h>

#include "probes/glyph.h"

enum {
	NEAR_MAX = 96,  /* characters looked at on each side of a mark */
	SKIP_MAX = 64,  /* of them, words and signs between the mark and the name */
	NAME_LEAST = 4, /* characters of a Chinese name */
	NAME_MOST = 40,
	MARKS_MAX = 2000, /* looked at in one text; the rest is counted */
	INNER_MAX = 14,   /* characters in brackets inside a name: （上海） */
	EXPRESSION_MAX = 64,
	UNMARKED = 70, /* confidence in a name that only a number stands beside */
};

/* The text beside a mark, as people see it: characters, and where each begins. */
struct near {
	uint32_t c[NEAR_MAX];
	const char *at[NEAR_MAX + 1];
	size_t n;
};

enum side {
	NAME_AFTER,  /* 主办单位：某大学 */
	NAME_BEFORE, /* 由某大学主办 */
	BEFORE_ELSE, /* 某大学 版权所有; 版权所有 某大学 */
	AFTER_ELSE,  /* © 2026 某大学; 某大学 © 2026 */
};

/* What a name stands beside. With a colon behind it, any of them stands in front of the name. */
static const struct {
	const char *word;
	enum side side;
	unsigned confidence;
} marks[] = {
	{ "主办单位", NAME_AFTER, 90 },
	{ "主办方", NAME_AFTER, 85 },
	{ "主办", NAME_BEFORE, 85 },
	{ "版权所有归", NAME_AFTER, 90 },
	{ "版权所有属", NAME_AFTER, 90 },
	{ "版权所有", BEFORE_ELSE, 90 },
	{ "版权归属", NAME_AFTER, 85 },
	{ "版权归", NAME_AFTER, 85 },
	{ "著作权归", NAME_AFTER, 85 },
	{ "版权属于", NAME_AFTER, 85 },
	{ "运营单位", NAME_AFTER, 85 },
	{ "运营主体", NAME_AFTER, 85 },
	{ "运营方", NAME_AFTER, 80 },
	{ "备案主体", NAME_AFTER, 90 },
	{ "主体名称", NAME_AFTER, 90 },
	{ "网站所有者", NAME_AFTER, 90 },
	{ "开发者", NAME_AFTER, 75 },
	{ "©", AFTER_ELSE, 85 },
	{ "(C)", AFTER_ELSE, 80 },
	{ "Copyright", AFTER_ELSE, 85 },
	{ "All Rights Reserved", AFTER_ELSE, 75 },
	{ "版权", NAME_AFTER, 75 },
};

/* Between a mark and the name. */
static const char *const noise[] = { "版权所有",
				     "All Rights Reserved",
				     "AllRightsReserved",
				     "Copyright",
				     "(C)",
				     "by",
				     "至今",
				     "现在",
				     "present",
				     "归",
				     "属于",
				     "本站由",
				     "由",
				     "年" };

/* A name ends where one of these begins. */
static const char *const ends[] = { "版权",     "所有",     "保留",      "地址",     "电话",  "邮编",
				    "邮箱",     "技术支持", "技术服务",  "支持",     "联系",  "主办",
				    "承办",     "协办",     "主管",      "制作",     "维护",  "传真",
				    "备案",     "违法",     "举报",      "未经",     "推荐",  "建议",
				    "访问",     "您是",     "网址",      "网站",     "客服",  "服务热线",
				    "设计",     "Copy",     "All Right", "Tel",      "Email", "E-mail",
				    "Power",    "Design",   "Address",   "Support",  "ICP",   "公网安备",
				    "增值电信", "隐私",     "用户协议",  "关于我们", "(C)",   "©" };

/* In front of a name that is not the owner's. */
static const char *const others[] = { "支持", "制作", "设计",     "维护", "承建", "建设", "开发", "承办",
				      "协办", "提供", "友情链接", "链接", "监制", "指导", "主管" };

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
	{ "附中", false },   { "政府", true },
};

/* How the words of a menu begin, and who speaks of itself: no names. */
static const char *const nobody[] = { "首页",   "关于",   "联系",   "友情", "返回", "我校", "本校", "学校",
				      "本公司", "我公司", "本单位", "本站", "我们", "进入", "更多", "所有" };

static const char *const english[] = {
	"University", "College", "School", "Institute", "Academy",    "Inc",
	"Ltd",        "LLC",     "Corp",   "Company",   "Foundation", "Limited"
};

static bool is_han(uint32_t c) { return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff); }

static bool sign(uint32_t c)
{
	return c == ' ' || c == ':' || c == '-' || c == ',' || c == '.' || c == '@' || c == '?' || c == '*' ||
	       c == 0xa9 || c == 0xae || c == '~' || c == 0x3002 || c == '(' || c == ')' || c == 0x25a1 ||
	       c == 0xb7 || c == '&';
}

static bool starts(const char *p, const char *end, const char *const *words, size_t count,
		   const char **behind)
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
#define STARTS(p, end, words, behind) starts(p, end, words, sizeof(words) / sizeof((words)[0]), behind)

/* -- what is a name */

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

/* The closing bracket of a short insertion, NULL: there is none. */
static const char *inner_end(const char *p, const char *end)
{
	struct glyphs g = { p, end };

	glyph_next(&g);
	for (size_t i = 0; i < INNER_MAX; i++) {
		uint32_t c = glyph_next(&g);
		if (c == ')')
			return g.p;
		if (!is_han(c) && !glyph_alnum(c))
			return NULL;
	}
	return NULL;
}

/* The same, where the text may end with an insertion: 宣传部（新闻中心）. */
static size_t whole_end(const char *s, size_t n)
{
	for (const char *p = s + n; p > s; p--) {
		struct glyphs g = { p - 1, s + n };
		if (glyph_peek(g) == '(' && inner_end(p - 1, s + n) == s + n &&
		    kind_end(s, (size_t)(p - 1 - s)) == (size_t)(p - 1 - s))
			return n;
	}
	return kind_end(s, n);
}

/* Cuts a run of text to the name that it begins with. */
static bool is_name(struct owner *o)
{
	const char *behind;
	size_t n;

	while (o->n > 0 && (o->name[o->n - 1] == ' ' || o->name[o->n - 1] == '.' || o->name[o->n - 1] == ','))
		o->n--;
	if (o->n == 0 || o->n >= OWNER_MAX || STARTS(o->name, o->name + o->n, nobody, &behind) ||
	    memmem(o->name, o->n, "版权", strlen("版权")) != NULL)
		return false;
	if (!is_han(glyph_peek((struct glyphs){ o->name, o->name + o->n })) &&
	    has_english_kind(o->name, o->n) && memchr(o->name, ' ', o->n) != NULL)
		return true;
	n = whole_end(o->name, o->n);
	if (n == 0)
		return false;
	/* 某大学（北京） */
	behind = o->name + n;
	if (glyph_peek((struct glyphs){ behind, o->name + o->n }) == '(' &&
	    inner_end(behind, o->name + o->n) != NULL)
		n = (size_t)(inner_end(behind, o->name + o->n) - o->name);
	o->n = n;
	n = characters(o->name, n);
	return n >= NAME_LEAST && n <= NAME_MOST;
}

/* -- behind a mark */

/* From the first character of a name to where it cannot go on. */
static void read_name(struct owner *o, const char *p, const char *end)
{
	struct glyphs g = { p, end };
	bool han = is_han(glyph_peek(g));
	const char *behind;

	o->name = p;
	for (uint32_t before = 0; g.p < end && g.p - p < OWNER_MAX;) {
		const char *here = g.p;
		uint32_t c;
		if (*here == '\n' || (here > p && STARTS(here, end, ends, &behind) &&
				      !(glyph_alnum(before) && glyph_alnum((unsigned char)*here))))
			break;
		c = glyph_next(&g);
		if (c == '(' && here > p && inner_end(here, end) != NULL) {
			g.p = inner_end(here, end);
		} else if (han ? !is_han(c) && !glyph_alnum(c) && c != 0xb7
			       : !glyph_alnum(c) && c != ' ' && c != '&' && c != '\'' && c != ',' &&
					   c != '-' && !(c == '.' && (before | 32) == 'o')) {
			g.p = here;
			break;
		}
		before = c;
	}
	o->n = (size_t)(g.p - p);
}

/* Behind an expression that a script fills in, the year for one: ${y}, {{ year }}. NULL: none is here. */
static const char *expression_end(const char *p, const char *end)
{
	const char *stop;

	if (end - p < 4 || ((p[0] != '$' || p[1] != '{') && (p[0] != '{' || p[1] != '{')))
		return NULL;
	stop = memchr(p, '}', (size_t)(end - p < EXPRESSION_MAX ? end - p : EXPRESSION_MAX));
	while (stop != NULL && stop < end && *stop == '}')
		stop++;
	return stop;
}

static bool forward(struct owner *o, const char *p, const char *end)
{
	const char *behind;

	for (size_t i = 0; i < SKIP_MAX && p < end; i++) {
		struct glyphs g = { p, end };
		uint32_t c = glyph_next(&g);
		if (c == 0)
			return false;
		if (STARTS(p, end, noise, &behind) || (behind = expression_end(p, end)) != NULL) {
			p = behind;
		} else if (sign(c) || glyph_digit(c)) {
			p = g.p;
		} else {
			if (STARTS(p, end, ends, &behind))
				return false;
			read_name(o, p, end);
			return is_name(o);
		}
	}
	return false;
}

/* -- in front of a mark */

static void look_back(struct near *w, const char *start, const char *mark)
{
	const char *from = mark;
	struct glyphs g;

	for (size_t i = 0; i < NEAR_MAX && from > start; i++)
		for (from--; from > start && ((unsigned char)*from & 0xc0) == 0x80;)
			from--;
	w->n = 0;
	for (g = (struct glyphs){ from, mark }; g.p < mark && w->n < NEAR_MAX;) {
		w->at[w->n] = g.p;
		w->c[w->n] = *g.p == '\n' ? '\n' : glyph_next(&g);
		if (w->c[w->n] == '\n')
			g.p++;
		if (w->c[w->n] != 0)
			w->n++;
	}
	w->at[w->n] = mark;
}

/* The label in front of position i speaks of somebody else. */
static bool others_before(const struct near *w, size_t i)
{
	const char *end;

	while (i > 0 && (w->c[i - 1] == ' ' || w->c[i - 1] == ':'))
		i--;
	end = w->at[i];
	for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
		size_t n = strlen(others[k]);
		if ((size_t)(end - w->at[0]) >= n && memcmp(end - n, others[k], n) == 0)
			return true;
	}
	return false;
}

/* Where the text before the mark that may be a name begins. */
static size_t name_start(const struct near *w, size_t last)
{
	size_t i = last;
	bool han = is_han(w->c[last - 1]) || w->c[last - 1] == ')';

	for (; i > 0; i--) {
		uint32_t c = w->c[i - 1];
		if (is_han(c) || glyph_alnum(c) || c == 0xb7)
			continue;
		if (han && (c == '(' || c == ')'))
			continue;
		if (!han && (c == ' ' || c == '&' || c == '\'' || c == ',' || c == '-' || c == '.'))
			continue;
		break;
	}
	return i;
}

/* Signs and digits between a name and its mark; a bracket closed behind Chinese is the name's own. */
static bool between(const struct near *w, size_t i, bool lines)
{
	if (w->c[i] == ')' && i > 0 && is_han(w->c[i - 1]))
		return false;
	return sign(w->c[i]) || glyph_digit(w->c[i]) || (lines && w->c[i] == '\n');
}

static bool backward(struct owner *o, const char *start, const char *mark, bool lines)
{
	static const char *const leads[] = { "本网站由", "本站由", "本系统由", "由",
					     "本网站",   "本站",   "归",       "属" };
	struct near w;
	const char *behind;
	size_t last, first;
	bool comma = false;

	look_back(&w, start, mark);
	for (last = w.n; last > 0 && between(&w, last - 1, lines); last--)
		comma |= w.c[last - 1] == ',' || w.c[last - 1] == 0x3002;
	if (last == 0 || w.c[last - 1] == '\n')
		return false;
	first = name_start(&w, last);
	/* a year or a number glued to its front */
	while (first < last && (glyph_digit(w.c[first]) || sign(w.c[first])))
		first++;
	if (first == last || others_before(&w, first))
		return false;
	o->name = w.at[first];
	o->n = (size_t)(w.at[last] - o->name);
	if (STARTS(o->name, o->name + o->n, leads, &behind)) {
		o->n -= (size_t)(behind - o->name);
		o->name = behind;
	}
	/* "…公司开发，版权所有": another clause */
	return is_name(o) && !(comma && o->name + o->n < w.at[last]);
}

/* -- without a mark, in front of a number */

static bool has_any(const char *s, size_t n, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memmem(s, n, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}
#define HAS_ANY(s, n, words) has_any(s, n, words, sizeof(words) / sizeof((words)[0]))

/* One of `kinds` that says it even inside a longer text. */
static bool has_sure_kind(const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].inside && memmem(s, n, kinds[i].word, strlen(kinds[i].word)) != NULL)
			return true;
	return false;
}

/* 备案号: and the like between the name and the number. */
static size_t before_label(const struct near *w, size_t last)
{
	static const char label[] = "网站备案许可证序编号";

	for (; last > 0; last--) {
		struct glyphs g = { label, label + sizeof(label) - 1 };
		uint32_t c = w->c[last - 1], one;
		while ((one = glyph_next(&g)) != 0 && one != c)
			;
		if (one == 0 && !sign(c) && c != '|' && c != 'I' && c != 'C' && c != 'P')
			return last;
	}
	return 0;
}

bool owner_before(const char *text, size_t at, struct owner *o)
{
	/* who others complain to, who filed it, and words of a sentence */
	static const char *const never[] = { "公安", "网警", "通信管理", "链接", "由", "欢迎", "请" };
	struct near w;
	size_t last, first, n;

	look_back(&w, text, text + at);
	last = before_label(&w, w.n);
	if (last == 0 || w.c[last - 1] == '\n')
		return false;
	first = name_start(&w, last);
	n = first;
	while (n > 0 && sign(w.c[n - 1]))
		n--;
	if (first == last || !is_han(w.c[first]) || (n > 0 ? w.c[n - 1] != '\n' : w.at[0] != text))
		return false;
	while (n > 0 && w.c[n - 1] == '\n')
		n--;
	*o = (struct owner){ .name = w.at[first], .n = (size_t)(w.at[last] - w.at[first]), .at = at };
	o->confidence = UNMARKED;
	n = others_before(&w, n) ? 0 : o->n;
	return n > 0 && !HAS_ANY(o->name, n, others) && !HAS_ANY(o->name, n, ends) &&
	       !HAS_ANY(o->name, n, never) && has_sure_kind(o->name, n) && is_name(o) && o->n == n;
}

/* -- marks */

static bool colon_follows(const char *p, const char *end)
{
	struct glyphs g = { p, end };

	glyph_blanks(&g);
	return glyph_peek(g) == ':';
}

static bool beside(struct owner *o, size_t row, const char *start, const char *mark, const char *behind,
		   const char *end)
{
	enum side side = colon_follows(behind, end) ? NAME_AFTER : marks[row].side;

	o->confidence = marks[row].confidence;
	o->at = (size_t)(mark - start);
	switch (side) {
	case NAME_AFTER:
		return forward(o, behind, end);
	case NAME_BEFORE:
		return backward(o, start, mark, false);
	case BEFORE_ELSE:
		return backward(o, start, mark, false) || forward(o, behind, end) ||
		       backward(o, start, mark, true);
	case AFTER_ELSE:
		return forward(o, behind, end) || backward(o, start, mark, false);
	}
	return false;
}

/* 主 版 著 运 备 网 开, or the beginning of one in ASCII */
static bool may_begin_mark(uint32_t c)
{
	return c == 0xa9 || c == '(' || c == 'C' || c == 'c' || c == 'A' || c == 'a' || c == 0x4e3b ||
	       c == 0x7248 || c == 0x8457 || c == 0x8fd0 || c == 0x5907 || c == 0x7f51 || c == 0x5f00;
}

size_t owner_scan(const char *text, size_t n, void (*found)(void *arg, const struct owner *o), void *arg)
{
	struct glyphs g = { text, text + n };
	size_t seen = 0;

	while (g.p < g.end) {
		const char *here = g.p;
		uint32_t c = glyph_next(&g);
		if (!may_begin_mark(c))
			continue;
		for (size_t row = 0; row < sizeof(marks) / sizeof(marks[0]); row++) {
			struct glyphs behind = { here, g.end };
			struct owner o = { .name = here };
			if (!glyph_word(&behind, marks[row].word))
				continue;
			if (++seen <= MARKS_MAX && beside(&o, row, text, here, behind.p, g.end))
				found(arg, &o);
			g.p = behind.p;
			break;
		}
	}
	return seen > MARKS_MAX ? seen - MARKS_MAX : 0;
}
