/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/owner.h"

#include <string.h>

#include "probes/glyph.h"
#include "probes/nearby.h"
#include "probes/orgname.h"

enum {
	SKIP_MAX = 64,    /* of them, words and signs between the mark and the name */
	MARKS_MAX = 2000, /* looked at in one text; the rest is counted */
	EXPRESSION_MAX = 64,
	LINE_BYTES = 300, /* of a line, from its name to its mark */
	UNMARKED = 70,    /* confidence in a name that only a number stands beside */
};

enum side {
	NAME_AFTER,  /* 主办单位：某大学 */
	NAME_BEFORE, /* 由某大学主办 */
	BEFORE_ELSE, /* 某大学 版权所有; 版权所有 某大学 */
	AFTER_ELSE,  /* © 2026 某大学; 某大学 © 2026 */
	LINE_END,    /* All Rights Reserved 某大学, and nothing behind it */
	LABELLED,    /* 公司名称：某公司, on one line: of forms and of lists, too */
	RUN_BY,      /* 由某公司运营 */
};

/* What a name stands beside. With a colon behind it, any of them stands in front of the name. */
static const struct {
	const char *word;
	enum side side;
	unsigned confidence;
} marks[] = {
	{ "主办单位名称", NAME_AFTER, 90 },
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
	{ "运营者", LABELLED, 80 },
	{ "运营", RUN_BY, 80 },
	{ "开办单位", LABELLED, 85 },
	{ "所有方", LABELLED, 80 },
	{ "服务提供方", LABELLED, 75 },
	{ "备案主体", NAME_AFTER, 90 },
	{ "主体名称", NAME_AFTER, 90 },
	{ "网站所有者", NAME_AFTER, 90 },
	{ "公司名称", LABELLED, 75 },
	{ "单位名称", LABELLED, 75 },
	{ "开发者", NAME_AFTER, 75 },
	{ "©", AFTER_ELSE, 85 },
	{ "(C)", AFTER_ELSE, 80 },
	{ "Copyright", AFTER_ELSE, 85 },
	{ "All Rights Reserved", LINE_END, 80 },
	{ "版权", NAME_AFTER, 75 },
};

