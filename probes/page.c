/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/page.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "probes/charset.h"
#include "probes/html.h"
#include "probes/link.h"
#include "probes/reading.h"

enum {
	SNIFF_MAX = 512, /* bytes that tell binary from text */
	IN_HEADER = 90,
	BY_HTTP = 95,
	BY_PAGE = 90,
	TITLE = 95,
	DOOR_TITLE = 50, /* of a page that leads on to one that nobody saw */
};

enum step { STEP_FIRST, STEP_PLAIN, STEP_LEAD, STEP_SCRIPT, STEP_FOOT };

struct state {
	enum step step;
	unsigned leads;
	size_t script;                                   /* of reading.script, asked for last */
	char door[sizeof(((struct reading *)0)->title)]; /* title of the page that led on */
	size_t door_n;
	bool framed;               /* it shows the other inside: its title stays the window's */
	char secure[URL_HOST_MAX]; /* the last host on the way that was asked by https; "": none */
	bool has_foot;
	struct url foot;     /* of the first page that names one */
	struct reading read; /* of the last page */
	size_t hidden;
	struct imprint imprint;
	char charset[32];
};

/* What a body is, by its content type and its first bytes. */
enum body { BODY_PAGE, BODY_SCRIPT, BODY_TEXT, BODY_OTHER };

static enum body body_of(const struct probe_answer *a)
{
	struct html_str type = { a->content_type, strlen(a->content_type) };
	size_t n = a->size < SNIFF_MAX ? a->size : SNIFF_MAX, at = 0;
	bool wide = n >= 2 && (memcmp(a->body, "\xff\xfe", 2) == 0 || memcmp(a->body, "\xfe\xff", 2) == 0 ||
			       a->body[0] == '<' || a->body[1] == '<');

	if (html_has(type, "image/") || html_has(type, "video/") || html_has(type, "audio/") ||
	    html_has(type, "font/") || (n >= 4 && memcmp(a->body, "%PDF", 4) == 0) ||
	    (!wide && n > 0 && memchr(a->body, 0, n) != NULL))
		return BODY_OTHER;
	while (at < n && strchr(" \t\r\n\xef\xbb\xbf", a->body[at]) != NULL)
		at++;
	if (html_has(type, "html") || (at < n && a->body[at] == '<') || wide)
		return BODY_PAGE;
	if (html_has(type, "javascript") || html_has(type, "json") || html_has(type, "ecmascript"))
		return BODY_SCRIPT;
	if (html_has(type, "text/plain"))
		return BODY_TEXT;
	return type.n == 0 || html_has(type, "xml") ? BODY_PAGE : BODY_OTHER;
}

/* -- asking */

static bool ask_for(struct probe_ask *ask, const char *url, bool conditional)
{
	int n = snprintf(ask->url, sizeof(ask->url), "%s", url);

	ask->follow = ask->compressed = ask->prefix = true;
	ask->conditional = conditional;
	return n > 0 && (size_t)n < sizeof(ask->url);
}

static bool first(struct probe_run *run, struct probe_ask *ask)
{
	if (run->target != NULL && run->target[0] != '\0')
		return ask_for(ask, run->target, true);
	ask->follow = ask->compressed = ask->prefix = ask->conditional = true;
	if (probe_ask_path(run, ask, "https", "/"))
		return true;
	run->outcome = PROBE_BAD_URL;
	return false;
}

/* https is not there: http may be. */
static bool cannot_connect(enum probe_outcome o)
{
	return o == PROBE_CONNECT_FAILED || o == PROBE_TLS_FAILED || o == PROBE_BAD_PORT ||
	       o == PROBE_RESET || o == PROBE_TIMEOUT;
}

static bool try_plain(struct probe_run *run, struct probe_ask *ask)
{
	struct state *s = run->state;

	if (s->step != STEP_FIRST || (run->target != NULL && run->target[0] != '\0') ||
	    !cannot_connect(run->answer->outcome))
		return false;
	s->step = STEP_PLAIN;
	ask->follow = ask->compressed = ask->prefix = ask->conditional = true;
	return probe_ask_path(run, ask, "http", "/");
}

/* -- what came back */

static void tell_move(struct probe_run *run, const char *from, const char *to, unsigned confidence,
		      const char *why)
{
	struct url a, b;

	if (url_parse(&a, from) && url_parse(&b, to) &&
	    (strcmp(a.host, b.host) != 0 || a.https != b.https || a.port != b.port))
		link_origin(run->facts, confidence, &b, why);
}

