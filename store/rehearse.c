/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe --dry-run: what would be asked of whom and why, and who is left alone; nothing is sent or written. */
#include <stdio.h>
#include <string.h>

#include "store/answer.h"
#include "store/json.h"
#include "store/plan.h"
#include "store/reach.h"

struct rehearsal {
	struct answer *answer;
	struct db_txn *txn;
	const char *only; /* name of the one subject; NULL: all */
	int64_t now;
	uint64_t outcome[PROBE_OUTCOME_COUNT];
};

/* What a run would begin with, by the prober's own checks. */
static enum probe_outcome preview(struct rehearsal *r, const struct asked_app *a,
				  const struct asked_member *m, const char *probe)
{
	struct store *s = r->answer->store;
	struct buf *b = &r->answer->line;
	const char *scope[JOB_SCOPE_MAX];
	struct probe_sight sight;
	struct job j = { .kind = m->kind };

	snprintf(j.name, sizeof(j.name), "%s", m->name);
	reach_fill(s, r->txn, a->id, &j);
	json_open(b, "scope", '[');
	for (size_t i = 0; i < j.scope_count; i++) {
		scope[i] = j.scope[i];
		json_text(b, NULL, scope[i]);
	}
	json_close(b, ']');
	if (s->preview == NULL)
		return PROBE_DONE;
	s->preview(s->conf,
		   &(struct probe_look){ .kind = m->kind,
					 .name = m->name,
					 .probe = probe,
					 .target = "",
					 .scope = scope,
					 .scope_count = j.scope_count },
		   r->now, &sight);
	json_text(b, "method", sight.head ? "HEAD" : "GET");
	json_text(b, "url", sight.url);
	json_bool(b, "robots", sight.robots);
	json_text(b, "remark", sight.remark);
	return sight.outcome;
}

/* When it is asked: the job's time, or at once. */
static void next_json(struct rehearsal *r, const struct asked_member *m, const char *probe)
{
	struct query q;
	int64_t due = r->now;

	query_open(&q, r->txn, STMT_PROBE_JOB_FIND);
	query_int(&q, m->kind);
	query_text(&q, m->name);
	query_text(&q, probe);
	query_text(&q, "");
	if (query_row(&q) && query_get_int(&q, 2) > due)
		due = query_get_int(&q, 2);
	query_close(&q);
	json_time(&r->answer->line, "next", due);
}

static void rehearse(struct rehearsal *r, const struct asked_app *a, const struct asked_member *m,
		     const struct probe_row *row)
{
	enum probe_outcome o = plan_refusal(r->answer->store, row, m);
	struct buf *b = &r->answer->line, why = { 0 };
	char app[24];

	answer_app_text(app, a->id);
	plan_why(&why, a->status, a->clients, a->days);
	json_line(b);
	json_text(b, "kind", subject_kind_name(m->kind));
	json_text(b, "name", m->name);
	json_text(b, "probe", row->name);
	json_text(b, "app", app);
	json_text(b, "why", why.p);
	next_json(r, m, row->name);
	if (o == PROBE_DONE)
		o = preview(r, a, m, row->name);
	json_bool(b, "asked", o == PROBE_DONE);
	json_text(b, "refusal", o == PROBE_DONE ? NULL : probe_outcome_name(o));
	answer_line(r->answer);
	buf_clear(&why);
	r->outcome[o]++;
}

static void each_app(void *arg, const struct asked_app *a)
{
	struct rehearsal *r = arg;
	const struct store *s = r->answer->store;

	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < s->probe_count; k++)
			if (plan_fits(&s->probe[k], a->member[i].kind) &&
			    (r->only == NULL || strcmp(r->only, a->member[i].name) == 0))
				rehearse(r, a, &a->member[i], &s->probe[k]);
}

static void total(struct rehearsal *r)
{
	struct buf *b = &r->answer->line;

	json_line(b);
	json_text(b, "probing", plan_is_on(r->answer->store) ? "on" : "off");
	json_int(b, "asked", (int64_t)r->outcome[PROBE_DONE]);
	json_open(b, "unasked", '{');
	for (int o = PROBE_DONE + 1; o < PROBE_OUTCOME_COUNT; o++)
		if (r->outcome[o] > 0)
			json_int(b, probe_outcome_name((enum probe_outcome)o), (int64_t)r->outcome[o]);
	json_close(b, '}');
	answer_line(r->answer);
}

int answer_probe_dry_run(struct answer *a)
{
	struct rehearsal r = { .answer = a, .now = state_now() };
	int64_t app = a->operand[0] ? answer_app_id(a->operand[0]) : 0;
	const char *colon = a->operand[0] ? strchr(a->operand[0], ':') : NULL;
	struct db_txn t;

	r.txn = &t;
	if (app == 0)
		r.only = colon ? colon + 1 : a->operand[0];
	db_begin(&t, a->store->db, DB_READ);
	plan_walk(&t, false, app, each_app, &r);
	if (t.result == 0)
		total(&r);
	return answer_end(a, &t);
}
