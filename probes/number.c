/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/number.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "probes/glyph.h"

enum {
	DIGITS_MAX = 20,     /* of a run, with NUL: longer ones are no number of ours */
	FILLER_MAX = 8,      /* characters between the words of a number and its digits: 案号: */
	CONTEXT_BYTES = 160, /* before a number that its form alone does not prove */
	LABEL_BYTES = 60,    /* between the label of a number and it */
	SUFFIX_DIGITS = 4,
	ICP_SHORT = 8,
	ICP_LONG = 10,
	POLICE_OLD = 12,
	POLICE_NEW = 14,
	EDU_LEAST = 6,
	EDU_MOST = 9,
	OLD_LICENCE = 6,
	GRADE_HEAD = 11,
	GRADE_TAIL = 5,
};

/* Provinces as their one character, with the first two digits of their codes (GB/T 2260). The last four are
 * what people write for 蜀 黔 滇 陇, the police among them. */
static const struct {
	uint32_t c;
	const char *zh;
	char code[3];
} provinces[] = {
	{ 0x4eac, "京", "11" }, { 0x6d25, "津", "12" }, { 0x5180, "冀", "13" }, { 0x664b, "晋", "14" },
	{ 0x8499, "蒙", "15" }, { 0x8fbd, "辽", "21" }, { 0x5409, "吉", "22" }, { 0x9ed1, "黑", "23" },
	{ 0x6caa, "沪", "31" }, { 0x82cf, "苏", "32" }, { 0x6d59, "浙", "33" }, { 0x7696, "皖", "34" },
	{ 0x95fd, "闽", "35" }, { 0x8d63, "赣", "36" }, { 0x9c81, "鲁", "37" }, { 0x8c6b, "豫", "41" },
	{ 0x9102, "鄂", "42" }, { 0x6e58, "湘", "43" }, { 0x7ca4, "粤", "44" }, { 0x6842, "桂", "45" },
	{ 0x743c, "琼", "46" }, { 0x6e1d, "渝", "50" }, { 0x5ddd, "川", "51" }, { 0x8d35, "贵", "52" },
	{ 0x6ec7, "滇", "53" }, { 0x85cf, "藏", "54" }, { 0x9655, "陕", "61" }, { 0x7518, "甘", "62" },
	{ 0x9752, "青", "63" }, { 0x5b81, "宁", "64" }, { 0x65b0, "新", "65" }, { 0x8700, "蜀", "51" },
	{ 0x9ed4, "黔", "52" }, { 0x9647, "陇", "62" }, { 0x4e91, "云", "53" },
};

static const char *province(uint32_t c)
{
	for (size_t i = 0; i < sizeof(provinces) / sizeof(provinces[0]); i++)
		if (provinces[i].c == c)
			return provinces[i].zh;
	return NULL;
}

const char *number_province(const char *value)
{
	static const char police[] = "公网安备";
	const char *digits = strstr(value, police);

	for (size_t i = 0; i < sizeof(provinces) / sizeof(provinces[0]); i++)
		if (digits != NULL ? memcmp(digits + strlen(police), provinces[i].code, 2) == 0
				   : strncmp(value, provinces[i].zh, strlen(provinces[i].zh)) == 0)
			return provinces[i].code;
	return NULL;
}

static const char *province_by_code(const char *digits)
{
	for (size_t i = 0; i < sizeof(provinces) / sizeof(provinces[0]); i++)
		if (memcmp(digits, provinces[i].code, 2) == 0)
			return provinces[i].zh;
	return NULL;
}

/* -- what is visibly a template: all alike, counting up or down, a year or a province and then nothing */

static bool only(const char *s, char c) { return s[strspn(s, (const char[]){ c, '\0' })] == '\0'; }

static bool counts(const char *s)
{
	bool up = true, down = true;

	for (; s[1] != '\0'; s++) {
		up = up && (s[1] == s[0] + 1 || (s[0] == '9' && s[1] == '0'));
		down = down && (s[1] == s[0] - 1 || (s[0] == '0' && s[1] == '9'));
	}
	return up || down;
}

static bool is_template(const char *digits)
{
	size_t n = strlen(digits);

	if (only(digits, digits[0]) || counts(digits))
		return true;
	return (n == ICP_LONG &&
		(only(digits + 4, '0') || only(digits + 4, '9') || strcmp(digits + 4, "123456") == 0)) ||
	       (n >= POLICE_OLD && (only(digits + 6, '0') || strcmp(digits + 4, "1234567890") == 0));
}

/* -- digits */

