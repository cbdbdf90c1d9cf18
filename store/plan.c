/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/plan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "conf/value.h"
#include "db/feed.h"
#include "policy/domain.h"
#include "store/shelf.h"

/* Unwanted jobs, their facts and transcripts stay for so long once room is short. */
static const int64_t forget_us = 180 * 86400LL * 1000000;

enum { SPREAD_US = 8000 /* new subjects fall due within so long */ };

bool plan_is_on(const struct store *s)
{
	return s->probe_count > 0 && s->conf->probe.enabled && strcmp(s->conf->probe.enabled, "on") == 0;
}

bool plan_opted_out(const struct conf *c, const char *host)
{
	for (size_t i = 0; i < c->probe.opt_out.count; i++)
		if (domain_within(host, c->probe.opt_out.item[i]) ||
		    value_net_holds(c->probe.opt_out.item[i], host))
			return true;
	return false;
}

bool plan_fit(const char *name)
{
	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return name[0] != '\0' && strlen(name) < RECORD_NAME_MAX;
}

bool plan_fits(const struct probe_row *p, enum subject_kind kind)
{
	return !p->wants_target && (p->kinds & 1u << kind) != 0;
}

enum probe_outcome plan_refusal(const struct store *s, const struct probe_row *p,
				const struct asked_member *m)
{
	if (!plan_fit(m->name))
		return PROBE_BAD_URL;
	if (p->endpoint != NULL && p->endpoint(s->conf)[0] == '\0')
		return PROBE_NOT_ENABLED;
	if (m->kind == SUBJECT_HOST && plan_opted_out(s->conf, m->name))
		return PROBE_OPTED_OUT;
	return m->answers ? PROBE_DONE : PROBE_NO_NAME;
}

int64_t plan_held_until(struct db_txn *t, const struct probe_row *p, enum subject_kind kind, const char *name,
			int64_t now)
{
	bool endpoint = p->endpoint != NULL;
	struct query q;

	if (!endpoint && kind != SUBJECT_HOST)
		return 0;
	query_open(&q, t, endpoint ? STMT_PROBE_HELD_PROBE : STMT_PROBE_HELD_HOST);
	query_text(&q, endpoint ? p->name : name);
	query_int(&q, PROBE_HELD_BACK);
	query_int(&q, now);
	return query_one(&q, 0);
}

static bool ends_in(const char *url, const char *end)
{
	size_t n = strcspn(url, "?#"), k = strlen(end);
	return n > k && strncasecmp(url + n - k, end, k) == 0;
}

const struct probe_row *plan_row_for(const struct store *s, const char *url)
{
	const char *file = ends_in(url, ".apk")                             ? "apk"
			   : ends_in(url, ".ipa") || ends_in(url, ".plist") ? "ipa"
									    : NULL;
	const struct probe_row *first = NULL;

	for (size_t i = 0; i < s->probe_count; i++) {
		const struct probe_row *row = &s->probe[i];
		if (file && strcmp(row->name, file) == 0)
			return row;
		if (first == NULL && plan_fits(row, SUBJECT_HOST))
			first = row;
	}
	return first;
}

int64_t plan_day_start(int64_t day) { return (day * 24 - 8) * 3600 * 1000000; }

void plan_why(struct buf *b, enum app_status status, int64_t clients, int64_t days)
{
	char people[TEXT_PEOPLE_MAX];

	text_people(people, (uint64_t)clients);
	buf_printf(b, "%s, %lld 天内 %s 人使用", app_status_zh(status), (long long)days, people);
}

/* -- who --------------------------------------------------------------------------------------------- */

enum column {
	ROW_APP,
	ROW_DIGEST,
	ROW_PLAN,
	ROW_STATUS,
	ROW_CLIENTS,
	ROW_DAYS,
	ROW_KIND,
	ROW_NAME,
	ROW_ANSWERS,
};

/* The app whose members are being read. */
struct walk {
	struct asked_app app;
	size_t cap;
	struct shelf shelf;
	void (*fn)(void *arg, const struct asked_app *a);
	void *arg;
};

static void tell(struct walk *w)
{
	if (w->app.count > 0)
		w->fn(w->arg, &w->app);
	w->app.count = 0;
	shelf_clear(&w->shelf);
}

static void read_row(struct walk *w, struct query *q)
{
	struct asked_app *a = &w->app;
	enum subject_kind kind;

	if (a->id != query_get_int(q, ROW_APP))
		tell(w);
	a->id = query_get_int(q, ROW_APP);
	a->digest = query_get_int(q, ROW_DIGEST);
	a->plan = query_get_int(q, ROW_PLAN);
	a->clients = query_get_int(q, ROW_CLIENTS);
	a->days = query_get_int(q, ROW_DAYS);
	if (!app_status_find(query_get_text(q, ROW_STATUS), &a->status) || !state_kind(q, ROW_KIND, &kind))
		return;
	a->member = xgrow(a->member, &w->cap, a->count + 1, sizeof(*a->member));
	a->member[a->count++] =
		(struct asked_member){ .kind = kind,
				       .name = shelf_text(&w->shelf, query_get_text(q, ROW_NAME)),
				       .answers = query_get_int(q, ROW_ANSWERS) != 0 };
}