/* A move for good says more than one for now (RFC 9110, 15.4). */
static const char *kind_of_move(int status)
{
	return status == 301 || status == 308 ? "http permanent" : "http";
}

/* Every host that the answer came by, and the one that a refused redirect named. */
static void tell_redirects(struct probe_run *run)
{
	const struct probe_answer *a = run->answer;
	struct url from, to;

	for (size_t i = 0; i < a->redirect_count; i++)
		tell_move(run, a->redirect[i], i + 1 < a->redirect_count ? a->redirect[i + 1] : a->url,
			  BY_HTTP, kind_of_move(a->redirect_status[i]));
	if (a->outcome != PROBE_DONE && a->location != NULL && a->location[0] != '\0' &&
	    url_parse(&from, a->url) && url_join(&to, &from, a->location, strlen(a->location)))
		tell_move(run, a->url, to.text, BY_HTTP, kind_of_move(a->status));
}

static void read_body(struct probe_run *run, const struct url *from, enum body kind)
{
	struct state *s = run->state;
	const struct probe_answer *a = run->answer;
	struct charset_found found;
	struct buf text = { 0 };

	s->read = (struct reading){ 0 };
	charset_decode(&text, &found, a->body, a->size, a->content_type);
	if (kind == BODY_SCRIPT)
		reading_script(&s->read, run->facts, from, text.p, text.len);
	else if (kind == BODY_TEXT)
		reading_plain(&s->read, run->facts, text.p, text.len);
	else
		reading_page(&s->read, run->facts, from, text.p, text.len);
	buf_clear(&text);
	s->hidden += s->read.hidden;
	s->imprint.templates += s->read.imprint.templates;
	s->imprint.others += s->read.imprint.others;
	s->imprint.overlooked += s->read.imprint.overlooked;
	if (s->read.has_foot && !s->has_foot) {
		s->has_foot = true;
		s->foot = s->read.foot;
	}
	snprintf(s->charset, sizeof(s->charset), "%s", found.name);
}

static void tell_title(struct probe_run *run)
{
	const struct state *s = run->state;

	if (s->framed && s->door_n > 0)
		probe_fact_add(run->facts, FACT_TITLE, TITLE, s->door, s->door_n);
	else if (s->read.title_n > 0)
		probe_fact_add(run->facts, FACT_TITLE, TITLE, s->read.title, s->read.title_n);
	else if (s->door_n > 0)
		probe_fact_add(run->facts, FACT_TITLE, DOOR_TITLE, s->door, s->door_n);
}

static void tell_remark(struct probe_run *run, const char *more)
{
	const struct state *s = run->state;

	snprintf(run->remark, sizeof(run->remark),
		 "文字编码 %s; 未读的隐藏文字 %zu 字节, 样例号码 %zu 个, 他人号码 %zu 个, 通用或他人应用 %zu "
		 "个, "
		 "超出上限 %zu 处%s%s",
		 s->charset[0] ? s->charset : "-", s->hidden,
		 s->imprint.templates + (size_t)run->facts->examples, s->imprint.others,
		 (size_t)run->facts->others, s->imprint.overlooked + (size_t)run->facts->more,
		 more[0] ? "; " : "", more);
}

/* -- going on */

static void keep_secure(struct state *s, const char *url)
{
	struct url u;

	if (url_parse(&u, url) && u.https)
		memcpy(s->secure, u.host, sizeof(s->secure));
}

/* What holds for redirects (visit/way.h) holds for pages that lead on: https does not fall to another host's
 * http. */
static bool falls(struct probe_run *run, const struct url *to)
{
	struct state *s = run->state;

	for (size_t i = 0; i < run->answer->redirect_count; i++)
		keep_secure(s, run->answer->redirect[i]);
	keep_secure(s, run->answer->url);
	return !to->https && s->secure[0] != '\0' && strcmp(s->secure, to->host) != 0;
}

static bool ask_lead(struct probe_run *run, struct probe_ask *ask)
{
	static const char *const why[] = { "", "refresh", "script", "frame" };
	struct state *s = run->state;

	if (s->read.lead == LEAD_NONE)
		return false;
	tell_move(run, run->answer->url, s->read.to.text, BY_PAGE, why[s->read.lead]);
	if (s->leads == PAGE_LEADS_MAX)
		return false;
	if (!s->framed && (s->door_n == 0 || (s->read.lead == LEAD_FRAME && s->read.title_n > 0))) {
		memcpy(s->door, s->read.title, s->read.title_n);
		s->door_n = s->read.title_n;
		s->framed = s->read.lead == LEAD_FRAME;
	}
	if (falls(run, &s->read.to)) {
		s->read.title_n = 0;
		return false;
	}
	s->leads++;
	s->step = STEP_LEAD;
	return ask_for(ask, s->read.to.text, false);
}

