/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apps, app. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/answer.h"
#include "store/bystander.h"
#include "store/finding.h"
#include "store/fold.h"
#include "store/json.h"
#include "store/resolve.h"
#include "store/show_detail.h"
#include "store/show_fact.h"
#include "store/verdict.h"

/* In full; the names of all stand in `subjects`. A line of the daemon's is 16 MiB at most. */
enum { MEMBERS_TOLD = 2000 };

enum column {
	APP_ID,
	APP_NAME,
	APP_STATUS,
	APP_CLIENTS,
	APP_DAYS,
	APP_MESSAGES,
	APP_FIRST,
	APP_LAST,
	APP_SCORE,
	APP_UNIT,
	APP_MEMBER_KIND,
	APP_MEMBER_NAME,
	APP_BYSTANDS,
};

/* The app whose member rows are being read. */
struct reading {
	struct answer *answer;
	bool all;   /* every app is asked for, not one */
	int64_t id; /* of the app in hand; 0: none */
	struct buf head, kinds, subjects, tail;
	int kind; /* of the last member, -1: none; kinds are listed once */
};

static void open_app(struct reading *r, int64_t id, const char *name, const char *status)
{
	char app[24];

	r->id = id;
	r->kind = -1;
	answer_app_text(app, id);
	json_line(&r->head);
	json_text(&r->head, "app", app);
	json_text(&r->head, "name", name);
	json_text(&r->head, "status", status);
	buf_reset(&r->kinds);
	json_open(&r->kinds, NULL, '[');
	buf_reset(&r->subjects);
	json_open(&r->subjects, NULL, '[');
	buf_reset(&r->tail);
	buf_puts(&r->tail, "{");
}

static void add_member(struct reading *r, enum subject_kind kind, const char *name)
{
	if ((int)kind != r->kind)
		json_text(&r->kinds, NULL, subject_kind_name(kind));
	r->kind = (int)kind;
	json_text(&r->subjects, NULL, name);
}

/* Leaves the app's object open in the answer's line. */
static void close_app(struct reading *r)
{
	struct buf *b = &r->answer->line;

	json_close(&r->kinds, ']');
	json_close(&r->subjects, ']');
	buf_reset(b);
	buf_add(b, r->head.p, r->head.len);
	json_raw(b, "kinds", r->kinds.p);
	json_raw(b, "subjects", r->subjects.p);
	buf_puts(b, ",");
	buf_puts(b, r->tail.p + 1); /* without its brace */
	if (r->all)
		answer_line(r->answer);
}

static void open_row(struct reading *r, struct query *q)
{
	struct buf *b = &r->tail;

	open_app(r, query_get_int(q, APP_ID), query_get_text(q, APP_NAME), query_get_text(q, APP_STATUS));
	json_people(b, "clients", query_get_int(q, APP_CLIENTS));
	json_int(b, "days", query_get_int(q, APP_DAYS));
	json_int(b, "messages", query_get_int(q, APP_MESSAGES));
	json_time(b, "first", query_get_int(q, APP_FIRST));
	json_time(b, "last", query_get_int(q, APP_LAST));
	json_score(b, "score", query_get_real(q, APP_SCORE));
	json_text(b, "unit", query_get_text(q, APP_UNIT));
}

/* A row that nobody judged says nothing but its id. */
static void read_row(struct reading *r, struct query *q)
{
	const char *name = query_get_text(q, APP_MEMBER_NAME);
	enum subject_kind kind;

	if (query_get_int(q, APP_BYSTANDS) != 0)
		return;
	if (r->id != query_get_int(q, APP_ID)) {
		if (r->id != 0)
			close_app(r);
		open_row(r, q);
	}
	if (name != NULL && state_kind(q, APP_MEMBER_KIND, &kind))
		add_member(r, kind, name);
}

static void read_rows(struct reading *r, struct query *q)
{
	while (query_row(q))
		read_row(r, q);
	if (r->id != 0)
		close_app(r);
}

