/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "db/channel.h"
#include "db/feed.h"

enum {
	LINKS_PER_SUBJECT = 1024, /* kept per subject and source */
	RESERVE_SHARE = 4,        /* of the subjects: kept for names that matter */
};

/* A subject that the rows or links speak of. */
struct named {
	const char *name;
	int64_t id;
	uint8_t kind;
};

/* Rows of the intake that become one row of the database. */
struct day {
	size_t first, count;
	uint8_t *others; /* channels that the database's row has besides: db/channel.h */
	size_t others_size;
};

struct writing {
	struct db_txn *txn;
	struct write_job *job;
	struct intake *in;
	struct named *name; /* sorted by kind and name */
	size_t count, cap;
	size_t last; /* found by the last name_id() */
	struct day *day;
	size_t days;
	struct buf *scratch; /* of channels_cell() */
};

static int compare_names(uint8_t kind, const char *name, uint8_t kind_to, const char *name_to)
{
	if (kind != kind_to)
		return kind < kind_to ? -1 : 1;
	return name == name_to ? 0 : strcmp(name, name_to);
}

static int compare_targets(const void *a, const void *b)
{
	const struct intake_link *x = *(struct intake_link *const *)a, *y = *(struct intake_link *const *)b;
	return compare_names(x->to_kind, x->to, y->to_kind, y->to);
}

/* -- subjects ------------------------------------------------------------------------------------- */

static struct intake_link **sorted_targets(const struct intake *in)
{
	struct intake_link **at = xmalloc((in->link_count + 1) * sizeof(struct intake_link *));

	for (size_t i = 0; i < in->link_count; i++)
		at[i] = &in->link[i];
	qsort(at, in->link_count, sizeof(*at), compare_targets);
	return at;
}

/* Its place. The names come in order. */
static int64_t add_name(struct writing *w, uint8_t kind, const char *name)
{
	const struct named *before = w->count > 0 ? &w->name[w->count - 1] : NULL;

	if (before && compare_names(before->kind, before->name, kind, name) == 0)
		return (int64_t)w->count - 1;
	w->name = xgrow(w->name, &w->cap, w->count + 1, sizeof(*w->name));
	w->name[w->count++] = (struct named){ .kind = kind, .name = name };
	return (int64_t)w->count - 1;
}

/* Every subject once: rows and link targets are both sorted, so one walk merges them. Until ids are known
 * both keep the place of their name. */
static void collect_names(struct writing *w)
{
	struct intake_link **target = sorted_targets(w->in);
	size_t i = 0, k = 0;
	int order;

	while (i < w->in->count || k < w->in->link_count) {
		struct intake_row *row = &w->in->row[i];
		if (i > 0 && i < w->in->count && row->name == row[-1].name) {
			row->subject = row[-1].subject; /* another channel */
			i++;
			continue;
		}
		order = -1;
		if (i == w->in->count)
			order = 1;
		else if (k < w->in->link_count)
			order = compare_names(row->kind, row->name, target[k]->to_kind, target[k]->to);
		if (order <= 0)
			w->in->row[i++].subject = add_name(w, row->kind, row->name);
		if (order >= 0) {
			target[k]->target = add_name(w, target[k]->to_kind, target[k]->to);
			k++;
		}
	}
	free(target);
}

static bool name_is(const struct writing *w, size_t at, uint8_t kind, const char *name)
{
	return at < w->count && compare_names(w->name[at].kind, w->name[at].name, kind, name) == 0;
}

/* The id of a name that collect_names() found. What asks comes mostly in the order of names. */
static int64_t name_id(struct writing *w, uint8_t kind, const char *name)
{
	size_t low = 0, high = w->count;

	if (name_is(w, w->last, kind, name))
		return w->name[w->last].id;
	if (name_is(w, w->last + 1, kind, name))
		return w->name[++w->last].id;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (compare_names(w->name[mid].kind, w->name[mid].name, kind, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	w->last = low;
	return name_is(w, low, kind, name) ? w->name[low].id : 0;
}

static void name_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	const struct named *n = &((const struct named *)rows)[row];

	if (column == 1)
		feed_int(out, n->kind);
	else if (column == 2)
		feed_text(out, n->name);
}

static void new_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	const struct named *n = ((struct named *const *)rows)[row];

	if (column == 1)
		feed_int(out, n->kind);
	else if (column == 2)
		feed_text(out, n->name);
}

