/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings of a judgement -> findings and alerts in the database, each transition into the outbox. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"
#include "store/alert.h"
#include "store/json.h"
#include "store/verdict.h"

struct raise {
	struct store *store;
	struct db_txn *txn;
	const struct load *load;
	int64_t generation;
	struct standing *standing; /* sorted by app, then by rule */
	size_t count, cap;
	struct shelf shelf;
};

/* The rows of one (app, rule) before this judgement. */
struct standing {
	int64_t app;
	const char *rule;
	int64_t finding, alert; /* 0: none */
	bool open;
	bool found; /* by this judgement again */
};

static void cites_json(struct buf *b, const struct rule *r)
{
	json_open(b, NULL, '[');
	for (size_t i = 0; r && i < r->cites.count; i++)
		json_text(b, NULL, r->cites.item[i]);
	json_close(b, ']');
}

static void read_standing(struct raise *r)
{
	struct query q;

	query_open(&q, r->txn, STMT_FINDINGS_STANDING);
	while (query_row(&q)) {
		r->standing = xgrow(r->standing, &r->cap, r->count + 1, sizeof(*r->standing));
		r->standing[r->count++] = (struct standing){
			.finding = query_get_int(&q, 0),
			.app = query_get_int(&q, 1),
			.rule = shelf_text(&r->shelf, query_get_text(&q, 2)),
			.open = query_get_int(&q, 3) != 0,
			.alert = query_get_int(&q, 4),
		};
	}
}

static struct standing *look_up(struct raise *r, int64_t app, const char *rule)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct standing *at = &r->standing[middle];
		if (at->app < app || (at->app == app && strcmp(at->rule, rule) < 0))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == r->count || r->standing[low].app != app || strcmp(r->standing[low].rule, rule) != 0)
		return NULL;
	return &r->standing[low];
}

/* Adds the finding, fires it again, or (keep_evidence) only brings it up to date. */
static void write_finding(struct raise *r, const struct verdict *v, const struct finding *f,
			  bool keep_evidence)
{
	struct buf cites = { 0 }, evidence = { 0 };
	struct query q;

	cites_json(&cites, f->rule_row);
	verdict_evidence(&evidence, v->app, r->load);
	query_open(&q, r->txn, STMT_FINDING_PUT);
	query_int(&q, v->id);
	query_text(&q, f->rule);
	query_text(&q, severity_name(f->severity));
	query_text(&q, f->title);
	query_text(&q, cites.p);
	query_text(&q, f->rule_row && f->rule_row->duty ? f->rule_row->duty : "");
	query_text(&q, evidence.p);
	query_int(&q, v->app->first);
	query_int(&q, v->app->last);
	query_int(&q, r->generation);
	query_int(&q, keep_evidence);
	query_run(&q);
	buf_clear(&cites);
	buf_clear(&evidence);
}

static void bind_alert(struct query *q, const struct verdict *v, const struct finding *f,
		       const char *const json[3])
{
	query_text(q, severity_name(f->severity));
	query_text(q, v->app->name);
	query_text(q, f->title);
	query_text(q, json[0]);
	query_text(q, json[1]);
	query_count(q, v->app->clients);
	query_text(q, json[2]);
	query_int(q, v->app->first);
	query_int(q, v->app->last);
}

/* Opens an alert, or brings the open one up to date: a repeat is no news for the sinks. */
static void write_alert(struct raise *r, const struct verdict *v, const struct finding *f, int64_t open)
{
	struct buf cites = { 0 }, subjects = { 0 }, facts = { 0 };
	struct query q;
	char uuid[37];

	cites_json(&cites, f->rule_row);
	verdict_subjects(&subjects, v->app, r->load);
	verdict_facts(&facts, v->app, r->load);
	query_open(&q, r->txn, open ? STMT_ALERT_REPEAT : STMT_ALERT_OPEN);
	bind_alert(&q, v, f, (const char *const[]){ cites.p, subjects.p, facts.p });
	if (open) {
		query_int(&q, open);
		query_run(&q);
	} else {
		hash_uuid(uuid);
		query_int(&q, v->id);
		query_text(&q, f->rule);
		query_text(&q, uuid);
		query_int(&q, clock_wall());
		query_run(&q);
		alert_send(r->store, r->txn, query_new_id(&q));
	}
	buf_clear(&cites);
	buf_clear(&subjects);
	buf_clear(&facts);
}

