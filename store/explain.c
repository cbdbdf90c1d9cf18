/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain: what is known of one subject, then each step of the judgement about it. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "policy/policy.h"
#include "store/bystander.h"
#include "store/fold.h"
#include "store/json.h"
#include "store/resolve.h"
#include "store/show_detail.h"
#include "store/show_fact.h"

enum { EXPLAIN_ALERTS_MAX = 3 };

struct explained {
	struct answer *answer;
	struct resolved *at;
	struct bystanders *others; /* when the app is one of bystanders */
	bool seen, used;           /* used: not only shown as ECH's outer name */
	uint64_t outer;            /* messages that did no more */
	enum subject_kind kind;    /* of whom it told, once it did */
	char name[RECORD_NAME_MAX];
};

static void subject_json(void *arg, const struct folded *f)
{
	struct explained *e = arg;
	struct buf *b = &e->answer->line;
	char app[24];

	e->seen = true;
	e->used = f->days > 0;
	e->outer = f->outer;
	e->kind = f->kind;
	snprintf(e->name, sizeof(e->name), "%s", f->name);
	answer_app_text(app, e->at->app);
	json_line(b);
	json_open(b, "subject", '{');
	json_text(b, "kind", subject_kind_name(f->kind));
	json_text(b, "name", f->name);
	json_text(b, "app", e->at->app ? app : NULL);
	fold_json(b, f);
	json_close(b, '}');
	answer_line(e->answer);
}

static void step(struct answer *a, const char *word, const char *text)
{
	json_line(&a->line);
	json_text(&a->line, "step", word);
	json_text(&a->line, "text", text);
	answer_line(a);
}

static const char *tie_text(const char *name)
{
	for (int t = 0; t < TIE_COUNT; t++)
		if (strcmp(tie_name((enum tie)t), name) == 0)
			return tie_zh((enum tie)t);
	return name;
}

/* Who reads that nobody used it, or how many did, may have seen more hellos on the wire. */
static void tell_outer(const struct explained *e)
{
	char text[256];

	if (e->outer == 0)
		return;
	snprintf(text, sizeof(text),
		 "%" PRIu64
		 " 次问候只把它当作 ECH 外层名称,真正访问的主机是加密的:不算访问、不计人数、不作证据%s",
		 e->outer, e->used ? "" : ";除此之外没有见过它");
	step(e->answer, "ech-outer", text);
}

static void tell_note(struct answer *a, struct db_txn *t, const struct resolved *at, bool used)
{
	struct query q;

	query_open(&q, t, STMT_NOTE_OF);
	query_int(&q, at->id);
	if (query_row(&q))
		step(a, "no-app", query_get_text(&q, 0));
	else if (!used)
		step(a, "no-app", "没有人访问过它:不是应用,不预警");
	else
		step(a, "no-app", "尚未判定: 观测在最近一次判定之后到达");
	query_close(&q);
}

static void tell_worked_out(struct answer *a, const struct app *app)
{
	for (size_t i = 0; i < app->step_count; i++)
		step(a, app->step[i].word, app->step[i].text);
}

/* The steps were kept as a JSON array; each becomes a line. */
static void tell_steps(struct answer *a, struct db_txn *t, int64_t app)
{
	json_t *steps = NULL, *one;
	struct query q;
	size_t i;

	query_open(&q, t, STMT_APP_STEPS);
	query_int(&q, app);
	if (query_row(&q))
		steps = json_loads(query_get_text(&q, 0), 0, NULL);
	query_close(&q);
	json_array_foreach(steps, i, one) step(a, json_string_value(json_object_get(one, "step")),
					       json_string_value(json_object_get(one, "text")));
	json_decref(steps);
}