static void find_known(struct writing *w)
{
	struct feed feed = { w->name, w->count, name_cell };
	struct query q;

	query_open(&q, w->txn, STMT_SUBJECTS_KNOWN);
	query_feed(&q, &feed);
	while (query_row(&q))
		w->name[query_get_int(&q, 0)].id = query_get_int(&q, 1);
}

/* The newest row's id stands for the number of rows: one step down the tree, however many there are. */
static int64_t last_subject(struct writing *w)
{
	struct query q;

	query_open(&q, w->txn, STMT_SUBJECT_LAST);
	return query_one(&q, 0);
}

static bool has_room(const struct writing *w, const struct named *n, int64_t taken)
{
	const struct write_job *j = w->job;

	if (taken >= (int64_t)j->subjects)
		return false;
	return taken < (int64_t)(j->subjects - j->subjects / RESERVE_SHARE) ||
	       j->matters(j->arg, (enum subject_kind)n->kind, n->name);
}

/* Subjects keep the order of their names where they can: it is the order of the tables. The database numbers
 * rows by the same count, and without looking whether there is such a row already.
 */
static void give_ids(struct writing *w)
{
	struct named **fresh = xmalloc((w->count + 1) * sizeof(*fresh));
	struct feed feed = { fresh, 0, new_cell };
	int64_t last = last_subject(w);
	struct query q;

	if (last > 0)
		find_known(w);
	for (size_t i = 0; i < w->count; i++) {
		if (w->name[i].id != 0 || !has_room(w, &w->name[i], last))
			continue;
		w->name[i].id = ++last;
		fresh[feed.count++] = &w->name[i];
	}
	query_open(&q, w->txn, STMT_SUBJECTS_ADD);
	query_feed(&q, &feed);
	query_run(&q);
	free(fresh);
}

/* -- days ------------------------------------------------------------------------------------------ */

/* Rows whose subject found no room go. */
static void place_rows(struct writing *w)
{
	struct intake *in = w->in;
	size_t n = 0;

	for (size_t i = 0; i < in->count; i++) {
		in->row[i].subject = w->name[in->row[i].subject].id;
		if (in->row[i].subject == 0) {
			w->job->refused++;
			continue;
		}
		w->job->messages += in->row[i].count;
		in->row[n++] = in->row[i];
	}
	in->count = n;
}

/* The rows of each day of each subject together. */
static void collect_days(struct writing *w)
{
	const struct intake *in = w->in;
	size_t cap = 0;

	for (size_t i = 0; i < in->count; i++) {
		const struct intake_row *row = &in->row[i], *before = &in->row[i > 0 ? i - 1 : 0];
		if (i > 0 && row->subject == before->subject && row->epoch == before->epoch &&
		    row->day == before->day) {
			w->day[w->days - 1].count++;
			continue;
		}
		w->day = xgrow(w->day, &cap, w->days + 1, sizeof(*w->day));
		w->day[w->days++] = (struct day){ .first = i, .count = 1 };
	}
}

/* Lent until the next day: the statement that writes it has made a record of it by then. */
static void channels_cell(const struct writing *w, const struct day *d, struct feed_cell *out)
{
	const struct intake_row *row = &w->in->row[d->first];
	size_t room = d->others_size;
	struct wr list;

	for (size_t i = 0; i < d->count; i++)
		room += CHANNEL_HEAD + row[i].sketch_size + row[i].server_count * INTAKE_SERVER_SIZE +
			row[i].details_size;
	buf_reset(w->scratch);
	list = wr_init(buf_space(w->scratch, room), room);
	wr_bytes(&list, d->others, d->others_size);
	for (size_t i = 0; i < d->count; i++) {
		const struct channel c = { .via = row[i].via,
					   .first = row[i].first,
					   .last = row[i].last,
					   .count = row[i].count,
					   .sketch = row[i].sketch,
					   .sketch_size = row[i].sketch_size,
					   .servers = row[i].servers,
					   .servers_size = row[i].server_count * INTAKE_SERVER_SIZE,
					   .details = row[i].details,
					   .details_size = row[i].details_size };
		channel_put(&list, &c);
	}
	feed_blob(out, list.base, wr_len(&list));
}

