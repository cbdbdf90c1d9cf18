/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe --dry-run: what would be asked of whom and why, and who is left alone; nothing is sent or written. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/answer.h"
#include "store/json.h"
#include "store/meant.h"
#include "store/plan.h"
#include "store/reach.h"
#include "store/show_probes.h"

struct rehearsal {
	struct answer *answer;
	struct db_txn *txn;
	const struct meant *only; /* the one subject; NULL: all */
	int64_t now;
	int64_t opens; /* it is outside the hours now, and they open then; 0: it is not */
	bool looked;   /* `opens` is known */
	uint64_t outcome[PROBE_OUTCOME_COUNT];
	bool told; /* of at least one run */
};

/* A run that might be made. */
struct planned {
	enum subject_kind kind;
	const char *name, *probe, *target, *why;
	int64_t app, due;
};

/* The first that may be asked says whether the hours are open now; its own time may be later. */
static void look(struct rehearsal *r, const struct probe_look *at, int64_t when, struct probe_sight *out)
{
	const struct store *s = r->answer->store;

	if (!r->looked) {
		s->preview(s->conf, at, r->now, out);
		r->looked = out->outcome == PROBE_DONE;
		r->opens = out->opens;
	}
	s->preview(s->conf, at, when, out);
}

/* What a run would begin with, by the prober's own checks. */
static enum probe_outcome preview(struct rehearsal *r, const struct planned *p, int64_t *when)
{
	struct store *s = r->answer->store;
	struct buf *b = &r->answer->line;
	const char *scope[JOB_SCOPE_MAX];
	struct probe_sight sight;
	struct job j = { .kind = p->kind };

	snprintf(j.name, sizeof(j.name), "%s", p->name);
	reach_fill(s, r->txn, p->app, &j);
	json_open(b, "scope", '[');
	for (size_t i = 0; i < j.scope_count; i++) {
		scope[i] = j.scope[i];
		json_text(b, NULL, scope[i]);
	}
	json_close(b, ']');
	if (s->preview == NULL)
		return PROBE_DONE;
	look(r,
	     &(struct probe_look){ .kind = p->kind,
				   .name = p->name,
				   .probe = p->probe,
				   .target = p->target,
				   .scope = scope,
				   .scope_count = j.scope_count },
	     *when, &sight);
	*when = sight.opens > *when ? sight.opens : *when;
	json_text(b, "method", sight.head ? "HEAD" : "GET");
	target_json(b, "url", sight.url);
	json_bool(b, "robots", sight.robots);
	json_text(b, "remark", sight.remark);
	return sight.outcome;
}

static void rehearse(struct rehearsal *r, const struct planned *p, enum probe_outcome o)
{
	struct buf *b = &r->answer->line;
	int64_t when = p->due > r->now ? p->due : r->now;
	char app[24];

	answer_app_text(app, p->app);
	json_line(b);
	json_text(b, "kind", subject_kind_name(p->kind));
	json_text(b, "name", p->name);
	json_text(b, "probe", p->probe);
	target_json(b, "target", p->target);
	json_text(b, "app", p->app ? app : NULL);
	json_text(b, "why", p->why);
	if (o == PROBE_DONE)
		o = preview(r, p, &when);
	json_time(b, "next", when);
	json_bool(b, "asked", o == PROBE_DONE);
	json_text(b, "refusal", o == PROBE_DONE ? NULL : probe_outcome_name(o));
	answer_line(r->answer);
	r->outcome[o]++;
	r->told = true;
}

static bool is_meant(const struct rehearsal *r, enum subject_kind kind, const char *name)
{
	const struct meant *m = r->only;

	return m == NULL || ((!m->written || m->kind == kind) && strcmp(m->name, name) == 0);
}

/* Is it about that URL, if one was given? */
static bool is_at(const struct rehearsal *r, const char *target)
{
	return r->only == NULL || r->only->target[0] == '\0' || strcmp(r->only->target, target) == 0;
}

/* May a person ask for the URL now? Why not, or at what pace, for people. */
static enum probe_outcome check_url(struct rehearsal *r, struct meant *m, const struct probe_row *row,
				    int64_t *due, char why[STORE_ERROR_MAX])
{
	const struct store *s = r->answer->store;
	const struct conf *c = s->conf;
	const int64_t held = plan_held_until(r->txn, row, m->kind, m->name, r->now);

	if (!meant_in_scope(m, s, r->txn, why))
		return plan_opted_out(c, m->name) ? PROBE_OPTED_OUT : PROBE_OUT_OF_SCOPE;
	if (held > 0) {
		*due = held;
		snprintf(why, STORE_ERROR_MAX, "对方要求等待, 人也要等");
		return PROBE_HELD_BACK;
	}
	snprintf(why, STORE_ERROR_MAX,
		 "不在计划里, beianctl probe 由人问一次; 同一主机 %u 秒一次, 同一网段一分钟 %u 次",
		 c->probe.host_seconds, c->probe.net_minute);
	return PROBE_DONE;
}

static void url_line(struct rehearsal *r, struct meant *m)
{
	const struct probe_row *row = plan_row_for(r->answer->store, m->target);
	int64_t due = r->now;
	char why[STORE_ERROR_MAX];
	enum probe_outcome o;

	if (row == NULL)
		return;
	o = check_url(r, m, row, &due, why);
	rehearse(r, &(struct planned){ m->kind, m->name, row->name, m->target, why, m->app, due }, o);
}