static bool ask_script(struct probe_run *run, struct probe_ask *ask)
{
	struct state *s = run->state;

	if (s->script == s->read.scripts)
		return false;
	s->step = STEP_SCRIPT;
	return ask_for(ask, s->read.script[s->script++].text, false);
}

static bool has_number(const struct probe_facts *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->fact[i].type == FACT_ICP_NUMBER)
			return true;
	return false;
}

/* A page without a number of its own may have its foot in a file that it names: that one, once. */
static bool ask_foot(struct probe_run *run, struct probe_ask *ask)
{
	struct state *s = run->state;

	if (!s->has_foot || s->step == STEP_FOOT || has_number(run->facts))
		return false;
	s->step = STEP_FOOT;
	return ask_for(ask, s->foot.text, false);
}

/* The answer to a script or the foot of a page, whose own reading stays. */
static bool on_part(struct probe_run *run, struct probe_ask *ask)
{
	struct state *s = run->state;
	struct reading page = s->read;
	enum body kind = probe_answered(run) ? body_of(run->answer) : BODY_OTHER;
	bool script = s->step == STEP_SCRIPT;
	struct url from;

	if (kind != BODY_OTHER && (!script || kind == BODY_SCRIPT) && url_parse(&from, run->answer->url))
		read_body(run, &from, kind);
	s->read = page;
	run->outcome = PROBE_DONE;
	if (ask_script(run, ask) || ask_foot(run, ask))
		return true;
	tell_remark(run, script ? "空壳页面, 并读了其脚本" : "并读了页面所指的页脚文件");
	return false;
}

/* The next time it may be there. A run that is done says that what it did not find is gone. */
static bool may_be_back(const struct probe_run *run)
{
	const enum probe_outcome o = run->outcome;

	return (cannot_connect(o) && o != PROBE_BAD_PORT) || o == PROBE_RESOLVER_FAILED ||
	       o == PROBE_HELD_BACK || (o == PROBE_HTTP_ERROR && run->answer->status >= 500);
}

/* No page to read: the run ends, as the first page's when what it leads to is not for us. */
static bool no_page(struct probe_run *run)
{
	struct state *s = run->state;

	if (s->step == STEP_LEAD) {
		s->read.title_n = 0;
		tell_title(run);
		tell_remark(run, "页面跳转的目标未能取得");
		run->outcome = may_be_back(run) ? run->outcome : PROBE_DONE;
	}
	return false;
}

static bool page_next(struct probe_run *run, struct probe_ask *ask)
{
	struct state *s = run->state;
	enum body kind;
	struct url from;

	run->facts->general = run->general;
	if (run->answer == NULL)
		return first(run, ask);
	if (try_plain(run, ask))
		return true;
	if (s->step == STEP_SCRIPT || s->step == STEP_FOOT)
		return on_part(run, ask);
	tell_redirects(run);
	if (!probe_answered(run) || !url_parse(&from, run->answer->url))
		return no_page(run);
	kind = body_of(run->answer);
	if (kind == BODY_OTHER) {
		char type[100];
		text_safe(type, sizeof(type), run->answer->content_type, strlen(run->answer->content_type));
		run->outcome = PROBE_UNRECOGNISED;
		snprintf(run->remark, sizeof(run->remark), "不是网页: %s", type);
		return no_page(run);
	}
	if (run->answer->generator != NULL)
		probe_fact_add(run->facts, FACT_GENERATOR, IN_HEADER, run->answer->generator,
			       strlen(run->answer->generator));
	read_body(run, &from, kind);
	if (ask_lead(run, ask))
		return true;
	tell_title(run);
	if (ask_script(run, ask) || ask_foot(run, ask))
		return true;
	tell_remark(run, s->read.lead == LEAD_NONE    ? ""
			 : s->leads == PAGE_LEADS_MAX ? "页面跳转过多"
						      : "页面从 https 跳往他站的 http, 未跟随");
	return false;
}

const struct probe probe_page = {
	.row = &probe_table[PROBE_ID_PAGE],
	.state_size = sizeof(struct state),
	.next = page_next,
};