static void day_cell(const void *rows, size_t at, int column, struct feed_cell *out)
{
	const struct writing *w = rows;
	const struct day *d = &w->day[at];
	const struct intake_row *row = &w->in->row[d->first];

	if (column == 1)
		feed_int(out, row->subject);
	else if (column == 2)
		feed_int(out, row->epoch);
	else if (column == 3)
		feed_int(out, row->day);
	else if (column == 4)
		channels_cell(w, d, out);
}

static struct intake_row *row_of(const struct writing *w, const struct day *d, uint8_t via)
{
	for (size_t i = 0; i < d->count; i++)
		if (w->in->row[d->first + i].via == via)
			return &w->in->row[d->first + i];
	return NULL;
}

/* Servers and details that the database holds stay before new ones: they change places with those of the row,
 * and with them what they are of. */
static bool fold_held(struct intake *in, struct intake_row *row, const struct channel *c)
{
	const struct intake_row held = { .first = row->first,
					 .last = row->last,
					 .count = row->count,
					 .sketch = (uint8_t *)(uintptr_t)c->sketch,
					 .sketch_size = c->sketch_size,
					 .servers = row->servers,
					 .server_count = row->server_count,
					 .details = row->details,
					 .details_size = row->details_size };

	row->first = c->first;
	row->last = c->last;
	row->count = c->count;
	row->servers = intake_keep(in, c->servers, c->servers_size);
	row->server_count = c->servers_size / INTAKE_SERVER_SIZE;
	row->details = intake_keep(in, c->details, c->details_size);
	row->details_size = c->details_size;
	return intake_fold(in, row, &held);
}

/* The channels of the database's row go into those of the day, or stay as they are. */
static bool fold_day(struct writing *w, struct day *d, const void *channels, size_t n)
{
	struct rd list = rd_init(channels, n);
	struct channel c;
	struct wr others;

	d->others = intake_keep(w->in, channels, n);
	others = wr_init(d->others, n);
	while (channel_next(&list, &c)) {
		struct intake_row *row = row_of(w, d, c.via);
		if (row == NULL) {
			channel_put(&others, &c);
			continue;
		}
		if (!fold_held(w->in, row, &c))
			return false;
		w->job->days--;
		w->job->servers -= (int64_t)(c.servers_size / INTAKE_SERVER_SIZE);
	}
	d->others_size = wr_len(&others);
	return rd_ok(&list) && wr_ok(&others);
}

/* What earlier windows of the same day wrote is folded in here, and the row written anew. One of a live run
 * that moved on to observed_day meanwhile is not looked up there, page by page: it gets a second row. */
static void fold_known(struct writing *w)
{
	struct feed feed = { w, w->days, day_cell };
	struct query q;

	query_open(&q, w->txn, w->job->live ? STMT_RECENT_KNOWN : STMT_DAYS_KNOWN);
	query_feed(&q, &feed);
	query_int(&q, w->job->source);
	while (query_row(&q)) {
		struct day *d = &w->day[query_get_int(&q, 0)];
		size_t n;
		const void *channels = query_get_blob(&q, 1, &n);
		if (!fold_day(w, d, channels, n))
			db_fail(w->txn, -EUCLEAN, "数据库已损坏(某日的观测,对象 %lld),请用备份恢复",
				(long long)w->in->row[d->first].subject);
	}
}

/* What is written, less what the database held of it: fold_known() took that off. */
static void count_days(struct writing *w)
{
	const struct intake *in = w->in;

	w->job->days += (int64_t)in->count;
	for (size_t i = 0; i < in->count; i++)
		w->job->servers += in->row[i].server_count;
}

static void put_feed(struct writing *w, enum stmt id, const struct feed *feed)
{
	struct query q;

	if (feed->count == 0)
		return;
	query_open(&q, w->txn, id);
	query_feed(&q, feed);
	query_int(&q, w->job->source);
	query_run(&q);
}

static void put_days(struct writing *w)
{
	struct buf scratch = { 0 };
	struct feed feed;

	place_rows(w);
	collect_days(w);
	if (!w->job->fresh)
		fold_known(w);
	count_days(w);
	w->scratch = &scratch;
	feed = (struct feed){ w, w->days, day_cell };
	put_feed(w, w->job->live ? STMT_RECENT_PUT : STMT_DAYS_PUT, &feed);
	buf_clear(&scratch);
}