void plan_walk(struct db_txn *t, bool changed, int64_t app, void (*fn)(void *arg, const struct asked_app *a),
	       void *arg)
{
	struct walk w = { .fn = fn, .arg = arg };
	struct query q;

	query_open(&q, t, STMT_PROBE_CANDIDATES);
	query_int(&q, !changed);
	if (app != 0)
		query_int(&q, app);
	else
		query_text(&q, NULL);
	query_int(&q, VIA_DNS_QUERY);
	while (query_row(&q))
		read_row(&w, &q);
	tell(&w);
	free(w.app.member);
}

/* -- the plan ---------------------------------------------------------------------------------------- */

struct wanted {
	enum subject_kind kind;
	const char *name, *probe, *why;
	int64_t app, due;
};

struct planned_app {
	int64_t id, digest, plan;
	bool changed;
};

struct planning {
	struct store *store;
	struct db_txn *txn;
	struct wanted *wanted;
	size_t count, cap;
	struct planned_app *app;
	size_t apps, apps_cap;
	struct shelf shelf;
	int64_t generation, round, now;
};

/* Of everything that its jobs depend on, not of how much it is used. */
static int64_t plan_hash(const struct asked_app *a)
{
	struct buf b = { 0 };
	struct hash_key key;
	int64_t hash;

	buf_printf(&b, "%d", (int)a->status);
	for (size_t i = 0; i < a->count; i++)
		buf_printf(&b, " %d%d:%s", a->member[i].answers, (int)a->member[i].kind, a->member[i].name);
	hash_key_fixed(&key, "beiand plan");
	hash = (int64_t)hash_keyed(&key, b.p, b.len);
	buf_clear(&b);
	return hash + (hash == 0);
}

/* All that is asked of a new subject falls due together, in the registry's order, and among subjects nobody
 * is always the first. */
static int64_t first_due(const struct planning *p, const char *name)
{
	struct hash_key key;

	hash_key_fixed(&key, "beiand first");
	return p->now + (int64_t)(hash_keyed(&key, name, strlen(name)) % SPREAD_US);
}

static void want(struct planning *p, const struct asked_app *a, const struct asked_member *m, const char *why)
{
	const struct store *s = p->store;
	const char *name = NULL;

	for (size_t i = 0; i < s->probe_count; i++) {
		const struct probe_row *row = &s->probe[i];
		if (!plan_fits(row, m->kind) || plan_refusal(s, row, m) != PROBE_DONE)
			continue;
		name = name ? name : shelf_text(&p->shelf, m->name);
		p->wanted = xgrow(p->wanted, &p->cap, p->count + 1, sizeof(*p->wanted));
		p->wanted[p->count++] = (struct wanted){ .kind = m->kind,
							 .name = name,
							 .probe = row->name,
							 .why = why,
							 .app = a->id,
							 .due = first_due(p, name) };
	}
}

static void plan_app(void *arg, const struct asked_app *a)
{
	struct planning *p = arg;
	struct planned_app one = { a->id, a->digest, plan_hash(a), false };
	struct buf why = { 0 };

	one.changed = one.plan != a->plan;
	p->app = xgrow(p->app, &p->apps_cap, p->apps + 1, sizeof(*p->app));
	p->app[p->apps++] = one;
	if (!one.changed)
		return;
	plan_why(&why, a->status, a->clients, a->days);
	const char *text = shelf_text(&p->shelf, why.p);
	buf_clear(&why);
	for (size_t i = 0; i < a->count; i++)
		want(p, a, &a->member[i], text);
}

static void wanted_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	const struct wanted *w = (const struct wanted *)rows + row;

	switch (column) {
	case 1:
		feed_int(out, w->kind);
		break;
	case 2:
		feed_text(out, w->name);
		break;
	case 3:
		feed_text(out, w->probe);
		break;
	case 4:
		feed_int(out, w->app);
		break;
	case 5:
		feed_text(out, w->why);
		break;
	case 6:
		feed_int(out, w->due);
		break;
	default:
		break;
	}
}

static void app_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	const struct planned_app *a = (const struct planned_app *)rows + row;
	const int64_t cells[] = { a->id, a->digest, a->plan };

	if (column <= 3)
		feed_int(out, cells[column - 1]);
}

void plan_count(struct db_txn *t, const char *name, uint64_t n)
{
	struct query q;

	if (n == 0)
		return;
	query_open(&q, t, STMT_PROBE_COUNT);
	query_text(&q, name);
	query_count(&q, n);
	query_run(&q);
}

size_t plan_room(const struct store *s, struct db_txn *t)
{
	const int64_t most = s->conf->probe.jobs;
	struct query q;
	int64_t count;

	query_open(&q, t, STMT_PROBE_JOBS_COUNT);
	count = query_one(&q, 0);
	return count < most ? (size_t)(most - count) : 0;
}

