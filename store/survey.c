/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/domain.h"
#include "store/prefix.h"

enum { FOREIGN_DOMAINS_MAX = 3 }; /* of one campus address; more than a hosted department has */

static struct face *find_face(const struct survey *sv, int64_t subject)
{
	size_t low = 0, high = sv->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (sv->face[middle].id < subject)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sv->count && sv->face[low].id == subject ? &sv->face[low] : NULL;
}

const struct face *survey_face(const struct survey *sv, int64_t subject) { return find_face(sv, subject); }

static void read_names(struct survey *sv, struct db_txn *t)
{
	struct query q;
	struct face *f;

	query_open(&q, t, STMT_SUBJECTS_ALL);
	while (query_row(&q)) {
		sv->face = xgrow(sv->face, &sv->cap, sv->count + 1, sizeof(*sv->face));
		f = &sv->face[sv->count];
		*f = (struct face){ .id = query_get_int(&q, 0) };
		if (!subject_kind_find(query_get_text(&q, 1), &f->kind))
			continue;
		f->name = shelf_text(&sv->shelf, query_get_text(&q, 2));
		sv->count++;
	}
}

/* -- servers on campus ---------------------------------------------------------------------------- */
struct answered {
	uint8_t addr[16];
	const char *domain; /* of the host that it answered for; NULL: the campus's own */
	struct face *face;  /* that host */
};

static int compare_answered(const void *a, const void *b)
{
	const struct answered *x = a, *y = b;
	int order = memcmp(x->addr, y->addr, sizeof(x->addr));

	if (order == 0 && x->domain != NULL && y->domain != NULL)
		return strcmp(x->domain, y->domain);
	if (order == 0)
		order = (x->domain != NULL) - (y->domain != NULL);
	return order;
}

/* The registrable domain of a host, or the host; NULL under the campus's own domains. */
static const char *foreign_domain(const struct conf *conf, const char *host)
{
	for (size_t i = 0; i < conf->campus.domains.count; i++)
		if (domain_within(host, conf->campus.domains.item[i]))
			return NULL;
	return sieve_group(host);
}

/* Servers that answered for a subject: those of a DNS query are resolvers and say nothing. */
static struct answered *read_answered(struct survey *sv, const struct conf *conf, struct db_txn *t,
				      size_t *count)
{
	struct prefix_set *campus = prefix_set_new(&conf->campus.prefixes);
	struct answered *list = NULL;
	struct query q;
	size_t cap = 0, n;

	query_open(&q, t, STMT_SERVERS_ALL);
	while (query_row(&q)) {
		const uint8_t *addr = query_get_blob(&q, 1, &n);
		struct face *face;
		if (n != sizeof(list->addr) || !prefix_set_has(campus, addr))
			continue;
		face = find_face(sv, query_get_int(&q, 0));
		if (face == NULL)
			continue;
		list = xgrow(list, &cap, *count + 1, sizeof(*list));
		list[*count].face = face;
		list[*count].domain = foreign_domain(conf, face->name);
		memcpy(list[(*count)++].addr, addr, sizeof(list->addr));
	}
	prefix_set_free(campus);
	return list;
}

/* A campus address that answers for many strangers' domains is a cache, a proxy, a login portal or a block
 * page: whom it answers for is not the school's own. */
static void read_servers(struct survey *sv, const struct conf *conf, struct db_txn *t)
{
	size_t count = 0;
	struct answered *list;

	if (conf->campus.prefixes.count == 0)
		return;
	list = read_answered(sv, conf, t, &count);
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
			if (domains <= FOREIGN_DOMAINS_MAX)
				list[k].face->server = true;
			else
				list[k].face->proxy = true;
		}
	}
	free(list);
}

void survey_read(struct survey *sv, const struct policy_input *in, struct db_txn *t)
{
	*sv = (struct survey){ 0 };
	sieve_init(&sv->sieve, in);
	read_names(sv, t);
	read_servers(sv, in->conf, t);
}

