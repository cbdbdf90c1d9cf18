/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A person asks for a probe: beianctl probe. What may be asked is in scope like everything else. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/json.h"
#include "store/meant.h"
#include "store/plan.h"
#include "store/show_fact.h"
#include "store/show_probes.h"

struct ask {
	struct store *store;
	struct db_txn *txn;
	int64_t now;
	struct meant what;
	int64_t *job;
	size_t count;
	int64_t later;              /* when a target lets itself be asked again; 0: nobody asked to wait */
	enum probe_outcome refusal; /* of a probe that fits; PROBE_DONE: none was refused */
	bool full;                  /* there is no room for a job */
	char *error;                /* STORE_ERROR_MAX */
};

static bool refuse(struct ask *a, const char *zh)
{
	snprintf(a->error, STORE_ERROR_MAX, "%s", zh);
	return false;
}

/* -- may it be asked ----------------------------------------------------------------------------------- */

static bool may_ask_now(struct ask *a)
{
	struct query q;

	if (!plan_is_on(a->store))
		return refuse(a, "探测没有启用:请在配置里写 probe.enabled = on 和 probe.contact,再重启");
	query_open(&q, a->txn, STMT_PROBE_STATE);
	a->store->paused = query_one(&q, 0) != 0;
	return !a->store->paused || refuse(a, "探测已暂停;先 beianctl probe resume");
}

/* -- the jobs ------------------------------------------------------------------------------------------ */

static void renew(struct ask *a, int64_t id)
{
	struct query q;

	query_open(&q, a->txn, STMT_PROBE_JOB_ASK);
	query_int(&q, id);
	query_int(&q, a->now);
	query_run(&q);
}

static int64_t create(struct ask *a, const struct probe_row *row)
{
	struct query q;

	if (plan_room(a->store, a->txn) == 0) {
		plan_count(a->txn, "jobs-refused", 1);
		a->full = true;
		return 0;
	}
	query_open(&q, a->txn, STMT_PROBE_JOB_ADD);
	query_int(&q, a->what.kind);
	query_text(&q, a->what.name);
	query_text(&q, row->name);
	query_text(&q, a->what.target);
	if (a->what.app != 0)
		query_int(&q, a->what.app);
	else
		query_text(&q, NULL);
	query_text(&q, "人工探测");
	query_int(&q, a->now);
	query_run(&q);
	return query_new_id(&q);
}

static void demand(struct ask *a, const struct probe_row *row)
{
	struct query q;
	int64_t id = 0, until = plan_held_until(a->txn, row, a->what.kind, a->what.name, a->now);
	bool out = false;

	if (until > 0) {
		a->later = until > a->later ? until : a->later;
		return;
	}
	query_open(&q, a->txn, STMT_PROBE_JOB_FIND);
	query_int(&q, a->what.kind);
	query_text(&q, a->what.name);
	query_text(&q, row->name);
	query_text(&q, a->what.target);
	if (query_row(&q)) {
		id = query_get_int(&q, 0);
		out = query_get_int(&q, 2) != 0;
	}
	query_close(&q);
	if (id == 0)
		id = create(a, row);
	else if (!out)
		renew(a, id);
	if (id != 0)
		a->job[a->count++] = id;
}

static void demand_all(struct ask *a)
{
	const struct store *s = a->store;
	struct asked_member m = { .kind = a->what.kind, .name = a->what.name, .answers = true };

	if (a->what.target[0] != '\0') {
		const struct probe_row *row = plan_row_for(s, a->what.target);
		if (row != NULL)
			demand(a, row);
		return;
	}
	for (size_t i = 0; i < s->probe_count && a->count < STORE_ASK_MAX; i++) {
		enum probe_outcome refusal;
		if (!plan_fits(&s->probe[i], a->what.kind))
			continue;
		refusal = plan_refusal(s, &s->probe[i], &m);
		if (refusal == PROBE_DONE)
			demand(a, &s->probe[i]);
		else
			a->refusal = refusal;
	}
}

/* What the prober would refuse by the URL alone is refused at once. */
static bool may_ask_url(struct ask *a)
{
	const struct store *s = a->store;
	const struct probe_row *row = a->what.target[0] != '\0' ? plan_row_for(s, a->what.target) : NULL;
	struct probe_sight sight;

	if (row == NULL || s->preview == NULL)
		return true;
	s->preview(s->conf,
		   &(struct probe_look){ .kind = a->what.kind,
					 .name = a->what.name,
					 .probe = row->name,
					 .target = a->what.target },
		   a->now, &sight);
	if (sight.outcome == PROBE_DONE)
		return true;
	snprintf(a->error, STORE_ERROR_MAX, "这个网址不能问: %s%s", probe_outcome_zh(sight.outcome),
		 sight.outcome == PROBE_BAD_PORT ? ";可问的端口见 probe.ports" : "");
	return false;
}

