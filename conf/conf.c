/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/conf.h"

#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "conf/options.h"
#include "conf/source.h"

#if !INI_HANDLER_LINENO
#error "Debian's libinih passes the line number to the handler: build with -DINI_HANDLER_LINENO=1"
#endif

/* inih cuts lines at 200 bytes and then counts them wrong, so longer ones are refused first. */
enum { LINE_MAX_BYTES = 199, FILE_MAX_BYTES = 1 << 20 };

/* One reading of a file: where inih stands in the text and the first thing that was wrong. */
struct parse {
	struct conf *conf;
	const char *name;     /* of the file, for messages */
	const char *at, *end; /* what inih has not read yet */
	int line;             /* of the first error; 0: none */
	char *error;
};

static void fail(struct parse *p, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void fail(struct parse *p, int line, const char *fmt, ...)
{
	va_list ap;
	char text[CONF_ERROR_MAX];

	if (p->line != 0 && p->line <= line)
		return;
	p->line = line;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	source_error(p->error, p->name, (unsigned)line, text);
}

/* -- members of struct conf by their rows ------------------------------------------------------ */

static char **text_at(struct conf *c, const struct option *o)
{
	void *p = (char *)c + o->offset;
	return p;
}

static uint32_t *number_at(struct conf *c, const struct option *o)
{
	void *p = (char *)c + o->offset;
	return p;
}

static struct conf_list *list_at(struct conf *c, const struct option *o)
{
	void *p = (char *)c + o->offset;
	return p;
}

static unsigned *line_at(struct conf *c, const struct option *o) { return &c->line[o - option_at(0)]; }

static void list_clear(struct conf_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->item[i]);
	*l = (struct conf_list){ 0 };
}

static void option_clear(struct conf *c, const struct option *o)
{
	if (o->type == OPTION_LIST)
		list_clear(list_at(c, o));
	else if (o->type == OPTION_TEXT)
		free(*text_at(c, o));
}

/* -- one value ------------------------------------------------------------------------------------ */

static bool valid_item(const struct option *o, char *value)
{
	if (o->lower)
		text_lower(value);
	return o->valid == NULL || o->valid(value);
}

static bool set_text(struct conf *c, const struct option *o, const char *value)
{
	char *copy = xstrdup(value);
	if (value[0] == '\0' ? !o->empty : !valid_item(o, copy)) {
		free(copy);
		return false;
	}
	free(*text_at(c, o));
	*text_at(c, o) = copy;
	return true;
}

static bool set_number(struct conf *c, const struct option *o, const char *value)
{
	unsigned long n;
	char *end;

	if (value[0] < '0' || value[0] > '9' || strlen(value) > 10)
		return false; /* strtoul would take a sign and spaces */
	n = strtoul(value, &end, 10);
	if (*end != '\0' || n < o->min || n > o->max)
		return false;
	*number_at(c, o) = (uint32_t)n;
	return true;
}

static bool list_holds(const struct conf_list *l, const char *item)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->item[i], item) == 0)
			return true;
	return false;
}

/* The n bytes as one more item. NULL, or what was wrong. */
static const char *list_add(struct conf_list *l, const struct option *o, const char *s, size_t n)
{
	char *item;

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (n == 0)
		return NULL;
	item = xstrndup(s, n);
	if (!valid_item(o, item)) {
		free(item);
		return "格式不对";
	}
	if (list_holds(l, item)) {
		free(item);
		return NULL;
	}
	if (l->count == CONF_LIST_MAX) {
		free(item);
		return "超过 64 个";
	}
	l->item[l->count++] = item;
	return NULL;
}

/* On return *value is the item that was wrong, or the end. */
static const char *set_list(struct conf *c, const struct option *o, const char **value)
{
	while (**value != '\0') {
		const char *why;
		size_t n;
		*value += strspn(*value, ", \t");
		n = strcspn(*value, ",");
		why = list_add(list_at(c, o), o, *value, n);
		if (why)
			return why;
		*value += n;
	}
	return NULL;
}

/* NULL, or what was wrong with the value, of a list with the item at *value. */
static const char *set_option(struct conf *c, const struct option *o, const char **value)
{
	if (o->type == OPTION_LIST)
		return set_list(c, o, value);
	if (o->type == OPTION_NUMBER)
		return set_number(c, o, *value) ? NULL : "不在范围内或不是整数";
	return set_text(c, o, *value) ? NULL : "格式不对";
}

/* -- the file --------------------------------------------------------------------------------------- */

static void fail_unknown(struct parse *p, int line, const char *section, const char *key)
{
	const char *near = option_nearest(section, key);
	struct buf known = { 0 };

	option_list_known(section, &known);
	if (near)
		fail(p, line, "[%s] 里没有「%s」这一项, 是不是要写 %s?", section, key, near);
	else
		fail(p, line, "[%s] 里没有「%s」这一项, 可用: %s", section, key, known.p);
	buf_clear(&known);
}

