/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/gather.h"

#include <stdint.h>
#include <string.h>

#include "probes/nearby.h"
#include "probes/selfsaid.h"

enum {
	LINE_BYTES = 600, /* of a number's line, on each side */
	TAIL_LINES = 40,  /* at the end of a text that may be its imprint */
	TAIL_BYTES = 3000,
	REST_ALONE = 3,   /* characters of other words beside a number that stands for itself */
	REST_BESIDE = 6,  /* in front of or behind a line that says whose the page is */
	REST_SELF = 10,   /* where the page speaks of itself, and on lines without a number */
	REST_MARKED = 30, /* where it says whose it is, and in a footer */
};

void gather_number(void *arg, const struct number *m)
{
	struct gather *g = arg;

	if (g->place == IMPRINT_SEEN && view_in_code(g->view, m->at))
		g->im->templates++;
	else if (g->numbers < GATHER_NUMBERS_MAX)
		g->number[g->numbers++] = *m;
	else
		g->im->overlooked++;
}

/* Without a number that stands right in front of it: 湘ICP备…号某大学. */
static struct owner behind_number(const struct gather *g, const struct owner *o)
{
	struct owner cut = *o;
	size_t at = (size_t)(o->name - g->text->p);

	for (size_t i = 0; i < g->numbers; i++)
		if (g->number[i].at >= at && g->number[i].end < at + o->n) {
			cut.name = g->text->p + g->number[i].end;
			cut.n = at + o->n - g->number[i].end;
		}
	return cut;
}

size_t gather_place(const struct gather *g, const struct owner *o) { return (size_t)(o->name - g->text->p); }

void gather_owner(void *arg, const struct owner *o)
{
	struct gather *g = arg;

	if (g->place == IMPRINT_SEEN && view_in_code(g->view, gather_place(g, o)))
		return;
	if (g->owners < GATHER_OWNERS_MAX)
		g->owner[g->owners++] = behind_number(g, o);
	else
		g->im->overlooked++;
}

/* Is what stands in front of a number the name of one whom the page calls its owner? */
bool gather_names_owner(const struct gather *g, const char *s, size_t n)
{
	for (size_t i = 0; i < g->owners; i++)
		if (n > 0 && memmem(s, n, g->owner[i].name, g->owner[i].n) != NULL)
			return true;
	return false;
}

/* Bytes of an ICP number up to 号: the same for all sites and apps of one filer. 0: another kind. */
size_t gather_body(const struct number *m)
{
	const char *hao = strstr(m->value, "ICP备") != NULL ? strstr(m->value, "号") : NULL;

	return hao != NULL ? (size_t)(hao - m->value) : 0;
}

/* -- whose a number is */

bool gather_same_body(const struct number *m, const char *value)
{
	return strncmp(m->value, value, gather_body(m) + strlen("号")) == 0;
}

bool gather_in_foot(const struct gather *g, size_t at)
{
	return g->place == IMPRINT_SEEN && view_in_foot(g->view, at);
}

/* In a footer, or in what stands at the end of the text like one. */
bool gather_in_imprint(const struct gather *g, size_t at)
{
	return g->place == IMPRINT_SEEN && (at >= g->tail || view_in_foot(g->view, at));
}

/* The line, or the row of a table, that text[at] is in. */
struct view_span gather_line(const struct gather *g, size_t at, size_t end)
{
	struct view_span s = { at, end };
	const char *text = g->text->p;

	if (g->place == IMPRINT_SEEN && view_row(g->view, at, &s) && at - s.from < LINE_BYTES &&
	    s.to >= end && s.to - end < LINE_BYTES)
		return s;
	s = (struct view_span){ at, end };
	while (s.from > 0 && text[s.from - 1] != '\n' && at - s.from < LINE_BYTES)
		s.from--;
	while (s.to < g->text->len && text[s.to] != '\n' && s.to - end < LINE_BYTES)
		s.to++;
	return s;
}

/* What a line holds beside its numbers. */
struct matter gather_matter(const struct gather *g, struct view_span s)
{
	struct matter m = { 0 };
	size_t from = s.from, last = g->numbers > 0 ? g->number[g->numbers - 1].end : 0;

	if (g->numbers == GATHER_NUMBERS_MAX && s.to > last && s.from < last)
		s.to = last; /* numbers that were not kept are no other words */
	for (size_t i = 0; i < g->numbers; i++)
		if (g->number[i].at >= from && g->number[i].end <= s.to) {
			matter_read(&m, g->text->p + from, g->number[i].at - from);
			from = g->number[i].end;
		}
	matter_read(&m, g->text->p + from, s.to - from);
	return m;
}

/* Does the line in front or behind say whose the page is? */
static bool beside_mark(const struct gather *g, struct view_span line)
{
	bool mark = false;

	if (line.from > 1)
		mark = gather_matter(g, gather_line(g, line.from - 1, line.from - 1)).mark;
	if (!mark && line.to + 1 < g->text->len)
		mark = gather_matter(g, gather_line(g, line.to + 1, line.to + 1)).mark;
	return mark;
}

/* How many other words may stand beside a number that is the page's own: licences stand in rows. */
static size_t rest_of(const struct gather *g, const struct matter *m, size_t numbers, struct view_span line)
{
	if (m->self)
		return REST_SELF;
	if (m->names == 0 && beside_mark(g, line))
		return REST_BESIDE;
	return m->names == 0 ? REST_ALONE * numbers : REST_ALONE;
}

