/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/reading.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "probes/form.h"
#include "probes/html.h"
#include "probes/ident.h"
#include "probes/link.h"
#include "probes/marker.h"
#include "probes/number.h"
#include "probes/owner.h"
#include "probes/script.h"
#include "probes/view.h"

enum {
	NUMBERS_MAX = 150, /* of a page, each way of writing */
	OWNERS_MAX = 50,
	NEAR_BYTES = 600,  /* between a number and the owner's name beside it */
	FRONT_BYTES = 120, /* of code in front of a string that say what it is */
	REFRESH_MOST = 10, /* seconds after which a page leads on; later it only reloads */
	DOOR_TEXT = 400,   /* bytes of text of a page that is only a door */
	DOOR_BYTES = 16384,
	SHORT_TEXT = 3000, /* bytes of a page on which everything is its imprint */
	SHELL_TEXT = 200,  /* and of a shell that its scripts fill */
};

enum confidence {
	IN_FOOT = 95,
	IN_TEXT = 90,
	IN_LINK = 80,
	IN_SCRIPT = 70,
	LATENT_OWNER = 65,
	BY_FORM = 60,
	IN_HEAD = 95
};

/* How the content of a script element is read. */
enum language { CODE, DATA, MARKUP, UNKNOWN };

struct page {
	struct reading *r;
	struct probe_facts *facts;
	struct url base, own; /* what links are joined with; where the page came from */
	struct view view;
	struct form form;
	struct links links;
	size_t label_from;      /* in view.seen: behind the last field */
	enum language language; /* of the script element that is open */
	bool titled;
	struct html_str redirect; /* of a script */
	struct buf redirect_text;
	struct buf scratch;
	/* numbers and owners of the text that is being gathered */
	const struct buf *text;
	struct number *number;
	size_t numbers;
	struct owner owner[OWNERS_MAX];
	size_t owners;
};

/* An attribute's value, references decoded, until the next call. */
static struct html_str plain(struct page *p, struct html_str value)
{
	if (memchr(value.p, '&', value.n) == NULL)
		return value;
	buf_reset(&p->scratch);
	html_decode(&p->scratch, value.p, value.n, true);
	return (struct html_str){ p->scratch.p, p->scratch.len };
}

static bool attr(struct page *p, const struct html_token *t, const char *name, struct html_str *value)
{
	if (!html_attr_find(t->text, name, value))
		return false;
	*value = plain(p, *value);
	return true;
}

/* -- numbers and owners */

static void keep_number(void *arg, const struct number *m)
{
	struct page *p = arg;

	if (p->numbers < NUMBERS_MAX)
		p->number[p->numbers++] = *m;
	else
		p->r->overlooked++;
}

static void keep_owner(void *arg, const struct owner *o)
{
	struct page *p = arg;

	if (p->owners < OWNERS_MAX)
		p->owner[p->owners++] = *o;
	else
		p->r->overlooked++;
}

/* The owner named nearest to a number; NULL: none is near. */
static const struct owner *owner_near(const struct page *p, const struct number *m)
{
	const struct owner *best = NULL;
	size_t least = NEAR_BYTES;

	for (size_t i = 0; i < p->owners; i++) {
		size_t at = (size_t)(p->owner[i].name - p->text->p);
		size_t far = at > m->at ? at - m->at : m->at - at;
		if (far <= least) {
			least = far;
			best = &p->owner[i];
		}
	}
	return best;
}

/* News speak of 主办单位 too: an owner is told from a footer, the end of a page, a short page, or from beside
 * a number. */
static bool is_imprint(const struct page *p, const struct owner *o)
{
	size_t at = (size_t)(o->name - p->text->p);

	if (p->text->len < SHORT_TEXT || at > p->text->len / 10 * 6 || view_in_foot(&p->view, at))
		return true;
	for (size_t i = 0; i < p->numbers; i++)
		if ((p->number[i].at > at ? p->number[i].at - at : at - p->number[i].at) <= NEAR_BYTES / 2)
			return true;
	return false;
}