/* -- links, up to a maximum of each subject -------------------------------------------------------- */

struct item {
	int64_t subject, target;
	uint64_t count;
	bool known; /* the database has it */
};

struct pile {
	struct item *item;
	size_t count;
};

static int order(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int by = order(x->subject, y->subject);

	return by != 0 ? by : order(x->target, y->target);
}

static void item_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	const struct item *it = &((const struct item *)rows)[row];

	if (column == 1)
		feed_int(out, it->subject);
	else if (column == 2)
		feed_int(out, it->target);
	else if (column == 3)
		feed_count(out, it->count);
}

static struct pile collect_links(struct writing *w)
{
	struct intake *in = w->in;
	struct pile p = { .item = xmalloc((in->link_count + 1) * sizeof(*p.item)) };

	for (size_t i = 0; i < in->link_count; i++) {
		const struct intake_link *l = &in->link[i];
		int64_t from = name_id(w, l->from_kind, l->from), to = w->name[l->target].id;
		if (from == 0 || to == 0)
			w->job->refused++;
		else
			p.item[p.count++] = (struct item){ .subject = from, .target = to, .count = l->count };
	}
	return p;
}

static void fold_items(struct pile *p)
{
	size_t n = 0;

	qsort(p->item, p->count, sizeof(*p->item), compare_items);
	for (size_t i = 0; i < p->count; i++) {
		if (n > 0 && compare_items(&p->item[n - 1], &p->item[i]) == 0)
			p->item[n - 1].count += p->item[i].count;
		else
			p->item[n++] = p->item[i];
	}
	p->count = n;
}

static void mark_known(struct writing *w, struct pile *p)
{
	struct feed feed = { p->item, p->count, item_cell };
	struct query q;

	query_open(&q, w->txn, STMT_LINKS_KNOWN);
	query_feed(&q, &feed);
	query_int(&q, w->job->source);
	while (query_row(&q))
		p->item[query_get_int(&q, 0)].known = true;
}

static void subject_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	if (column == 1)
		feed_int(out, ((const struct item *const *)rows)[row]->subject);
}

/* How many the database has of the subject of each run of items, at the run's first place. */
static size_t *count_held(struct writing *w, struct pile *p)
{
	size_t *held = xcalloc(p->count + 1, sizeof(*held));
	struct item **run = xmalloc((p->count + 1) * sizeof(struct item *));
	struct feed feed = { run, 0, subject_cell };
	struct query q;

	for (size_t i = 0; i < p->count; i++)
		if (i == 0 || p->item[i].subject != p->item[i - 1].subject)
			run[feed.count++] = &p->item[i];
	query_open(&q, w->txn, STMT_LINKS_COUNT);
	query_feed(&q, &feed);
	query_int(&q, w->job->source);
	while (query_row(&q))
		held[run[query_get_int(&q, 0)] - p->item] = (size_t)query_get_int(&q, 1);
	free(run);
	return held;
}

static void cap_items(struct writing *w, struct pile *p)
{
	size_t *held = w->job->fresh ? NULL : count_held(w, p), n = 0, have = 0;
	int64_t subject = 0;

	for (size_t i = 0; i < p->count; i++) {
		struct item *it = &p->item[i];
		if (it->subject != subject)
			have = held ? held[i] : 0;
		subject = it->subject;
		if (!it->known && have >= LINKS_PER_SUBJECT) {
			w->job->links_more++;
			continue;
		}
		have += !it->known;
		w->job->links += !it->known;
		p->item[n++] = *it;
	}
	p->count = n;
	free(held);
}

static void put_links(struct writing *w)
{
	struct pile p = collect_links(w);
	struct feed feed = { .cell = item_cell };

	fold_items(&p);
	if (!w->job->fresh)
		mark_known(w, &p);
	cap_items(w, &p);
	feed.rows = p.item;
	feed.count = p.count;
	put_feed(w, STMT_LINKS_PUT, &feed);
	free(p.item);
}

void write_intake(struct db_txn *t, struct write_job *j)
{
	struct writing w = { .txn = t, .job = j, .in = j->in };

	intake_settle(j->in);
	collect_names(&w);
	give_ids(&w);
	if (t->result == 0) {
		put_days(&w);
		put_links(&w);
	}
	free(w.name);
	free(w.day);
}
