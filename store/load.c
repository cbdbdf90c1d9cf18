/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/load.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "db/feed.h"
#include "policy/learnt.h"
#include "store/fold.h"

enum { WALK_SHARE = 4 };

/* -- subjects ------------------------------------------------------------------------------------- */
/* Only the part in use: most hosts have a handful of clients. Nothing reads behind it. */
static const struct sketch *copy_sketch(struct load *l, const struct sketch *s)
{
	size_t used = s->exact == SKETCH_DENSE ? sizeof(s->reg) : s->exact * sizeof(s->hash[0]);
	return shelf_copy(&l->shelf, s, offsetof(struct sketch, hash) + used);
}

static void add_subject(struct load *l, const struct folded *f, const struct face *face)
{
	struct policy_subject *s;

	if (f->days == 0) /* nobody used it */
		return;
	l->subject = xgrow(l->subject, &l->subject_cap, l->in.subject_count + 1, sizeof(*l->subject));
	s = &l->subject[l->in.subject_count++];
	*s = (struct policy_subject){ .id = f->id, .kind = f->kind, .count = f->count, .days = f->days };
	s->name = shelf_text(&l->shelf, f->name);
	memcpy(s->count_via, f->count_via, sizeof(s->count_via));
	s->clients = f->client_count;
	s->sketch = copy_sketch(l, &f->clients);
	s->sketch_epoch = f->epoch;
	if (sketch_count(&f->connected) > 0)
		s->connect_sketch = copy_sketch(l, &f->connected);
	s->day_list = shelf_copy(&l->shelf, f->day, f->days * sizeof(*f->day));
	s->first = f->first;
	s->last = f->last;
	s->hides = f->hides;
	s->campus_server = face->server;
	s->campus_proxy = face->proxy;
}

static void add_mattering(void *arg, const struct folded *f)
{
	struct load *l = arg;
	const struct face *face = survey_face(&l->survey, f->id);

	if (face != NULL && face->matters)
		add_subject(l, f, face);
}

struct adding {
	struct load *load;
	const struct face *face;
};

static void add_one(void *arg, const struct folded *f)
{
	struct adding *a = arg;
	add_subject(a->load, f, a->face);
}

void load_face(struct load *l, struct db_txn *t, const struct face *f)
{
	struct adding a = { .load = l, .face = f };

	fold_one(t, f->id, add_one, &a);
}