void survey_linked(struct survey *sv, int64_t subject)
{
	struct face *f = find_face(sv, subject);
	if (f != NULL)
		f->linked = true;
}

/* -- groups ----------------------------------------------------------------------------------------- */
static void sit(struct survey *sv, size_t *seats, size_t face, const char *group)
{
	uint64_t start = 0;
	size_t n = strnlen(group, sizeof(start));

	for (size_t i = 0; i < sizeof(start); i++)
		start = start << 8 | (i < n ? (unsigned char)group[i] : 0);
	sv->seat[(*seats)++] = (struct seat){ .start = start, .group = group, .face = face };
}

static int compare_seats(const void *left, const void *right)
{
	const struct seat *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return strcmp(a->group, b->group);
}

/* Sorts the seats and opens a group for each run of one name unless one of it matters. */
static void open_groups(struct survey *sv, size_t seats)
{
	struct survey_group *g;

	if (seats > 1)
		qsort(sv->seat, seats, sizeof(*sv->seat), compare_seats);
	for (size_t i = 0, end; i < seats; i = end) {
		bool matters = false;
		for (end = i; end < seats && compare_seats(&sv->seat[i], &sv->seat[end]) == 0; end++)
			matters |= sv->face[sv->seat[end].face].matters;
		for (size_t k = i; matters && k < end; k++)
			sv->face[sv->seat[k].face].matters = true;
		if (matters)
			continue;
		sv->bystander =
			xgrow(sv->bystander, &sv->bystander_cap, sv->bystanders + 1, sizeof(*sv->bystander));
		g = &sv->bystander[sv->bystanders++];
		*g = (struct survey_group){ .name = sv->seat[i].group, .first = i, .count = end - i };
	}
}

void survey_sort(struct survey *sv)
{
	size_t seats = 0;

	sv->seat = xmalloc(sv->count * sizeof(*sv->seat));
	for (size_t i = 0; i < sv->count; i++) {
		struct face *f = &sv->face[i];
		const char *group;
		enum sieve_class class = SIEVE_LISTED;
		if (f->kind == SUBJECT_HOST)
			class = sieve_host(&sv->sieve, f->name);
		if (class == SIEVE_LISTED) {
			f->matters = true;
			continue;
		}
		group = f->server ? f->name : sieve_group(f->name);
		f->matters =
			class == SIEVE_MARKED || f->server || f->linked || sieve_wants(&sv->sieve, group);
		sit(sv, &seats, i, group);
	}
	open_groups(sv, seats);
	for (size_t i = 0; i < sv->count; i++)
		sv->mattering += sv->face[i].matters;
}

static void read_judged(struct survey *sv, struct db_txn *t)
{
	struct query q;
	struct face *f;

	query_open(&q, t, STMT_MEMBERS_ALL);
	while (query_row(&q)) {
		f = find_face(sv, query_get_int(&q, 0));
		if (f != NULL)
			f->judged = true;
	}
}

void survey_rest(struct survey *sv, struct db_txn *t, const char *only)
{
	size_t seats = 0;

	read_judged(sv, t);
	sv->seat = xmalloc(sv->count * sizeof(*sv->seat));
	for (size_t i = 0; i < sv->count; i++) {
		const struct face *f = &sv->face[i];
		const char *group;
		if (f->kind != SUBJECT_HOST || f->judged || (only != NULL && !domain_within(f->name, only)) ||
		    sieve_host(&sv->sieve, f->name) != SIEVE_PLAIN)
			continue;
		group = sieve_group(f->name);
		if (only == NULL || strcmp(group, only) == 0)
			sit(sv, &seats, i, group);
	}
	open_groups(sv, seats);
}

void survey_clear(struct survey *sv)
{
	sieve_clear(&sv->sieve);
	free(sv->face);
	free(sv->seat);
	free(sv->bystander);
	shelf_clear(&sv->shelf);
	*sv = (struct survey){ 0 };
}