static void tell_bystander(struct reading *r, const struct bystanders *others, const struct bystander *one)
{
	struct buf *b = &r->tail;

	open_app(r, one->id, bystanders_name(others, one), app_status_name(APP_UNDECIDED));
	json_people(b, "clients", (int64_t)one->clients);
	json_int(b, "days", (int64_t)one->days);
	json_int(b, "messages", (int64_t)one->count);
	json_time(b, "first", one->first);
	json_time(b, "last", one->last);
	json_score(b, "score", 0);
	json_text(b, "unit", NULL);
	for (size_t k = 0; k < one->members; k++)
		add_member(r, SUBJECT_HOST, bystanders_member(others, one, k)->name);
	close_app(r);
}

static void reading_clear(struct reading *r)
{
	buf_clear(&r->head);
	buf_clear(&r->kinds);
	buf_clear(&r->subjects);
	buf_clear(&r->tail);
}

/* All that was looked up on campus for years: read in turns. */
struct telling {
	struct reading reading;
	struct bystanders others;
};

static void end_telling(struct answer *a)
{
	struct telling *w = a->work;

	bystanders_clear(&w->others);
	reading_clear(&w->reading);
	free(w);
}

static int tell_more(struct answer *a)
{
	struct telling *w = a->work;
	struct db_txn t;
	bool more;
	int code;

	db_begin(&t, a->store->db, DB_READ);
	more = bystanders_next(&w->others, a->store, &t);
	for (size_t i = w->others.from; i < w->others.to && t.result == 0; i++)
		if (w->others.total[i].members > 0)
			tell_bystander(&w->reading, &w->others, &w->others.total[i]);
	code = answer_end(a, &t);
	if (!more || code != ANSWER_DONE)
		a->turn = NULL;
	return code;
}

/* Opened where the apps of the judgement are read: one between the two could leave an app out of both. */
static void open_bystanders(struct answer *a, struct db_txn *t)
{
	struct telling *w = xcalloc(1, sizeof(*w));

	w->reading = (struct reading){ .answer = a, .all = true };
	a->work = w;
	a->end = end_telling;
	bystanders_open(&w->others, a->store, t);
}

int answer_apps(struct answer *a)
{
	struct reading r = { .answer = a, .all = true };
	enum app_status status = APP_UNDECIDED;
	struct db_txn t;
	struct query q;
	int code;

	if (a->option[0] && !app_status_find(a->option[0], &status)) {
		answer_refuse(a,
			      "--status 只能是 unfiled、probable、filed、exempt、out-of-scope 或 undecided");
		return ANSWER_USAGE;
	}
	db_begin(&t, a->store->db, DB_READ);
	query_open(&q, &t, STMT_APPS_LIST);
	query_text(&q, a->option[0]);
	query_text(&q, NULL);
	read_rows(&r, &q);
	reading_clear(&r);
	if (status == APP_UNDECIDED)
		open_bystanders(a, &t);
	code = answer_end(a, &t);
	if (code == ANSWER_DONE && status == APP_UNDECIDED)
		a->turn = tell_more;
	return code;
}

/* -- one app with its evidence ----------------------------------------------------------------------------
 */
struct member {
	struct buf *out;
	char *tie;
	int64_t id;
	enum subject_kind kind; /* these once it is told */
	char name[RECORD_NAME_MAX];
};

static void member_json(void *arg, const struct folded *f)
{
	struct member *m = arg;
	struct buf *b = m->out;

	json_open(b, NULL, '{');
	json_text(b, "kind", subject_kind_name(f->kind));
	json_text(b, "name", f->name);
	json_text(b, "tie", m->tie);
	m->kind = f->kind;
	snprintf(m->name, sizeof(m->name), "%s", f->name);
	fold_json(b, f);
	json_close(b, '}');
}

