/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe --dry-run: what would be asked of whom and why, and who is left alone; nothing is sent or written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "policy/policy.h"
#include "store/answer.h"
#include "store/json.h"
#include "store/plan.h"
#include "store/reach.h"
#include "store/show_probes.h"

struct rehearsal {
	struct answer *answer;
	struct db_txn *txn;
	const char *only; /* name of the one subject, in letters of any case; NULL: all */
	int64_t now;
	uint64_t outcome[PROBE_OUTCOME_COUNT];
	bool told; /* of at least one run */
};

/* A run that might be made. */
struct planned {
	enum subject_kind kind;
	const char *name, *probe, *target, *why;
	int64_t app, due;
};

/* What a run would begin with, by the prober's own checks. */
static enum probe_outcome preview(struct rehearsal *r, const struct planned *p)
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
	s->preview(s->conf,
		   &(struct probe_look){ .kind = p->kind,
					 .name = p->name,
					 .probe = p->probe,
					 .target = p->target,
					 .scope = scope,
					 .scope_count = j.scope_count },
		   r->now, &sight);
	json_text(b, "method", sight.head ? "HEAD" : "GET");
	target_json(b, "url", sight.url);
	json_bool(b, "robots", sight.robots);
	json_text(b, "remark", sight.remark);
	return sight.outcome;
}

static void rehearse(struct rehearsal *r, const struct planned *p, enum probe_outcome o)
{
	struct buf *b = &r->answer->line;
	char app[24];

	answer_app_text(app, p->app);
	json_line(b);
	json_text(b, "kind", subject_kind_name(p->kind));
	json_text(b, "name", p->name);
	json_text(b, "probe", p->probe);
	target_json(b, "target", p->target);
	json_text(b, "app", p->app ? app : NULL);
	json_text(b, "why", p->why);
	json_time(b, "next", p->due > r->now ? p->due : r->now);
	if (o == PROBE_DONE)
		o = preview(r, p);
	json_bool(b, "asked", o == PROBE_DONE);
	json_text(b, "refusal", o == PROBE_DONE ? NULL : probe_outcome_name(o));
	answer_line(r->answer);
	r->outcome[o]++;
	r->told = true;
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
		if (r->only != NULL && strcasecmp(r->only, m->name) != 0)
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
		if (state_kind(&q, 0, &p.kind) && (r->only == NULL || strcasecmp(r->only, p.name) == 0))
			rehearse(r, &p, PROBE_DONE);
	}
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

/* The name in "A17", "host:NAME", a URL or a name alone; `host` takes what is to be freed. */
static const char *name_meant(const char *text, char **host)
{
	const char *colon = text ? strchr(text, ':') : NULL;

	if (colon != NULL && strncmp(colon, "://", 3) == 0)
		return (*host = policy_normal_domain(text)) ? *host : text;
	return colon ? colon + 1 : text;
}

int answer_probe_dry_run(struct answer *a)
{
	const char *what = a->operand[0];
	struct rehearsal r = { .answer = a, .now = clock_wall() };
	int64_t app = what ? answer_app_id(what) : 0;
	char *host = NULL;
	struct db_txn t;

	r.txn = &t;
	if (app == 0)
		r.only = name_meant(what, &host);
	db_begin(&t, a->store->db, DB_READ);
	plan_walk(&t, false, app, each_app, &r);
	each_lead(&r, app);
	if (t.result == 0 && what != NULL && !r.told)
		db_fail(&t, -1,
			"%.200s 不在探测计划里: 它不是研判点名的应用或其主机;beianctl explain 说明为何,"
			"beianctl probe 可由人问一次",
			what);
	if (t.result == 0)
		total(&r);
	free(host);
	return answer_end(a, &t);
}