/* A run of digits without gaps, at most cap - 1. */
static size_t run_of_digits(struct glyphs *g, char *out, size_t cap)
{
	struct glyphs ahead = *g;
	uint32_t c;
	size_t n = 0;

	while (n + 1 < cap && glyph_digit(c = glyph_next(&ahead))) {
		out[n++] = (char)c;
		*g = ahead;
	}
	out[n] = '\0';
	return n;
}

typedef bool fits(size_t n);
static bool fits_icp(size_t n) { return n == ICP_SHORT || n == ICP_LONG; }
static bool fits_police(size_t n) { return n == POLICE_OLD || n == POLICE_NEW; }
static bool fits_edu(size_t n) { return n >= EDU_LEAST && n <= EDU_MOST; }

static bool word_hao(struct glyphs *g) { return glyph_word(g, "号"); }

/* Digits that may have gaps: one run of a length that fits, or several whose sum does and which 号 ends; the
 * latter when both could be. Passes over 号, and says whether it was there. */
static bool read_digits(struct glyphs *g, char out[DIGITS_MAX], fits *fit, bool *hao)
{
	char all[DIGITS_MAX];
	struct glyphs one = *g, joined;
	size_t n = run_of_digits(&one, out, DIGITS_MAX);

	if (n == 0)
		return false;
	memcpy(all, out, n + 1);
	joined = one;
	for (size_t total = n, more = 1; more > 0; total += more) {
		struct glyphs end = joined;
		if (total > n && fit(total) && word_hao(&end)) {
			memcpy(out, all, DIGITS_MAX);
			*g = end;
			return *hao = true;
		}
		glyph_blanks(&joined);
		more = run_of_digits(&joined, all + total, DIGITS_MAX - total);
	}
	*hao = word_hao(&one);
	*g = one;
	return fit(n) && (*hao || !glyph_alnum(glyph_peek(one)));
}

/* 案 号 编 : ( [ - between the words and the digits. */
static void skip_filler(struct glyphs *g)
{
	static const char fillers[] = "案号编字第是为:.-([【〔《〖 ";
	struct glyphs ahead = *g;

	for (size_t i = 0; i < FILLER_MAX; i++) {
		uint32_t c = glyph_next(&ahead);
		struct glyphs f = { fillers, fillers + sizeof(fillers) - 1 };
		uint32_t one;
		while ((one = glyph_next(&f)) != 0 && one != c)
			;
		if (one == 0 || c == 0)
			return;
		*g = ahead;
	}
}

/* Brackets that a filler opened. */
static void skip_closing(struct glyphs *g)
{
	struct glyphs ahead = *g;
	uint32_t c = glyph_next(&ahead);

	if (c == ')' || c == ']' || c == 0x3011 || c == 0x3015)
		*g = ahead;
}

static bool more_digits(struct glyphs g) { return glyph_next(&g) == ' ' && glyph_digit(glyph_peek(g)); }

/* "-1-京公网安备": the dash begins another statement, and no telephone or date goes on. "-1--": an ornament.
 */
static bool dash_parts(struct glyphs g)
{
	(void)glyph_next(&g);
	if (glyph_peek(g) == '-')
		return true;
	glyph_blanks(&g);
	return g.p == g.end || glyph_han(glyph_peek(g));
}

/* -- "-11A": what it is of. Returns its length in out, 0: there is none. */
static size_t read_suffix(struct glyphs *g, char out[8], char *kind)
{
	struct glyphs at = *g;
	char digits[SUFFIX_DIGITS + 2];
	bool gap;
	size_t n;
	uint32_t c;

	*kind = '\0';
	glyph_blanks(&at);
	gap = at.p != g->p && glyph_peek(*g) == ' ';
	if (glyph_next(&at) != '-')
		return 0;
	gap |= glyph_peek(at) == ' ';
	glyph_blanks(&at);
	n = run_of_digits(&at, digits, sizeof(digits));
	c = glyph_peek(at);
	if (n == 0 || n > SUFFIX_DIGITS || digits[0] == '0')
		return 0;
	if (c == 'A' || c == 'a' || c == 'X' || c == 'x') {
		glyph_next(&at);
		*kind = c == 'A' || c == 'a' ? 'A' : 'X';
		c = glyph_peek(at);
	} else if (gap && (n == SUFFIX_DIGITS || more_digits(at))) {
		return 0; /* "号 - 2026", "号 - 400 810 1234": a year, a telephone */
	}
	if (glyph_alnum(c) || (c == '-' && *kind == '\0' && !dash_parts(at))) {
		*kind = '\0';
		return 0;
	}
	*g = at;
	return (size_t)snprintf(out, 8, "-%s%.1s", digits, kind);
}