static int compare_subjects(const void *a, const void *b)
{
	const struct policy_subject *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int compare_places(const void *a, const void *b)
{
	const struct load_place *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

void load_ready(struct load *l)
{
	if (l->in.subject_count > 0)
		qsort(l->subject, l->in.subject_count, sizeof(*l->subject), compare_subjects);
	l->place = xmalloc(l->in.subject_count * sizeof(*l->place));
	for (size_t i = 0; i < l->in.subject_count; i++)
		l->place[i] = (struct load_place){ .id = l->subject[i].id, .at = i };
	if (l->in.subject_count > 0)
		qsort(l->place, l->in.subject_count, sizeof(*l->place), compare_places);
	l->in.subject = l->subject;
}

static void id_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	if (column == 1)
		feed_int(out, ((const struct face *const *)rows)[row]->id);
}

/* In the order of ids, so that each subject's days come together. */
static void load_mattering(struct load *l, struct db_txn *t)
{
	const struct survey *sv = &l->survey;
	const struct face **face = xmalloc((sv->mattering + 1) * sizeof(*face));
	struct feed feed = { face, 0, id_cell };

	for (size_t i = 0; i < sv->count; i++)
		if (sv->face[i].matters)
			face[feed.count++] = &sv->face[i];
	fold_some(t, &feed, add_mattering, l);
	free(face);
}

/* One walk over all days is cheaper than a search each only when many of the subjects matter. */
static void load_subjects(struct load *l, struct db_txn *t)
{
	const struct survey *sv = &l->survey;

	if (sv->mattering >= sv->count / WALK_SHARE)
		fold_all(t, add_mattering, l);
	else
		load_mattering(l, t);
	load_ready(l);
}

size_t load_index(const struct load *l, int64_t subject)
{
	struct load_place key = { .id = subject }, *found = NULL;

	if (l->in.subject_count > 0)
		found = bsearch(&key, l->place, l->in.subject_count, sizeof(key), compare_places);
	return found ? found->at : SIZE_MAX;
}

/* -- links ------------------------------------------------------------------------------------------ */
static int compare_links(const void *a, const void *b)
{
	const struct policy_link *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

/* What identifiers spoke to, by row ids at first: who is spoken to matters. */
static void read_links(struct load *l, struct db_txn *t)
{
	struct query q;
	struct load_link *link;

	query_open(&q, t, STMT_LINKS_ALL);
	query_int(&q, SUBJECT_HOST);
	while (query_row(&q)) {
		l->spoken = xgrow(l->spoken, &l->spoken_cap, l->spoken_count + 1, sizeof(*l->spoken));
		link = &l->spoken[l->spoken_count++];
		link->from = query_get_int(&q, 0);
		link->to = query_get_int(&q, 1);
		link->count = (uint64_t)query_get_int(&q, 2);
		survey_linked(&l->survey, link->to);
	}
}

/* Those that a platform's record lists for an identifier matter too: they may be its own (policy/join.h). */
static void read_recorded(struct load *l, struct db_txn *t)
{
	struct query q;

	query_open(&q, t, STMT_FACTS_HOSTS);
	query_int(&q, SUBJECT_HOST);
	query_int(&q, FACT_APP_DOMAIN);
	query_int(&q, LEARNT_SURE);
	while (query_row(&q))
		survey_linked(&l->survey, query_get_int(&q, 0));
}

/* A link to what nobody was seen to use says nothing about use. */
static void load_links(struct load *l)
{
	struct policy_link link;

	l->link = xmalloc(l->spoken_count * sizeof(*l->link));
	for (size_t i = 0; i < l->spoken_count; i++) {
		link.from = load_index(l, l->spoken[i].from);
		link.to = load_index(l, l->spoken[i].to);
		link.count = l->spoken[i].count;
		if (link.from != SIZE_MAX && link.to != SIZE_MAX)
			l->link[l->in.link_count++] = link;
	}
	if (l->in.link_count > 0)
		qsort(l->link, l->in.link_count, sizeof(*l->link), compare_links);
	l->in.link = l->link;
}

/* -- filings ---------------------------------------------------------------------------------------- */
/* Bytes of the separator at s; 0: none. */
static size_t separator(const char *s)
{
	/* U+3001, U+FF0C, U+FF1B, U+3000 */
	static const char *const wide[] = { "\xe3\x80\x81", "\xef\xbc\x8c", "\xef\xbc\x9b", "\xe3\x80\x80" };

	if (strchr(",; \t\r\n|", s[0]) != NULL)
		return 1;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (strncmp(s, wide[i], strlen(wide[i])) == 0)
			return strlen(wide[i]);
	return 0;
}

static void add_part(struct data_list *out, size_t *cap, const char *s, size_t n,
		     char *(*normal)(const char *text))
{
	char *part = xstrndup(s, n), *value = n > 0 ? normal(part) : NULL;

	free(part);
	if (value == NULL)
		return;
	out->item = xgrow(out->item, cap, out->count + 1, sizeof(*out->item));
	out->item[out->count++] = value;
}

void load_split(const char *text, char *(*normal)(const char *text), struct data_list *out)
{
	const char *start = text;
	size_t cap = 0, n;

	*out = (struct data_list){ 0 };
	if (text == NULL)
		return;
	for (const char *p = text; *p; p += n > 0 ? n : 1) {
		n = separator(p);
		if (n == 0)
			continue;
		add_part(out, &cap, start, (size_t)(p - start), normal);
		start = p + n;
	}
	add_part(out, &cap, start, strlen(start), normal);
}

void load_list_clear(struct data_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->item[i]);
	free(l->item);
	*l = (struct data_list){ 0 };
}

static void load_filings(struct load *l, struct db_txn *t)
{
	struct policy_filing *f;
	struct query q;

	query_open(&q, t, STMT_FILINGS_KEYS);
	while (query_row(&q)) {
		l->filing = xgrow(l->filing, &l->filing_cap, l->in.filing_count + 1, sizeof(*l->filing));
		f = &l->filing[l->in.filing_count];
		*f = (struct policy_filing){ .id = query_get_int(&q, 0) };
		if (!filing_kind_find(query_get_text(&q, 1), &f->kind))
			continue;
		f->name = shelf_text(&l->shelf, query_get_text(&q, 2));
		f->operator= shelf_text(&l->shelf, query_get_text(&q, 3));
		f->unit = shelf_text(&l->shelf, query_get_text(&q, 4));
		f->number = shelf_text(&l->shelf, query_get_text(&q, 5));
		load_split(query_get_text(&q, 6), policy_normal_domain, &f->domains);
		load_split(query_get_text(&q, 7), policy_normal_id, &f->appids);
		load_split(query_get_text(&q, 8), policy_normal_id, &f->packages);
		load_split(query_get_text(&q, 9), policy_normal_id, &f->bundles);
		f->icp = shelf_text(&l->shelf, query_get_text(&q, 10));
		f->permissions = shelf_text(&l->shelf, query_get_text(&q, 11));
		f->version = shelf_text(&l->shelf, query_get_text(&q, 12));
		l->in.filing_count++;
	}
}

/* -- facts ------------------------------------------------------------------------------------------ */

/* Index of the subject; SIZE_MAX: it does not matter, or was never observed. */
static size_t subject_index(const struct load *l, enum subject_kind kind, const char *name)
{
	struct policy_subject key = { .kind = kind, .name = name }, *found = NULL;

	if (l->in.subject_count > 0)
		found = bsearch(&key, l->subject, l->in.subject_count, sizeof(key), compare_subjects);
	return found ? (size_t)(found - l->subject) : SIZE_MAX;
}

static void add_fact(struct load *l, struct query *q, size_t subject)
{
	l->fact = xgrow(l->fact, &l->fact_cap, l->in.fact_count + 1, sizeof(*l->fact));
	l->fact[l->in.fact_count++] = (struct policy_fact){
		.subject = subject,
		.type = (enum fact)query_get_int(q, 2),
		.value = shelf_text(&l->shelf, query_get_text(q, 3)),
		.note = shelf_text(&l->shelf, query_get_text(q, 4)),
		.confidence = (unsigned)query_get_int(q, 5),
		.first = query_get_int(q, 6),
		.last = query_get_int(q, 7),
	};
}

/* Another job, which is no surer, saw the last one as well: it stands for as long as any of them saw it. */
static bool widens_last(struct load *l, struct query *q, size_t subject)
{
	struct policy_fact *f = l->in.fact_count > 0 ? &l->fact[l->in.fact_count - 1] : NULL;
	int64_t first = query_get_int(q, 6), last = query_get_int(q, 7);

	if (f == NULL || f->subject != subject || f->type != (enum fact)query_get_int(q, 2) ||
	    strcmp(f->value, query_get_text(q, 3)) != 0)
		return false;
	f->first = f->first < first ? f->first : first;
	f->last = f->last > last ? f->last : last;
	return true;
}

/* Rows and subjects are in the same order, (kind, name), so the facts come out sorted. */
static void load_facts(struct load *l, struct db_txn *t)
{
	enum subject_kind kind;
	struct query q;
	size_t subject;

	query_open(&q, t, STMT_FACTS_STANDING);
	while (query_row(&q)) {
		if (!state_kind(&q, 0, &kind))
			continue;
		subject = subject_index(l, kind, query_get_text(&q, 1));
		if (subject != SIZE_MAX && !widens_last(l, &q, subject))
			add_fact(l, &q, subject);
	}
	l->in.fact = l->fact;
}

static bool decision_find(const char *name, enum decision_kind *out)
{
	for (int k = 0; k < DECISION_KIND_COUNT; k++) {
		if (strcmp(decision_name((enum decision_kind)k), name) == 0) {
			*out = (enum decision_kind)k;
			return true;
		}
	}
	return false;
}

static void load_decisions(struct load *l, struct db_txn *t)
{
	struct policy_decision *d;
	struct query q;

	query_open(&q, t, STMT_DECISIONS_ALL);
	while (query_row(&q)) {
		l->decision =
			xgrow(l->decision, &l->decision_cap, l->in.decision_count + 1, sizeof(*l->decision));
		d = &l->decision[l->in.decision_count];
		if (!decision_find(query_get_text(&q, 0), &d->decision) ||
		    !subject_kind_find(query_get_text(&q, 1), &d->kind))
			continue;
		d->name = shelf_text(&l->shelf, query_get_text(&q, 2));
		d->reason = shelf_text(&l->shelf, query_get_text(&q, 3));
		d->by = shelf_text(&l->shelf, query_get_text(&q, 4));
		l->in.decision_count++;
	}
}

void load_init(struct load *l, struct store *s, struct db_txn *t)
{
	*l = (struct load){ .in.conf = s->conf, .in.data = s->data };
	l->in.profile = data_profile(s->data, s->conf->policy.profile);
	if (l->in.profile == NULL)
		db_fail(t, -EINVAL, "没有名为 %s 的口径,请检查 policy.profile 和 profiles.tsv",
			s->conf->policy.profile);
}

void load_input(struct load *l, struct store *s, struct db_txn *t)
{
	load_init(l, s, t);
	load_filings(l, t);
	load_decisions(l, t);
	l->in.filing = l->filing;
	l->in.decision = l->decision;
	survey_read(&l->survey, &l->in, t, &s->recall);
	read_links(l, t);
	read_recorded(l, t);
	survey_choose(&l->survey);
	load_subjects(l, t);
	load_links(l);
	load_facts(l, t);
}

void load_clear(struct load *l)
{
	for (size_t i = 0; i < l->in.filing_count; i++) {
		load_list_clear(&l->filing[i].domains);
		load_list_clear(&l->filing[i].appids);
		load_list_clear(&l->filing[i].packages);
		load_list_clear(&l->filing[i].bundles);
	}
	survey_clear(&l->survey);
	shelf_clear(&l->shelf);
	free(l->subject);
	free(l->spoken);
	free(l->link);
	free(l->filing);
	free(l->decision);
	free(l->fact);
	free(l->place);
	*l = (struct load){ 0 };
}
