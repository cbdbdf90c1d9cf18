/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/html.h"

#include <string.h>
#include <strings.h>

/* Elements that hold no markup. `cut`: when its end tag is missing, its content ends at the next tag, instead
 * of with the page: an author forgot it, and the rest is worth reading. */
static const struct {
	const char *name;
	bool cut;
} raws[] = {
	{ "script", false }, { "style", false }, { "title", true },   { "textarea", true },
	{ "xmp", true },     { "iframe", true }, { "noembed", true }, { "noframes", true },
};

/* Start tags that end an svg or math that nobody closed (HTML 13.2.6.5). */
static const char *const breakouts[] = { "body", "br",  "center", "div",   "dl", "em",     "h1",   "h2",
					 "h3",   "h4",  "h5",     "head",  "hr", "li",     "meta", "ol",
					 "p",    "pre", "span",   "table", "ul", "footer", "form", "script" };

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

bool html_is(struct html_str s, const char *want)
{
	return s.n == strlen(want) && strncasecmp(s.p, want, s.n) == 0;
}

bool html_has(struct html_str s, const char *want)
{
	size_t n = strlen(want);

	for (; s.n >= n; s.p++, s.n--)
		if (lower(*s.p) == *want && strncasecmp(s.p, want, n) == 0)
			return true;
	return false;
}

void html_init(struct html *h, const char *text, size_t n)
{
	*h = (struct html){ .p = text, .end = text + n };
}

/* -- attributes: 13.2.5.32 to 13.2.5.40 */

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && blank(*p))
		p++;
	return p;
}

/* p stands behind the '='. */
static const char *read_value(const char *p, const char *end, struct html_str *value)
{
	p = skip_blanks(p, end);
	if (p < end && (*p == '"' || *p == '\'')) {
		const char *stop = memchr(p + 1, *p, (size_t)(end - p - 1));
		value->p = p + 1;
		value->n = (size_t)((stop ? stop : end) - value->p);
		return stop ? stop + 1 : end;
	}
	value->p = p;
	while (p < end && !blank(*p) && *p != '>')
		p++;
	value->n = (size_t)(p - value->p);
	return p;
}

/* False: *p stands on the '>', or at the end. */
static bool next_attr(const char **at, const char *end, struct html_str *name, struct html_str *value)
{
	const char *p = *at, *q;

	while (p < end && (blank(*p) || *p == '/'))
		p++;
	*at = p;
	if (p == end || *p == '>')
		return false;
	name->p = p;
	for (p++; p < end && !blank(*p) && *p != '/' && *p != '>' && *p != '='; p++)
		;
	name->n = (size_t)(p - name->p);
	*value = (struct html_str){ p, 0 };
	q = skip_blanks(p, end);
	*at = q < end && *q == '=' ? read_value(q + 1, end, value) : p;
	return true;
}

bool html_attr(struct html_str *attrs, struct html_str *name, struct html_str *value)
{
	const char *p = attrs->p, *end = p + attrs->n;
	bool got = next_attr(&p, end, name, value);

	*attrs = (struct html_str){ p, (size_t)(end - p) };
	return got;
}

bool html_attr_find(struct html_str attrs, const char *want, struct html_str *value)
{
	struct html_str name;

	while (html_attr(&attrs, &name, value))
		if (html_is(name, want))
			return true;
	return false;
}

/* -- tags */

/* p stands behind '<' or '</'; returns where the name ends. */
static const char *read_name(const char *p, const char *end, char name[HTML_NAME_MAX])
{
	size_t n = 0;

	for (; p < end && !blank(*p) && *p != '/' && *p != '>'; p++)
		if (n + 1 < HTML_NAME_MAX)
			name[n++] = lower(*p);
	name[n] = '\0';
	return p;
}

static void follow_drawing(struct html *h, const struct html_token *t)
{
	bool is = strcmp(t->name, "svg") == 0 || strcmp(t->name, "math") == 0;

	if (t->what == HTML_END) {
		h->drawing = h->drawing && !is;
	} else if (is) {
		h->drawing = h->drawing || !t->closed;
	} else if (h->drawing) {
		for (size_t i = 0; i < sizeof(breakouts) / sizeof(breakouts[0]); i++)
			if (strcmp(t->name, breakouts[i]) == 0)
				h->drawing = false;
	}
}