static enum fact by_kind(char kind, enum fact site)
{
	return kind == 'A' ? FACT_ICP_APP : kind == 'X' ? FACT_ICP_MINI : site;
}

/* -- the scanner */

struct scan {
	const char *start;
	struct glyphs at;     /* behind the character that is looked at */
	uint32_t before[2];   /* the two visible characters in front of it, nearest first */
	const char *where[2]; /* and where they begin */
	uint32_t raw_before;  /* the character in front of it, blank or not */
	size_t templates;
	struct number found;
};

/* The province in front: its text, and where the number begins with it. "(湘)ICP备" and "湘.ICP备" count
 * too. */
static const char *province_before(const struct scan *s, const char **begin)
{
	const char *zh = province(s->before[0]);

	if (zh != NULL) {
		*begin = s->where[0];
		return zh;
	}
	if ((s->before[0] == ')' || s->before[0] == '.') && (zh = province(s->before[1])) != NULL)
		*begin = s->where[1];
	return zh;
}

/* How far in front of here the nearest of these words ends, in bytes; SIZE_MAX: not within CONTEXT_BYTES. */
static size_t context(const struct scan *s, const char *here, const char *const *words)
{
	const char *from = here - s->start > CONTEXT_BYTES ? here - CONTEXT_BYTES : s->start;
	size_t least = SIZE_MAX;

	for (; *words != NULL; words++) {
		const char *p = from;
		while ((p = memmem(p, (size_t)(here - p), *words, strlen(*words))) != NULL) {
			p += strlen(*words);
			least = (size_t)(here - p) < least ? (size_t)(here - p) : least;
		}
	}
	return least;
}

/* 京ICP证030173号: licences of the first years, which their holders still show without a word beside. */
static bool old_licence(struct scan *s, const char *begin, const char *zh, struct glyphs *g)
{
	char digits[DIGITS_MAX], suffix[8] = "", kind = '\0';

	if (!glyph_word(g, "证"))
		return false;
	skip_filler(g);
	if (run_of_digits(g, digits, sizeof(digits)) != OLD_LICENCE || is_template(digits))
		return false;
	if (!word_hao(g) && (glyph_alnum(glyph_peek(*g)) || glyph_peek(*g) == '.'))
		return false;
	(void)read_suffix(g, suffix, &kind);
	s->found = (struct number){ .type = by_kind(kind, FACT_TELECOM_NUMBER),
				    .at = (size_t)(begin - s->start) };
	snprintf(s->found.value, NUMBER_MAX, "%sICP证%s号%s", zh, digits, suffix);
	return true;
}

static bool icp(struct scan *s, const char *here, struct glyphs *g)
{
	const char *begin = here, *zh = province_before(s, &begin);
	char digits[DIGITS_MAX], suffix[8] = "", kind = '\0';
	bool hao = false;

	if (zh == NULL || !glyph_word(g, "CP"))
		return false;
	if (!glyph_word(g, "备"))
		return old_licence(s, begin, zh, g);
	skip_filler(g);
	if (!read_digits(g, digits, fits_icp, &hao))
		return false;
	if (!hao) {
		struct glyphs closed = *g;
		skip_closing(&closed);
		if (word_hao(&closed))
			*g = closed;
	}
	if (read_suffix(g, suffix, &kind) > 0 && !hao) {
		struct glyphs late = *g;
		if (word_hao(&late))
			*g = late;
	}
	if (is_template(digits)) {
		s->templates++;
		return false;
	}
	s->found =
		(struct number){ .type = by_kind(kind, FACT_ICP_NUMBER), .at = (size_t)(begin - s->start) };
	snprintf(s->found.value, NUMBER_MAX, "%sICP备%s号%s", zh, digits, suffix);
	return true;
}

bool number_police(char out[NUMBER_MAX], const char *digits, size_t n)
{
	char copy[DIGITS_MAX];
	const char *zh;

	if (!fits_police(n))
		return false;
	memcpy(copy, digits, n);
	copy[n] = '\0';
	zh = province_by_code(copy);
	if (zh == NULL || is_template(copy) || strspn(copy, "0123456789") != n)
		return false;
	snprintf(out, NUMBER_MAX, "%s公网安备%s号", zh, copy);
	return true;
}

/* 京公海网安备: the first numbers of Beijing name the district. */
static bool of_district(struct glyphs *g)
{
	struct glyphs ahead = *g;

	if (!glyph_han(glyph_next(&ahead)) || !glyph_word(&ahead, "网安备"))
		return false;
	*g = ahead;
	return true;
}

