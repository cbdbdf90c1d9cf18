/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/reading.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "probes/footfile.h"
#include "probes/form.h"
#include "probes/html.h"
#include "probes/ident.h"
#include "probes/imprint.h"
#include "probes/link.h"
#include "probes/marker.h"
#include "probes/mention.h"
#include "probes/script.h"
#include "probes/view.h"

enum {
	FRONT_BYTES = 120, /* of code in front of a string that say what it is */
	REFRESH_MOST = 10, /* seconds after which a page leads on; later it only reloads */
	DOOR_TEXT = 400,   /* bytes of text of a page that is only a door */
	DOOR_BYTES = 16384,
	SHELL_TEXT = 200,  /* and of a shell that its scripts fill */
	SAYING_LEAST = 12, /* of an attribute that may hold a number */
	SAYING_MOST = 4096,
};

enum confidence { IN_TEXT = 90, IN_LINK = 80, IN_SCRIPT = 70, IN_HEAD = 95 };

/* How the content of a script element is read. */
enum language { CODE, DATA, MARKUP, UNKNOWN };

struct page {
	struct reading *r;
	struct probe_facts *facts;
	struct url base, own; /* what links are joined with; where the page came from */
	struct view view;
	struct form form;
	struct links links;
	struct mention_links kept;
	size_t label_from;      /* in view.seen: behind the last field */
	struct html_str anchor; /* href of the link that is open, as it stands */
	size_t anchor_from;     /* in view.seen */
	enum language language; /* of the script element that is open */
	bool titled;
	struct html_str redirect; /* of a script */
	struct buf redirect_text;
	struct buf scratch;
	struct buf inner; /* scratch of markup that a string brings along, while that lies in the other */
};

/* An attribute's value, references decoded; until the next use of this scratch. */
static struct html_str plain(struct buf *scratch, struct html_str value)
{
	if (memchr(value.p, '&', value.n) == NULL)
		return value;
	buf_reset(scratch);
	html_decode(scratch, value.p, value.n, true);
	return (struct html_str){ scratch->p, scratch->len };
}

static bool attr(struct page *p, const struct html_token *t, const char *name, struct html_str *value)
{
	if (!html_attr_find(t->text, name, value))
		return false;
	*value = plain(&p->scratch, *value);
	return true;
}

static bool has_fact(const struct probe_facts *f, enum fact type)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->fact[i].type == type)
			return true;
	return false;
}

/* -- links */

static void read_link(struct page *p, struct html_str url, const char *where)
{
	ident_scan(p->facts, IN_TEXT, url.p, url.n, 0, where);
	link_read(&p->links, IN_TEXT, url.p, url.n, where);
}

static void lead_to(struct page *p, enum reading_lead lead, struct html_str url)
{
	struct url u;

	if (p->r->lead == LEAD_NONE && url_join(&u, &p->base, url.p, url.n) && !url_equal(&u, &p->own)) {
		p->r->lead = lead;
		p->r->to = u;
	}
}

/* -- the foot of a page in a file of its own */

static bool is_own(const struct page *p, struct html_str src, struct url *u)
{
	return src.n > 0 && src.n < PROBE_URL_MAX && url_join(u, &p->base, src.p, src.n) &&
	       strcmp(u->host, p->own.host) == 0 && u->https == p->own.https && u->port == p->own.port &&
	       !url_equal(u, &p->own);
}

/* The last one counts: the page's own foot stands behind those of its parts. */
static void keep_foot(struct page *p, struct html_str src)
{
	struct url u;

	if (is_own(p, src, &u)) {
		p->r->foot = u;
		p->r->has_foot = true;
	}
}

/* -- scripts */

/* A string that may be a URL worth a look. */
static bool like_url(struct html_str s)
{
	return s.n < PROBE_URL_MAX && memchr(s.p, ' ', s.n) == NULL &&
	       (memmem(s.p, s.n, "://", 3) != NULL || html_has(s, ".apk") || html_has(s, ".ipa") ||
		(s.n > 7 && strncasecmp(s.p, "intent:", 7) == 0));
}

/* HTML that a script or a template brings along: its text, and where its links go. */
static void read_markup(struct page *p, struct html_str text, bool joined)
{
	struct html h;
	struct html_token t;
	struct html_str href;

	view_script_text(&p->view, text, joined);
	if (memchr(text.p, '<', text.n) == NULL)
		return;
	html_init(&h, text.p, text.n);
	while (html_next(&h, &t))
		if (t.what == HTML_START && html_attr_find(t.text, "href", &href) && href.n < PROBE_URL_MAX) {
			href = plain(&p->inner, href);
			link_read(&p->links, IN_SCRIPT, href.p, href.n, "script");
		}
}