static unsigned raw_row(const char *name)
{
	for (size_t i = 0; i < sizeof(raws) / sizeof(raws[0]); i++)
		if (strcmp(name, raws[i].name) == 0)
			return (unsigned)i + 1;
	return 0;
}

/* h->p stands on "<x" or "</x". False: the page ends inside, and the tag does not count (13.2.5.6 ff., EOF).
 */
static bool read_tag(struct html *h, struct html_token *t)
{
	bool end_tag = h->p[1] == '/';
	const char *p = read_name(h->p + 1 + end_tag, h->end, t->name);
	struct html_str name, value;

	t->what = end_tag ? HTML_END : HTML_START;
	t->text.p = p;
	while (next_attr(&p, h->end, &name, &value))
		;
	h->p = p;
	if (p == h->end)
		return false;
	t->text.n = (size_t)(p - t->text.p);
	t->closed = p > t->text.p && p[-1] == '/';
	h->p = p + 1;
	follow_drawing(h, t);
	t->drawing = h->drawing;
	h->raw = end_tag || h->drawing ? 0 : raw_row(t->name);
	return true;
}

/* -- what a raw element holds: up to its end tag, whatever it looks like */

static const char *raw_end(struct html *h, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = h->p; (size_t)(h->end - p) > n + 2;) {
		const char *lt = memchr(p, '<', (size_t)(h->end - p) - n - 2);
		if (lt == NULL)
			break;
		p = lt + 1;
		if (lt[1] == '/' && strncasecmp(lt + 2, name, n) == 0 &&
		    (blank(lt[2 + n]) || lt[2 + n] == '/' || lt[2 + n] == '>'))
			return lt;
	}
	return NULL;
}

static bool read_raw(struct html *h, struct html_token *t)
{
	unsigned row = h->raw - 1;
	const char *stop = h->endless & 1u << row ? NULL : raw_end(h, raws[row].name);

	h->raw = 0;
	if (stop == NULL) {
		h->endless |= 1u << row;
		stop = raws[row].cut ? memchr(h->p, '<', (size_t)(h->end - h->p)) : h->end;
		stop = stop ? stop : h->end;
	}
	*t = (struct html_token){ .what = HTML_RAW, .text = { h->p, (size_t)(stop - h->p) } };
	strncpy(t->name, raws[row].name, sizeof(t->name) - 1);
	h->p = stop;
	return t->text.n > 0;
}

/* -- comments, declarations and what else is between '<' and '>' without being a tag: left out */

static const char *skip_markup(const char *p, const char *end)
{
	const char *stop;

	if (end - p < 4 || memcmp(p, "<!--", 4) != 0) {
		stop = memchr(p, '>', (size_t)(end - p));
		return stop ? stop + 1 : end;
	}
	p += 4;
	if (p < end && *p == '>')
		return p + 1;
	if (end - p >= 2 && memcmp(p, "->", 2) == 0)
		return p + 2;
	for (; end - p >= 3; p++) {
		p = memchr(p, '-', (size_t)(end - p) - 2);
		if (p == NULL)
			break;
		if (p[1] == '-' && p[2] == '>')
			return p + 3;
		if (p[1] == '-' && p[2] == '!' && end - p >= 4 && p[3] == '>')
			return p + 4;
	}
	return end;
}

/* Whether this '<' begins markup; otherwise it is text. */
static bool begins_markup(const char *p, const char *end)
{
	if (end - p < 2)
		return false;
	return letter(p[1]) || p[1] == '!' || p[1] == '?' || (p[1] == '/' && end - p >= 3);
}

static const char *text_end(const char *p, const char *end)
{
	while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL && !begins_markup(p, end))
		p++;
	return p ? p : end;
}

bool html_next(struct html *h, struct html_token *t)
{
	if (h->raw && read_raw(h, t))
		return true;
	while (h->p < h->end) {
		const char *stop = text_end(h->p, h->end);
		*t = (struct html_token){ .drawing = h->drawing };
		if (stop > h->p) {
			t->what = HTML_TEXT;
			t->text = (struct html_str){ h->p, (size_t)(stop - h->p) };
			h->p = stop;
			return true;
		}
		if (letter(h->p[1]) || (h->p[1] == '/' && letter(h->p[2])))
			return read_tag(h, t);
		h->p = skip_markup(h->p, h->end);
	}
	return false;
}
