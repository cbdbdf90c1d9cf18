/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/imprint.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "probes/company.h"
#include "probes/gather.h"
#include "probes/glyph.h"
#include "probes/number.h"
#include "probes/orgname.h"
#include "probes/owner.h"

enum {
	NEAR_BYTES = 600,  /* between a number and the owner's name beside it */
	SHORT_TEXT = 3000, /* bytes of a text on which everything is its imprint */
	UNMARKED_MAX = 2,  /* names that nothing but a number marks; more are a list of others' sites */
	BODIES_MAX = 3,    /* filers of one page; more are a list of them */
	NAMES_MAX = 3,     /* owners of one page; the same */
	APPS_MAX = 2,      /* filings of education apps outside of the footers; the same */
	FRONT_BYTES = 240, /* in front of a number that say whose it is */
	ABOVE_MAX = 3,     /* lines between the owner's name and a number */
};

enum { IN_FOOT = 95, LATENT_OWNER = 65, BY_FORM = 60, CROWDED = 60 };

static const unsigned confidence[IMPRINT_PLACES] = {
	[IMPRINT_SEEN] = 90,
	[IMPRINT_LATENT] = 70,
	[IMPRINT_ATTRIBUTE] = 80,
};

static bool is_kept(const struct gather *g, size_t from, const struct owner *o)
{
	for (size_t i = from; i < g->owners; i++)
		if (g->owner[i].n == o->n && memcmp(g->owner[i].name, o->name, o->n) == 0)
			return true;
	return false;
}

static size_t distance(size_t a, size_t b) { return a > b ? a - b : b - a; }

/* The bracket that holds a number closes here; NULL: it does not. */
static const char *closing(const char *p, const char *end)
{
	struct glyphs g = { p, end };

	glyph_blanks(&g);
	return glyph_next(&g) == ')' ? g.p : NULL;
}

/* A sentence goes on: "）因未整改，", "）提供技术支持". */
static bool goes_on(const char *p, const char *end)
{
	static const char *const verbs[] = {
		"提供", "因", "被", "等", "承建", "开发", "建设", "制作", "设计"
	};

	return glyph_starts(p, end, verbs, sizeof(verbs) / sizeof(verbs[0]), &end);
}

/* A link to another host that names somebody. */
static bool in_others_link(const struct gather *g, const struct number *m)
{
	struct view_span s;

	return g->place == IMPRINT_SEEN && view_away(g->view, m->at, &s) &&
	       (orgname_within(g->text->p + s.from, m->at - s.from) ||
		orgname_within(g->text->p + m->end, s.to - m->end));
}

/* The ICP number that the page has in front of here as its own; NULL: it has none. */
static const struct number *settled(const struct gather *g, size_t at)
{
	for (size_t i = at; i-- > 0;)
		if (g->whose[i] == THE_PAGES && gather_body(&g->number[i]) > 0 &&
		    gather_in_imprint(g, g->number[i].at) == gather_in_imprint(g, g->number[at].at))
			return &g->number[i];
	return NULL;
}

static bool same_province(const struct number *a, const struct number *b)
{
	const char *one = number_province(a->value), *other = number_province(b->value);

	return one != NULL && other != NULL && memcmp(one, other, 2) == 0;
}

/* A company that is not the page's owner stands in front, and the page has shown a number of its own: 某大学
 * 湘ICP备… 技术支持：某公司 浙ICP备…. Behind a bar or a line end, that is sure of ICP numbers only. */
static bool of_company(const struct gather *g, size_t at)
{
	const struct number *m = &g->number[at], *own = settled(g, at);
	struct company c;

	if (own == NULL || (gather_body(m) > 0 && gather_same_body(m, own->value)) ||
	    !company_before(g->text->p, at > 0 ? g->number[at - 1].end : 0, m->at, &c) ||
	    gather_names_owner(g, c.name, c.n))
		return false;
	if (!c.loose)
		return c.credited || gather_in_imprint(g, m->at);
	return c.credited && gather_body(m) > 0;
}

/* Nothing but signs and labels stands between a number of somebody else and this: it is his, too, unless
 * the province says whose; behind a bracket or a line end, only the province says so. */
