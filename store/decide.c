/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exempt, unexempt: what people decide. Written here and nowhere else. */
#include <stdio.h>
#include <string.h>

#include "policy/policy.h"
#include "store/json.h"
#include "store/resolve.h"

/* A decision stands for the whole app: it is kept under the app's centre. */
static void aim(struct resolved *out)
{
	const char *colon = strchr(out->app_key, ':');
	char kind[32];

	if (out->app == 0 || colon == NULL || (size_t)(colon - out->app_key) >= sizeof(kind))
		return;
	memcpy(kind, out->app_key, (size_t)(colon - out->app_key));
	kind[colon - out->app_key] = '\0';
	if (subject_kind_find(kind, &out->kind))
		snprintf(out->name, sizeof(out->name), "%s", colon + 1);
}

static void withdraw(struct db_txn *t, const struct resolved *at, int64_t *changes)
{
	struct query q;

	query_open(&q, t, STMT_DECISION_WITHDRAW);
	query_text(&q, decision_name(DECISION_EXEMPT));
	query_text(&q, subject_kind_name(at->kind));
	query_text(&q, at->name);
	query_int(&q, state_now());
	query_run(&q);
	*changes = query_changes(&q);
}

static void add(struct db_txn *t, const struct resolved *at, const char *reason)
{
	struct query q;

	query_open(&q, t, STMT_DECISION_ADD);
	query_text(&q, decision_name(DECISION_EXEMPT));
	query_text(&q, subject_kind_name(at->kind));
	query_text(&q, at->name);
	query_text(&q, reason);
	query_text(&q, "beianctl");
	query_int(&q, state_now());
	query_run(&q);
}

static void reply(struct answer *a, const struct resolved *at, const char *decision, const char *reason)
{
	char app[24];

	answer_app_text(app, at->app);
	json_line(&a->line);
	json_text(&a->line, "decision", decision);
	json_text(&a->line, "kind", subject_kind_name(at->kind));
	json_text(&a->line, "name", at->name);
	json_text(&a->line, "app", at->app ? app : NULL);
	if (reason)
		json_text(&a->line, "reason", reason);
	answer_line(a);
}

static int decide(struct answer *a, const char *reason)
{
	struct store *s = a->store;
	struct resolved at;
	struct db_txn t;
	int64_t withdrawn = 0;
	int code;

	db_begin(&t, s->db, DB_WRITE);
	code = resolve_subject(a, &t, a->operand[0], &at);
	if (code != ANSWER_DONE) {
		db_abandon(&t);
		return code;
	}
	aim(&at);
	withdraw(&t, &at, &withdrawn);
	if (reason)
		add(&t, &at, reason);
	else if (withdrawn == 0)
		db_fail(&t, -1, "%s:%s 没有豁免可取消", subject_kind_name(at.kind), at.name);
	judge_mark(&t);
	judge_run(s, &t);
	code = answer_end(a, &t);
	if (code == ANSWER_DONE)
		reply(a, &at, reason ? "exempt" : "unexempt", reason);
	return code;
}

int answer_exempt(struct answer *a)
{
	if (a->operand[1][0] == '\0')
		return answer_refuse(a, "豁免须写明理由");
	return decide(a, a->operand[1]);
}

int answer_unexempt(struct answer *a) { return decide(a, NULL); }
