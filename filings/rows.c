/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/text.h"
#include "filings/cell.h"
#include "filings/remark.h"
#include "filings/set.h"

enum { HEADER_WITHIN = 10, SEEN_START = 1024 };

struct rows {
	struct filing_set *set;
	const struct header_words *words;
	enum filing_kind kind;
	bool found; /* the header has been read */
	struct header header;
	char *head[FILINGS_COLUMNS_MAX];  /* header texts, owned */
	char *above[FILINGS_COLUMNS_MAX]; /* the row before, owned, until the header is found */
	size_t above_n;
	struct buf tried; /* what stood where a header was looked for */
	unsigned tried_rows;
	bool below;         /* the row under the header has been looked at */
	size_t kind_column; /* that says which form a row is of; beyond the header: none */
	struct hash_key key;
	size_t *seen; /* open addressing: 1 + index of a row in the set; 0: free */
	size_t seen_size, seen_count;
};

struct rows *rows_new(struct filing_set *set, const struct header_words *words, enum filing_kind kind)
{
	struct rows *r = xcalloc(1, sizeof(*r));
	r->set = set;
	r->words = words;
	r->kind = kind;
	r->seen_size = SEEN_START;
	r->seen = xcalloc(r->seen_size, sizeof(*r->seen));
	hash_key_random(&r->key);
	return r;
}

static void forget_above(struct rows *r)
{
	for (size_t i = 0; i < r->above_n; i++)
		free(r->above[i]);
	r->above_n = 0;
}

void rows_free(struct rows *r)
{
	if (r == NULL)
		return;
	forget_above(r);
	for (size_t i = 0; i < r->header.n; i++)
		free(r->head[i]);
	buf_clear(&r->tried);
	free(r->seen);
	free(r);
}

/* -- repeats ---------------------------------------------------------------------------------------- */

static uint64_t filing_hash(const struct rows *r, const struct filing *f)
{
	struct buf b = { 0 };
	uint64_t h;

	for (size_t i = 0; i < FILING_FIELD_COUNT; i++)
		buf_printf(&b, "%s%c", f->field[i] ? f->field[i] : "", 0x1f);
	h = hash_keyed(&r->key, b.p, b.len);
	buf_clear(&b);
	return h;
}

static bool filings_equal(const struct filing *a, const struct filing *b)
{
	for (size_t i = 0; i < FILING_FIELD_COUNT; i++) {
		if ((a->field[i] == NULL) != (b->field[i] == NULL))
			return false;
		if (a->field[i] && strcmp(a->field[i], b->field[i]) != 0)
			return false;
	}
	return true;
}

/* The slot of an equal row, or the free one where it belongs. */
static size_t *seen_slot(struct rows *r, const struct filing *f)
{
	size_t mask = r->seen_size - 1, at = (size_t)filing_hash(r, f) & mask;
	while (r->seen[at] != 0 && !filings_equal(&r->set->row[r->seen[at] - 1], f))
		at = (at + 1) & mask;
	return &r->seen[at];
}

static void seen_grow(struct rows *r)
{
	size_t *old = r->seen, n = r->seen_size;

	r->seen_size *= 2;
	r->seen = xcalloc(r->seen_size, sizeof(*r->seen));
	for (size_t i = 0; i < n; i++)
		if (old[i] != 0)
			*seen_slot(r, &r->set->row[old[i] - 1]) = old[i];
	free(old);
}

/* The row goes into the set, or it repeats one and is told so. */
static void keep(struct rows *r, struct filing *f)
{
	size_t *slot = seen_slot(r, f);

	if (*slot != 0) {
		char text[96];
		snprintf(text, sizeof(text), "与第 %u 行完全相同, 只记一次", r->set->row[*slot - 1].row);
		filing_problem_add(r->set, f->row, NULL, text, false);
		filing_clear(f);
		return;
	}
	filing_add(r->set, f);
	*slot = r->set->count;
	if (++r->seen_count * 2 > r->seen_size)
		seen_grow(r);
}