static void gather(struct page *p, const struct buf *text, bool latent)
{
	p->text = text;
	p->numbers = p->owners = 0;
	p->r->templates += number_scan(text->p, text->len, keep_number, p);
	p->r->overlooked += owner_scan(text->p, text->len, keep_owner, p);
	for (size_t i = 0; i < p->numbers; i++) {
		const struct number *m = &p->number[i];
		const struct owner *o = owner_near(p, m);
		unsigned c = latent ? IN_SCRIPT : view_in_foot(&p->view, m->at) ? IN_FOOT : IN_TEXT;
		probe_fact_note(p->facts, m->type, m->bare ? BY_FORM : c, m->value, strlen(m->value),
				o ? o->name : "", o ? o->n : 0);
	}
	for (size_t i = 0; i < p->owners; i++)
		if (latent || is_imprint(p, &p->owner[i]))
			probe_fact_add(p->facts, FACT_OWNER, latent ? LATENT_OWNER : p->owner[i].confidence,
				       p->owner[i].name, p->owner[i].n);
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

/* -- scripts */

/* A string that may be a URL worth a look. */
static bool like_url(struct html_str s)
{
	return s.n < PROBE_URL_MAX && memchr(s.p, ' ', s.n) == NULL &&
	       (memmem(s.p, s.n, "://", 3) != NULL || html_has(s, ".apk") || html_has(s, ".ipa"));
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
			href = plain(p, href);
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
		script_unescape(&lit, str.text.p, str.text.n);
		if (lit.len == 0)
			continue;
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

	if (!url_join(&u, &p->base, src.p, src.n) || strcmp(u.host, p->own.host) != 0 ||
	    u.https != p->own.https)
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
	content = plain(p, content);
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
			probe_fact_note(p->facts,
					html_is(name, "apple-itunes-app") ? FACT_IOS_STORE
									  : FACT_ANDROID_PACKAGE,
					IN_HEAD, at + 7, n, "meta", 4);
	} else if (html_is(name, "al:ios:app_store_id") || html_is(name, "al:android:package")) {
		probe_fact_note(p->facts,
				html_is(name, "al:android:package") ? FACT_ANDROID_PACKAGE : FACT_IOS_STORE,
				IN_HEAD, content.p, content.n, "meta", 4);
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

	if (attr(p, t, "src", &src))
		lead_to(p, LEAD_FRAME, src);
}

static void on_body(struct page *p, const struct html_token *t)
{
	struct html_str onload;

	if (attr(p, t, "onload", &onload))
		read_code(p, onload);
}

/* Its attributes name a mini-program, whatever stands around them. */
static void on_launch(struct page *p, const struct html_token *t)
{
	static const char *const attrs[] = { "username", "appid" };
	char text[64];
	struct html_str value;

	for (size_t i = 0; i < 2; i++)
		if (attr(p, t, attrs[i], &value) && value.n < sizeof(text) - 6) {
			memcpy(text, "weapp ", 6);
			memcpy(text + 6, value.p, value.n);
			ident_scan(p->facts, IN_HEAD, text, value.n + 6, 6, t->name);
		}
}

/* Links and little scripts in the attributes of any element. */
static void on_attributes(struct page *p, const struct html_token *t)
{
	static const char *const urls[] = { "href",         "data-href", "data-url", "data-link",
					    "data-android", "data-ios",  "data-apk" };
	struct html_str attrs = t->text, name, value;

	while (html_attr(&attrs, &name, &value)) {
		if (value.n == 0)
			continue;
		for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
			if (html_is(name, urls[i]) && value.n < PROBE_URL_MAX)
				read_link(p, plain(p, value), urls[i]);
		if (html_is(name, "onclick") && value.n < DOOR_BYTES) {
			value = plain(p, value);
			read_strings(p, value.p, value.n);
		}
	}
}

static const struct {
	const char *name;
	void (*on)(struct page *p, const struct html_token *t);
} elements[] = {
	{ "meta", on_meta },
	{ "base", on_base },
	{ "script", on_script },
	{ "form", on_form },
	{ "input", on_field },
	{ "select", on_field },
	{ "frame", on_frame },
	{ "textarea", on_field },
	{ "body", on_body },
	{ "el-input", on_field },
	{ "wx-open-launch-weapp", on_launch },
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
	p->number = xcalloc(NUMBERS_MAX, sizeof(p->number[0]));
	view_init(&p->view);
}

static void page_end(struct page *p)
{
	gather(p, &p->view.seen, false);
	gather(p, &p->view.latent, true);
	if (p->links.police[0] != '\0' && !has_fact(p->facts, FACT_POLICE_NUMBER))
		probe_fact_note(p->facts, FACT_POLICE_NUMBER, IN_LINK, p->links.police,
				strlen(p->links.police), "href", 4);
	p->r->hidden += p->view.hidden;
	view_clear(&p->view);
	buf_clear(&p->scratch);
	buf_clear(&p->redirect_text);
	free(p->number);
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
