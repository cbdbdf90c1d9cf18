/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/show_fact.h"

#include "store/json.h"

enum column {
	FACT_ROW_KIND,
	FACT_ROW_NAME,
	FACT_ROW_TYPE,
	FACT_ROW_VALUE,
	FACT_ROW_CONFIDENCE,
	FACT_ROW_NOTE,
	FACT_ROW_FIRST,
	FACT_ROW_LAST,
	FACT_ROW_GONE,
	FACT_ROW_PROBE,
	FACT_ROW_VERSION,
};

void fact_json(struct buf *b, struct query *row, bool with_subject)
{
	enum subject_kind kind;

	if (with_subject) {
		json_text(b, "kind", state_kind(row, FACT_ROW_KIND, &kind) ? subject_kind_name(kind) : NULL);
		json_text(b, "subject", query_get_text(row, FACT_ROW_NAME));
	}
	json_text(b, "fact", fact_name((enum fact)query_get_int(row, FACT_ROW_TYPE)));
	json_text(b, "value", query_get_text(row, FACT_ROW_VALUE));
	json_int(b, "confidence", query_get_int(row, FACT_ROW_CONFIDENCE));
	json_text(b, "note", query_get_text(row, FACT_ROW_NOTE));
	json_text(b, "probe", query_get_text(row, FACT_ROW_PROBE));
	json_int(b, "version", query_get_int(row, FACT_ROW_VERSION));
	json_time(b, "first", query_get_int(row, FACT_ROW_FIRST));
	json_time(b, "last", query_get_int(row, FACT_ROW_LAST));
	if (query_get_text(row, FACT_ROW_GONE) != NULL)
		json_time(b, "gone", query_get_int(row, FACT_ROW_GONE));
}

void facts_add(struct told_facts *f, struct db_txn *t, enum subject_kind kind, const char *name)
{
	struct query q;

	query_open(&q, t, STMT_PROBE_FACTS_OF);
	query_int(&q, kind);
	query_text(&q, name);
	while (query_row(&q)) {
		if (f->count++ >= FACTS_TOLD)
			continue;
		if (f->count == 1)
			json_open(f->out, "facts", '[');
		json_open(f->out, NULL, '{');
		fact_json(f->out, &q, f->with_subject);
		json_close(f->out, '}');
	}
}

void facts_end(struct told_facts *f)
{
	if (f->count == 0)
		return;
	json_close(f->out, ']');
	if (f->count > FACTS_TOLD)
		json_int(f->out, "facts_more", (int64_t)(f->count - FACTS_TOLD));
}