/* -- the header --------------------------------------------------------------------------------------- */

/* How much of the text to show: at most 60 bytes, whole characters. */
static int shown(const char *text)
{
	size_t n = strlen(text);
	if (n > 60)
		for (n = 60; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			;
	return (int)n;
}

static void remember_tried(struct rows *r, const struct cells *row)
{
	r->tried_rows++;
	for (size_t i = 0; i < row->n && r->tried.len < 200; i++)
		if (row->cell[i][0] != '\0')
			buf_printf(&r->tried, "%s%.*s", r->tried.len > 0 ? ", " : "", shown(row->cell[i]),
				   row->cell[i]);
}

static void remember_above(struct rows *r, const struct cells *row)
{
	forget_above(r);
	for (size_t i = 0; i < row->n; i++)
		r->above[i] = xstrdup(row->cell[i]);
	r->above_n = row->n;
}

static int no_header(const struct rows *r, char *error)
{
	struct buf b = { 0 };
	buf_printf(&b,
		   "没有找到应用名称列(按 %s 解码): 前 %d 行应有一行列名, "
		   "含「应用名称」「所用应用」或「移动应用名称」; 见到的是: %s",
		   r->set->charset, HEADER_WITHIN, r->tried.len > 0 ? r->tried.p : "(空)");
	text_safe(error, CONF_ERROR_MAX, b.p, b.len);
	buf_clear(&b);
	return -1;
}

static const char *head_text(const struct rows *r, size_t i) { return r->head[i] ? r->head[i] : ""; }

/* What the header means for the set, which forgets what an earlier one meant. */
static void announce_header(struct rows *r)
{
	r->set->kind = r->header.kind;
	for (r->kind_column = 0; r->kind_column < r->header.n; r->kind_column++)
		if (strcmp(head_text(r, r->kind_column), FILINGS_KIND_HEADER) == 0)
			break;
	for (size_t i = 0; i < r->set->ignored_count; i++)
		free(r->set->ignored_column[i]);
	r->set->ignored_count = 0;
	for (size_t i = 0; i < r->header.n; i++)
		if (r->header.field[i] == FILING_FIELD_COUNT && r->head[i] && i != r->kind_column)
			filing_ignore_column(r->set, r->head[i]);
}

static void accept_header(struct rows *r, const struct cells *row)
{
	r->found = true;
	for (size_t i = 0; i < row->n; i++) {
		const char *why;
		r->head[i] = cell_text(row->cell[i], strlen(row->cell[i]), &why);
	}
	announce_header(r);
	forget_above(r);
}

static int try_header(struct rows *r, const struct cells *row, char *error)
{
	struct cells above = { .n = r->above_n };
	enum header_verdict v;

	for (size_t i = 0; i < r->above_n; i++)
		above.cell[i] = r->above[i];
	v = header_read(r->words, &above, row, r->kind, &r->header);
	if (v == HEADER_FOUND) {
		accept_header(r, row);
		return 0;
	}
	r->header.n = 0;
	if (v == HEADER_AMBIGUOUS) {
		snprintf(error, CONF_ERROR_MAX,
			 "从列名看不出是哪种表, 请加 --kind provider(提供者备案)、user(使用者备案)或 "
			 "selfcheck(自查)");
		return -1;
	}
	remember_tried(r, row);
	remember_above(r, row);
	return r->tried_rows < HEADER_WITHIN ? 0 : no_header(r, error);
}

/* Where the column of names is merged over two header rows, the second holds the rest of the header:
 * no name, and at least two words that are column names. */
static bool is_second_header(const struct rows *r, const struct cells *row)
{
	unsigned known = 0;

	for (size_t i = 0; i < row->n && i < r->header.n; i++) {
		if (row->cell[i][0] == '\0')
			continue;
		if (r->header.field[i] == FILING_NAME)
			return false;
		known += header_knows(r->words, row->cell[i]);
	}
	return known >= 2;
}

static bool try_second_header(struct rows *r, const struct cells *row)
{
	struct cells above = { .n = r->header.n }, both = { .n = r->header.n };
	struct header second;

	if (!is_second_header(r, row))
		return false;
	for (size_t i = 0; i < r->header.n; i++) {
		above.cell[i] = head_text(r, i);
		both.cell[i] = i < row->n && row->cell[i][0] != '\0' ? row->cell[i] : above.cell[i];
	}
	if (header_read(r->words, &above, &both, r->kind, &second) != HEADER_FOUND)
		return false;
	for (size_t i = 0; i < second.n; i++) {
		const char *why;
		char *text = cell_text(both.cell[i], strlen(both.cell[i]), &why);
		free(r->head[i]);
		r->head[i] = text;
	}
	r->header = second;
	announce_header(r);
	return true;
}

/* The form that was asked for is not the one that the words are of: nothing is taken. */
static int check_form(const struct rows *r, char *error)
{
	static const char *const titles[FILING_KIND_COUNT] = { "提供者备案表", "使用者备案表", "自查情况表" };
	const struct header *h = &r->header;
	struct buf b = { 0 };

	if (h->other == FILING_KIND_COUNT)
		return 0;
	buf_puts(&b, "列名");
	for (size_t i = 0; i < h->n && b.len < 200; i++)
		if (h->speaks[i])
			buf_printf(&b, "「%.*s」", shown(head_text(r, i)), head_text(r, i));
	buf_printf(&b, "是%s的, 与 --kind %s 不符: 请去掉 --kind, 或改为 --kind %s", titles[h->other],
		   filing_kind_name(h->kind), filing_kind_name(h->other));
	text_safe(error, CONF_ERROR_MAX, b.p, b.len);
	buf_clear(&b);
	return -1;
}

const char *rows_column(const struct rows *r, size_t column)
{
	return r->found && column < r->header.n ? r->head[column] : NULL;
}

bool rows_found_header(const struct rows *r) { return r->found; }

int rows_finish(struct rows *r, char error[CONF_ERROR_MAX]) { return r->found ? 0 : no_header(r, error); }

/* -- the rows below it ---------------------------------------------------------------------------------- */

/* A second column of the same field: lists grow, of names the first counts, other texts stand side by side.
 */
static void store_value(struct filing *f, enum filing_field field, char *value)
{
	char *old = f->field[field];
	struct buf both = { 0 };

	if (old == NULL) {
		f->field[field] = value;
		return;
	}
	if (field != FILING_NAME && strcmp(old, value) != 0) {
		buf_printf(&both, "%s%s%s", old, cell_is_list(field) ? "," : "; ", value);
		free(old);
		f->field[field] = both.p;
	}
	free(value);
}

static void read_cell(struct rows *r, struct filing *f, size_t column, const char *cell)
{
	enum filing_field field = r->header.field[column];
	struct buf complaint = { 0 };
	const char *unusable;
	char *text = cell_text(cell, strlen(cell), &unusable), *value = NULL;

	if (unusable)
		buf_puts(&complaint, unusable);
	if (text)
		value = cell_value(field, text, &complaint);
	if (value)
		store_value(f, field, value);
	if (complaint.len > 0) {
		buf_puts(&complaint, field == FILING_NAME ? "" : "; 该值未采用");
		filing_problem_add(r->set, f->row, r->head[column], complaint.p, false);
	}
	buf_clear(&complaint);
	free(text);
}

static bool is_blank(const char *cell) { return cell[strspn(cell, " \t\n")] == '\0'; }

static bool row_is_empty(const struct cells *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (!is_blank(row->cell[i]))
			return false;
	return true;
}

static bool too_wide(const struct rows *r, const struct cells *row)
{
	for (size_t i = r->header.n; i < row->n; i++)
		if (!is_blank(row->cell[i]))
			return true;
	return false;
}

static const char *name_column(const struct rows *r)
{
	for (size_t i = 0; i < r->header.n; i++)
		if (r->header.field[i] == FILING_NAME)
			return r->head[i];
	return NULL;
}

/* What the row's first cell says, or the cell of its name. */
static enum remark name_remark(const struct rows *r, const struct cells *row, size_t first)
{
	enum remark what = remark_of(row->cell[first]);

	for (size_t i = 0; what == REMARK_NONE && i < row->n && i < r->header.n; i++)
		if (r->header.field[i] == FILING_NAME)
			what = remark_of(row->cell[i]);
	return what;
}

/* No sum has one. */
static bool has_identifier(const struct rows *r, const struct cells *row)
{
	bool found = false;

	for (size_t i = 0; i < row->n && i < r->header.n && !found; i++) {
		enum filing_field f = r->header.field[i];
		struct buf ignored = { 0 };
		char *value = NULL;
		if (f == FILING_DOMAINS || f == FILING_APPIDS || f == FILING_PACKAGES || f == FILING_BUNDLES)
			value = cell_value(f, row->cell[i], &ignored);
		found = value != NULL;
		free(value);
		buf_clear(&ignored);
	}
	return found;
}

/* An export holds rows of all forms: a use or a self-check must not come back as a provider's filing. */
static bool is_other_kind(struct rows *r, unsigned number, const struct cells *row)
{
	const char *cell = r->kind_column < row->n ? row->cell[r->kind_column] : "";
	char text[128];

	for (int k = 0; k < FILING_KIND_COUNT; k++) {
		enum filing_kind kind = (enum filing_kind)k;
		if (kind == r->header.kind || strcmp(cell, filing_kind_zh(kind)) != 0)
			continue;
		snprintf(text, sizeof(text), "这一行是%s, 未导入: 请加 --kind %s 把这个文件再导入一次", cell,
			 filing_kind_name(kind));
		filing_problem_add(r->set, number, r->head[r->kind_column], text, true);
		return true;
	}
	return false;
}

/* A list's last rows and its remarks, which stand among the apps. */
static bool is_no_app(struct rows *r, unsigned number, const struct cells *row)
{
	size_t first = 0, filled = 0;
	const char *why;
	enum remark what;

	for (size_t i = row->n; i > 0; i--) {
		if (is_blank(row->cell[i - 1]))
			continue;
		first = i - 1;
		filled++;
	}
	what = filled > 0 ? name_remark(r, row, first) : REMARK_NONE;
	if (what == REMARK_NONE || (what == REMARK_NOTE ? filled > 1 : has_identifier(r, row)))
		return false;
	why = what == REMARK_NOTE ? "不是应用: 这一行是说明文字, 未导入" : "不是应用: 这一行是合计, 未导入";
	filing_problem_add(r->set, number, name_column(r), why, true);
	return true;
}

static void read_row(struct rows *r, unsigned number, const struct cells *row)
{
	struct filing f = { .row = number };

	if (is_other_kind(r, number, row) || is_no_app(r, number, row))
		return;
	if (too_wide(r, row)) {
		char text[128];
		snprintf(text, sizeof(text), "有 %zu 个单元格, 表头只有 %zu 列: 请检查多余的逗号或引号",
			 row->n, r->header.n);
		filing_problem_add(r->set, number, NULL, text, true);
		return;
	}
	for (size_t i = 0; i < row->n && i < r->header.n; i++)
		if (r->header.field[i] != FILING_FIELD_COUNT)
			read_cell(r, &f, i, row->cell[i]);
	if (f.field[FILING_NAME] == NULL) {
		filing_problem_add(r->set, number, name_column(r), "应用名称为空或不可用, 整行未导入", true);
		filing_clear(&f);
		return;
	}
	keep(r, &f);
}

int rows_take(struct rows *r, unsigned number, const struct cells *row, char error[CONF_ERROR_MAX])
{
	if (row_is_empty(row))
		return 0;
	if (!r->found)
		return try_header(r, row, error);
	if (r->below) {
		read_row(r, number, row);
		return 0;
	}
	r->below = try_second_header(r, row);
	if (check_form(r, error) != 0)
		return -1;
	if (!r->below)
		read_row(r, number, row);
	r->below = true;
	return 0;
}