/* Between a mark and the name. */
static const char *const noise[] = { "版权所有",  "All Rights Reserved",
				     "Copyright", "(C)",
				     "by",        "至今",
				     "现在",      "present",
				     "归",        "属于",
				     "均",        "为",
				     "本站由",    "由",
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

#define STARTS(p, end, words, behind) glyph_starts(p, end, words, sizeof(words) / sizeof((words)[0]), behind)

/* Cuts a run of text to the name that it begins with. */
static bool is_name(struct owner *o)
{
	o->n = o->n < OWNER_MAX ? orgname_cut(o->name, o->n) : 0;
	return o->n > 0;
}

/* -- behind a mark */

/* From the first character of a name to where it cannot go on. */
static void read_name(struct owner *o, const char *p, const char *end)
{
	struct glyphs g = { p, end };
	bool han = glyph_han(glyph_peek(g));
	const char *behind;

	o->name = p;
	for (uint32_t before = 0; g.p < end && g.p - p < OWNER_MAX;) {
		const char *here = g.p;
		uint32_t c;
		if (*here == '\n' || (here > p && STARTS(here, end, ends, &behind) &&
				      !(glyph_alnum(before) && glyph_alnum((unsigned char)*here))))
			break;
		c = glyph_next(&g);
		if (c == '(' && here > p && orgname_inner_end(here, end) != NULL) {
			g.p = orgname_inner_end(here, end);
		} else if (han ? !glyph_han(c) && !glyph_alnum(c) && c != 0xb7
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

/* "由某公司提供技术支持": what is behind the name says that it is not the owner's. */
static bool serves(const char *p, const char *end)
{
	static const char *const verbs[] = { "提供", "开发", "承建" };
	const char *behind;

	return glyph_peek((struct glyphs){ p, end }) != ' ' && STARTS(p, end, verbs, &behind) &&
	       glyph_peek((struct glyphs){ behind, end }) != ':';
}

/* All that stands between bars, and not a list of links. */
static bool stands_alone(const struct owner *o, const char *run_end, const char *end)
{
	struct glyphs g = { run_end, end };
	struct owner next = { 0 };

	if (o->name + o->n != run_end || !orgname_within(o->name, o->n))
		return false;
	glyph_blanks(&g);
	if (glyph_next(&g) != '|')
		return true;
	glyph_blanks(&g);
	read_name(&next, g.p, end);
	return !is_name(&next);
}

/* bar: "版权所有 | 某大学", too. */
static bool forward(struct owner *o, const char *p, const char *end, bool bar)
{
	const char *behind;
	bool barred = false;

	for (size_t i = 0; i < SKIP_MAX && p < end; i++) {
		struct glyphs g = { p, end };
		uint32_t c = glyph_next(&g);
		if (c == 0)
			return false;
		if (STARTS(p, end, noise, &behind) || (behind = expression_end(p, end)) != NULL) {
			p = behind;
		} else if (c == '|' && bar && !barred) {
			barred = true;
			p = g.p;
		} else if (nearby_sign(c) || glyph_digit(c)) {
			p = g.p;
		} else {
			if (STARTS(p, end, ends, &behind))
				return false;
			read_name(o, p, end);
			behind = o->name + o->n;
			return is_name(o) && !serves(o->name + o->n, end) &&
			       (!barred || stands_alone(o, behind, end));
		}
	}
	return false;
}

/* -- in front of a mark */

/* Signs and digits between a name and its mark; a bracket closed behind Chinese is the name's own. */
static bool between(const struct nearby *w, size_t i, bool lines)
{
	if (w->c[i] == ')' && i > 0 && glyph_han(w->c[i - 1]))
		return false;
	return nearby_sign(w->c[i]) || glyph_digit(w->c[i]) || (lines && w->c[i] == '\n');
}

static size_t pass_signs(const struct nearby *w, size_t last, bool lines, bool *comma)
{
	for (; last > 0 && between(w, last - 1, lines); last--)
		*comma |= w->c[last - 1] == ',' || w->c[last - 1] == 0x3002;
	return last;
}

static bool backward(struct owner *o, const char *start, const char *mark, bool lines)
{
	static const char *const leads[] = { "本网站由", "本站由", "本系统由", "本平台由", "由",
					     "本网站",   "本站",   "归",       "属" };
	struct nearby w;
	const char *behind;
	size_t last, first;
	bool comma = false;

	nearby_look_back(&w, start, mark);
	last = pass_signs(&w, w.n, lines, &comma);
	if (last > 2 && w.c[last - 2] == 0x7248 && w.c[last - 1] == 0x6743)
		last = pass_signs(&w, last - 2, lines, &comma); /* 某大学 版权 © 2026 */
	first = last > 0 ? nearby_name(&w, last) : 0;
	if (first > 1 && w.c[first - 1] == '(' && !glyph_han(w.c[last - 1])) {
		last = pass_signs(&w, first - 1, false, &comma); /* 某公司 (www.example.com) 版权所有 */
		first = last > 0 ? nearby_name(&w, last) : 0;
	}
	if (last == 0 || w.c[last - 1] == '\n')
		return false;
	/* a year or a number glued to its front */
	while (first < last && (glyph_digit(w.c[first]) || nearby_sign(w.c[first])))
		first++;
	if (first == last || nearby_others(&w, first))
		return false;
	o->name = w.at[first];
	o->n = (size_t)(w.at[last] - o->name);
	if (STARTS(o->name, o->name + o->n, leads, &behind)) {
		o->n -= (size_t)(behind - o->name);
		o->name = behind;
	}
	/* "本次比赛由某大学主办": of a sentence; "…公司开发，版权所有": another clause */
	behind = memmem(o->name, o->n, "由", strlen("由"));
	if (behind != NULL && (behind == o->name || memmem(o->name, o->n, "自由", strlen("自由")) == NULL))
		return false;
	return is_name(o) && !(comma && o->name + o->n < w.at[last]);
}

/* -- without a mark, in front of a number */

/* 备案号: and the like between the name and the number. */
static size_t before_label(const struct nearby *w, size_t last)
{
	static const char label[] = "网站备案许可证序编号";

	for (; last > 0; last--) {
		struct glyphs g = { label, label + sizeof(label) - 1 };
		uint32_t c = w->c[last - 1], one;
		while ((one = glyph_next(&g)) != 0 && one != c)
			;
		if (one == 0 && !nearby_sign(c) && c != '|' && c != 'I' && c != 'C' && c != 'P')
			return last;
	}
	return 0;
}

bool owner_before(const char *text, size_t at, struct owner *o)
{
	/* who others complain to, who filed it, and words of a sentence */
	static const char *const never[] = { "公安", "网警", "通信管理", "链接", "由", "欢迎", "请" };
	struct nearby w;
	size_t last, first, n;

	nearby_look_back(&w, text, text + at);
	last = before_label(&w, w.n);
	if (last == 0 || w.c[last - 1] == '\n')
		return false;
	first = nearby_name(&w, last);
	n = first;
	while (n > 0 && nearby_sign(w.c[n - 1]))
		n--;
	if (first == last || !glyph_han(w.c[first]) || (n > 0 ? w.c[n - 1] != '\n' : w.at[0] != text))
		return false;
	while (n > 0 && w.c[n - 1] == '\n')
		n--;
	*o = (struct owner){ .name = w.at[first], .n = (size_t)(w.at[last] - w.at[first]), .at = at };
	o->confidence = UNMARKED;
	n = nearby_others(&w, n) ? 0 : o->n;
	return n > 0 && !nearby_tells_others(o->name, n) && !NEARBY_HAS(o->name, n, ends) &&
	       !NEARBY_HAS(o->name, n, never) && orgname_within(o->name, n) && is_name(o) && o->n == n;
}

/* A whole name, of a kind that is no word of a menu: not 下载中心. */
static bool is_alone(struct owner *o)
{
	static const char *const places[] = { "省", "市", "县", "区" };
	size_t n = o->n;

	return n > 0 && n < OWNER_MAX && glyph_han(glyph_peek((struct glyphs){ o->name, o->name + n })) &&
	       !NEARBY_HAS(o->name, n, ends) && !nearby_tells_others(o->name, n) &&
	       (orgname_within(o->name, n) || NEARBY_HAS(o->name, n, places)) && is_name(o) && o->n == n;
}

/* 某公司|（以下简称“某某”） */
static size_t without_alias(const char *s, size_t n)
{
	static const char *const alias[] = { "(以下简称", "(下称", "(简称" };
	const char *behind;

	for (struct glyphs g = { s, s + n }; g.p < g.end; (void)glyph_next(&g))
		if (STARTS(g.p, g.end, alias, &behind))
			return (size_t)(g.p - s);
	return n;
}

bool owner_alone(const char *text, size_t from, size_t to, struct owner *o)
{
	struct glyphs g = { text + from, text + to };
	struct nearby w;
	bool found = false;

	while (g.p < g.end) {
		struct owner one = { .name = g.p, .at = to, .confidence = UNMARKED };
		while (g.p < g.end && *g.p != '\n' && *g.p != '|' && glyph_peek(g) != ' ')
			(void)glyph_next(&g);
		one.n = without_alias(one.name, (size_t)(g.p - one.name));
		if (g.p < g.end)
			(void)glyph_next(&g);
		nearby_look_back(&w, text + from, one.name);
		if (!is_alone(&one) || nearby_others(&w, w.n))
			continue;
		if (found && (o->n != one.n || memcmp(o->name, one.name, one.n) != 0))
			return false;
		*o = one;
		found = true;
	}
	return found;
}

/* 由某公司提供技术支持: whom the words before position `last` say to serve the page. */
static bool served_by(const struct nearby *w, size_t last, struct owner_front *f)
{
	static const char *const verbs[] = { "提供", "开发", "承建", "建设", "制作",
					     "设计", "运维", "维护", "支持", "研发" };
	const char *end = w->at[last], *by = NULL, *behind;

	for (const char *p = w->at[0]; (p = memmem(p, (size_t)(end - p), "由", strlen("由"))) != NULL;)
		by = p += strlen("由");
	if (by == NULL || memchr(by, '\n', (size_t)(end - by)) != NULL)
		return false;
	for (struct glyphs g = { by, end }; g.p < end; (void)glyph_next(&g))
		if (g.p > by && STARTS(g.p, end, verbs, &behind) && orgname_cut(by, (size_t)(g.p - by)) > 0) {
			f->name = by;
			f->n = (size_t)(g.p - by);
			return true;
		}
	return false;
}

struct owner_front owner_front(const char *text, size_t at)
{
	static const char *const self[] = { "本站",   "本网站", "本平台", "本系统", "本公司",
					    "本单位", "我校",   "我司",   "版权" };
	struct owner_front f = { 0 };
	struct nearby w;
	const char *name, *by;
	bool labelled = false;
	size_t last, first;

	nearby_look_back(&w, text, text + at);
	last = before_label(&w, w.n);
	for (size_t i = last; i < w.n; i++) {
		if (w.c[i] == '|')
			return (struct owner_front){ 0 };
		f.bracket = w.c[i] == '(' || (f.bracket && w.c[i] != ')');
		labelled |= glyph_han(w.c[i]);
	}
	if (last == 0 || w.c[last - 1] == '\n')
		return f;
	first = nearby_name(&w, last);
	/* 技术支持：某公司 备案号：…: a label of its own begins another statement */
	f.others = first < last && (f.bracket || !labelled) && nearby_others(&w, first);
	name = f.name = w.at[first];
	f.n = (size_t)(w.at[last] - name);
	if (served_by(&w, last, &f)) {
		f.others = f.by = true;
		return f;
	}
	by = memmem(name, (size_t)(w.at[last] - name), "由", strlen("由"));
	name = by ? by : name; /* 本站由某公司 */
	f.page = NEARBY_HAS(name, (size_t)(text + at - name), self);
	return f;
}

/* -- marks */

static bool colon_follows(const char *p, const char *end)
{
	struct glyphs g = { p, end };

	glyph_blanks(&g);
	return glyph_peek(g) == ':';
}

static bool han_before(const char *start, const char *mark)
{
	const char *p = mark;

	while (p > start && ((unsigned char)*--p & 0xc0) == 0x80)
		;
	return p < mark && glyph_han(glyph_peek((struct glyphs){ p, mark }));
}

static bool ends_in(const char *s, size_t n, const char *const *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (n > strlen(kinds[i]) && memcmp(s + n - strlen(kinds[i]), kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* How names end of those who have sites of their own; a department is one of many on a line. */
static bool is_whole(const char *s, size_t n)
{
	static const char *const kinds[] = { "大学", "学院", "学校", "中学", "小学", "公司", "集团" };

	return ends_in(s, n, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

/* A name, whole, that begins at p and that `end` or a blank ends. */
static bool whole_name(struct owner *o, const char *p, const char *end)
{
	size_t run;

	read_name(o, p, end);
	run = o->n;
	return glyph_han(glyph_peek((struct glyphs){ p, end })) && is_name(o) && o->n == run &&
	       is_whole(o->name, o->n);
}

/* "All Rights Reserved 某大学", the end of its line; who stands in front of it is the owner. */
static bool at_line_end(struct owner *o, const char *start, const char *mark, const char *behind,
			const char *end)
{
	struct owner front = *o;
	const char *line = memchr(behind, '\n', (size_t)(end - behind));
	struct glyphs g = { behind, line ? line : end };

	while (g.p < g.end && nearby_sign(glyph_peek(g)))
		(void)glyph_next(&g);
	if (backward(&front, start, mark, false) || !whole_name(o, g.p, g.end))
		return false;
	for (g.p = o->name + o->n; g.p < g.end;)
		if (!nearby_sign(glyph_next(&g)))
			return false;
	return true;
}

/* 某大学 地址：… 邮编：… 版权所有: the name that the line begins with, and its address behind it. */
static bool at_line_start(struct owner *o, const char *start, const char *mark)
{
	static const char *const contact[] = { "地址", "校址", "邮编", "电话" };
	static const char *const companies[] = { "公司", "集团" };
	const char *p = mark, *behind;

	while (p > start && p[-1] != '\n' && mark - p < LINE_BYTES)
		p--;
	if (p > start && p[-1] != '\n')
		return false;
	while (p < mark && *p == ' ')
		p++;
	if (!whole_name(o, p, mark))
		return false;
	for (behind = o->name + o->n;
	     behind < mark && nearby_sign(glyph_peek((struct glyphs){ behind, mark }));) {
		struct glyphs g = { behind, mark };
		(void)glyph_next(&g);
		behind = g.p;
	}
	return STARTS(behind, mark, contact, &behind) &&
	       !nearby_tells_others(o->name + o->n, (size_t)(mark - o->name) - o->n) &&
	       !NEARBY_HAS(o->name + o->n, (size_t)(mark - o->name) - o->n, companies);
}

/* Powered by Discuz! © 2001-2017 Comsenz Inc.: of the program that made the page. */
static bool is_maker(const struct owner *o, const char *start, const char *mark)
{
	static const char *const makers[] = { "Comsenz", "Discuz", "phpwind", "WordPress" };
	static const char *const powered[] = { "Powered", "powered", "POWERED" };
	const char *from = mark;

	if (glyph_han(glyph_peek((struct glyphs){ o->name, o->name + o->n })))
		return false;
	for (unsigned lines = 0; from > start && mark - from < LINE_BYTES / 3; from--)
		if (from[-1] == '\n' && ++lines > 1)
			break;
	return NEARBY_HAS(o->name, o->n, makers) || NEARBY_HAS(from, (size_t)(mark - from), powered);
}

/* 某大学 教务处: a department behind its school, a blank between them, is one name. */
static void with_school(struct owner *o, const char *start)
{
	static const char *const schools[] = { "大学", "学院", "学校" };
	struct nearby w;
	struct owner whole;
	size_t last, first;

	if (is_whole(o->name, o->n) || o->name == start ||
	    !glyph_han(glyph_peek((struct glyphs){ o->name, o->name + o->n })))
		return;
	nearby_look_back(&w, start, o->name);
	for (last = w.n; last > 0 && w.c[last - 1] == ' ';)
		last--;
	if (last == 0 || last == w.n || !glyph_han(w.c[last - 1]))
		return;
	first = nearby_name(&w, last);
	whole = (struct owner){ .name = w.at[first], .n = (size_t)(o->name + o->n - w.at[first]) };
	if (first < last && whole.n < OWNER_MAX && !nearby_others(&w, first) &&
	    orgname_cut(whole.name, (size_t)(w.at[last] - whole.name)) == (size_t)(w.at[last] - whole.name) &&
	    ends_in(whole.name, (size_t)(w.at[last] - whole.name), schools, 3)) {
		o->name = whole.name;
		o->n = whole.n;
	}
}

static bool beside(struct owner *o, size_t row, const char *start, const char *mark, const char *behind,
		   const char *end)
{
	enum side side = colon_follows(behind, end) ? NAME_AFTER : marks[row].side;
	const char *line;

	o->confidence = marks[row].confidence;
	o->at = (size_t)(mark - start);
	o->weak = marks[row].side == LABELLED;
	if (o->weak) {
		if (han_before(start, mark))
			return false; /* 报名单位名称 */
		line = memchr(behind, '\n', (size_t)(end - behind));
		end = line ? line : end;
	}
	switch (side) {
	case NAME_AFTER:
		return forward(o, behind, end, false);
	case NAME_BEFORE: /* 某大学主办的竞赛: of the contest */
		return glyph_peek((struct glyphs){ behind, end }) != 0x7684 &&
		       backward(o, start, mark, false);
	case BEFORE_ELSE:
		return backward(o, start, mark, false) || forward(o, behind, end, false) ||
		       at_line_start(o, start, mark) || backward(o, start, mark, true) ||
		       forward(o, behind, end, true);
	case LINE_END:
		return at_line_end(o, start, mark, behind, end);
	case AFTER_ELSE:
		return (forward(o, behind, end, false) || backward(o, start, mark, false) ||
			forward(o, behind, end, true)) &&
		       !is_maker(o, start, mark);
	case RUN_BY: /* 由某公司运营的平台 */
		return glyph_peek((struct glyphs){ behind, end }) != 0x7684 &&
		       backward(o, start, mark, false) && o->name > start + 2 &&
		       memcmp(o->name - 3, "由", 3) == 0;
	case LABELLED:
		return false;
	}
	return false;
}

/* 主 版 著 运 备 网 开 公 单 所 服, or the beginning of one in ASCII */
static bool may_begin_mark(uint32_t c)
{
	return c == 0xa9 || c == '(' || c == 'C' || c == 'c' || c == 'A' || c == 'a' || c == 0x4e3b ||
	       c == 0x7248 || c == 0x8457 || c == 0x8fd0 || c == 0x5907 || c == 0x7f51 || c == 0x5f00 ||
	       c == 0x516c || c == 0x5355 || c == 0x6240 || c == 0x670d;
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
			if (++seen <= MARKS_MAX && beside(&o, row, text, here, behind.p, g.end)) {
				with_school(&o, text);
				found(arg, &o);
			}
			g.p = behind.p;
			break;
		}
	}
	return seen > MARKS_MAX ? seen - MARKS_MAX : 0;
}