static void raise_one(struct raise *r, const struct verdict *v, const struct finding *f)
{
	struct standing *at = look_up(r, v->id, f->rule);

	if (at != NULL)
		at->found = true;
	if (at != NULL && at->open && at->alert && !v->changed)
		return;
	write_finding(r, v, f, at != NULL && at->open);
	write_alert(r, v, f, at != NULL ? at->alert : 0);
}

/* -- what no longer holds ------------------------------------------------------------------------ */
struct reason {
	enum app_status status;
	const char *why, *text;
};

static const struct reason reasons[] = {
	{ APP_UNFILED, "below-threshold", "不再达到口径的客户端数或天数" },
	{ APP_PROBABLE, "probable", "找到疑似对应的备案,待人工确认" },
	{ APP_FILED, "filed", "已找到对应的备案" },
	{ APP_EXEMPT, "exempt", "已列为豁免" },
	{ APP_OUT_OF_SCOPE, "out-of-scope", "按现行口径不在范围内" },
	{ APP_UNDECIDED, "undecided", "不再判定为教育应用" },
};
_Static_assert(sizeof(reasons) / sizeof(reasons[0]) == APP_STATUS_COUNT, "a reason for each status");

static const struct reason gone = { APP_STATUS_COUNT, "gone", "该应用的观测已撤回,或已并入其他应用" };

static const struct reason *reason_of(const char *status, bool is_gone)
{
	enum app_status s;

	if (is_gone || !app_status_find(status, &s))
		return &gone;
	return &reasons[s];
}

/* "已找到对应的备案: NAME NUMBER(第 3 次导入 a.csv)": the row that settled it. */
static void add_filing(struct raise *r, int64_t app, struct buf *text)
{
	struct query q;

	query_open(&q, r->txn, STMT_APP_BEST_FILING);
	query_int(&q, app);
	if (query_row(&q)) {
		const char *number = query_get_text(&q, 1);
		buf_printf(text, ": %s%s%s(第 %lld 次导入 %s)", query_get_text(&q, 0), number ? " " : "",
			   number ? number : "", (long long)query_get_int(&q, 2), query_get_text(&q, 3));
	}
	query_close(&q);
}

static void add_decision(struct raise *r, int64_t app, struct buf *text)
{
	struct query q;

	query_open(&q, r->txn, STMT_APP_DECISION);
	query_int(&q, app);
	if (query_row(&q))
		buf_printf(text, ": %s", query_get_text(&q, 0));
	query_close(&q);
}

static const struct reason *explain(struct raise *r, int64_t app, struct buf *text)
{
	const struct reason *why = &gone;
	struct query q;

	query_open(&q, r->txn, STMT_APP_STATUS);
	query_int(&q, app);
	if (query_row(&q))
		why = reason_of(query_get_text(&q, 0), query_get_int(&q, 1) != 0);
	query_close(&q);
	buf_puts(text, why->text);
	if (why->status == APP_FILED || why->status == APP_PROBABLE)
		add_filing(r, app, text);
	if (why->status == APP_EXEMPT)
		add_decision(r, app, text);
	return why;
}

static void settle(struct raise *r, const struct standing *at)
{
	struct buf text = { 0 };
	const struct reason *why = explain(r, at->app, &text);
	struct query q;

	query_open(&q, r->txn, STMT_FINDING_CLOSE);
	query_int(&q, at->finding);
	query_run(&q);
	if (at->alert != 0) {
		query_open(&q, r->txn, STMT_ALERT_RESOLVE);
		query_int(&q, at->alert);
		query_text(&q, why->why);
		query_text(&q, text.p);
		query_int(&q, clock_wall());
		query_run(&q);
		alert_send(r->store, r->txn, at->alert);
	}
	buf_clear(&text);
}

void raise_findings(struct store *s, struct db_txn *t, const struct load *l, const struct verdict *v,
		    size_t n, int64_t generation)
{
	struct raise r = { .store = s, .txn = t, .load = l, .generation = generation };

	read_standing(&r);
	for (size_t i = 0; i < n && t->result == 0; i++)
		for (size_t k = 0; k < v[i].app->finding_count; k++)
			raise_one(&r, &v[i], &v[i].app->finding[k]);
	for (size_t i = 0; i < r.count && t->result == 0; i++)
		if (r.standing[i].open && !r.standing[i].found)
			settle(&r, &r.standing[i]);
	shelf_clear(&r.shelf);
	free(r.standing);
}