static void fail_value(struct parse *p, int line, const struct option *o, const char *value, const char *why)
{
	struct buf want = { 0 };
	size_t n = o->type == OPTION_LIST && !strchr(value, ';') ? strcspn(value, ",") : strlen(value);

	option_expect(o, &want);
	fail(p, line, "[%s] %s = %.*s: %s, 应为 %s", o->section, o->key, (int)n, value, why, want.p);
	buf_clear(&want);
}

/* inih's handler: 1 goes on, 0 marks the line as wrong. */
static int handle(void *arg, const char *section, const char *key, const char *value, int line)
{
	struct parse *p = arg;
	const struct option *o = option_find(section, key);
	const char *why;
	unsigned *seen;

	if (section[0] == '\0') {
		fail(p, line, "「%s」之前要先写段名, 如 [campus]", key);
		return 0;
	}
	if (o == NULL) {
		fail_unknown(p, line, section, key);
		return 0;
	}
	seen = line_at(p->conf, o);
	if (*seen != 0 && o->type != OPTION_LIST) {
		fail(p, line, "[%s] %s 重复, 第 %u 行已写过: 只留一行", section, key, *seen);
		return 0;
	}
	if (*seen == 0 && o->type == OPTION_LIST)
		option_clear(p->conf, o); /* the file's list stands instead of the default's */
	*seen = (unsigned)line;
	/* a ';' behind a space starts a comment, so that one inside a value would be lost on re-reading */
	why = strchr(value, ';') ? "值里不能有分号" : set_option(p->conf, o, &value);
	if (why)
		fail_value(p, line, o, value, why);
	return why == NULL;
}

/* "[name]" with nothing behind it but a comment, and a name that exists. */
static void check_section(struct parse *p, int line, const char *s, size_t n)
{
	const char *close = memchr(s, ']', n);
	struct buf known = { 0 };
	char *name;

	if (close == NULL)
		return; /* inih reports it */
	name = xstrndup(s + 1, (size_t)(close - s) - 1);
	for (close++; close < s + n && (*close == ' ' || *close == '\t'); close++)
		;
	option_list_known(NULL, &known);
	if (!option_section_known(name))
		fail(p, line, "没有 [%s] 这一段, 可用: %s", name, known.p);
	else if (close < s + n && *close != ';' && *close != '#')
		fail(p, line, "[%s] 之后还有别的内容, 请另起一行", name);
	buf_clear(&known);
	free(name);
}

struct line {
	const char *s; /* into the text */
	size_t n;
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* The next line without the white space around it. */
static struct line take_line(const char **at, const char *end)
{
	const char *nl = memchr(*at, '\n', (size_t)(end - *at));
	struct line l = { .s = *at, .n = (size_t)((nl ? nl : end) - *at) };

	*at = nl ? nl + 1 : end;
	for (; l.n > 0 && is_blank(l.s[0]); l.n--)
		l.s++;
	while (l.n > 0 && is_blank(l.s[l.n - 1]))
		l.n--;
	if (l.n > 0 && (l.s[0] == '#' || l.s[0] == ';'))
		l.n = 0; /* a comment may be as long as it likes */
	return l;
}

/* What inih would overlook: sections without keys, lines too long for it. */
static void check_lines(struct parse *p, const char *text, size_t n)
{
	const char *at = text;

	for (int line = 1; at < text + n && p->line == 0; line++) {
		struct line l = take_line(&at, text + n);
		if (l.n > LINE_MAX_BYTES)
			fail(p, line, "这一行有 %zu 字节, 最长 %d 字节: 列表可拆成多行「键 = 值」", l.n,
			     LINE_MAX_BYTES);
		else if (l.n > 0 && l.s[0] == '[')
			check_section(p, line, l.s, l.n);
	}
}

/* inih's reader: one line without indentation (inih would join it to the line before) and newline. */
static char *next_line(char *out, int room, void *arg)
{
	struct parse *p = arg;
	struct line l;

	if (p->at >= p->end)
		return NULL;
	l = take_line(&p->at, p->end);
	if (room <= LINE_MAX_BYTES)
		abort(); /* an inih built with another line length than Debian's */
	memcpy(out, l.s, l.n);
	out[l.n] = '\0';
	return out;
}

static int parse(struct parse *p, const char *text, size_t n)
{
	int line;

	check_lines(p, text, n);
	if (p->line != 0)
		return -1;
	p->at = text;
	p->end = text + n;
	line = ini_parse_stream(next_line, p, handle, p);
	if (line > 0)
		fail(p, line, "看不懂这一行, 应为「键 = 值」或「[段名]」");
	else if (line < 0)
		source_error(p->error, p->name, 0, "内存不足");
	return line == 0 ? 0 : -1;
}

int conf_parse(struct conf *c, const char *name, const char *text, size_t n, char error[CONF_ERROR_MAX])
{
	struct conf fresh;
	struct parse p = { .conf = &fresh, .name = name, .error = error };

	_Static_assert(CONF_LIST_MAX == 64, "the message in list_add() says 64");
	*c = (struct conf){ 0 };
	if (source_check(name, text, n, error) != 0)
		return -1;
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n -= 3;
	}
	conf_init(&fresh);
	if (parse(&p, text, n) != 0) {
		conf_clear(&fresh);
		return -1;
	}
	*c = fresh;
	return 0;
}