static void add_member_of(struct member **list, size_t *count, size_t *cap, struct member one)
{
	*list = xgrow(*list, cap, *count + 1, sizeof(**list));
	(*list)[(*count)++] = one;
}

static struct member *read_members(struct answer *a, struct db_txn *t, int64_t app,
				   const struct bystanders *others, size_t *count)
{
	const struct app *one = bystanders_app(others);
	struct member *list = NULL;
	size_t cap = 0;
	struct query q;

	for (size_t i = 0; one != NULL && i < one->member_count; i++)
		add_member_of(&list, count, &cap,
			      (struct member){ .out = &a->line,
					       .id = others->load.in.subject[one->member[i].subject].id,
					       .tie = xstrdup(tie_name(one->member[i].tie)) });
	query_open(&q, t, STMT_MEMBERS_OF);
	query_int(&q, app);
	while (query_row(&q))
		add_member_of(&list, count, &cap,
			      (struct member){ .out = &a->line,
					       .id = query_get_int(&q, 0),
					       .tie = xstrdup(query_get_text(&q, 1)) });
	return list;
}

static void facts_json(struct answer *a, struct db_txn *t, const struct member *m, size_t count)
{
	struct told_facts f = { .out = &a->line, .with_subject = true };

	for (size_t i = 0; i < count; i++)
		if (m[i].name[0] != '\0')
			facts_add(&f, t, m[i].kind, m[i].name);
	facts_end(&f);
}

static void members_json(struct answer *a, struct db_txn *t, int64_t app, const struct bystanders *others)
{
	size_t count = 0;
	struct member *member = read_members(a, t, app, others, &count);
	struct told_details details = { 0 };

	json_open(&a->line, "members", '[');
	for (size_t i = 0; i < count; i++) {
		if (i < MEMBERS_TOLD) {
			fold_one(t, member[i].id, member_json, &member[i]);
			details_read(&details, t, member[i].id, member[i].name);
		}
		free(member[i].tie);
	}
	json_close(&a->line, ']');
	if (count > MEMBERS_TOLD)
		json_int(&a->line, "members_more", (int64_t)(count - MEMBERS_TOLD));
	if (details_title(&details) != NULL)
		json_text(&a->line, "title", details_title(&details));
	details_json(&a->line, &details);
	details_clear(&details);
	facts_json(a, t, member, count);
	free(member);
}

static void end_json(struct buf *b, const char *key, struct query *q, int column)
{
	enum subject_kind kind;

	json_open(b, key, '{');
	json_text(b, "kind", state_kind(q, column, &kind) ? subject_kind_name(kind) : NULL);
	json_text(b, "name", query_get_text(q, column + 1));
	json_close(b, '}');
}

/* Of members that are nowhere written down: their row ids, as a JSON array. */
static void ids_json(struct buf *b, const struct bystanders *others)
{
	const struct app *one = bystanders_app(others);

	json_open(b, NULL, '[');
	for (size_t i = 0; one != NULL && i < one->member_count; i++)
		json_int(b, NULL, others->load.in.subject[one->member[i].subject].id);
	json_close(b, ']');
}

static void links_json(struct answer *a, struct db_txn *t, int64_t app, const struct bystanders *others)
{
	struct buf *b = &a->line, ids = { 0 };
	struct query q;

	ids_json(&ids, others);
	json_open(b, "links", '[');
	query_open(&q, t, STMT_LINKS_OF);
	query_int(&q, app);
	query_text(&q, ids.p);
	while (query_row(&q)) {
		json_open(b, NULL, '{');
		end_json(b, "from", &q, 0);
		end_json(b, "to", &q, 2);
		json_int(b, "count", query_get_int(&q, 4));
		json_close(b, '}');
	}
	json_close(b, ']');
	buf_clear(&ids);
}

