/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "policy/domain.h"
#include "store/answer.h"
#include "store/bystander.h"
#include "store/json.h"
#include "store/show_probes.h"

enum { SOURCES_SHOWN = 20 };

struct count_row {
	const char *group, *key;
	enum stmt stmt;
};

/* Rows of one group stand together. */
static const struct count_row counts[] = {
	{ "observed", "sources", STMT_STATUS_SOURCES },
	{ "observed", "subjects", STMT_STATUS_SUBJECTS },
	{ "observed", "days", STMT_STATUS_DAYS },
	{ "observed", "servers", STMT_STATUS_SERVERS },
	{ "observed", "links", STMT_STATUS_LINKS },
	{ "filed", "imports", STMT_STATUS_IMPORTS },
	{ "filed", "rows", STMT_STATUS_ROWS },
	{ "filed", "current", STMT_STATUS_CURRENT },
	{ "decided", "decisions", STMT_STATUS_DECISIONS },
	{ "derived", "apps", STMT_STATUS_APPS },
	{ "derived", "findings", STMT_STATUS_FINDINGS },
	{ "derived", "alerts_open", STMT_STATUS_ALERTS_OPEN },
	{ "derived", "alerts_resolved", STMT_STATUS_ALERTS_RESOLVED },
};

static int64_t number(struct db_txn *t, enum stmt id)
{
	struct query q;
	query_open(&q, t, id);
	return query_one(&q, 0);
}

/* Apps of bystanders have no rows. */
static void counts_json(struct buf *b, struct db_txn *t, int64_t bystanders)
{
	const size_t n = sizeof(counts) / sizeof(counts[0]);

	for (size_t i = 0; i < n; i++) {
		int64_t more = counts[i].stmt == STMT_STATUS_APPS ? bystanders : 0;
		if (i == 0 || strcmp(counts[i].group, counts[i - 1].group) != 0)
			json_open(b, counts[i].group, '{');
		json_int(b, counts[i].key, number(t, counts[i].stmt) + more);
		if (i + 1 == n || strcmp(counts[i].group, counts[i + 1].group) != 0)
			json_close(b, '}');
	}
}

static void database_json(struct answer *a, struct db_txn *t)
{
	struct store *s = a->store;
	struct buf *b = &a->line;

	json_open(b, "database", '{');
	json_text(b, "path", s->conf->store.database);
	json_int(b, "schema", db_schema_version(s->db));
	json_int(b, "bytes", number(t, STMT_STATUS_BYTES));
	json_text(b, "integrity", db_sound(s->db, DB_SOUND_OFTEN) ? "ok" : db_error(s->db));
	json_close(b, '}');
}

static void apps_json(struct buf *b, struct db_txn *t, int64_t bystanders)
{
	struct query q;

	json_open(b, "apps", '{');
	query_open(&q, t, STMT_STATUS_BY_STATUS);
	query_int(&q, bystanders);
	while (query_row(&q))
		json_int(b, query_get_text(&q, 0), query_get_int(&q, 1));
	json_close(b, '}');
}

static void outbox_json(struct buf *b, struct db_txn *t)
{
	struct query q;

	json_open(b, "outbox", '[');
	query_open(&q, t, STMT_STATUS_OUTBOX);
	while (query_row(&q)) {
		json_open(b, NULL, '{');
		json_text(b, "sink", query_get_text(&q, 0));
		json_int(b, "pending", query_get_int(&q, 1));
		json_int(b, "delivered", query_get_int(&q, 2));
		json_text(b, "error", query_get_text(&q, 3));
		json_close(b, '}');
	}
	json_close(b, ']');
}

static void judged_json(struct buf *b, struct db_txn *t)
{
	struct query q;

	query_open(&q, t, STMT_JUDGE_STATE);
	if (query_row(&q)) {
		json_open(b, "judgement", '{');
		json_bool(b, "due", query_get_int(&q, 0) != 0);
		json_int(b, "generation", query_get_int(&q, 2));
		if (query_get_int(&q, 3) != 0)
			json_time(b, "time", query_get_int(&q, 3));
		json_close(b, '}');
	}
	query_close(&q);
}

static int64_t days_since(int64_t us) { return (clock_wall() - us) / (86400LL * 1000000); }

static void import_json(struct buf *b, struct db_txn *t)
{
	struct query q;

	query_open(&q, t, STMT_STATUS_LAST_IMPORT);
	if (query_row(&q)) {
		json_open(b, "last_import", '{');
		json_int(b, "import", query_get_int(&q, 0));
		json_text(b, "kind", query_get_text(&q, 1));
		json_text(b, "file", query_get_text(&q, 2));
		json_time(b, "time", query_get_int(&q, 3));
		json_int(b, "age_days", days_since(query_get_int(&q, 3)));
		json_close(b, '}');
	} else {
		json_raw(b, "last_import", NULL);
	}
	query_close(&q);
}

/* The list that domains are cut by: an old one splits new suffixes wrongly. */
static void psl_json(struct buf *b)
{
	int64_t time = domain_list_time();

	json_open(b, "suffix_list", '{');
	json_text(b, "file", domain_list_file());
	json_time(b, "time", time);
	json_int(b, "age_days", days_since(time));
	json_close(b, '}');
}

static void counters_json(struct buf *b, struct db_txn *t, int64_t source)
{
	struct query q;

	json_open(b, "counters", '{');
	query_open(&q, t, STMT_COUNTERS_OF);
	query_int(&q, source);
	while (query_row(&q))
		json_int(b, query_get_text(&q, 0), query_get_int(&q, 1));
	json_close(b, '}');
}

static void sources_json(struct buf *b, struct db_txn *t)
{
	struct query q;

	json_open(b, "sources", '[');
	query_open(&q, t, STMT_SOURCES_NEWEST);
	query_int(&q, SOURCES_SHOWN);
	while (query_row(&q)) {
		json_open(b, NULL, '{');
		json_int(b, "source", query_get_int(&q, 0));
		json_text(b, "name", query_get_text(&q, 1));
		json_text(b, "digest", query_get_text(&q, 2));
		json_text(b, "state", query_get_text(&q, 3));
		json_time(b, "begun", query_get_int(&q, 4));
		if (query_get_int(&q, 7) > 0) {
			json_time(b, "first", query_get_int(&q, 5));
			json_time(b, "last", query_get_int(&q, 6));
		}
		json_int(b, "observations", query_get_int(&q, 7));
		json_int(b, "messages", query_get_int(&q, 8));
		counters_json(b, t, query_get_int(&q, 0));
		json_close(b, '}');
	}
	json_close(b, ']');
}

int answer_status(struct answer *a)
{
	struct buf *b = &a->line;
	int64_t bystanders;
	struct db_txn t;
	int code;

	db_begin(&t, a->store->db, DB_READ);
	json_line(b);
	json_text(b, "profile", a->store->conf->policy.profile);
	database_json(a, &t);
	bystanders = bystanders_count(a->store, &t);
	counts_json(b, &t, bystanders);
	apps_json(b, &t, bystanders);
	judged_json(b, &t);
	import_json(b, &t);
	psl_json(b);
	outbox_json(b, &t);
	probing_status_json(b, a->store, &t);
	sources_json(b, &t);
	code = answer_end(a, &t);
	if (code == ANSWER_DONE)
		answer_line(a);
	return code;
}
