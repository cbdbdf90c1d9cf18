/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "db/channel.h"
#include "policy/domain.h"
#include "store/detail.h"
#include "store/fold.h"

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

	query_open(&q, t, STMT_SUBJECTS_FROM);
	query_int(&q, 0);
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

/* -- what the days say: who was seen, and servers on campus ----------------------------------------- */

/* A name that was only shown, as ECH's outer one, was not used. */
static bool is_visited(const struct channel *c)
{
	return detail_outer(rd_init(c->details, c->details_size), c->count) < c->count;
}

/* All days there ever were: their channels are read here, at half the price of a table of them. */
static void read_days(struct recall *r, struct db_txn *t, const struct prefix_set *campus)
{
	struct channel c;
	struct query q;

	query_open(&q, t, STMT_DAYS_SERVERS);
	while (query_row(&q)) {
		size_t n;
		const void *channels = query_get_blob(&q, 1, &n);
		struct rd list = rd_init(channels, n);
		while (channel_next(&list, &c))
			if (c.via < VIA_COUNT && is_visited(&c))
				recall_day(r, query_get_int(&q, 0), (enum via)c.via,
					   rd_init(c.servers, c.servers_size), campus);
		if (!rd_ok(&list))
			db_fail(t, -EUCLEAN, "数据库已损坏(某日的观测,对象 %lld),请用备份恢复",
				(long long)query_get_int(&q, 0));
	}
}

static void learn(struct survey *sv, const struct conf *conf, struct db_txn *t)
{
	struct recall *r = sv->recall;

	recall_room(r, sv->count > 0 ? sv->face[sv->count - 1].id : 0);
	if (r->generation == 0) {
		struct prefix_set *campus = prefix_set_new(&conf->campus.prefixes);
		read_days(r, t, campus);
		prefix_set_free(campus);
	}
	recall_settle(r);
	for (size_t i = 0; i < sv->count; i++)
		sv->face[i].seen = recall_face(r, sv->face[i].id)->seen;
}

struct answered {
	const uint8_t *addr;
	const char *domain; /* of the host that it answered for; NULL: the campus's own */
	struct face *face;  /* that host */
};