static void matches_json(struct answer *a, struct db_txn *t, int64_t app)
{
	struct buf *b = &a->line;
	struct query q;

	json_open(b, "matches", '[');
	query_open(&q, t, STMT_MATCHES_OF);
	query_int(&q, app);
	while (query_row(&q)) {
		json_open(b, NULL, '{');
		json_text(b, "kind", query_get_text(&q, 0));
		json_text(b, "name", query_get_text(&q, 1));
		json_text(b, "operator", query_get_text(&q, 2));
		json_text(b, "unit", query_get_text(&q, 3));
		json_text(b, "number", query_get_text(&q, 4));
		json_int(b, "import", query_get_int(&q, 5));
		json_int(b, "row", query_get_int(&q, 6));
		json_text(b, "grade", query_get_text(&q, 7));
		json_raw(b, "keys", query_get_text(&q, 8));
		json_score(b, "score", query_get_real(&q, 9));
		json_close(b, '}');
	}
	json_close(b, ']');
}

static void findings_json(struct answer *a, struct db_txn *t, int64_t app)
{
	struct query q;

	json_open(&a->line, "findings", '[');
	query_open(&q, t, STMT_FINDINGS_LIST);
	query_int(&q, app);
	while (query_row(&q)) {
		json_open(&a->line, NULL, '{');
		finding_json(&a->line, &q);
		json_close(&a->line, '}');
	}
	json_close(&a->line, ']');
}

static void steps_json(struct answer *a, struct db_txn *t, int64_t app, const struct bystanders *others)
{
	struct buf steps = { 0 };
	struct query q;

	if (bystanders_app(others) != NULL) {
		verdict_steps(&steps, bystanders_app(others));
		json_raw(&a->line, "steps", steps.p);
		buf_clear(&steps);
		return;
	}
	query_open(&q, t, STMT_APP_STEPS);
	query_int(&q, app);
	if (query_row(&q))
		json_raw(&a->line, "steps", query_get_text(&q, 0));
	query_close(&q);
}

static void find_key(struct db_txn *t, struct resolved *at)
{
	struct query q;

	query_open(&q, t, STMT_APP_KEY);
	query_int(&q, at->app);
	if (query_row(&q))
		snprintf(at->app_key, sizeof(at->app_key), "%s", query_get_text(&q, 0));
	query_close(&q);
}

static void open_group(struct reading *r, struct db_txn *t, const char *key, struct bystanders *others)
{
	const struct bystander *one;

	bystanders_read(others, r->answer->store, t, key);
	one = bystanders_find(others, key);
	if (one != NULL)
		tell_bystander(r, others, one);
}

/* Opens the line of an app; one of bystanders may have become another by now. Its number then, 0: none. */
static int64_t open_line(struct answer *a, struct db_txn *t, struct bystanders *others)
{
	struct reading r = { .answer = a };
	struct resolved at = { .app = answer_app_id(a->operand[0]) };
	struct query q;

	if (at.app < 0)
		(void)!resolve_subject(a, t, a->operand[0], &at);
	else
		find_key(t, &at);
	if (at.app > 0) {
		query_open(&q, t, STMT_APPS_LIST);
		query_text(&q, NULL);
		query_int(&q, at.app);
		read_rows(&r, &q);
	}
	if (r.id == 0 && at.app_key[0] != '\0')
		open_group(&r, t, at.app_key, others);
	reading_clear(&r);
	return r.id;
}

int answer_app(struct answer *a)
{
	struct bystanders others = { 0 };
	struct db_txn t;
	int64_t app;
	int code;

	db_begin(&t, a->store->db, DB_READ);
	app = open_line(a, &t, &others);
	if (app == 0)
		db_fail(&t, -1, "没有应用 %.40s,beianctl apps 列出全部应用", a->operand[0]);
	members_json(a, &t, app, &others);
	links_json(a, &t, app, &others);
	matches_json(a, &t, app);
	findings_json(a, &t, app);
	steps_json(a, &t, app, &others);
	bystanders_clear(&others);
	code = answer_end(a, &t);
	if (code == ANSWER_DONE)
		answer_line(a);
	return code;
}