static bool tell_none(struct ask *a)
{
	char text[TEXT_TIME_MAX];

	if (a->later != 0) {
		text_time_beijing(text, a->later);
		snprintf(a->error, STORE_ERROR_MAX, "对方要求等待,%s 之后再探测", text);
	} else if (a->full) {
		snprintf(a->error, STORE_ERROR_MAX,
			 "探测任务已满(probe.jobs = %llu):请调大,或等旧任务到期清除",
			 (unsigned long long)a->store->conf->probe.jobs);
	} else if (a->refusal == PROBE_NOT_ENABLED) {
		snprintf(a->error, STORE_ERROR_MAX, "问这一类对象的网址没有配置:请写 probe.%s,再重启",
			 a->what.kind == SUBJECT_IOS_BUNDLE ? "itunes_lookup" : "wechat_record");
	} else if (a->refusal != PROBE_DONE) {
		snprintf(a->error, STORE_ERROR_MAX, "不探测: %s", probe_outcome_zh(a->refusal));
	} else {
		snprintf(a->error, STORE_ERROR_MAX, "没有针对%s的探测", subject_kind_zh(a->what.kind));
	}
	return false;
}

static bool ask(struct ask *a, const char *what)
{
	if (!meant_read(&a->what, a->txn, what, a->error))
		return false;
	if (a->what.several)
		return refuse(a, "不止一种对象叫这个名字,请写作 种类:名称,例如 host:jw.example.edu.cn");
	if (!meant_in_scope(&a->what, a->store, a->txn, a->error) || !may_ask_now(a) || !may_ask_url(a))
		return false;
	demand_all(a);
	return a->count > 0 || tell_none(a);
}

int store_probe_ask(struct store *s, int64_t now, const char *what, int64_t job[STORE_ASK_MAX], size_t *count,
		    char error[STORE_ERROR_MAX])
{
	struct db_txn t;
	struct ask a = { .store = s, .txn = &t, .now = now, .job = job, .error = error };
	bool done;

	*count = 0;
	error[0] = '\0';
	db_begin(&t, s->db, DB_WRITE);
	done = ask(&a, what);
	if (t.result == 0 && !done) {
		db_abandon(&t);
		return ANSWER_REFUSED;
	}
	if (state_end(s, &t) != 0) {
		snprintf(error, STORE_ERROR_MAX, "%s", s->error);
		return ANSWER_REFUSED;
	}
	*count = a.count;
	return ANSWER_DONE;
}

/* -- the answer ---------------------------------------------------------------------------------------- */

/* What only somebody who was reached can have brought about. Others may end a run in the middle: an answer
 * was had when there was a status. */
static bool is_answer(enum probe_outcome o, int64_t status)
{
	switch (o) {
	case PROBE_DONE:
	case PROBE_UNCHANGED:
	case PROBE_UNRECOGNISED:
	case PROBE_ROBOTS:
	case PROBE_HTTP_ERROR:
		return true;
	case PROBE_PAUSED:
	case PROBE_LOST:
	case PROBE_POISON:
	case PROBE_SHORTAGE:
		return false;
	default:
		return status != 0;
	}
}

static void tell_outcome(struct store_reply *r, struct query *q)
{
	struct job_end e;
	bool ended = job_end(q, &e), more = ended && e.remark != NULL && e.remark[0] != '\0';

	if (!ended || !is_answer(e.outcome, e.status))
		snprintf(r->error, sizeof(r->error), "%s 没有得到回答: %s%s%.200s", ended ? e.name : "",
			 ended ? probe_outcome_zh(e.outcome) : "没有问", more ? ": " : "",
			 more ? e.remark : "");
}

static void tell(struct answer *a, struct db_txn *t, int64_t job)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_JOB_SHOW);
	query_int(&q, job);
	while (query_row(&q)) {
		tell_outcome(a->reply, &q);
		json_line(&a->line);
		job_json(&a->line, &q, clock_wall());
		answer_line(a);
	}
	query_open(&q, t, STMT_PROBE_FACTS_OF_JOB);
	query_int(&q, job);
	while (query_row(&q)) {
		json_line(&a->line);
		fact_json(&a->line, &q, true);
		answer_line(a);
	}
	query_open(&q, t, STMT_PROBE_TRANSCRIPTS_OF);
	query_int(&q, job);
	if (query_row(&q)) {
		json_line(&a->line);
		transcript_json(&a->line, &q, job);
		answer_line(a);
	}
	query_close(&q);
}

int store_probe_tell(struct store *s, int64_t job, struct store_reply *r)
{
	struct answer a = { .store = s, .reply = r };
	struct db_txn t;
	int done;

	r->error[0] = '\0';
	db_begin(&t, s->db, DB_READ);
	tell(&a, &t, job);
	done = state_end(s, &t);
	buf_clear(&a.line);
	return done;
}

/* Without the daemon there is nobody who asks. */
int answer_probe(struct answer *a)
{
	return answer_refuse(a, "请求由运行中的守护进程发出:请去掉 --db;只看会问什么用 probe --dry-run");
}