static void read_strings(struct page *p, const char *text, size_t n)
{
	struct script s;
	struct script_string str;
	struct buf lit = { 0 };

	script_init(&s, text, n);
	while (script_string(&s, &str)) {
		size_t front = (size_t)(str.text.p - text), back = front < FRONT_BYTES ? front : FRONT_BYTES;
		ident_scan(p->facts, IN_SCRIPT, str.text.p - back, str.text.n + back, back, "script");
		buf_reset(&lit);
		script_unescape_all(&lit, str.text.p, str.text.n);
		if (lit.len == 0)
			continue;
		if (footfile_like((struct html_str){ lit.p, lit.len }))
			keep_foot(p, (struct html_str){ lit.p, lit.len });
		if (like_url((struct html_str){ lit.p, lit.len }))
			link_read(&p->links, IN_SCRIPT, lit.p, lit.len, "script");
		read_markup(p, (struct html_str){ lit.p, lit.len }, str.joined);
	}
	buf_clear(&lit);
}

static void read_code(struct page *p, struct html_str text)
{
	struct html_str to;

	marker_script(p->facts, text.p, text.n);
	read_strings(p, text.p, text.n);
	if (p->redirect.n == 0 && text.n <= DOOR_BYTES && script_redirect(text.p, text.n, &to)) {
		script_unescape(&p->redirect_text, to.p, to.n);
		p->redirect = (struct html_str){ p->redirect_text.p, p->redirect_text.len };
	}
}

static enum language language_of(struct html_str type)
{
	static const char *const code[] = { "javascript", "ecmascript", "module", "babel" };
	static const char *const markup[] = { "template", "text/html", "handlebars",
					      "mustache", "x-tmpl",    "text/ng" };

	if (type.n == 0)
		return CODE;
	for (size_t i = 0; i < sizeof(code) / sizeof(code[0]); i++)
		if (html_has(type, code[i]))
			return CODE;
	for (size_t i = 0; i < sizeof(markup) / sizeof(markup[0]); i++)
		if (html_has(type, markup[i]))
			return MARKUP;
	return html_has(type, "json") ? DATA : UNKNOWN;
}

/* A script of the page's own host whose name says that it is the app, not its libraries. */
static void keep_script(struct page *p, struct html_str src)
{
	static const char *const apps[] = { "/app", "/main", "/index", "/umi", "/entry", "bundle" };
	struct url u;
	size_t at = p->r->scripts;

	if (!is_own(p, src, &u))
		return;
	for (size_t i = 0; i < sizeof(apps) / sizeof(apps[0]); i++)
		if (html_has((struct html_str){ url_path(&u), strlen(url_path(&u)) }, apps[i]) &&
		    at < READING_SCRIPTS) {
			p->r->script[p->r->scripts++] = u;
			return;
		}
}

/* -- elements */

static void on_meta(struct page *p, const struct html_token *t)
{
	struct html_str name = { "", 0 }, content;
	const char *at;
	size_t n;

	if (view_is_inert(&p->view) || !html_attr_find(t->text, "content", &content))
		return;
	content = plain(&p->scratch, content);
	if (html_attr_find(t->text, "http-equiv", &name) && html_is(name, "refresh")) {
		char *end;
		char text[PROBE_URL_MAX];
		n = content.n < sizeof(text) - 1 ? content.n : sizeof(text) - 1;
		memcpy(text, content.p, n);
		text[n] = '\0';
		if (strtod(text, &end) > REFRESH_MOST)
			return;
		end += strspn(end, " \t\r\n;,");
		if (strncasecmp(end, "url", 3) == 0 && *(end + 3 + strspn(end + 3, " ")) == '=')
			end = strchr(end, '=') + 1;
		end += strspn(end, " '\"");
		n = strcspn(end, "'\"");
		if (n > 0)
			lead_to(p, LEAD_REFRESH, (struct html_str){ end, n });
		return;
	}
	if (!html_attr_find(t->text, "name", &name) && !html_attr_find(t->text, "property", &name))
		return;
	if (html_is(name, "generator")) {
		probe_fact_add(p->facts, FACT_GENERATOR, IN_HEAD, content.p, content.n);
	} else if (html_is(name, "apple-itunes-app") || html_is(name, "google-play-app")) {
		at = memmem(content.p, content.n, "app-id=", 7);
		n = at ? content.n - (size_t)(at + 7 - content.p) : 0;
		for (size_t i = 0; i < n; i++)
			if (strchr(", ;", at[7 + i]) != NULL)
				n = i;
		if (n > 0)
			link_app(&p->links,
				 html_is(name, "apple-itunes-app") ? FACT_IOS_STORE : FACT_ANDROID_PACKAGE,
				 IN_HEAD, at + 7, n, "meta");
	} else if (html_is(name, "al:ios:app_store_id") || html_is(name, "al:android:package")) {
		link_app(&p->links,
			 html_is(name, "al:android:package") ? FACT_ANDROID_PACKAGE : FACT_IOS_STORE, IN_HEAD,
			 content.p, content.n, "meta");
	}
}

