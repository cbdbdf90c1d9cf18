/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/domain.h"
#include "store/intake.h"
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
		if (!state_kind(&q, 1, &f->kind))
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

struct answers {
	struct answered *list;
	size_t count, cap;
};

static void add_answers(struct answers *a, struct face *face, const struct conf *conf,
			const struct prefix_set *campus, struct rd servers)
{
	const uint8_t *one;

	while ((one = rd_bytes(&servers, INTAKE_SERVER_SIZE)) != NULL) {
		if (!prefix_set_has(campus, one))
			continue;
		a->list = xgrow(a->list, &a->cap, a->count + 1, sizeof(*a->list));
		a->list[a->count].face = face;
		a->list[a->count].domain = foreign_domain(conf, face->name);
		memcpy(a->list[a->count++].addr, one, sizeof(a->list->addr));
	}
}

/* One walk over what counts: who was seen, and who answered for whom. The servers of a DNS query are
 * resolvers and say nothing. */
static struct answers read_days(struct survey *sv, const struct conf *conf, struct db_txn *t)
{
	struct prefix_set *campus = prefix_set_new(&conf->campus.prefixes);
	struct answers a = { 0 };
	struct query q;
	size_t i = 0, n;

	query_open(&q, t, STMT_DAYS_SERVERS);
	while (query_row(&q)) {
		int64_t subject = query_get_int(&q, 0);
		while (i < sv->count && sv->face[i].id < subject)
			i++;
		if (i == sv->count || sv->face[i].id != subject)
			continue;
		sv->face[i].seen = true;
		if (query_get_int(&q, 1) != VIA_DNS_QUERY) {
			const void *servers = query_get_blob(&q, 2, &n);
			add_answers(&a, &sv->face[i], conf, campus, rd_init(servers, n));
		}
	}
	prefix_set_free(campus);
	return a;
}

/* A campus address that answers for many strangers' domains is a cache, a proxy, a login portal or a block
 * page: whom it answers for is not the school's own. */
static void read_servers(struct survey *sv, const struct conf *conf, struct db_txn *t)
{
	struct answers a = read_days(sv, conf, t);
	struct answered *list = a.list;
	size_t count = a.count;

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

bool survey_was_seen(struct db_txn *t, int64_t subject)
{
	struct query q;

	query_open(&q, t, STMT_DAY_ANY);
	query_int(&q, subject);
	return query_one(&q, 0) != 0;
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
