/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/imprint.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "probes/company.h"
#include "probes/glyph.h"
#include "probes/number.h"
#include "probes/orgname.h"
#include "probes/owner.h"

enum {
	NUMBERS_MAX = 150, /* of a text */
	OWNERS_MAX = 200,
	NEAR_BYTES = 600,  /* between a number and the owner's name beside it */
	SHORT_TEXT = 3000, /* bytes of a text on which everything is its imprint */
	UNMARKED_MAX = 2,  /* names that nothing but a number marks; more are a list of others' sites */
	BODIES_MAX = 3,    /* filers of one page; more are a list of them */
	NAMES_MAX = 3,     /* owners of one page; the same */
	APPS_MAX = 2,      /* filings of education apps outside of the footers; the same */
	FRONT_BYTES = 240, /* in front of a number that say whose it is */
};

enum { IN_FOOT = 95, LATENT_OWNER = 65, BY_FORM = 60, CROWDED = 60 };

/* Whose a number is, by the words around it. */
enum whose { THE_PAGES, DOUBTFUL, OTHERS };

static const unsigned confidence[IMPRINT_PLACES] = {
	[IMPRINT_SEEN] = 90,
	[IMPRINT_LATENT] = 70,
	[IMPRINT_ATTRIBUTE] = 80,
};

struct gather {
	struct imprint *im;
	const struct buf *text;
	enum imprint_place place;
	const struct view *view;
	struct number number[NUMBERS_MAX];
	enum whose whose[NUMBERS_MAX];
	size_t numbers, bodies;
	struct owner owner[OWNERS_MAX];
	size_t owners;
};

static void keep_number(void *arg, const struct number *m)
{
	struct gather *g = arg;

	if (g->numbers < NUMBERS_MAX)
		g->number[g->numbers++] = *m;
	else
		g->im->overlooked++;
}

static void keep_owner(void *arg, const struct owner *o)
{
	struct gather *g = arg;

	if (g->owners < OWNERS_MAX)
		g->owner[g->owners++] = *o;
	else
		g->im->overlooked++;
}

static bool is_kept(const struct gather *g, size_t from, const struct owner *o)
{
	for (size_t i = from; i < g->owners; i++)
		if (g->owner[i].n == o->n && memcmp(g->owner[i].name, o->name, o->n) == 0)
			return true;
	return false;
}

/* 某大学信息中心 京ICP备05000000号: who stands alone in front of a number. */
static void keep_unmarked(struct gather *g)
{
	size_t marked = g->owners, others = 0;
	struct owner o;

	for (size_t i = 0; i < g->numbers && others <= UNMARKED_MAX; i++)
		if (g->number[i].type == FACT_ICP_NUMBER && g->whose[i] != OTHERS &&
		    owner_before(g->text->p, g->number[i].at, &o) && !is_kept(g, marked, &o)) {
			keep_owner(g, &o);
			others++;
		}
	if (others > UNMARKED_MAX)
		g->owners = marked;
}

static size_t distance(size_t a, size_t b) { return a > b ? a - b : b - a; }

static size_t place_of(const struct gather *g, const struct owner *o)
{
	return (size_t)(o->name - g->text->p);
}

/* -- whose a number is */

/* Bytes of an ICP number up to 号: the same for all sites and apps of one filer. 0: another kind. */
static size_t body_of(const struct number *m)
{
	const char *hao = strstr(m->value, "ICP备") != NULL ? strstr(m->value, "号") : NULL;

	return hao != NULL ? (size_t)(hao - m->value) : 0;
}

static bool same_body(const struct number *m, const char *value)
{
	return strncmp(m->value, value, body_of(m) + strlen("号")) == 0;
}

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

/* A link to another host that names somebody in front of the number. */
static bool in_others_link(const struct gather *g, const struct number *m)
{
	size_t from = g->place == IMPRINT_SEEN ? view_away(g->view, m->at) : SIZE_MAX;

	return from < m->at && orgname_within(g->text->p + from, m->at - from);
}

/* Is what stands in front of a number the name of one whom the page calls its owner? */
static bool names_owner(const struct gather *g, const char *s, size_t n)
{
	for (size_t i = 0; i < g->owners; i++)
		if (memmem(s, n, g->owner[i].name, g->owner[i].n) != NULL)
			return true;
	return false;
}

static bool in_foot_at(const struct gather *g, size_t at)
{
	return g->place == IMPRINT_SEEN && view_in_foot(g->view, at);
}

static bool in_foot(const struct gather *g, const struct number *m) { return in_foot_at(g, m->at); }

/* The ICP number that the page has in front of here as its own; NULL: it has none. */
static const struct number *settled(const struct gather *g, size_t at)
{
	for (size_t i = at; i-- > 0;)
		if (g->whose[i] == THE_PAGES && body_of(&g->number[i]) > 0 &&
		    in_foot(g, &g->number[i]) == in_foot(g, &g->number[at]))
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

	if (own == NULL || (body_of(m) > 0 && same_body(m, own->value)) ||
	    !company_before(g->text->p, at > 0 ? g->number[at - 1].end : 0, m->at, &c) ||
	    names_owner(g, c.name, c.n))
		return false;
	if (!c.loose)
		return c.credited || in_foot(g, m);
	return c.credited && body_of(m) > 0;
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
	if (body_of(m) > 0)
		return same_body(m, before->value);
	if (same_province(m, own) != same_province(m, before))
		return same_province(m, before);
	return !apart;
}

static enum whose whose_alone(const struct gather *g, size_t at)
{
	const struct number *m = &g->number[at];
	struct owner_front f = owner_front(g->text->p, m->at);
	const char *end = g->text->p + g->text->len, *behind = closing(g->text->p + m->end, end);