static void on_base(struct page *p, const struct html_token *t)
{
	struct html_str href;
	struct url u;

	if (attr(p, t, "href", &href) && url_join(&u, &p->own, href.p, href.n))
		p->base = u;
}

static void on_script(struct page *p, const struct html_token *t)
{
	struct html_str type = { "", 0 }, src;

	(void)html_attr_find(t->text, "type", &type);
	p->language = language_of(type);
	if (!attr(p, t, "src", &src) || src.n == 0 || src.n >= PROBE_URL_MAX)
		return;
	marker_source(p->facts, src.p, src.n);
	keep_script(p, src);
	if (footfile_named(src))
		keep_foot(p, src);
}

static void on_form(struct page *p, const struct html_token *t)
{
	(void)t;
	form_end(&p->form, p->facts);
	form_begin(&p->form);
	p->label_from = p->view.seen.len;
}

static void on_field(struct page *p, const struct html_token *t)
{
	if (!view_is_inert(&p->view) && !view_is_hidden(&p->view))
		form_field(&p->form, t, p->view.seen.p + p->label_from, p->view.seen.len - p->label_from);
	p->label_from = p->view.seen.len;
}

static void on_frame(struct page *p, const struct html_token *t)
{
	struct html_str src;

	if (!attr(p, t, "src", &src))
		return;
	lead_to(p, LEAD_FRAME, src);
	if (footfile_named(src))
		keep_foot(p, src);
}

/* iframe, include, object: what is shown inside. */
static void on_inside(struct page *p, const struct html_token *t)
{
	struct html_str src;

	if ((attr(p, t, "src", &src) || attr(p, t, "data", &src)) && !view_is_hidden(&p->view) &&
	    (footfile_named(src) || p->view.foot.depth > 0))
		keep_foot(p, src);
}

static void on_body(struct page *p, const struct html_token *t)
{
	struct html_str onload;

	if (attr(p, t, "onload", &onload))
		read_code(p, onload);
}

/* Does the open link lead to a host without a name of the page's own, and to none that keeps the numbers? */
static bool is_away(struct page *p)
{
	struct html_str href = p->anchor;
	struct url u;

	if (href.n == 0 || memmem(href.p, href.n, "//", 2) == NULL)
		return false;
	href = plain(&p->inner, href);
	return href.n < PROBE_URL_MAX && url_join(&u, &p->base, href.p, href.n) && !url_akin(&u, &p->own) &&
	       strstr(u.host, "gov.cn") == NULL && strstr(u.host, "beian") == NULL;
}

/* The link that is open ends: where it leads matters only to one that shows a number. */
static void close_anchor(struct page *p)
{
	const struct buf *seen = &p->view.seen;

	if (p->anchor.n > 0 &&
	    (memmem(seen->p + p->anchor_from, seen->len - p->anchor_from, "备", strlen("备")) != NULL ||
	     memmem(seen->p + p->anchor_from, seen->len - p->anchor_from, "備", strlen("備")) != NULL) &&
	    is_away(p))
		view_add_away(&p->view, p->anchor_from);
	p->anchor.n = 0;
}

static void on_anchor(struct page *p, const struct html_token *t)
{
	close_anchor(p);
	mention_open(&p->kept, &p->view, t);
	if (!view_is_inert(&p->view) && html_attr_find(t->text, "href", &p->anchor))
		p->anchor_from = p->view.seen.len;
}

/* The picture of an account's code is asked of WeChat by the account's name. */
static void on_picture(struct page *p, const struct html_token *t)
{
	struct html_str src;

	if (!view_is_inert(&p->view) && !view_is_hidden(&p->view) && attr(p, t, "src", &src) &&
	    src.n < PROBE_URL_MAX && memmem(src.p, src.n, "qr/code", strlen("qr/code")) != NULL)
		ident_account(p->facts, IN_TEXT, src.p, src.n);
}