/* When its job is due; 0: it has none yet. */
static int64_t due_of(struct rehearsal *r, const struct asked_member *m, const char *probe)
{
	struct query q;
	int64_t due = 0;

	query_open(&q, r->txn, STMT_PROBE_JOB_FIND);
	query_int(&q, m->kind);
	query_text(&q, m->name);
	query_text(&q, probe);
	query_text(&q, "");
	if (query_row(&q))
		due = query_get_int(&q, 1);
	query_close(&q);
	return due;
}

static void each_app(void *arg, const struct asked_app *a)
{
	struct rehearsal *r = arg;
	const struct store *s = r->answer->store;
	struct buf why = { 0 };

	plan_why(&why, a->status, a->clients, a->days);
	for (size_t i = 0; i < a->count; i++) {
		const struct asked_member *m = &a->member[i];
		if (!is_meant(r, m->kind, m->name))
			continue;
		for (size_t k = 0; k < s->probe_count; k++) {
			const struct probe_row *row = &s->probe[k];
			if (plan_fits(row, m->kind))
				rehearse(r,
					 &(struct planned){ m->kind, m->name, row->name, "", why.p, a->id,
							    due_of(r, m, row->name) },
					 plan_refusal(s, row, m));
		}
	}
	buf_clear(&why);
}

/* What facts led to stands as jobs. */
static void each_lead(struct rehearsal *r, int64_t app)
{
	struct query q;

	query_open(&q, r->txn, STMT_PROBE_LEADS);
	if (app != 0)
		query_int(&q, app);
	else
		query_text(&q, NULL);
	while (query_row(&q)) {
		struct planned p = { .name = query_get_text(&q, 1),
				     .probe = query_get_text(&q, 2),
				     .target = query_get_text(&q, 3),
				     .app = query_get_int(&q, 4),
				     .why = query_get_text(&q, 5),
				     .due = query_get_int(&q, 6) };
		if (state_kind(&q, 0, &p.kind) && is_meant(r, p.kind, p.name) && is_at(r, p.target))
			rehearse(r, &p, PROBE_DONE);
	}
}

/* What keeps all of it from being asked now. */
static void state_json(struct rehearsal *r)
{
	const struct store *s = r->answer->store;
	struct buf *b = &r->answer->line;
	char remark[256], text[TEXT_TIME_MAX];
	struct query q;

	query_open(&q, r->txn, STMT_PROBE_STATE);
	if (!plan_is_on(s)) {
		query_close(&q);
		json_text(b, "probing", "off");
		json_text(b, "remark",
			  "探测没有启用,现在谁也不问;下面是启用(probe.enabled、probe.contact)之后的");
	} else if (query_one(&q, 0) != 0) {
		json_text(b, "probing", "paused");
		json_text(b, "remark", "探测已暂停,现在谁也不问;下面是 beianctl probe resume 之后的");
	} else {
		json_text(b, "probing", "on");
		if (r->opens == 0)
			return;
		text_time_beijing(text, r->opens);
		snprintf(remark, sizeof(remark), "现在不在时段(probe.hours = %s),%s 开始",
			 s->conf->probe.hours, text);
		json_text(b, "remark", remark);
	}
}

static void total(struct rehearsal *r)
{
	struct buf *b = &r->answer->line;

	json_line(b);
	state_json(r);
	json_int(b, "asked", (int64_t)r->outcome[PROBE_DONE]);
	json_open(b, "unasked", '{');
	for (int o = PROBE_DONE + 1; o < PROBE_OUTCOME_COUNT; o++)
		if (r->outcome[o] > 0)
			json_int(b, probe_outcome_name((enum probe_outcome)o), (int64_t)r->outcome[o]);
	json_close(b, '}');
	answer_line(r->answer);
}

/* Who is not in the plan: may a person ask all the same? */
static void tell_none(struct rehearsal *r, struct meant *m, const char *what)
{
	char error[STORE_ERROR_MAX];

	if (m->name[0] == '\0')
		db_fail(r->txn, -1, "%.200s 不在探测计划里:没有这个应用,或研判没有点名要问它", what);
	else if (!meant_in_scope(m, r->answer->store, r->txn, error))
		db_fail(r->txn, -1, "%.200s %.300s", m->name, error);
	else
		db_fail(r->txn, -1,
			"%.200s 不在探测计划里:研判没有点名要问它;beianctl explain 说明为何,beianctl probe "
			"可由人问一次",
			m->name);
}

int answer_probe_dry_run(struct answer *a)
{
	const char *what = a->operand[0];
	struct rehearsal r = { .answer = a, .now = clock_wall() };
	int64_t app = what ? answer_app_id(what) : 0;
	char error[STORE_ERROR_MAX];
	struct meant m = { 0 };
	struct db_txn t;

	r.txn = &t;
	r.only = what != NULL && app == 0 ? &m : NULL;
	db_begin(&t, a->store->db, DB_READ);
	if (r.only != NULL && !meant_read(&m, &t, what, error))
		db_fail(&t, -1, "%s", error);
	if (m.target[0] == '\0')
		plan_walk(&t, false, app, each_app, &r);
	each_lead(&r, app);
	if (t.result == 0 && m.target[0] != '\0' && !r.told)
		url_line(&r, &m);
	if (t.result == 0 && what != NULL && !r.told)
		tell_none(&r, &m, what);
	if (t.result == 0)
		total(&r);
	return answer_end(a, &t);
}
