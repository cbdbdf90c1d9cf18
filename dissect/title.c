/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * <!doctype html> <html> <head> <meta ..> <!-- .. --> <script> .. </script> <title lang="zh"> .. </title>
 *
 * After the tokenizer of the HTML standard (section 13.2.5), as far as it takes to find one element.
 */
#include "dissect/title.h"

#include "base/rd.h"
#include "dissect/http_head.h"

enum { END_TAG = sizeof("</title"), NAME_LONGEST = 8 };

/* What stands in these is text, or a title of something else. */
static const char *const closed[] = { "script",   "style",  "svg",      "textarea",
				      "template", "iframe", "noframes", "xmp" };

static bool ends_name(uint8_t c)
{
	return c == '>' || c == '/' || c == '\f' || http_head_is_space(c) || http_head_is_break(c);
}

/* The name of the tag that r stands in; empty when its end does not show, or when it is longer than any that
 * is looked for: a page of nothing but tags must not cost more than one look at each. */
static struct dissect_str name_at(const struct rd *r)
{
	size_t n = 0;

	while (n < rd_left(r) && n <= NAME_LONGEST && !ends_name(r->p[n]))
		n++;
	return (struct dissect_str){ r->p, n < rd_left(r) && n <= NAME_LONGEST ? n : 0 };
}

/* To the byte behind the next c; false when there is none. */
static bool pass(struct rd *r, uint8_t c)
{
	const uint8_t *at = rd_left(r) > 0 ? memchr(r->p, c, rd_left(r)) : NULL;

	return rd_skip(r, at != NULL ? (size_t)(at - r->p) + 1 : rd_left(r)) && at != NULL;
}

/* To the byte behind the tag's '>'. Values may hold one in quotes. */
static bool pass_tag(struct rd *r)
{
	while (rd_left(r) > 0) {
		uint8_t c = rd_u8(r);
		if (c == '>')
			return true;
		if ((c == '"' || c == '\'') && !pass(r, c))
			return false;
	}
	return false;
}

/* A comment ends at "-->"; "<!-->" and "<!--->" are whole ones. */
static bool pass_comment(struct rd *r)
{
	while (pass(r, '>')) {
		if (r->p[-2] == '-' && r->p[-3] == '-')
			return true;
	}
	return false;
}

/* To the end tag of this element; *text is what stands before it. */
static bool pass_text(struct rd *r, const char *name, struct dissect_str *text)
{
	const uint8_t *from = r->p;

	while (pass(r, '<')) {
		*text = (struct dissect_str){ from, (size_t)(r->p - from) - 1 };
		if (rd_left(r) > 0 && r->p[0] == '/') {
			rd_u8(r);
			if (http_head_is_word(name_at(r), name))
				return true;
		}
	}
	*text = (struct dissect_str){ from, (size_t)(r->end - from) };
	return false;
}

static enum title_result title_take(struct rd *r, struct dissect_str *title)
{
	bool whole;

	if (!pass_tag(r))
		return TITLE_NONE;
	whole = pass_text(r, "title", title);
	if (title->n >
	    TITLE_MAX + (whole ? 0 : END_TAG)) { /* what may be of the end tag is not the title's */
		title->n = TITLE_MAX;
		return TITLE_LONG;
	}
	*title = http_head_trim(*title);
	return whole ? TITLE_WHOLE : TITLE_BEGUN;
}

/* The row of `closed` that this is; NULL when none. */
static const char *closed_find(struct dissect_str name)
{
	for (size_t i = 0; name.n > 0 && i < sizeof(closed) / sizeof(closed[0]); i++) {
		if (proto_lower(name.p[0]) == (uint8_t)closed[i][0] && http_head_is_word(name, closed[i]))
			return closed[i];
	}
	return NULL;
}

/* Passes over what begins with the '<' before r, a tag of this name perhaps. False: its end is not there. */
static bool pass_markup(struct rd *r, struct dissect_str name)
{
	struct dissect_str text;
	const char *element;

	if (rd_left(r) >= 3 && memcmp(r->p, "!--", 3) == 0)
		return pass_comment(r);
	if (rd_left(r) > 0 && !http_head_is_tchar(r->p[0]) && r->p[0] != '/' && r->p[0] != '?')
		return true; /* a mere '<' */
	element = closed_find(name);
	return pass_tag(r) && (element == NULL || pass_text(r, element, &text));
}

/* "charset", in any case, at the start of these bytes; and what stands for `=` and the quote behind it. */
static bool charset_word(struct rd *r)
{
	static const char word[] = "charset";
	struct dissect_str s = { r->p, sizeof(word) - 1 };

	if (rd_left(r) < s.n || !http_head_is_word(s, word))
		return false;
	rd_skip(r, s.n);
	while (rd_left(r) > 0 && (http_head_is_space(r->p[0]) || http_head_is_break(r->p[0])))
		rd_u8(r);
	if (rd_u8(r) != '=')
		return false;
	while (rd_left(r) > 0 && (http_head_is_space(r->p[0]) || r->p[0] == '"' || r->p[0] == '\''))
		rd_u8(r);
	return true;
}

/* <meta charset="gbk">, or <meta http-equiv=.. content="text/html; charset=gbk"> (HTML section 13.2.3.2), of
 * which r is what stands behind the name. */
static void meta_charset(struct rd r, struct dissect_str *charset)
{
	struct rd tag = r;

	if (!pass_tag(&r))
		return;
	for (tag.end = r.p - 1; rd_left(&tag) > 0; rd_u8(&tag)) {
		struct rd at = tag;
		size_t n = 0;
		if (!charset_word(&at))
			continue;
		while (n < rd_left(&at) && http_head_is_tchar(at.p[n]) && at.p[n] != '\'')
			n++;
		*charset = (struct dissect_str){ at.p, n };
		return;
	}
}

enum title_result title_find(const uint8_t *p, size_t n, struct title *title)
{
	struct rd r = rd_init(p, n);
	enum title_result res = TITLE_NONE;

	*title = (struct title){ .text = { NULL, 0 } };
	while (pass(&r, '<')) {
		struct dissect_str name = name_at(&r);
		if (http_head_is_word(name, "title"))
			res = title_take(&r, &title->text);
		if (title->charset.n == 0 && http_head_is_word(name, "meta"))
			meta_charset(r, &title->charset);
		if (res != TITLE_NONE || !pass_markup(&r, name))
			break;
	}
	if (res == TITLE_NONE)
		*title = (struct title){ .text = { NULL, 0 } };
	return res;
}