/* Its attributes name a mini-program, whatever stands around them; a template binds them: :username="'gh_…'".
 */
static void on_launch(struct page *p, const struct html_token *t)
{
	struct html_str attrs = t->text, name, value;

	while (html_attr(&attrs, &name, &value))
		if (html_has(name, "username") || html_has(name, "appid")) {
			value = plain(&p->scratch, value);
			ident_opened(p->facts, IN_HEAD, value.p, value.n, t->name);
		}
}

static bool among(struct html_str name, const char *const *list, size_t n)
{
	while (n > 0 && !html_is(name, list[n - 1]))
		n--;
	return n > 0;
}
#define AMONG(name, list) among(name, list, sizeof(list) / sizeof((list)[0]))

/* What a component is given, as JSON, and what is read out in the place of a picture. */
static void read_saying(struct page *p, struct html_str name, struct html_str value)
{
	static const char *const mute[] = { "class", "id", "style", "src", "srcset", "placeholder" };
	struct buf *to = is_away(p)                ? &p->view.away
			 : view_is_inert(&p->view) ? &p->view.latent
						   : &p->view.attributes;

	if (AMONG(name, mute))
		return;
	value = plain(&p->scratch, value);
	if (value.n > 0 && (value.p[0] == '{' || value.p[0] == '[')) {
		read_strings(p, value.p, value.n);
	} else if (value.n >= SAYING_LEAST && value.n < SAYING_MOST) {
		buf_puts(to, "\n|\n"); /* a line end alone may stand inside a number */
		buf_add(to, value.p, value.n);
		buf_puts(to, "\n|\n");
	}
}

/* Links, little scripts and texts in the attributes of any element. */
static void on_attributes(struct page *p, const struct html_token *t)
{
	static const char *const urls[] = { "href",         "data-href", "data-url", "data-link",
					    "data-android", "data-ios",  "data-apk" };
	/* elements whose attributes give examples and what others filled in */
	static const char *const fields[] = { "input", "select", "option", "textarea" };
	const bool field = AMONG(((struct html_str){ t->name, strlen(t->name) }), fields);
	struct html_str attrs = t->text, name, value;

	while (html_attr(&attrs, &name, &value)) {
		size_t at = 0;
		bool link;
		if (value.n == 0 || mention_keeps(&p->kept, value))
			continue;
		while (at < sizeof(urls) / sizeof(urls[0]) && !html_is(name, urls[at]))
			at++;
		link = at < sizeof(urls) / sizeof(urls[0]);
		if (link && value.n < PROBE_URL_MAX) {
			read_link(p, plain(&p->scratch, value), urls[at]);
		} else if (html_is(name, "onclick") && value.n < DOOR_BYTES) {
			value = plain(&p->scratch, value);
			read_strings(p, value.p, value.n);
		} else if (!link && !field) {
			read_saying(p, name, value);
		}
	}
}

static const struct {
	const char *name;
	void (*on)(struct page *p, const struct html_token *t);
} elements[] = {
	{ "meta", on_meta },    { "base", on_base },      { "script", on_script },
	{ "form", on_form },    { "input", on_field },    { "select", on_field },
	{ "frame", on_frame },  { "iframe", on_inside },  { "include", on_inside },
	{ "embed", on_inside }, { "object", on_inside },  { "textarea", on_field },
	{ "body", on_body },    { "el-input", on_field }, { "wx-open-launch-weapp", on_launch },
	{ "a", on_anchor },     { "img", on_picture },
};

static void start(struct page *p, const struct html_token *t)
{
	view_start(&p->view, t);
	marker_element(p->facts, t->name);
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (strcmp(t->name, elements[i].name) == 0)
			elements[i].on(p, t);
	if (strcmp(t->name, "link") != 0 && strcmp(t->name, "base") != 0 && !view_is_hidden(&p->view))
		on_attributes(p, t);
}

static void end(struct page *p, const struct html_token *t)
{
	view_end(&p->view, t);
	if (strcmp(t->name, "a") == 0) {
		close_anchor(p);
		mention_close(&p->kept, &p->view);
	}
	if (strcmp(t->name, "form") == 0 && p->form.open)
		form_end(&p->form, p->facts);
}

