/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filings list, filings list --imports, filings export. */
#include "filings/filing.h"
#include "store/answer.h"
#include "store/json.h"

enum { FIELD_COLUMN = 4 }; /* STMT_FILINGS_ALL: id, kind, import, line, then the fields */

/* Contacts are personal data: they leave in an export only. */
static void fields_json(struct buf *b, struct query *q, bool contact)
{
	for (int f = 0; f < FILING_FIELD_COUNT; f++)
		if (contact || f != FILING_CONTACT)
			json_text(b, filing_field_name((enum filing_field)f),
				  query_get_text(q, FIELD_COLUMN + f));
}

static int list_imports(struct answer *a)
{
	struct buf *b = &a->line;
	struct db_txn t;
	struct query q;

	db_begin(&t, a->store->db, DB_READ);
	query_open(&q, &t, STMT_IMPORTS_ALL);
	while (query_row(&q)) {
		json_line(b);
		json_int(b, "import", query_get_int(&q, 0));
		json_text(b, "kind", query_get_text(&q, 1));
		json_text(b, "file", query_get_text(&q, 2));
		json_text(b, "sha256", query_get_text(&q, 3));
		json_text(b, "charset", query_get_text(&q, 4));
		json_time(b, "time", query_get_int(&q, 5));
		json_int(b, "rows", query_get_int(&q, 6));
		json_int(b, "added", query_get_int(&q, 7));
		json_int(b, "changed", query_get_int(&q, 8));
		json_int(b, "unchanged", query_get_int(&q, 9));
		json_int(b, "refused", query_get_int(&q, 10));
		json_text(b, "state", query_get_text(&q, 11));
		answer_line(a);
	}
	return answer_end(a, &t);
}

int answer_filings(struct answer *a)
{
	struct buf *b = &a->line;
	struct db_txn t;
	struct query q;

	if (a->option[0])
		return list_imports(a);
	db_begin(&t, a->store->db, DB_READ);
	query_open(&q, &t, STMT_FILINGS_ALL);
	while (query_row(&q)) {
		json_line(b);
		json_int(b, "filing", query_get_int(&q, 0));
		json_text(b, "kind", query_get_text(&q, 1));
		json_int(b, "import", query_get_int(&q, 2));
		json_int(b, "row", query_get_int(&q, 3));
		fields_json(b, &q, false);
		answer_line(a);
	}
	return answer_end(a, &t);
}

int answer_export(struct answer *a)
{
	struct buf *b = &a->line;
	struct db_txn t;
	struct query q;

	db_begin(&t, a->store->db, DB_READ);
	query_open(&q, &t, STMT_FILINGS_ALL);
	while (query_row(&q)) {
		json_line(b);
		json_open(b, "filing", '{');
		json_text(b, "kind", query_get_text(&q, 1));
		fields_json(b, &q, true);
		json_close(b, '}');
		answer_line(a);
	}
	return answer_end(a, &t);
}
