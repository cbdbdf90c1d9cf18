/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/company.h"

#include <string.h>

#include "probes/glyph.h"
#include "probes/nearby.h"

/* In front of the name of the page's own. */
static const char *const owns[] = { "版权", "所有", "主办",     "运营",     "主体",      "©",
				    "(C)",  "(c)",  "opyright", "opyRight", "COPYRIGHT", "eserved" };

static bool is_company(const char *s, size_t n)
{
	static const char *const kinds[] = { "公司", "集团", "Ltd", "Inc", "LLC" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i]);
		if (n > len && memcmp(s + n - len, kinds[i], len) == 0)
			return true;
	}
	return false;
}

/* What may stand between a company and its number: the labels of every kind of number, signs, blanks. */
static bool of_label(uint32_t c)
{
	static const char label[] = "网站备案许可证序编号增值电信业务经营公安联工部及为ICP|\n";
	struct glyphs g = { label, label + sizeof(label) - 1 };
	uint32_t one;

	while ((one = glyph_next(&g)) != 0 && one != c)
		;
	return one != 0 || nearby_sign(c) || c == '|' || c == '\n';
}

bool company_before(const char *text, size_t from, size_t at, struct company *o)
{
	static const char *const credits[] = { "技术支持", "网站建设", "设计制作",   "制作维护", "技术服务",
					       "系统开发", "网站设计", "Powered by", "Design",   "Support" };
	struct nearby w;
	const char *behind;
	size_t last, first, line, lines = 0;

	*o = (struct company){ 0 };
	nearby_look_back(&w, text + from, text + at);
	for (last = w.n; last > 0 && of_label(w.c[last - 1]); last--) {
		lines += w.c[last - 1] == '\n';
		o->loose |= w.c[last - 1] == '\n' || w.c[last - 1] == '|';
	}
	if (last == 0 || lines > 1)
		return false;
	first = nearby_name(&w, last);
	o->name = w.at[first];
	o->n = (size_t)(w.at[last] - o->name);
	for (line = first; line > 0 && w.c[line - 1] != '\n';)
		line--;
	o->credited = nearby_others(&w, first) || glyph_starts(o->name, w.at[last], credits,
							       sizeof(credits) / sizeof(credits[0]), &behind);
	return is_company(o->name, o->n) &&
	       (o->credited || !NEARBY_HAS(w.at[line], (size_t)(w.at[last] - w.at[line]), owns));
}

bool company_labels(const char *s, size_t n, bool *apart)
{
	*apart = false;
	for (struct glyphs g = { s, s + n }; g.p < g.end;) {
		bool line = *g.p == '\n';
		uint32_t c = glyph_next(&g);
		*apart |= line || c == ')';
		if (c != 0 && !of_label(c))
			return false;
	}
	return true;
}