static void take_title(struct page *p, struct html_str text)
{
	struct buf b = { 0 };

	if (p->titled || view_is_inert(&p->view))
		return;
	html_decode(&b, text.p, text.n, false);
	p->r->title_n = b.len < sizeof(p->r->title) ? b.len : sizeof(p->r->title);
	memcpy(p->r->title, b.p, p->r->title_n);
	for (size_t i = 0; i < b.len && !p->titled; i++)
		p->titled = (unsigned char)b.p[i] > ' ';
	buf_clear(&b);
}

static void raw(struct page *p, const struct html_token *t)
{
	if (strcmp(t->name, "title") == 0)
		take_title(p, t->text);
	else if (strcmp(t->name, "xmp") == 0)
		view_text(&p->view, t->text);
	else if (strcmp(t->name, "script") != 0)
		return;
	else if (p->language == CODE)
		read_code(p, t->text);
	else if (p->language == DATA)
		read_strings(p, t->text.p, t->text.n);
	else if (p->language == MARKUP)
		read_markup(p, t->text, false);
}

/* -- the whole */

static void page_init(struct page *p, struct reading *r, struct probe_facts *facts, const struct url *base)
{
	*p = (struct page){ .r = r, .facts = facts };
	if (base != NULL)
		p->base = p->own = *base;
	p->links = (struct links){ .base = &p->base, .facts = facts };
	view_init(&p->view);
}

static void page_end(struct page *p)
{
	mention_tell(&p->kept, &p->view, &p->links, IN_TEXT);
	ident_account(p->facts, IN_TEXT, p->view.seen.p, p->view.seen.len);
	imprint_read(&p->r->imprint, p->facts, &p->view.seen, IMPRINT_SEEN, &p->view);
	imprint_read(&p->r->imprint, p->facts, &p->view.latent, IMPRINT_LATENT, &p->view);
	imprint_read(&p->r->imprint, p->facts, &p->view.attributes, IMPRINT_ATTRIBUTE, &p->view);
	imprint_read(&p->r->imprint, p->facts, &p->view.away, IMPRINT_AWAY, &p->view);
	if (p->links.police[0] != '\0' && !has_fact(p->facts, FACT_POLICE_NUMBER))
		probe_fact_note(p->facts, FACT_POLICE_NUMBER, IN_LINK, p->links.police,
				strlen(p->links.police), "href", 4);
	p->r->hidden += p->view.hidden;
	view_clear(&p->view);
	buf_clear(&p->scratch);
	buf_clear(&p->inner);
	buf_clear(&p->redirect_text);
}

/* A page that shows nearly nothing is a door, when it leads somewhere, or a shell. */
static void find_lead(struct page *p, size_t n)
{
	size_t shown = p->view.seen.len;

	if (p->redirect.n > 0 && n <= DOOR_BYTES && shown <= DOOR_TEXT) {
		if (p->r->lead == LEAD_FRAME)
			p->r->lead = LEAD_NONE;
		lead_to(p, LEAD_SCRIPT, p->redirect);
	}
	if (p->r->lead == LEAD_FRAME && shown > DOOR_TEXT)
		p->r->lead = LEAD_NONE;
	if (shown > SHELL_TEXT || p->r->lead != LEAD_NONE)
		p->r->scripts = 0;
}

void reading_page(struct reading *r, struct probe_facts *facts, const struct url *base, const char *text,
		  size_t n)
{
	struct page *p = xcalloc(1, sizeof(*p));
	struct html h;
	struct html_token t;

	page_init(p, r, facts, base);
	html_init(&h, text, n);
	while (html_next(&h, &t)) {
		if (t.what == HTML_TEXT)
			view_text(&p->view, t.text);
		else if (t.what == HTML_START)
			start(p, &t);
		else if (t.what == HTML_END)
			end(p, &t);
		else
			raw(p, &t);
	}
	form_end(&p->form, facts);
	find_lead(p, n);
	page_end(p);
	free(p);
}

void reading_script(struct reading *r, struct probe_facts *facts, const struct url *base, const char *text,
		    size_t n)
{
	struct page *p = xcalloc(1, sizeof(*p));

	page_init(p, r, facts, base);
	marker_script(facts, text, n);
	read_strings(p, text, n);
	page_end(p);
	free(p);
}

void reading_plain(struct reading *r, struct probe_facts *facts, const char *text, size_t n)
{
	struct page *p = xcalloc(1, sizeof(*p));

	page_init(p, r, facts, NULL);
	buf_add(&p->view.seen, text, n);
	page_end(p);
	free(p);
}