static bool goes_along(const struct gather *g, size_t at)
{
	const struct number *m = &g->number[at], *before = at > 0 ? m - 1 : NULL, *own = settled(g, at);
	bool apart;

	if (before == NULL || g->whose[at - 1] != OTHERS || own == NULL ||
	    !company_labels(g->text->p + before->end, m->at - before->end, &apart))
		return false;
	if (gather_body(m) > 0)
		return gather_same_body(m, before->value);
	if (same_province(m, own) != same_province(m, before))
		return same_province(m, before);
	return !apart;
}

static enum whose whose_alone(const struct gather *g, size_t at)
{
	const struct number *m = &g->number[at];
	struct owner_front f = owner_front(g->text->p, m->at);
	const char *end = g->text->p + g->text->len, *behind = closing(g->text->p + m->end, end);

	f.others = f.others && !gather_names_owner(g, f.name, f.n); /* 维护：某大学信息中心 */
	if (f.bracket && behind != NULL && !f.page &&
	    ((f.others && (f.by || gather_body(m) > 0)) || goes_on(behind, end)))
		return OTHERS;
	if ((gather_body(m) > 0 && in_others_link(g, m)) || (gather_body(m) == 0 && f.others && f.by))
		return OTHERS;
	if (of_company(g, at) || goes_along(g, at))
		return OTHERS;
	return f.others && gather_body(m) > 0 ? DOUBTFUL : THE_PAGES;
}

static bool is_own(const struct imprint *im, const struct number *m)
{
	for (size_t i = 0; i < im->owns; i++)
		if (gather_same_body(m, im->own[i]))
			return true;
	return false;
}

static void add_own(struct gather *g, size_t at)
{
	struct imprint *im = g->im;
	const struct number *m = &g->number[at];

	if (g->whose[at] == THE_PAGES && gather_body(m) > 0 && !is_own(im, m) && im->owns < IMPRINT_OWN_MAX)
		memcpy(im->own[im->owns++], m->value, sizeof(m->value));
}

/* Nothing but labels stands between two numbers. */
static bool follows(const struct gather *g, size_t at)
{
	const struct number *m = &g->number[at];
	bool apart;

	return company_labels(g->text->p + m[-1].end, m->at - m[-1].end, &apart);
}

/* At the end of the text: what the lines have that say whose the page is, else the last one; and those that
 * stand with it. */
static void own_tail(struct gather *g)
{
	size_t last = SIZE_MAX;

	for (size_t i = 0; i < g->numbers; i++)
		if (gather_in_imprint(g, g->number[i].at) && g->whose[i] == THE_PAGES &&
		    gather_body(&g->number[i]) > 0) {
			last = i;
			if (g->marked[i])
				add_own(g, i);
		}
	if (last == SIZE_MAX)
		return;
	if (g->im->owns == 0)
		add_own(g, last);
	for (size_t i = last; i > 0 && follows(g, i); i--)
		if (is_own(g->im, &g->number[i]))
			add_own(g, i - 1);
}

/* The bodies in the footers are the page's own; without them, those at its end. */
static void keep_own(struct gather *g)
{
	for (size_t i = 0; i < g->numbers; i++)
		if (gather_in_foot(g, g->number[i].at))
			add_own(g, i);
	if (g->im->owns > 0)
		g->tail = SIZE_MAX;
	else if (g->place == IMPRINT_SEEN)
		own_tail(g);
}

/* Where all that names a builder does so, the first one is the page's: 版权所有：某大学 技术支持：某公司
 * 湘ICP备…. */
static void settle_doubt(struct gather *g)
{
	for (size_t i = 0; i < g->numbers && g->im->owns == 0; i++)
		if (g->whose[i] == DOUBTFUL && gather_in_imprint(g, g->number[i].at)) {
			g->whose[i] = THE_PAGES;
			add_own(g, i);
		}
}

/* Another body's number that nobody doubts. */
static bool has_better(const struct gather *g, const struct number *m)
{
	for (size_t i = 0; i < g->numbers; i++)
		if (g->whose[i] == THE_PAGES && gather_body(&g->number[i]) > 0 &&
		    !gather_same_body(m, g->number[i].value))
			return true;
	return false;
}

