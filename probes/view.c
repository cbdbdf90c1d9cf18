/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/view.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Elements that do not begin a line of their own. */
static const char *const inlines[] = { "a",      "abbr",     "acronym",  "b",     "bdi",   "bdo",    "big",
				       "cite",   "code",     "data",     "del",   "dfn",   "em",     "font",
				       "i",      "img",      "ins",      "kbd",   "label", "mark",   "nobr",
				       "q",      "s",        "samp",     "small", "span",  "strike", "strong",
				       "sub",    "sup",      "time",     "tt",    "u",     "var",    "wbr",
				       "script", "noscript", "template", "style", "text" };

/* Elements without an end tag: they hold nothing that could be hidden. */
static const char *const voids[] = { "area",   "base", "br",   "col",   "embed",  "hr",    "img", "input",
				     "keygen", "link", "meta", "param", "source", "track", "wbr" };

/* Their start tag ends the one before, when that was not closed. */
static const char *const closing[] = { "p", "option", "td", "th", "dt", "dd" };

static bool among(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}
#define AMONG(name, list) among(name, list, sizeof(list) / sizeof((list)[0]))

void view_init(struct view *v)
{
	*v = (struct view){ .row_from = SIZE_MAX };
	buf_puts(&v->seen, "");
	buf_puts(&v->latent, "");
	buf_puts(&v->attributes, "");
	buf_puts(&v->away, "");
}

void view_clear(struct view *v)
{
	buf_clear(&v->seen);
	buf_clear(&v->latent);
	buf_clear(&v->attributes);
	buf_clear(&v->away);
}

bool view_is_hidden(const struct view *v) { return v->hide.depth > 0; }
bool view_is_inert(const struct view *v) { return v->inert.depth > 0; }

/* The span that `at` is in; NULL: none. */
static const struct view_span *span_at(const struct view_span *list, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++)
		if (at >= list[i].from && at < list[i].to)
			return &list[i];
	return NULL;
}

bool view_in_foot(const struct view *v, size_t at) { return span_at(v->feet_at, v->feet, at) != NULL; }
bool view_in_code(const struct view *v, size_t at) { return span_at(v->code_at, v->codes, at) != NULL; }

static bool find_span(const struct view_span *list, size_t n, size_t at, struct view_span *out)
{
	const struct view_span *s = span_at(list, n, at);

	if (s != NULL)
		*out = *s;
	return s != NULL;
}

bool view_row(const struct view *v, size_t at, struct view_span *row)
{
	return find_span(v->row_at, v->rows, at, row);
}

bool view_away(const struct view *v, size_t at, struct view_span *link)
{
	return find_span(v->away_at, v->aways, at, link);
}

void view_add_away(struct view *v, size_t from)
{
	if (v->aways == VIEW_AWAY_MAX)
		return;
	v->away_at[v->aways].from = from;
	v->away_at[v->aways++].to = v->seen.len;
}

/* -- elements with something special about their inside */

static void mark_begin(struct view_mark *m, const struct html_token *t)
{
	memcpy(m->name, t->name, sizeof(m->name));
	m->depth = 1;
}

/* True: it ends here. */
static bool mark_step(struct view_mark *m, const struct html_token *t)
{
	if (m->depth == 0 || strcmp(m->name, t->name) != 0)
		return false;
	if (t->what == HTML_START && !AMONG(t->name, closing))
		m->depth++;
	else
		m->depth--;
	return m->depth == 0;
}

/* "display : none", blanks ignored. */
static bool says(struct html_str style, const char *want)
{
	for (size_t i = 0; i < style.n; i++) {
		const char *w = want;
		for (size_t k = i; k < style.n && *w != '\0'; k++) {
			if (style.p[k] == ' ')
				continue;
			if ((style.p[k] | 32) != (*w | 32))
				break;
			w++;
		}
		if (*w == '\0')
			return true;
	}
	return false;
}

/* The root of the page, or of the application in it: hidden until a script has made it ready. */
static bool is_root(const struct html_token *t)
{
	struct html_str v;

	if (strcmp(t->name, "html") == 0 || strcmp(t->name, "body") == 0 ||
	    html_attr_find(t->text, "v-cloak", &v))
		return true;
	return html_attr_find(t->text, "id", &v) &&
	       (html_is(v, "app") || html_is(v, "root") || html_is(v, "__nuxt"));
}

static bool hides(const struct html_token *t)
{
	struct html_str attrs = t->text, name, value;
	bool hide = false;

	while (html_attr(&attrs, &name, &value))
		if (html_is(name, "hidden"))
			hide |= !html_is(value, "until-found");
		else if (html_is(name, "style") && value.n < 4096)
			hide |= says(value, "display:none") || says(value, "visibility:hidden");
	return hide && !is_root(t);
}

/* The class or id of a footer that is shown as an example of one: footer-demo. */
static bool is_shown(struct html_str class)
{
	static const char *const words[] = { "foot-demo",      "footer-demo",    "foot-preview",
					     "footer-preview", "demo-foot",      "preview-foot",
					     "foot-example",   "footer-example", "example-foot" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (class.n < 512 && html_has(class, words[i]))
			return true;
	return false;
}

static bool is_foot(const struct view *v, const struct html_token *t)
{
	static const char *const words[] = { "foot", "copyright", "bottom", "beian", "copy_right", "icp" };
	struct html_str attrs = t->text, name, value;

	(void)v;
	if (strcmp(t->name, "footer") == 0)
		return true;
	if (strcmp(t->name, "body") == 0 || strcmp(t->name, "html") == 0)
		return false;
	while (html_attr(&attrs, &name, &value))
		if (html_is(name, "id") || html_is(name, "class"))
			for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
				if (value.n < 512 && html_has(value, words[i]))
					return true;
	return false;
}

/* 页脚示例如下：<blockquote>: what others write. */
static bool is_quote(const struct view *v, const struct html_token *t)
{
	static const char *const leads[] = { "如下：", "如下:", "如下" };
	size_t n = v->seen.len;

	if (strcmp(t->name, "blockquote") != 0)
		return false;
	while (n > 0 && (v->seen.p[n - 1] == '\n' || v->seen.p[n - 1] == ' '))
		n--;
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		size_t len = strlen(leads[i]);
		if (n >= len && memcmp(v->seen.p + n - len, leads[i], len) == 0)
			return true;
	}
	return false;
}