static bool police(struct scan *s, const char *here, struct glyphs *g)
{
	static const char *const words[] = { "网安备",   "安网备", "安备",     "网备",
					     "安机关备", "安部备", "安联网备", "安机关联网备" };
	const char *begin = here, *zh = province_before(s, &begin);
	char digits[DIGITS_MAX];
	bool hao = false, is = false;

	if (s->before[0] == 0x516c || s->before[0] == 0x8054)
		return false; /* 公网安备, which was looked at */
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !is; i++)
		is = glyph_word(g, words[i]);
	is = is || of_district(g);
	if (!is)
		return false;
	skip_filler(g);
	if (!read_digits(g, digits, fits_police, &hao))
		return false;
	s->found = (struct number){ .type = FACT_POLICE_NUMBER, .at = (size_t)(begin - s->start) };
	if (!number_police(s->found.value, digits, strlen(digits))) {
		s->templates++;
		return false;
	}
	if (zh != NULL)
		snprintf(s->found.value, NUMBER_MAX, "%s公网安备%s号", zh, digits);
	return true;
}

static bool edu(struct scan *s, const char *here, struct glyphs *g)
{
	char digits[DIGITS_MAX];
	bool hao = false;

	(void)glyph_word(g, "育");
	if (!glyph_word(g, "APP备"))
		return false;
	skip_filler(g);
	if (!read_digits(g, digits, fits_edu, &hao))
		return false;
	if (is_template(digits)) {
		s->templates++;
		return false;
	}
	s->found = (struct number){ .type = FACT_EDU_NUMBER, .at = (size_t)(here - s->start) };
	snprintf(s->found.value, NUMBER_MAX, "教APP备%s号", digits);
	return true;
}

/* Is a licence spoken of on this line, and is it what a colon right in front belongs to? 版本：A1-2023… */
static bool licence_named(const struct scan *s, const char *here)
{
	static const char *const words[] = { "许可", "增值", "电信", "ICP", "合字", "经营", "网文", NULL };
	size_t far = context(s, here, words), n = far < CONTEXT_BYTES ? far : 0;

	return far != SIZE_MAX && memchr(here - n, '\n', n) == NULL &&
	       (s->before[0] != ':' || n <= LABEL_BYTES / 2);
}

/* A2.B1.B2-20050002; without a province only where a licence is spoken of. */
static bool telecom(struct scan *s, const char *here, uint32_t first, struct glyphs *g)
{
	char class[12], digits[DIGITS_MAX], suffix[8] = "", kind = '\0';
	const char *begin = here, *zh = province_before(s, &begin);
	bool small = first == 'a' || first == 'b'; /* only beside a province: a1-20201010 is anything */
	size_t n = 0, len;
	uint32_t c = small ? first - 'a' + 'A' : first;

	if (glyph_alnum(s->raw_before) || s->raw_before == '-' || s->raw_before == '.' ||
	    (small && zh == NULL))
		return false;
	for (;;) {
		uint32_t no = glyph_next(g);
		if ((c != 'A' && c != 'B') || (no != '1' && no != '2') || n + 4 > sizeof(class))
			return false;
		class[n++] = (char)c, class[n++] = (char)no;
		if (glyph_peek(*g) != '.')
			break;
		class[n++] = (char)glyph_next(g);
		c = glyph_next(g);
	}
	class[n] = '\0';
	glyph_blanks(g);
	if (glyph_next(g) != '-')
		return false;
	glyph_blanks(g);
	len = run_of_digits(g, digits, sizeof(digits));
	if (len < ICP_SHORT || len > ICP_LONG || glyph_alnum(glyph_peek(*g)) ||
	    (zh == NULL && !licence_named(s, here)))
		return false;
	if ((memcmp(digits, "20", 2) != 0 && memcmp(digits, "19", 2) != 0) || only(digits + 4, '0')) {
		s->templates++;
		return false;
	}
	(void)word_hao(g);
	(void)read_suffix(g, suffix, &kind);
	s->found = (struct number){ .type = by_kind(kind, FACT_TELECOM_NUMBER),
				    .at = (size_t)(begin - s->start) };
	snprintf(s->found.value, NUMBER_MAX, "%s%s-%s%s", zh ? zh : "", class, digits, suffix);
	return true;
}

/* 招标编号：, 合同号: what stands right in front says that it is something else. */
static bool is_labelled(const struct scan *s)
{
	return s->before[0] == ':' || s->before[0] == 0x53f7 /* 号 */;
}

