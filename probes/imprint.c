/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/imprint.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "probes/number.h"
#include "probes/owner.h"

enum {
	NUMBERS_MAX = 150, /* of a text */
	OWNERS_MAX = 50,
	NEAR_BYTES = 600,  /* between a number and the owner's name beside it */
	SHORT_TEXT = 3000, /* bytes of a text on which everything is its imprint */
	UNMARKED_MAX = 2,  /* names that nothing but a number marks; more are a list of others' sites */
};

enum { IN_FOOT = 95, LATENT_OWNER = 65, BY_FORM = 60 };

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
	size_t numbers;
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
		if (g->number[i].type == FACT_ICP_NUMBER && owner_before(g->text->p, g->number[i].at, &o) &&
		    !is_kept(g, marked, &o)) {
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

/* News speak of 主办单位 too: an owner is told from a footer, the end of a page, a short page, or from beside
 * a number. */
static bool is_imprint(const struct gather *g, const struct owner *o)
{
	size_t at = place_of(g, o);

	if (g->place != IMPRINT_SEEN || g->text->len < SHORT_TEXT || at > g->text->len / 10 * 6 ||
	    view_in_foot(g->view, at))
		return true;
	for (size_t i = 0; i < g->numbers; i++)
		if (distance(g->number[i].at, at) <= NEAR_BYTES / 2)
			return true;
	return false;
}

static unsigned sure_of(const struct gather *g, const struct number *m)
{
	if (m->bare)
		return BY_FORM;
	return g->place == IMPRINT_SEEN && view_in_foot(g->view, m->at) ? IN_FOOT : confidence[g->place];
}

static void tell(const struct gather *g, struct probe_facts *facts)
{
	for (size_t i = 0; i < g->numbers; i++) {
		const struct number *m = &g->number[i];
		const struct owner *o = owner_near(g, m);
		probe_fact_note(facts, m->type, sure_of(g, m), m->value, strlen(m->value), o ? o->name : "",
				o ? o->n : 0);
	}
	for (size_t i = 0; i < g->owners; i++)
		if (is_imprint(g, &g->owner[i]))
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
		keep_unmarked(g);
	}
	tell(g, facts);
	free(g);
}