/* Its text is an example. */
static bool is_code(const struct view *v, const struct html_token *t)
{
	struct html_str class;

	return strcmp(t->name, "pre") == 0 || strcmp(t->name, "code") == 0 || is_quote(v, t) ||
	       (html_attr_find(t->text, "class", &class) && is_shown(class)) ||
	       (html_attr_find(t->text, "id", &class) && is_shown(class));
}

/* A kind of element whose text is kept in mind. */
static void span_step(struct view *v, const struct html_token *t, struct view_mark *m, struct view_span *list,
		      size_t *count, bool (*is)(const struct view *v, const struct html_token *t))
{
	if (m->depth > 0) {
		if (mark_step(m, t))
			list[*count - 1].to = v->seen.len;
	} else if (t->what == HTML_START && *count < VIEW_FEET_MAX && !AMONG(t->name, voids) && is(v, t)) {
		mark_begin(m, t);
		list[(*count)++] = (struct view_span){ v->seen.len, SIZE_MAX };
	}
}

static void row_begin(struct view *v, bool begins, bool item)
{
	v->row_from = begins ? v->seen.len : SIZE_MAX;
	v->cells = item ? 2 : 0;
}

/* A row ends with the next tag of its table; one that holds a table is that table's frame. An item of a list
 * is a row, too. */
static void row_step(struct view *v, const struct html_token *t)
{
	static const char *const holders[] = { "table", "ul", "ol" };
	bool item = strcmp(t->name, "li") == 0, row = item || strcmp(t->name, "tr") == 0;
	bool begins = t->what == HTML_START;

	if (begins && (strcmp(t->name, "td") == 0 || strcmp(t->name, "th") == 0))
		v->cells++;
	if (!row && !AMONG(t->name, holders))
		return;
	if (v->row_from != SIZE_MAX && v->cells > 1 && v->rows < VIEW_ROWS_MAX && (row || !begins))
		v->row_at[v->rows++] = (struct view_span){ v->row_from, v->seen.len };
	row_begin(v, row && begins, item);
}

static void spans_step(struct view *v, const struct html_token *t)
{
	span_step(v, t, &v->foot, v->feet_at, &v->feet, is_foot);
	span_step(v, t, &v->code, v->code_at, &v->codes, is_code);
	row_step(v, t);
}

/* -- text */

static struct buf *where(struct view *v) { return view_is_inert(v) ? &v->latent : &v->seen; }

static void new_line(struct buf *b)
{
	if (b->len > 0 && b->p[b->len - 1] != '\n')
		buf_add(b, "\n", 1);
}

static void line_break(struct view *v, const char *name)
{
	if (!view_is_hidden(v) && !AMONG(name, inlines) && strchr(name, '-') == NULL)
		new_line(where(v));
}

/* Blanks of the source, line ends among them, are one blank. */
static void add_folded(struct buf *b, const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		size_t run = 0;
		while (p + run < end && (unsigned char)p[run] > ' ')
			run++;
		buf_add(b, p, run);
		p += run;
		if (p == end)
			return;
		while (p < end && (unsigned char)*p <= ' ')
			p++;
		if (b->len > 0 && b->p[b->len - 1] != '\n' && b->p[b->len - 1] != ' ')
			buf_add(b, " ", 1);
	}
}

static void add_text(struct buf *to, struct html_str text)
{
	struct buf plain = { 0 };

	if (memchr(text.p, '&', text.n) == NULL) {
		add_folded(to, text.p, text.n);
		return;
	}
	html_decode(&plain, text.p, text.n, false);
	add_folded(to, plain.p, plain.len);
	buf_clear(&plain);
}

void view_text(struct view *v, struct html_str text)
{
	if (view_is_hidden(v))
		v->hidden += text.n;
	else
		add_text(where(v), text);
}

void view_script_text(struct view *v, struct html_str html, bool joined)
{
	struct html h;
	struct html_token t;

	if (!joined)
		new_line(&v->latent);
	html_init(&h, html.p, html.n);
	while (html_next(&h, &t)) {
		if (t.what == HTML_TEXT)
			add_text(&v->latent, t.text);
		else if (t.what != HTML_RAW && !AMONG(t.name, inlines))
			new_line(&v->latent);
	}
}

/* -- tags */

void view_start(struct view *v, const struct html_token *t)
{
	bool holds = !AMONG(t->name, voids) && !(t->closed && t->drawing);

	line_break(v, t->name);
	if (mark_step(&v->hide, t) || v->hide.depth == 0) {
		if (holds && hides(t))
			mark_begin(&v->hide, t);
	}
	(void)mark_step(&v->inert, t);
	if (v->inert.depth == 0 && (strcmp(t->name, "template") == 0 || strcmp(t->name, "noscript") == 0)) {
		mark_begin(&v->inert, t);
		new_line(&v->latent);
	}
	spans_step(v, t);
}

void view_end(struct view *v, const struct html_token *t)
{
	(void)mark_step(&v->hide, t);
	(void)mark_step(&v->inert, t);
	spans_step(v, t);
	line_break(v, t->name);
}