/* Outside of the imprint of a page that has none of its own there, more than one body: others'. */
static void drop_strays(struct gather *g)
{
	const struct number *one = NULL;
	bool many = false;

	for (size_t i = 0; i < g->numbers && g->im->owns == 0 && g->place == IMPRINT_SEEN; i++)
		if (g->whose[i] < MENTION && gather_body(&g->number[i]) > 0) {
			many |= one != NULL && !gather_same_body(one, g->number[i].value);
			one = &g->number[i];
		}
	for (size_t i = 0; i < g->numbers && many; i++)
		if (gather_body(&g->number[i]) > 0 && !g->marked[i])
			g->whose[i] = OTHERS;
}

static void count_bodies(struct gather *g)
{
	for (size_t i = 0; i < g->numbers; i++) {
		size_t k = 0;
		if (g->whose[i] >= MENTION || gather_body(&g->number[i]) == 0)
			continue;
		while (k < i &&
		       (g->whose[k] >= MENTION || !gather_same_body(&g->number[i], g->number[k].value)))
			k++;
		g->bodies += k == i;
	}
}

/* -- numbers that have no body to be compared by */

/* 京ICP证030173号, which only says who once got it. */
static bool is_old_licence(const struct number *m) { return strstr(m->value, "ICP证") != NULL; }

/* Where text in front of a number begins that may speak of it: on its line, behind the number before. */
static const char *front_of(const struct gather *g, size_t at)
{
	size_t from = at > 0 ? g->number[at - 1].end : 0, to = g->number[at].at;
	const char *p = g->text->p + (to - from > FRONT_BYTES ? to - FRONT_BYTES : from), *line;

	while ((line = memchr(p, '\n', (size_t)(g->text->p + to - p))) != NULL)
		p = line + 1;
	return p;
}

/* © 2023 Baidu - GS(2021)6026号 - 甲测资字… - 京ICP证…: what every map of that maker says below it. */
static bool of_map(const struct gather *g, size_t at)
{
	const char *p = front_of(g, at);
	size_t n = (size_t)(g->text->p + g->number[at].at - p);

	return memmem(p, n, "测资字", strlen("测资字")) != NULL ||
	       memmem(p, n, "审图号", strlen("审图号")) != NULL;
}

/* Filings of apps that different companies hold: a list of them, or news of one. */
static bool of_other_app(const struct gather *g, size_t at)
{
	const char *p = g->text->p + (at > 0 ? g->number[at - 1].end : 0),
		   *end = g->text->p + g->number[at].at, *last = NULL;

	if ((size_t)(end - p) > FRONT_BYTES)
		p = end - FRONT_BYTES;
	for (const char *c = p; (c = memmem(c, (size_t)(end - c), "公司", strlen("公司"))) != NULL;)
		last = c += strlen("公司");
	return last != NULL && (g->im->foot_owner || g->owners > 0) &&
	       !gather_names_owner(g, p, (size_t)(last - p));
}

static size_t distinct_apps(const struct gather *g)
{
	size_t count = 0;

	for (size_t i = 0; i < g->numbers; i++) {
		size_t k = 0;
		if (g->number[i].type != FACT_EDU_NUMBER || gather_in_imprint(g, g->number[i].at))
			continue;
		while (k < i && strcmp(g->number[k].value, g->number[i].value) != 0)
			k++;
		count += k == i;
	}
	return count;
}

/* Somebody is named beside it, and it is not who has the ICP number of its line, which is the page's. */
static bool is_foreign(const struct gather *g, size_t at)
{
	const struct number *m = &g->number[at];
	struct view_span line = gather_line(g, m->at, m->end);

	if (!g->foreign[at] || (g->im->owns == 0 && !g->im->foot_owner && g->owners == 0))
		return false;
	for (size_t i = 0; i < g->numbers; i++)
		if (g->number[i].at >= line.from && g->number[i].end <= line.to &&
		    gather_body(&g->number[i]) > 0 && is_own(g->im, &g->number[i]))
			return false;
	return true;
}

