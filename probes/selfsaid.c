/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/selfsaid.h"

#include <stdint.h>
#include <string.h>

#include "probes/glyph.h"
#include "probes/nearby.h"
#include "probes/orgname.h"

enum {
	RUN_BY = 80,     /* confidence in who is said to run it */
	TITLE_MOST = 60, /* bytes of what is run: 某平台 */
};

/* The characters of the labels of numbers: 网站备案号为, ICP备案/许可证编号：. */
static bool of_label(uint32_t c)
{
	static const char label[] = "备案许可证序编号为是信息ICPicp/";
	struct glyphs g = { label, label + sizeof(label) - 1 };
	uint32_t one;

	while ((one = glyph_next(&g)) != 0 && one != c)
		;
	return one != 0;
}

/* Where the label of the number that `w` leads to begins. */
static size_t before_label(const struct nearby *w)
{
	size_t last = w->n;

	while (last > 0 && (of_label(w->c[last - 1]) || nearby_sign(w->c[last - 1])))
		last--;
	return last;
}

static bool ends_with(const char *start, const char *end, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(words[i]);
		if ((size_t)(end - start) >= n && memcmp(end - n, words[i], n) == 0)
			return true;
	}
	return false;
}
#define ENDS(s, end, words) ends_with(s, end, words, sizeof(words) / sizeof((words)[0]))

/* Without the words in front of it: 某公司独立|运营. */
static const char *name_end(const char *s, const char *end)
{
	static const char *const how[] = { "负责", "独立", "统一", "建设并", "开发并", "开发", "建设" };

	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++)
		if (ends_with(s, end, &how[i], 1))
			return end - strlen(how[i]);
	return end;
}

/* 某平台由某公司运营: all that stands on the line. */
static bool is_run(const char *line, const char *end, struct owner *o)
{
	static const char *const runs[] = { "运营" };
	const char *by = memmem(line, (size_t)(end - line), "由", strlen("由"));

	if (by == NULL || by - line > TITLE_MOST || !ENDS(by, end, runs))
		return false;
	for (struct glyphs g = { line, by }; g.p < g.end;) {
		uint32_t c = glyph_next(&g);
		if (!glyph_han(c) && !glyph_alnum(c) && c != ' ')
			return false;
	}
	by += strlen("由");
	end = name_end(by, end - strlen("运营"));
	*o = (struct owner){ .name = by, .n = (size_t)(end - by), .confidence = RUN_BY };
	return o->n > 0 && o->n < OWNER_MAX && orgname_cut(by, o->n) == o->n;
}

/* 我们是某大学（…），…: who speaks. */
static void who_speaks(const char *line, const char *end, struct owner *o)
{
	const char *name = memmem(line, (size_t)(end - line), "我们是", strlen("我们是"));
	struct glyphs g = { name, end };

	if (name == NULL)
		return;
	name = g.p += strlen("我们是");
	while (g.p < end && g.p - name < OWNER_MAX && glyph_han(glyph_peek(g)))
		(void)glyph_next(&g);
	if (g.p > name && orgname_cut(name, (size_t)(g.p - name)) == (size_t)(g.p - name))
		*o = (struct owner){ .name = name, .n = (size_t)(g.p - name), .confidence = RUN_BY };
}

bool selfsaid_leads(const char *text, size_t from, size_t at, struct owner *o)
{
	static const char *const ours[] = { "我们的网站", "我们网站",   "我们的",    "我校网站", "我司网站",
					    "我公司网站", "我单位网站", "我院网站",  "本网站的", "本站的",
					    "本平台的",   "本公司网站", "本单位网站" };
	struct nearby w;
	const char *end;
	size_t last;

	*o = (struct owner){ 0 };
	nearby_look_back(&w, text + from, text + at);
	last = before_label(&w);
	end = w.at[last];
	if (last == 0 || memchr(w.at[0], '\n', (size_t)(end - w.at[0])) != NULL)
		return false;
	if (ENDS(w.at[0], end, ours)) {
		who_speaks(w.at[0], end, o);
		return true;
	}
	return w.at[0] == text + from && is_run(w.at[0], end, o);
}