static int compare_answered(const void *a, const void *b)
{
	const struct answered *x = a, *y = b;
	int order = memcmp(x->addr, y->addr, 16);

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

static struct answered *sorted_answers(const struct survey *sv, const struct conf *conf, size_t *count)
{
	const struct recall *r = sv->recall;
	struct answered *list = xmalloc(r->answers * sizeof(*list));

	for (size_t i = 0; i < r->answers; i++) {
		struct face *face = find_face(sv, r->answer[i].subject);
		if (face == NULL)
			continue;
		list[(*count)++] = (struct answered){ .addr = r->answer[i].addr,
						      .domain = foreign_domain(conf, face->name),
						      .face = face };
	}
	if (*count > 1)
		qsort(list, *count, sizeof(*list), compare_answered);
	return list;
}

/* A campus address that answers for many strangers' domains is a cache, a proxy, a login portal or a block
 * page: whom it answers for is not the school's own. */
static void judge_servers(struct survey *sv, const struct conf *conf)
{
	size_t count = 0;
	struct answered *list = sorted_answers(sv, conf, &count);

	for (size_t i = 0, end; i < count; i = end) {
		const char *last = NULL;
		size_t domains = 0;
		for (end = i; end < count && memcmp(list[end].addr, list[i].addr, 16) == 0; end++) {
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

void survey_read(struct survey *sv, const struct policy_input *in, struct db_txn *t, struct recall *recall)
{
	*sv = (struct survey){ .recall = recall };
	sieve_init(&sv->sieve, in);
	read_names(sv, t);
	learn(sv, in->conf, t);
	judge_servers(sv, in->conf);
}

void survey_linked(struct survey *sv, int64_t subject)
{
	struct face *f = find_face(sv, subject);
	if (f != NULL)
		f->linked = true;
}

/* -- who matters ------------------------------------------------------------------------------------ */
static enum sieve_class class_of(const struct survey *sv, const struct face *f)
{
	return f->kind == SUBJECT_HOST ? recall_class(recall_face(sv->recall, f->id), &sv->sieve, f->name)
				       : SIEVE_LISTED;
}

static const char *group_of(const struct face *f) { return f->server ? f->name : sieve_group(f->name); }

/* By themselves; the groups of hosts that do are added to `groups`. */
static void choose_some(struct survey *sv, struct index *groups)
{
	for (size_t i = 0; i < sv->count; i++) {
		struct face *f = &sv->face[i];
		enum sieve_class class = class_of(sv, f);
		f->matters = class != SIEVE_PLAIN || f->server || f->linked;
		if (f->matters && class != SIEVE_LISTED)
			index_add(groups, group_of(f), i);
	}
	index_sort(groups);
}

static bool is_one_of(const struct index *groups, const char *group)
{
	size_t n;
	return index_find(groups, group, &n) != NULL;
}

/* A group's name is the end of its hosts' names: most hosts end in none of those looked for, and need not be
 * cut. */
static bool may_be_of(const struct index *groups, const struct face *f)
{
	return index_find_suffix(groups, f->name) != NULL;
}

/* With those whose group matters. */
static void choose_rest(struct survey *sv, const struct index *groups)
{
	for (size_t i = 0; i < sv->count; i++) {
		struct face *f = &sv->face[i];
		if (!f->matters && (may_be_of(groups, f) || may_be_of(&sv->sieve.wanted, f)))
			f->matters = is_one_of(groups, group_of(f)) || sieve_wants(&sv->sieve, group_of(f));
		sv->mattering += f->matters;
	}
}

struct index survey_index(void)
{
	struct index ix = { 0 };
	struct hash_key key;

	hash_key_random(&key);
	memcpy(&ix.seed, key.bytes, sizeof(ix.seed));
	return ix;
}

void survey_choose(struct survey *sv)
{
	struct index groups = survey_index();

	choose_some(sv, &groups);
	choose_rest(sv, &groups);
	index_clear(&groups);
}

void survey_standing(const struct survey *sv, const struct index *groups, bool *stands)
{
	const struct index_entry *e;
	size_t n;

	for (size_t i = 0; groups->count > 0 && i < sv->count; i++) {
		const struct face *f = &sv->face[i];
		if (f->matters || !f->seen || !may_be_of(groups, f))
			continue;
		e = index_find(groups, sieve_group(f->name), &n);
		if (e != NULL)
			stands[e->value] = true;
	}
}

/* -- groups of bystanders --------------------------------------------------------------------------- */

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

/* Subjects were numbered in the order of their names, most of them in one go, and most hosts that are looked
 * up are their own group: these sit in order already. Only the others are sorted, then merged in. */
static void sort_seats(struct survey *sv, size_t seats)
{
	struct seat *stray = xmalloc(seats * sizeof(*stray));
	size_t kept = 0, strays = 0;

	for (size_t i = 0; i < seats; i++) {
		const struct seat s = sv->seat[i];
		if (s.group == sv->face[s.face].name &&
		    (kept == 0 || compare_seats(&sv->seat[kept - 1], &s) <= 0))
			sv->seat[kept++] = s;
		else
			stray[strays++] = s;
	}
	if (strays > 1)
		qsort(stray, strays, sizeof(*stray), compare_seats);
	for (size_t to = seats; strays > 0;) {
		if (kept > 0 && compare_seats(&sv->seat[kept - 1], &stray[strays - 1]) > 0)
			sv->seat[--to] = sv->seat[--kept];
		else
			sv->seat[--to] = stray[--strays];
	}
	free(stray);
}

/* Sorts the seats and opens a group for each run of one name. */
static void open_groups(struct survey *sv, size_t seats)
{
	sort_seats(sv, seats);
	for (size_t i = 0, end; i < seats; i = end) {
		struct survey_group g = { .name = sv->seat[i].group, .first = i };
		for (end = i; end < seats && compare_seats(&sv->seat[i], &sv->seat[end]) == 0; end++)
			g.seen |= sv->face[sv->seat[end].face].seen;
		g.count = end - i;
		sv->bystander =
			xgrow(sv->bystander, &sv->bystander_cap, sv->bystanders + 1, sizeof(*sv->bystander));
		sv->bystander[sv->bystanders++] = g;
	}
}

static void note_seen(void *arg, const struct folded *f) { *(bool *)arg = f->days > 0; }

bool survey_was_seen(struct db_txn *t, int64_t subject)
{
	bool seen = false;

	fold_one(t, subject, note_seen, &seen);
	return seen;
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
		if (f->judged || (only != NULL && !domain_within(f->name, only)) ||
		    class_of(sv, f) != SIEVE_PLAIN)
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
