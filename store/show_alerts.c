/* SPDX-License-Identifier: GPL-2.0-or-later */
/* findings, alerts. */
#include "store/alert.h"
#include "store/answer.h"
#include "store/finding.h"
#include "store/json.h"

enum column {
	FINDING_ID,
	FINDING_APP,
	FINDING_NAME,
	FINDING_RULE,
	FINDING_SEVERITY,
	FINDING_TITLE,
	FINDING_CITES,
	FINDING_DUTY,
	FINDING_UNIT,
	FINDING_EVIDENCE,
	FINDING_FIRST,
	FINDING_LAST,
	FINDING_STATE,
};

void finding_json(struct buf *b, struct query *row)
{
	char app[24];

	answer_app_text(app, query_get_int(row, FINDING_APP));
	json_int(b, "finding", query_get_int(row, FINDING_ID));
	json_text(b, "state", query_get_text(row, FINDING_STATE));
	json_text(b, "app", app);
	json_text(b, "name", query_get_text(row, FINDING_NAME));
	json_text(b, "rule", query_get_text(row, FINDING_RULE));
	json_text(b, "severity", query_get_text(row, FINDING_SEVERITY));
	json_raw(b, "cites", query_get_text(row, FINDING_CITES));
	json_text(b, "duty", query_get_text(row, FINDING_DUTY));
	json_text(b, "title", query_get_text(row, FINDING_TITLE));
	json_text(b, "unit", query_get_text(row, FINDING_UNIT));
	json_raw(b, "evidence", query_get_text(row, FINDING_EVIDENCE));
	json_time(b, "first", query_get_int(row, FINDING_FIRST));
	json_time(b, "last", query_get_int(row, FINDING_LAST));
}

int answer_findings(struct answer *a)
{
	struct db_txn t;
	struct query q;

	db_begin(&t, a->store->db, DB_READ);
	query_open(&q, &t, STMT_FINDINGS_LIST);
	query_text(&q, NULL);
	while (query_row(&q)) {
		json_line(&a->line);
		finding_json(&a->line, &q);
		answer_line(a);
	}
	return answer_end(a, &t);
}

int answer_alerts(struct answer *a)
{
	struct db_txn t;
	struct query q;

	db_begin(&t, a->store->db, DB_READ);
	query_open(&q, &t, a->option[0] ? STMT_ALERTS_ALL : STMT_ALERTS_OPEN);
	while (query_row(&q)) {
		alert_json(&a->line, a->store, &q);
		a->line.len--; /* answer_line() closes it */
		answer_line(a);
	}
	return answer_end(a, &t);
}
