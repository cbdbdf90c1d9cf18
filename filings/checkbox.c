/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/checkbox.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

struct mark {
	const char *text;
	bool ticked;
};

/* Longer marks first. Parentheses are boxes only when they hold nothing but a tick or a space. */
static const struct mark marks[] = {
	{ "(√)", true },    { "( √ )", true }, { "(✓)", true },  { "（√）", true }, { "（ √ ）", true },
	{ "[x]", true },    { "[X]", true },   { "[√]", true },  { "( )", false },  { "()", false },
	{ "（ ）", false }, { "（）", false }, { "[ ]", false }, { "[]", false },   { "☑", true },
	{ "☒", true },      { "■", true },     { "√", true },    { "✓", true },     { "✔", true },
	{ "●", true },      { "◉", true },     { "□", false },   { "☐", false },    { "○", false },
	{ "◯", false },
};

static const struct mark *mark_at(const char *s)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strncmp(s, marks[i].text, strlen(marks[i].text)) == 0)
			return &marks[i];
	return NULL;
}

static const struct mark *next_mark(const char **s)
{
	for (; **s != '\0'; (*s)++) {
		const struct mark *m = mark_at(*s);
		if (m)
			return m;
	}
	return NULL;
}

static bool is_separator(const char *s, size_t *len)
{
	static const char *const separators[] = {
		" ", "/", ",", ";", ":", "、", "，", "；", "：", "。", "|"
	};
	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
		*len = strlen(separators[i]);
		if (strncmp(s, separators[i], *len) == 0)
			return true;
	}
	return false;
}

static bool ends_with_separator(const char *s, size_t n, size_t *len)
{
	for (*len = 1; *len <= 3 && *len <= n; (*len)++) {
		size_t found;
		if (is_separator(s + n - *len, &found) && found == *len)
			return true;
	}
	return false;
}

static void add_label(struct buf *out, const char *s, size_t n)
{
	size_t len;
	while (n > 0 && is_separator(s, &len) && len <= n) {
		s += len;
		n -= len;
	}
	while (n > 0 && ends_with_separator(s, n, &len))
		n -= len;
	if (n == 0)
		return;
	if (out->len > 0)
		buf_puts(out, ",");
	buf_add(out, s, n);
}

/* Boxes stand before their labels: each label runs from its box to the next. */
static void boxes_first(const char *s, struct buf *out)
{
	const struct mark *m = next_mark(&s), *next;
	while (m) {
		const char *label = s + strlen(m->text);
		s = label;
		next = next_mark(&s);
		if (m->ticked)
			add_label(out, label, (size_t)(s - label));
		m = next;
	}
}

/* Boxes stand behind: "有√ 没有□"; a label without a box behind it is not ticked. */
static void boxes_last(const char *s, struct buf *out)
{
	for (;;) {
		const char *label = s;
		const struct mark *m = next_mark(&s);
		if (m == NULL)
			return;
		if (m->ticked)
			add_label(out, label, (size_t)(s - label));
		s += strlen(m->text);
	}
}

/* "没有 有√": the label before the tick begins behind the last space. */
static bool any_ticked(const char *s)
{
	const struct mark *m;
	while ((m = next_mark(&s)) != NULL) {
		if (m->ticked)
			return true;
		s += strlen(m->text);
	}
	return false;
}

static bool ends_with_mark(const char *text)
{
	const char *s = text;
	const struct mark *m;
	while ((m = next_mark(&s)) != NULL) {
		s += strlen(m->text);
		if (*s == '\0')
			return true;
	}
	return false;
}

/* "☑要求 □推荐" against "要求☑ 推荐□" and, with a label at both ends, "性质: ☑要求 □推荐" against "有√ 没有".
 */
static bool boxes_stand_first(const char *text, const char *first)
{
	size_t len;
	if (first == text)
		return true;
	return !ends_with_mark(text) && ends_with_separator(text, (size_t)(first - text), &len);
}

char *checkbox_value(const char *text)
{
	struct buf out = { 0 };
	const char *first = text;

	if (next_mark(&first) == NULL)
		return xstrdup(text);
	if (!any_ticked(text))
		return NULL;
	if (boxes_stand_first(text, first))
		boxes_first(text, &out);
	else
		boxes_last(text, &out);
	return out.p ? out.p : xstrdup("是");
}