	if (body_of(m) > 0 && (in_others_link(g, m) || (f.bracket && behind != NULL && !f.page &&
							(f.others || goes_on(behind, end)))))
		return OTHERS;
	if (of_company(g, at) || goes_along(g, at))
		return OTHERS;
	return f.others && body_of(m) > 0 ? DOUBTFUL : THE_PAGES;
}

static bool is_own(const struct imprint *im, const struct number *m)
{
	for (size_t i = 0; i < im->owns; i++)
		if (same_body(m, im->own[i]))
			return true;
	return false;
}

/* The bodies in the footers are the page's own. */
static void keep_own(struct gather *g)
{
	struct imprint *im = g->im;

	for (size_t i = 0; i < g->numbers && g->place == IMPRINT_SEEN; i++) {
		const struct number *m = &g->number[i];
		if (g->whose[i] == THE_PAGES && body_of(m) > 0 && view_in_foot(g->view, m->at) &&
		    !is_own(im, m) && im->owns < IMPRINT_OWN_MAX)
			memcpy(im->own[im->owns++], m->value, sizeof(m->value));
	}
}

/* Another body's number that nobody doubts. */
static bool has_better(const struct gather *g, const struct number *m)
{
	for (size_t i = 0; i < g->numbers; i++)
		if (g->whose[i] == THE_PAGES && body_of(&g->number[i]) > 0 &&
		    !same_body(m, g->number[i].value))
			return true;
	return false;
}

static void count_bodies(struct gather *g)
{
	for (size_t i = 0; i < g->numbers; i++) {
		size_t k = 0;
		if (g->whose[i] == OTHERS || body_of(&g->number[i]) == 0)
			continue;
		while (k < i && (g->whose[k] == OTHERS || !same_body(&g->number[i], g->number[k].value)))
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
	return last != NULL && g->im->foot_owner && !names_owner(g, p, (size_t)(last - p));
}

static size_t distinct_apps(const struct gather *g)
{
	size_t count = 0;

	for (size_t i = 0; i < g->numbers; i++) {
		size_t k = 0;
		if (g->number[i].type != FACT_EDU_NUMBER || in_foot(g, &g->number[i]))
			continue;
		while (k < i && strcmp(g->number[k].value, g->number[i].value) != 0)
			k++;
		count += k == i;
	}
	return count;
}

/* Outside of the footers, where it is known whose the page is. */
static void judge_bodiless(struct gather *g)
{
	bool list = distinct_apps(g) > APPS_MAX;

	for (size_t i = 0; i < g->numbers; i++) {
		const struct number *m = &g->number[i];
		if (is_old_licence(m) && of_map(g, i))
			g->whose[i] = OTHERS;
		if (g->place != IMPRINT_SEEN || in_foot(g, m))
			continue;
		if (is_old_licence(m) && g->im->owns > 0 &&
		    !names_owner(g, front_of(g, i), (size_t)(g->text->p + m->at - front_of(g, i))))
			g->whose[i] = OTHERS;
		if (m->type == FACT_EDU_NUMBER && (list || of_other_app(g, i)))
			g->whose[i] = OTHERS;
	}
}

static void judge(struct gather *g)
{
	for (size_t i = 0; i < g->owners; i++)
		g->im->foot_owner |= in_foot_at(g, place_of(g, &g->owner[i]));
	for (size_t i = 0; i < g->numbers; i++)
		g->whose[i] = whose_alone(g, i);
	keep_own(g);
	for (size_t i = 0; i < g->numbers; i++) {
		const struct number *m = &g->number[i];
		bool foot = in_foot(g, m);
		if (g->whose[i] == DOUBTFUL && !is_own(g->im, m) && has_better(g, m))
			g->whose[i] = OTHERS;
		if (body_of(m) > 0 && g->im->owns > 0 && !foot && !is_own(g->im, m))
			g->whose[i] = OTHERS;
	}
	judge_bodiless(g);
	count_bodies(g);
}

static unsigned sure_of(const struct gather *g, const struct number *m)
{
	if (m->bare)
		return BY_FORM;
	if (g->bodies > BODIES_MAX && body_of(m) > 0)
		return CROWDED;
	return in_foot(g, m) ? IN_FOOT : confidence[g->place];
}

/* -- whose page it is */

static bool owner_in_foot(const struct gather *g, const struct owner *o)
{
	return in_foot_at(g, place_of(g, o));
}

/* News speak of 主办单位 too: an owner is told from a footer, the end of a page, a short page, or from beside
 * a number. */
static bool is_imprint(const struct gather *g, const struct owner *o)
{
	size_t at = place_of(g, o);

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
		if (g->whose[i] != OTHERS && body_of(&g->number[i]) > 0 && !in_foot(g, &g->number[i]) &&
		    distance(g->number[i].at, place_of(g, o)) <= NEAR_BYTES / 2)
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

/* The owner named nearest to a number; NULL: none is near. */
static const struct owner *owner_near(const struct gather *g, const struct number *m)
{
	const struct owner *best = NULL;
	size_t least = NEAR_BYTES;

	for (size_t i = 0; i < g->owners; i++) {
		size_t far = distance(place_of(g, &g->owner[i]), m->at);
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
	im->templates += number_scan(text->p, text->len, keep_number, g);
	if (place != IMPRINT_ATTRIBUTE) {
		im->overlooked += owner_scan(text->p, text->len, keep_owner, g);
		judge(g);
		keep_unmarked(g);
		judge_owners(g);
	} else {
		judge(g);
	}
	tell(g, facts);
	free(g);
}