/* 11 digits, the first six a place, then 5. A mobile number with something behind it looks the same. */
static bool grade(struct scan *s, const char *here, uint32_t first, struct glyphs *g)
{
	static const char *const words[] = {
		"等保", "等级保护", "备案证明", "安全等级", "三级", "二级", NULL
	};
	static const char *const phones[] = { "电话", "手机", "热线", "传真", "联系",
					      "订单", "运单", "账号", "QQ",   NULL };
	char head[GRADE_HEAD + 1] = { (char)first }, tail[GRADE_TAIL + 1];
	size_t said, phone;

	if (glyph_alnum(s->raw_before) || s->raw_before == '-' || s->raw_before == '.' ||
	    s->raw_before == '+')
		return false;
	if (run_of_digits(g, head + 1, sizeof(head) - 1) != GRADE_HEAD - 1 || glyph_next(g) != '-' ||
	    run_of_digits(g, tail, sizeof(tail)) != GRADE_TAIL)
		return false;
	if (glyph_alnum(glyph_peek(*g)) || glyph_peek(*g) == '-' || province_by_code(head) == NULL)
		return false;
	said = context(s, here, words);
	phone = context(s, here, phones);
	if ((said == SIZE_MAX && is_labelled(s)) || phone < said ||
	    (head[0] == '1' && head[1] >= '3' && said > LABEL_BYTES))
		return false;
	if (is_template(head) || only(head + 6, '0')) {
		s->templates++;
		return false;
	}
	s->found = (struct number){ .type = FACT_GRADE_NUMBER,
				    .at = (size_t)(here - s->start),
				    .bare = said == SIZE_MAX };
	snprintf(s->found.value, NUMBER_MAX, "%s-%s", head, tail);
	return true;
}

/* c, which begins at here, may begin a number. */
static bool try_here(struct scan *s, const char *here, uint32_t c, struct glyphs *g)
{
	switch (c) {
	case 'I':
	case 'i':
		return icp(s, here, g);
	case 0x516c: /* 公 */
	case 0x8054: /* 联网备案号 */
	case 0x7f51: /* 网安备案号 */
		return police(s, here, g);
	case 0x6559: /* 教 */
		return edu(s, here, g);
	case 'A':
	case 'B':
	case 'a':
	case 'b':
		return telecom(s, here, c, g);
	default:
		return glyph_digit(c) && !glyph_digit(s->raw_before) && grade(s, here, c, g);
	}
}

/* What may stand between the word that calls a number an example and it. */
static bool only_leads(const char *p, const char *end)
{
	static const char leads[] = " :.,\"'“”‘’「『()【】[]备案序编号为是写成";
	struct glyphs g = { p, end };

	while (g.p < end) {
		struct glyphs f = { leads, leads + sizeof(leads) - 1 };
		uint32_t c = glyph_next(&g), one;
		while ((one = glyph_next(&f)) != 0 && one != c)
			;
		if (c != 0 && one == 0)
			return false;
	}
	return true;
}

/* "格式如：…", "（例：…）": an example, of whoever has it. */
static bool is_sample(const struct scan *s)
{
	static const char *const words[] = { "如",   "示例", "样例", "范例", "举例", "例:", "样式", "写法",
					     "形如", "例：", "格式", "参照", "e.g",  "E.g", NULL };
	const char *end = s->start + s->found.at;
	const char *from = s->found.at > LABEL_BYTES ? end - LABEL_BYTES : s->start;

	for (const char *const *w = words; *w != NULL; w++)
		for (const char *p = from; (p = memmem(p, (size_t)(end - p), *w, strlen(*w))) != NULL;) {
			p += strlen(*w);
			if (only_leads(p, end))
				return true;
		}
	return false;
}

size_t number_scan(const char *text, size_t n, void (*found)(void *arg, const struct number *m), void *arg)
{
	struct scan s = { .start = text, .at = { text, text + n } };

	for (;;) {
		const char *here = s.at.p;
		uint32_t c = glyph_next(&s.at);
		struct glyphs g = s.at;
		if (c == 0)
			return s.templates;
		if (c != ' ' && try_here(&s, here, c, &g)) {
			s.found.end = (size_t)(g.p - text);
			if (is_sample(&s))
				s.templates++;
			else
				found(arg, &s.found);
			s.at = g;
			c = 0xfffd; /* what was read is not in front of the next */
		}
		s.raw_before = c;
		if (c == ' ')
			continue;
		s.before[1] = s.before[0], s.where[1] = s.where[0];
		s.before[0] = c, s.where[0] = here;
	}
}
