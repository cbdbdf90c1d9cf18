/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exempt, unexempt: what people decide. Written here and nowhere else. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/policy.h"
#include "store/json.h"
#include "store/resolve.h"

enum { REASON_BYTES_MAX = 600 };

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
	query_int(&q, clock_wall());
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
	query_int(&q, clock_wall());
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
	struct resolved at, named;
	struct db_txn t;
	int64_t withdrawn = 0;
	int code;

	db_begin(&t, s->db, DB_WRITE);
	code = resolve_subject(a, &t, a->operand[0], &at);
	if (code != ANSWER_DONE)
		return resolve_failed(a, &t);
	named = at;
	aim(&at);
	withdraw(&t, &at, &withdrawn);
	/* what was decided before the subject moved into another's app stands under its own name */
	if (reason == NULL && withdrawn == 0) {
		withdraw(&t, &named, &withdrawn);
		at = withdrawn > 0 ? named : at;
	}
	if (reason)
		add(&t, &at, reason);
	else if (withdrawn == 0)
		db_fail(&t, -1, "%s:%s 没有豁免可取消", subject_kind_name(at.kind), at.name);
	judge_mark(&t);
	judge_run(s, &t);
	at.app = at.app < 0 ? resolve_again(&t, &at) : at.app;
	code = answer_end(a, &t);
	if (code == ANSWER_DONE)
		reply(a, &at, reason ? "exempt" : "unexempt", reason);
	return code;
}

/* It is shown to people in explanations and goes out with alerts: NULL, or why it cannot be taken. */
static const char *reason_fault(const char *reason)
{
	size_t n = strlen(reason);
	bool blank = true;

	for (size_t i = 0, len; i < n; i += len) {
		len = text_utf8_len((const uint8_t *)reason + i, n - i);
		if (len == 0)
			return "豁免理由不是 UTF-8 编码,请检查终端的字符集";
		if (len == 1 && ((unsigned char)reason[i] < ' ' || reason[i] == 0x7f))
			return "豁免理由里有换行或控制字符,请写成一行";
		blank = blank && reason[i] == ' ';
	}
	if (n > REASON_BYTES_MAX)
		return "豁免理由太长,最多 200 个汉字";
	return blank ? "豁免须写明理由" : NULL;
}

int answer_exempt(struct answer *a)
{
	const char *fault = reason_fault(a->operand[1]);
	return fault ? answer_refuse(a, "%s", fault) : decide(a, a->operand[1]);
}

int answer_unexempt(struct answer *a) { return decide(a, NULL); }