int conf_load(struct conf *c, const char *path, char error[CONF_ERROR_MAX])
{
	static const char advice[] = "请用 -f 指定配置文件, 或复制随附的 conf/beiand.conf 再改";
	struct buf text = { 0 };
	int rc = -1;

	*c = (struct conf){ 0 };
	if (source_read(path, FILE_MAX_BYTES, advice, &text, error) == 0)
		rc = conf_parse(c, path, text.p, text.len, error);
	buf_clear(&text);
	return rc;
}

unsigned conf_line(const struct conf *c, const char *section, const char *key)
{
	const struct option *o = option_find(section, key);

	return o != NULL ? c->line[o - option_at(0)] : 0;
}

/* -- the whole struct -------------------------------------------------------------------------------- */

void conf_init(struct conf *c)
{
	*c = (struct conf){ 0 };
	for (size_t i = 0; i < option_count(); i++) {
		const char *value = option_at(i)->fallback;
		if (set_option(c, option_at(i), &value) != NULL)
			abort(); /* a default that breaks its own row: caught by the unit test */
	}
}

void conf_clear(struct conf *c)
{
	for (size_t i = 0; i < option_count(); i++)
		option_clear(c, option_at(i));
	*c = (struct conf){ 0 };
}

static void render_option(struct conf *c, const struct option *o, struct buf *out)
{
	if (o->type == OPTION_NUMBER)
		buf_printf(out, "%s = %u\n", o->key, *number_at(c, o));
	else if (o->type == OPTION_TEXT)
		buf_printf(out, "%s = %s\n", o->key, *text_at(c, o));
	else
		for (size_t i = 0; i == 0 || i < list_at(c, o)->count;
		     i++) /* an empty one too: it has a default */
			buf_printf(out, "%s = %s\n", o->key,
				   list_at(c, o)->count ? list_at(c, o)->item[i] : "");
}

void conf_render(const struct conf *c, struct buf *out)
{
	struct conf view = *c; /* borrowed strings, only read */
	for (size_t s = 0; s < option_section_count(); s++) {
		const char *section = option_section_at(s)->name;
		buf_printf(out, "%s[%s]\n", s > 0 ? "\n" : "", section);
		for (size_t i = 0; i < option_count(); i++)
			if (strcmp(option_at(i)->section, section) == 0)
				render_option(&view, option_at(i), out);
	}
}

static bool lists_equal(const struct conf_list *a, const struct conf_list *b)
{
	for (size_t i = 0; i < a->count && a->count == b->count; i++)
		if (strcmp(a->item[i], b->item[i]) != 0)
			return false;
	return a->count == b->count;
}

static bool option_equal(struct conf *a, struct conf *b, const struct option *o)
{
	if (o->type == OPTION_NUMBER)
		return *number_at(a, o) == *number_at(b, o);
	if (o->type == OPTION_TEXT)
		return strcmp(*text_at(a, o), *text_at(b, o)) == 0;
	return lists_equal(list_at(a, o), list_at(b, o));
}

static void option_copy(struct conf *into, struct conf *from, const struct option *o)
{
	option_clear(into, o);
	if (o->type == OPTION_NUMBER) {
		*number_at(into, o) = *number_at(from, o);
	} else if (o->type == OPTION_TEXT) {
		*text_at(into, o) = xstrdup(*text_at(from, o));
	} else {
		*list_at(into, o) = *list_at(from, o);
		for (size_t i = 0; i < list_at(into, o)->count; i++)
			list_at(into, o)->item[i] = xstrdup(list_at(from, o)->item[i]);
	}
}

void conf_reload(struct conf *running, const struct conf *fresh, struct buf *refused)
{
	struct conf view = *fresh; /* borrowed strings, only read */
	for (size_t i = 0; i < option_count(); i++) {
		const struct option *o = option_at(i);
		if (option_equal(running, &view, o))
			continue;
		if (o->reload)
			option_copy(running, &view, o);
		else
			buf_printf(refused, "%s%s.%s", refused->len > 0 ? ", " : "", o->section, o->key);
	}
}