/* Outside of the footers, where it is known whose the page is. */
static void judge_bodiless(struct gather *g)
{
	bool list = distinct_apps(g) > APPS_MAX;

	for (size_t i = 0; i < g->numbers; i++) {
		const struct number *m = &g->number[i];
		if (is_old_licence(m) && of_map(g, i))
			g->whose[i] = OTHERS;
		if (g->place != IMPRINT_SEEN || gather_in_foot(g, m->at))
			continue;
		if (gather_body(m) == 0 && is_foreign(g, i))
			g->whose[i] = OTHERS;
		if (gather_in_imprint(g, m->at))
			continue;
		if (is_old_licence(m) && g->im->owns > 0 &&
		    !gather_names_owner(g, front_of(g, i), (size_t)(g->text->p + m->at - front_of(g, i))))
			g->whose[i] = OTHERS;
		if ((m->type == FACT_EDU_NUMBER && list) ||
		    ((m->type == FACT_EDU_NUMBER || m->type == FACT_TELECOM_NUMBER) && of_other_app(g, i)))
			g->whose[i] = OTHERS;
	}
}

static void judge(struct gather *g)
{
	for (size_t i = 0; i < g->owners; i++)
		g->im->foot_owner |= gather_in_foot(g, gather_place(g, &g->owner[i]));
	gather_places(g);
	for (size_t i = 0; i < g->numbers; i++)
		if (g->whose[i] != MENTION)
			g->whose[i] = whose_alone(g, i);
	keep_own(g);
	settle_doubt(g);
	drop_strays(g);
	for (size_t i = 0; i < g->numbers; i++) {
		const struct number *m = &g->number[i];
		bool own = gather_body(m) > 0 && is_own(g->im, m);
		if (g->whose[i] == DOUBTFUL && !own && has_better(g, m))
			g->whose[i] = OTHERS;
		if (gather_body(m) > 0 && g->im->owns > 0 && !gather_in_foot(g, m->at) && !own)
			g->whose[i] = OTHERS;
		if (g->whose[i] == MENTION)
			g->whose[i] = own ? THE_PAGES : OTHERS;
	}
	judge_bodiless(g);
	count_bodies(g);
}

static unsigned sure_of(const struct gather *g, const struct number *m)
{
	if (m->bare)
		return BY_FORM;
	if (g->bodies > BODIES_MAX && gather_body(m) > 0)
		return CROWDED;
	return gather_in_foot(g, m->at) ? IN_FOOT : confidence[g->place];
}

/* -- whose page it is */

static bool owner_in_foot(const struct gather *g, const struct owner *o)
{
	return gather_in_foot(g, gather_place(g, o));
}

/* News speak of 主办单位 too: an owner is told from a footer, the end of a page, a short page, or from beside
 * a number. */
static bool is_imprint(const struct gather *g, const struct owner *o)
{
	size_t at = gather_place(g, o);

	if (!o->weak && (g->place != IMPRINT_SEEN || g->text->len < SHORT_TEXT || at > g->text->len / 10 * 6))
		return true;
	if (owner_in_foot(g, o))
		return true;
	for (size_t i = 0; i < g->numbers; i++)
		if (g->whose[i] != OTHERS && distance(g->number[i].at, at) <= NEAR_BYTES / 2)
			return true;
	return false;
}

/* Beside an ICP number that is not in a footer, on a page that is no list of them. */
static bool beside_own(const struct gather *g, const struct owner *o)
{
	for (size_t i = 0; i < g->numbers && g->bodies <= BODIES_MAX; i++)
		if (g->whose[i] != OTHERS && gather_body(&g->number[i]) > 0 &&
		    !gather_in_foot(g, g->number[i].at) &&
		    distance(g->number[i].at, gather_place(g, o)) <= NEAR_BYTES / 2)
			return true;
	return false;
}

/* Is it a page of many names, or one whose footer says whose it is? */
static bool names_many(struct gather *g)
{
	size_t names = 0;

	for (size_t i = 0; i < g->owners; i++) {
		g->im->foot_owner |= owner_in_foot(g, &g->owner[i]);
		names += is_imprint(g, &g->owner[i]) && !is_kept(g, i + 1, &g->owner[i]);
	}
	return g->im->foot_owner || names > NAMES_MAX;
}

/* 某大学信息中心 京ICP备05000000号: who stands alone in front of a number. */
static void keep_before(struct gather *g)
{
	size_t marked = g->owners, others = 0;
	struct owner o;

	for (size_t i = 0; i < g->numbers && others <= UNMARKED_MAX; i++)
		if (g->number[i].type == FACT_ICP_NUMBER && g->whose[i] != OTHERS &&
		    owner_before(g->text->p, g->number[i].at, &o) && !is_kept(g, marked, &o)) {
			gather_owner(g, &o);
			others++;
		}
	if (others > UNMARKED_MAX)
		g->owners = marked;
}