/* -- lines: what stands around a number */

static size_t numbers_in(const struct gather *g, struct view_span line)
{
	size_t count = 0;

	for (size_t i = 0; i < g->numbers; i++)
		count += g->number[i].at >= line.from && g->number[i].end <= line.to;
	return count;
}

/* Does a sentence in which the page speaks of itself lead to the numbers of this line? Then who runs it is
 * an owner. */
static bool says_own(struct gather *g, size_t at, struct view_span line)
{
	struct owner o;
	size_t first = at;

	while (first > 0 && g->number[first - 1].at >= line.from)
		first--;
	if (g->place == IMPRINT_ATTRIBUTE || !selfsaid_leads(g->text->p, line.from, g->number[first].at, &o))
		return false;
	if (o.n > 0 && first == at)
		gather_owner(g, &o);
	return true;
}

/* More words than an imprint has, or a line that names somebody and something else. */
static bool is_mention(struct gather *g, size_t at)
{
	const struct number *n = &g->number[at];
	struct view_span row, line = gather_line(g, n->at, n->end);
	struct matter m = gather_matter(g, line);

	g->marked[at] =
		m.mark || m.self || gather_names_owner(g, g->text->p + line.from, line.to - line.from);
	g->foreign[at] = m.names > 0 && !g->marked[at] &&
			 !nearby_tells_others(g->text->p + line.from, n->at - line.from);
	g->listed[at] = g->place == IMPRINT_SEEN && (m.names > 0 || m.rest > 0) && !g->marked[at] &&
			view_row(g->view, n->at, &row);
	if (says_own(g, at, line)) {
		g->marked[at] = true;
		return m.strange > 0;
	}
	if (m.mark || gather_in_foot(g, n->at))
		return m.rest > REST_MARKED;
	if (g->place == IMPRINT_ATTRIBUTE && m.names > 0)
		return true;
	if (m.rest > rest_of(g, &m, numbers_in(g, line), line) || (!m.self && (m.dated || m.stop)))
		return true;
	/* an imprint that names only who built the page has more than one number */
	return g->foreign[at] && m.rest >= numbers_in(g, line) && g->place == IMPRINT_SEEN;
}

static bool same_filer(const struct number *a, const struct number *b)
{
	return gather_body(a) > 0 ? gather_same_body(a, b->value) : strcmp(a->value, b->value) == 0;
}

static bool same_line(const struct gather *g, const struct number *a, const struct number *b)
{
	size_t from = a->at < b->at ? a->at : b->at, to = a->at < b->at ? b->at : a->at;

	return to - from < LINE_BYTES && memchr(g->text->p + from, '\n', to - from) == NULL;
}

/* Rows and items that name different bodies, each with its number, are a list of them, and so is a line that
 * does: none is the page's. */
static bool in_list(const struct gather *g, size_t at)
{
	const struct number *m = &g->number[at];

	if (gather_in_foot(g, m->at))
		return false;
	for (size_t i = 0; i < g->numbers; i++)
		if (g->number[i].type == m->type && !same_filer(m, &g->number[i]) &&
		    ((g->listed[at] && g->listed[i]) ||
		     (g->foreign[at] && g->foreign[i] && gather_body(m) > 0 &&
		      same_line(g, m, &g->number[i]))))
			return true;
	return false;
}

/* From the end backwards, while hardly anything but an imprint's matter stands there. */
static void find_tail(struct gather *g)
{
	size_t at = g->numbers;

	g->tail = g->text->len;
	for (size_t lines = 0; lines < TAIL_LINES && g->tail > 0; lines++) {
		struct view_span s = gather_line(g, g->tail - 1, g->tail - 1);
		struct matter m = gather_matter(g, s);
		bool marked = m.mark || m.self, mention = false;
		for (; at > 0 && g->number[at - 1].at >= s.from; at--)
			mention |= g->whose[at - 1] == MENTION;
		if (mention || m.rest > (m.mark ? REST_MARKED : REST_SELF) ||
		    (!marked && (m.stop || m.dated)) || g->text->len - s.from > TAIL_BYTES)
			return;
		g->tail = s.from > 0 ? s.from - 1 : 0;
	}
}

/* News name an organiser, too: an owner in a sentence is none. */
static void drop_told(struct gather *g)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->owners; i++) {
		size_t at = gather_place(g, &g->owner[i]);
		struct matter m = gather_matter(g, gather_line(g, at, at));
		size_t most = m.mark || gather_in_foot(g, at) ? REST_MARKED : REST_SELF;
		if (m.rest <= most && (m.strange == 0 || gather_in_foot(g, at)) &&
		    (m.mark || (!m.stop && !m.dated)))
			g->owner[kept++] = g->owner[i];
	}
	g->owners = kept;
}

void gather_places(struct gather *g)
{
	drop_told(g);
	g->tail = SIZE_MAX;
	for (size_t i = 0; i < g->numbers; i++)
		g->whose[i] = is_mention(g, i) ? MENTION : THE_PAGES;
	for (size_t i = 0; i < g->numbers; i++)
		if (in_list(g, i))
			g->whose[i] = MENTION;
	if (g->place == IMPRINT_SEEN)
		find_tail(g);
}