static void tell_alerts(struct answer *a, struct db_txn *t, int64_t app)
{
	struct buf text = { 0 };
	struct query q;

	query_open(&q, t, STMT_ALERT_UUID_OF);
	query_int(&q, app);
	query_int(&q, EXPLAIN_ALERTS_MAX);
	while (query_row(&q)) {
		bool open = strcmp(query_get_text(&q, 2), "open") == 0;
		buf_reset(&text);
		buf_printf(&text, "规则 %s,%s: %s(预警 %s)", query_get_text(&q, 1),
			   open ? "未解除" : "已解除", open ? query_get_text(&q, 3) : query_get_text(&q, 4),
			   query_get_text(&q, 0));
		step(a, "alert", text.p);
	}
	buf_clear(&text);
}

static void tell_app(struct answer *a, struct db_txn *t, const struct resolved *at,
		     const struct bystanders *others)
{
	struct buf text = { 0 };
	char app[24];

	answer_app_text(app, at->app);
	buf_printf(&text, "属于应用 %s(%s): %s", app, at->app_key, tie_text(at->tie));
	step(a, "member", text.p);
	buf_clear(&text);
	if (at->bystander)
		tell_worked_out(a, bystanders_app(others));
	else
		tell_steps(a, t, at->app);
	tell_alerts(a, t, at->app);
}

/* The centre of an app that was not seen itself: a member of it is shown. */
static void stand_in(struct db_txn *t, struct resolved *at)
{
	struct query q;

	query_open(&q, t, STMT_MEMBERS_OF);
	query_int(&q, at->app);
	if (query_row(&q)) {
		at->id = query_get_int(&q, 0);
		snprintf(at->tie, sizeof(at->tie), "%s", query_get_text(&q, 1));
	}
	query_close(&q);
}

/* Works the app of bystanders out; one that is none any more is as good as not judged. */
static void look_at_bystanders(struct explained *e, struct db_txn *t)
{
	struct resolved *at = e->at;
	const struct app *app;

	bystanders_read(e->others, e->answer->store, t, at->app_key);
	app = bystanders_app(e->others);
	if (app == NULL) {
		at->app = 0;
		at->bystander = false;
	} else if (at->id == 0) {
		at->id = e->others->load.in.subject[app->member[0].subject].id;
		snprintf(at->tie, sizeof(at->tie), "%s", tie_name(app->member[0].tie));
	}
}

/* What is known of a host besides its name stands in a line of its own. */
static void tell_details(struct answer *a, struct db_txn *t, int64_t subject)
{
	struct told_details d = { 0 };

	details_read(&d, t, subject, NULL);
	json_line(&a->line);
	details_json(&a->line, &d);
	if (d.count > 0)
		answer_line(a);
	details_clear(&d);
}

/* And what probes learnt, in another. */
static void tell_facts(struct explained *e, struct db_txn *t)
{
	struct answer *a = e->answer;
	struct told_facts f = { .out = &a->line };

	json_line(&a->line);
	facts_add(&f, t, e->kind, e->name);
	facts_end(&f);
	if (f.count > 0)
		answer_line(a);
}

static void tell(struct explained *e, struct db_txn *t)
{
	struct resolved *at = e->at;

	fold_one(t, at->id, subject_json, e);
	if (e->seen) {
		tell_details(e->answer, t, at->id);
		tell_facts(e, t);
		tell_outer(e);
	}
	if (!e->seen)
		db_fail(t, -1, "没有观测到 %s:%s", subject_kind_name(at->kind), at->name);
	else if (at->app)
		tell_app(e->answer, t, at, e->others);
	else
		tell_note(e->answer, t, at, e->used);
}

int answer_explain(struct answer *a)
{
	struct resolved at;
	struct bystanders others = { 0 };
	struct explained e = { .answer = a, .at = &at, .others = &others };
	struct db_txn t;
	int code;

	db_begin(&t, a->store->db, DB_READ);
	code = resolve_subject(a, &t, a->operand[0], &at);
	if (code != ANSWER_DONE)
		return resolve_failed(a, &t);
	if (at.bystander)
		look_at_bystanders(&e, &t);
	else if (at.id == 0 && at.app != 0)
		stand_in(&t, &at);
	tell(&e, &t);
	bystanders_clear(&others);
	return answer_end(a, &t);
}
