/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/alert.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/json.h"

enum column {
	ALERT_UUID,
	ALERT_STATE,
	ALERT_APP,
	ALERT_RULE,
	ALERT_SEVERITY,
	ALERT_CITES,
	ALERT_NAME,
	ALERT_TITLE,
	ALERT_CLIENTS,
	ALERT_SUBJECTS,
	ALERT_FACTS,
	ALERT_FIRST,
	ALERT_LAST,
	ALERT_WHY,
	ALERT_WHY_TEXT,
};

void alert_json(struct buf *b, const struct store *s, struct query *row)
{
	char app[24];

	snprintf(app, sizeof(app), "A%lld", (long long)query_get_int(row, ALERT_APP));
	json_line(b);
	json_text(b, "alert", query_get_text(row, ALERT_UUID));
	json_text(b, "state", query_get_text(row, ALERT_STATE));
	json_text(b, "school", s->conf->campus.name);
	json_text(b, "app", app);
	json_text(b, "name", query_get_text(row, ALERT_NAME));
	json_text(b, "rule", query_get_text(row, ALERT_RULE));
	json_text(b, "severity", query_get_text(row, ALERT_SEVERITY));
	json_raw(b, "cites", query_get_text(row, ALERT_CITES));
	json_text(b, "title", query_get_text(row, ALERT_TITLE));
	json_raw(b, "subjects", query_get_text(row, ALERT_SUBJECTS));
	json_people(b, "clients", query_get_int(row, ALERT_CLIENTS));
	json_raw(b, "facts", query_get_text(row, ALERT_FACTS));
	json_time(b, "first", query_get_int(row, ALERT_FIRST));
	json_time(b, "last", query_get_int(row, ALERT_LAST));
	if (query_get_text(row, ALERT_WHY)) {
		json_open(b, "resolution", '{');
		json_text(b, "why", query_get_text(row, ALERT_WHY));
		json_text(b, "text", query_get_text(row, ALERT_WHY_TEXT));
		json_close(b, '}');
	}
	json_close(b, '}');
}

static void queue(struct db_txn *t, const char *sink, int64_t alert, const char *payload)
{
	struct query q;

	query_open(&q, t, STMT_OUTBOX_ADD);
	query_text(&q, sink);
	if (alert)
		query_int(&q, alert);
	else
		query_text(&q, NULL);
	query_text(&q, payload);
	query_int(&q, clock_wall());
	query_run(&q);
}

static bool is_set(const char *option) { return option != NULL && option[0] != '\0'; }

void alert_queue(struct store *s, struct db_txn *t, int64_t alert, const char *line)
{
	if (is_set(s->conf->alert.file))
		queue(t, "file", alert, line);
	if (is_set(s->conf->alert.syslog))
		queue(t, "syslog", alert, line);
}

void alert_send(struct store *s, struct db_txn *t, int64_t alert)
{
	struct buf line = { 0 };
	struct query q;

	query_open(&q, t, STMT_ALERT_FIND);
	query_int(&q, alert);
	if (query_row(&q))
		alert_json(&line, s, &q);
	query_close(&q);
	if (line.len > 0)
		alert_queue(s, t, alert, line.p);
	buf_clear(&line);
}