/* The lines that end with a number and are of the same imprint. */
static size_t imprint_from(const struct gather *g, const struct number *m)
{
	size_t from = m->at;

	for (unsigned lines = 0; from > 0 && gather_in_imprint(g, from - 1) && m->at - from < NEAR_BYTES / 2;
	     from--)
		if (g->text->p[from - 1] == '\n' && ++lines > ABOVE_MAX)
			break;
	return from;
}

/* The only name of an organisation in the lines above a number that stands for itself there, where no mark
 * says whose the page is: 某大学 / 地址：… / 京ICP备05000000号. */
static void keep_alone(struct gather *g)
{
	struct owner o;

	for (size_t i = 0; i < g->owners; i++)
		if (gather_in_imprint(g, gather_place(g, &g->owner[i])))
			return;
	for (size_t i = 0; i < g->numbers; i++)
		if (g->number[i].type == FACT_ICP_NUMBER && g->whose[i] == THE_PAGES &&
		    !owner_front(g->text->p, g->number[i].at).others &&
		    gather_in_imprint(g, g->number[i].at) &&
		    owner_alone(g->text->p, imprint_from(g, &g->number[i]), g->number[i].at, &o)) {
			gather_owner(g, &o);
			return;
		}
}

static void keep_unmarked(struct gather *g)
{
	keep_before(g);
	keep_alone(g);
}

/* Only those that are told stay. */
static void judge_owners(struct gather *g)
{
	bool many = names_many(g);
	size_t kept = 0;

	for (size_t i = 0; i < g->owners; i++)
		if (is_imprint(g, &g->owner[i]) &&
		    (!many || owner_in_foot(g, &g->owner[i]) || beside_own(g, &g->owner[i])))
			g->owner[kept++] = g->owner[i];
	g->owners = kept;
}

/* The owner named nearest to a number, on its line if there is one; NULL: none is near. */
static const struct owner *owner_near(const struct gather *g, const struct number *m)
{
	const struct owner *best = NULL;
	struct view_span line = gather_line(g, m->at, m->end);
	size_t least = 2 * NEAR_BYTES;

	for (size_t i = 0; i < g->owners; i++) {
		size_t at = gather_place(g, &g->owner[i]), far = distance(at, m->at);
		if (far > NEAR_BYTES)
			continue;
		far += at < line.from || at >= line.to ? NEAR_BYTES : 0;
		if (far <= least) {
			least = far;
			best = &g->owner[i];
		}
	}
	return best;
}

static void tell(const struct gather *g, struct probe_facts *facts)
{
	for (size_t i = 0; i < g->numbers; i++) {
		const struct number *m = &g->number[i];
		const struct owner *o = owner_near(g, m);
		if (g->whose[i] == OTHERS) {
			g->im->others++;
			continue;
		}
		probe_fact_note(facts, m->type, sure_of(g, m), m->value, strlen(m->value), o ? o->name : "",
				o ? o->n : 0);
	}
	for (size_t i = 0; i < g->owners; i++)
		probe_fact_add(facts, FACT_OWNER,
			       g->place == IMPRINT_LATENT ? LATENT_OWNER : g->owner[i].confidence,
			       g->owner[i].name, g->owner[i].n);
}

void imprint_read(struct imprint *im, struct probe_facts *facts, const struct buf *text,
		  enum imprint_place place, const struct view *view)
{
	struct gather *g = xcalloc(1, sizeof(*g));

	*g = (struct gather){ .im = im, .text = text, .place = place, .view = view };
	im->templates += number_scan(text->p, text->len, gather_number, g);
	if (place == IMPRINT_AWAY) {
		im->others += g->numbers;
		free(g);
		return;
	}
	if (place == IMPRINT_SEEN || place == IMPRINT_LATENT) {
		im->overlooked += owner_scan(text->p, text->len, gather_owner, g);
		judge(g);
		keep_unmarked(g);
		judge_owners(g);
	} else {
		judge(g);
	}
	tell(g, facts);
	free(g);
}
