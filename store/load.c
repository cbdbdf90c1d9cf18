/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/domain.h"
#include "store/fold.h"
#include "store/prefix.h"

enum { FOREIGN_DOMAINS_MAX = 3 }; /* of one campus address; more than a hosted department has */

static void *keep(struct load *l, void *p)
{
	l->owned = xgrow(l->owned, &l->owned_cap, l->owned_count + 1, sizeof(*l->owned));
	l->owned[l->owned_count++] = p;
	return p;
}

static void *copy(struct load *l, const void *bytes, size_t n)
{
	void *p = keep(l, xmalloc(n));
	memcpy(p, bytes, n);
	return p;
}

static const char *copy_text(struct load *l, const char *s) { return s ? keep(l, xstrdup(s)) : NULL; }

/* -- subjects ------------------------------------------------------------------------------------- */
static void add_subject(void *arg, const struct folded *f)
{
	struct load *l = arg;
	struct policy_subject *s;

	l->subject = xgrow(l->subject, &l->subject_cap, l->in.subject_count + 1, sizeof(*l->subject));
	s = &l->subject[l->in.subject_count++];
	*s = (struct policy_subject){ .id = f->id, .kind = f->kind, .count = f->count, .days = f->days };
	s->name = copy_text(l, f->name);
	memcpy(s->count_via, f->count_via, sizeof(s->count_via));
	s->clients = f->client_count;
	s->sketch = copy(l, &f->clients, sizeof(f->clients));
	s->sketch_epoch = f->epoch;
	if (sketch_count(&f->connected) > 0)
		s->connect_sketch = copy(l, &f->connected, sizeof(f->connected));
	s->day_list = copy(l, f->day, f->days * sizeof(*f->day));
	s->first = f->first;
	s->last = f->last;
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

static void load_subjects(struct load *l, struct db_txn *t)
{
	struct query q;

	query_open(&q, t, STMT_DAYS_ALL);
	fold_rows(&q, add_subject, l);
	if (l->in.subject_count > 0)
		qsort(l->subject, l->in.subject_count, sizeof(*l->subject), compare_subjects);
	l->place = xmalloc(l->in.subject_count * sizeof(*l->place));
	for (size_t i = 0; i < l->in.subject_count; i++)
		l->place[i] = (struct load_place){ .id = l->subject[i].id, .at = i };
	if (l->in.subject_count > 0)
		qsort(l->place, l->in.subject_count, sizeof(*l->place), compare_places);
}

size_t load_index(const struct load *l, int64_t subject)
{
	struct load_place key = { .id = subject }, *found = NULL;

	if (l->in.subject_count > 0)
		found = bsearch(&key, l->place, l->in.subject_count, sizeof(key), compare_places);
	return found ? found->at : SIZE_MAX;
}

/* -- servers on campus ---------------------------------------------------------------------------- */
struct answered {
	uint8_t addr[16];
	const char *domain; /* of the host that it answered for; NULL: the campus's own */
	size_t at;          /* that host */
};

static int compare_answered(const void *a, const void *b)
{
	const struct answered *x = a, *y = b;
	int order = memcmp(x->addr, y->addr, sizeof(x->addr));

	if (order == 0 && x->domain != NULL && y->domain != NULL)
		order = strcmp(x->domain, y->domain);
	else if (order == 0)
		order = (x->domain != NULL) - (y->domain != NULL);
	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

/* The registrable domain of a host, or the host; NULL under the campus's own domains. */
static const char *foreign_domain(const struct conf *conf, const char *host)
{
	const char *registrable = domain_registrable(host);

	for (size_t i = 0; i < conf->campus.domains.count; i++)
		if (domain_within(host, conf->campus.domains.item[i]))
			return NULL;
	return registrable ? registrable : host;
}

/* Servers that answered for a subject: those of a DNS query are resolvers and say nothing. */
static struct answered *read_answered(struct load *l, const struct store *s, struct db_txn *t, size_t *count)
{
	struct prefix_set *campus = prefix_set_new(&s->conf->campus.prefixes);
	struct answered *list = NULL;
	struct query q;
	size_t cap = 0, n, at;

	query_open(&q, t, STMT_SERVERS_ALL);
	while (query_row(&q)) {
		const uint8_t *addr = query_get_blob(&q, 1, &n);
		at = load_index(l, query_get_int(&q, 0));
		if (at == SIZE_MAX || n != sizeof(list->addr) || !prefix_set_has(campus, addr))
			continue;
		list = xgrow(list, &cap, *count + 1, sizeof(*list));
		list[*count].at = at;
		list[*count].domain = foreign_domain(s->conf, l->subject[at].name);
		memcpy(list[(*count)++].addr, addr, sizeof(list->addr));
	}
	prefix_set_free(campus);
	return list;
}

/* A campus address that answers for many strangers' domains is a cache, a proxy, a login portal or a block
 * page: whom it answers for is not the school's own. */
static void load_servers(struct load *l, const struct store *s, struct db_txn *t)
{
	size_t count = 0;
	struct answered *list = read_answered(l, s, t, &count);

	if (count > 1)
		qsort(list, count, sizeof(*list), compare_answered);
	for (size_t i = 0, end; i < count; i = end) {
		const char *last = NULL;
		size_t domains = 0;
		for (end = i; end < count && memcmp(list[end].addr, list[i].addr, sizeof(list->addr)) == 0;
		     end++) {
			if (list[end].domain != NULL && (last == NULL || strcmp(last, list[end].domain) != 0))
				domains++;
			last = list[end].domain;
		}
		for (size_t k = i; k < end; k++) {
			struct policy_subject *host = &l->subject[list[k].at];
			if (domains <= FOREIGN_DOMAINS_MAX)
				host->campus_server = true;
			else
				host->campus_proxy = true;
		}
	}
	free(list);
}

static int compare_links(const void *a, const void *b)
{
	const struct policy_link *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

/* A link to what nobody was seen to use says nothing about use. */
static void load_links(struct load *l, struct db_txn *t)
{
	struct query q;
	struct policy_link *link;

	query_open(&q, t, STMT_LINKS_ALL);
	while (query_row(&q)) {
		l->link = xgrow(l->link, &l->link_cap, l->in.link_count + 1, sizeof(*l->link));
		link = &l->link[l->in.link_count];
		link->from = load_index(l, query_get_int(&q, 0));
		link->to = load_index(l, query_get_int(&q, 1));
		link->count = (uint64_t)query_get_int(&q, 2);
		if (link->from != SIZE_MAX && link->to != SIZE_MAX)
			l->in.link_count++;
	}
	if (l->in.link_count > 0)
		qsort(l->link, l->in.link_count, sizeof(*l->link), compare_links);
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
		f->name = copy_text(l, query_get_text(&q, 2));
		f->operator= copy_text(l, query_get_text(&q, 3));
		f->unit = copy_text(l, query_get_text(&q, 4));
		f->number = copy_text(l, query_get_text(&q, 5));
		load_split(query_get_text(&q, 6), policy_normal_domain, &f->domains);
		load_split(query_get_text(&q, 7), policy_normal_id, &f->appids);
		load_split(query_get_text(&q, 8), policy_normal_id, &f->packages);
		load_split(query_get_text(&q, 9), policy_normal_id, &f->bundles);
		l->in.filing_count++;
	}
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
		d->name = copy_text(l, query_get_text(&q, 2));
		d->reason = copy_text(l, query_get_text(&q, 3));
		d->by = copy_text(l, query_get_text(&q, 4));
		l->in.decision_count++;
	}
}

void load_input(struct load *l, struct store *s, struct db_txn *t)
{
	*l = (struct load){ .in.conf = s->conf, .in.data = s->data };
	l->in.profile = data_profile(s->data, s->conf->policy.profile);
	if (l->in.profile == NULL)
		db_fail(t, -EINVAL, "没有名为 %s 的口径,请检查 policy.profile 和 profiles.tsv",
			s->conf->policy.profile);
	load_subjects(l, t);
	load_servers(l, s, t);
	load_links(l, t);
	load_filings(l, t);
	load_decisions(l, t);
	l->in.subject = l->subject;
	l->in.link = l->link;
	l->in.filing = l->filing;
	l->in.decision = l->decision;
}

void load_clear(struct load *l)
{
	for (size_t i = 0; i < l->in.filing_count; i++) {
		load_list_clear(&l->filing[i].domains);
		load_list_clear(&l->filing[i].appids);
		load_list_clear(&l->filing[i].packages);
		load_list_clear(&l->filing[i].bundles);
	}
	for (size_t i = 0; i < l->owned_count; i++)
		free(l->owned[i]);
	free(l->owned);
	free(l->subject);
	free(l->link);
	free(l->filing);
	free(l->decision);
	free(l->place);
	*l = (struct load){ 0 };
}