/* Room is short: what nobody has wanted for long goes, with its facts. */
static void forget(struct planning *p)
{
	struct query q;

	query_open(&q, p->txn, STMT_PROBE_JOBS_FORGET);
	query_int(&q, p->now - forget_us);
	query_run(&q);
	plan_count(p->txn, "jobs-forgotten", (uint64_t)query_changes(&q));
}

/* Of those that have no row yet only the first find room. */
static void cut_to_room(struct planning *p, size_t room)
{
	struct feed rows = { p->wanted, p->count, wanted_cell };
	bool *known = xcalloc(p->count + 1, sizeof(*known));
	struct query q;
	size_t kept = 0;

	query_open(&q, p->txn, STMT_PROBE_JOBS_KNOWN);
	query_feed(&q, &rows);
	while (query_row(&q))
		known[query_get_int(&q, 0)] = true;
	for (size_t i = 0; i < p->count; i++) {
		if (!known[i] && room == 0)
			continue;
		room -= !known[i];
		p->wanted[kept++] = p->wanted[i];
	}
	plan_count(p->txn, "jobs-refused", p->count - kept);
	p->count = kept;
	free(known);
}

static void write_wanted(struct planning *p)
{
	struct feed rows;
	struct query q;

	if (p->count == 0)
		return;
	if (plan_room(p->store, p->txn) < p->count) {
		forget(p);
		cut_to_room(p, plan_room(p->store, p->txn));
	}
	rows = (struct feed){ p->wanted, p->count, wanted_cell };
	query_open(&q, p->txn, STMT_PROBE_JOBS_PUT);
	query_feed(&q, &rows);
	query_int(&q, p->round);
	query_run(&q);
}

static void write_apps(struct planning *p)
{
	struct feed rows = { p->app, p->apps, app_cell };
	struct query q;

	if (p->apps == 0)
		return;
	query_open(&q, p->txn, STMT_PROBE_APPS_PUT);
	query_feed(&q, &rows);
	query_run(&q);
}

static void drop_stale(struct planning *p, int64_t app)
{
	struct query q;

	query_open(&q, p->txn, STMT_PROBE_JOBS_STALE);
	query_int(&q, app);
	query_int(&q, p->round);
	query_run(&q);
}

/* Apps that nobody asks about any more. */
static size_t drop_left(struct planning *p)
{
	int64_t *left = NULL;
	size_t count = 0, cap = 0;
	struct query q;

	query_open(&q, p->txn, STMT_PROBE_APPS_LEFT);
	while (query_row(&q)) {
		left = xgrow(left, &cap, count + 1, sizeof(*left));
		left[count++] = query_get_int(&q, 0);
	}
	for (size_t i = 0; i < count; i++) {
		drop_stale(p, left[i]);
		query_open(&q, p->txn, STMT_PROBE_APP_DROP);
		query_int(&q, left[i]);
		query_run(&q);
	}
	free(left);
	return count;
}

/* What facts led to follows the job that showed them. */
static void plan_children(struct planning *p)
{
	struct query q;

	query_open(&q, p->txn, STMT_PROBE_CHILDREN_PLANNED);
	query_int(&q, p->round);
	query_run(&q);
}

/* A subject that moved belongs to its new app before the old one drops what it has left. */
static void write_plan(struct planning *p)
{
	size_t changed = 0;

	write_wanted(p);
	for (size_t i = 0; i < p->apps; i++) {
		if (p->app[i].changed)
			drop_stale(p, p->app[i].id);
		changed += p->app[i].changed;
	}
	changed += drop_left(p);
	if (changed > 0)
		plan_children(p);
	write_apps(p);
}

/* False: this judgement, configuration and set of probes were planned. */
static bool is_due(struct planning *p, bool *anew)
{
	struct query q;
	bool due = false;

	query_open(&q, p->txn, STMT_JUDGE_STATE);
	p->generation = query_row(&q) ? query_get_int(&q, 2) : 0;
	query_close(&q);
	query_open(&q, p->txn, STMT_PROBE_STATE);
	if (query_row(&q)) {
		*anew = strcmp(query_get_text(&q, 2), p->store->probe_digest) != 0;
		due = *anew || query_get_int(&q, 1) != p->generation;
		p->round = query_get_int(&q, 4) + 1;
	}
	query_close(&q);
	return due && p->txn->result == 0;
}

static void write_state(struct planning *p)
{
	struct query q;

	query_open(&q, p->txn, STMT_PROBE_PLANNED);
	query_int(&q, p->generation);
	query_text(&q, p->store->probe_digest);
	query_int(&q, p->round);
	query_run(&q);
}

void plan_run(struct store *s, struct db_txn *t)
{
	struct planning p = { .store = s, .txn = t, .now = clock_wall() };
	bool anew = false;
	struct query q;

	if (!plan_is_on(s) || t->result < 0 || !is_due(&p, &anew))
		return;
	if (anew) {
		query_open(&q, t, STMT_PROBE_ANEW);
		query_run(&q);
	}
	plan_walk(t, true, 0, plan_app, &p);
	write_plan(&p);
	write_state(&p);
	shelf_clear(&p.shelf);
	free(p.wanted);
	free(p.app);
}
