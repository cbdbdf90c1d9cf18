/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "conf/source.h"
#include "conf/tables.h"
#include "conf/tsv.h"

enum { FILE_MAX_BYTES = 16 << 20, NUMBER_DIGITS = 9 };

/* Rows of whichever struct the table has, while it is being read. */
struct rows {
	const struct data_table *table;
	char *entry;
	size_t count, cap;
};

static void *member(void *entry, const struct data_column *c) { return (char *)entry + c->offset; }

static void list_free(struct data_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->item[i]);
	free(l->item);
	*l = (struct data_list){ 0 };
}

static void entry_free(const struct data_table *t, void *entry)
{
	for (size_t i = 0; i < t->column_count; i++) {
		const struct data_column *c = &t->column[i];
		if (c->type == DATA_TEXT)
			free(*(char **)member(entry, c));
		else if (c->type == DATA_LIST)
			list_free(member(entry, c));
	}
}

static void rows_free(struct rows *r)
{
	for (size_t i = 0; i < r->count; i++)
		entry_free(r->table, r->entry + i * r->table->entry_size);
	free(r->entry);
}

/* -- cells ------------------------------------------------------------------------------------ */

static char *expected(const char *value, const char *want)
{
	struct buf b = { 0 };
	buf_printf(&b, "「%s」不对, 应为%s", value, want);
	return b.p;
}

/* Calls fn for each item of a comma list, without spaces; stops at the first complaint. */
static char *each_item(const char *cell, char *(*fn)(void *arg, const char *item), void *arg)
{
	char *why = NULL;

	while (*cell != '\0' && why == NULL) {
		size_t n;
		char *item;
		cell += strspn(cell, ", ");
		n = strcspn(cell, ",");
		if (n == 0)
			break;
		item = xstrndup(cell, n);
		for (size_t end = n; end > 0 && item[end - 1] == ' ';)
			item[--end] = '\0';
		why = fn(arg, item);
		free(item);
		cell += n;
	}
	return why;
}

struct item_into {
	const struct data_column *column;
	void *out;
};

static char *add_item(void *arg, const char *item)
{
	struct item_into *into = arg;
	struct data_list *l = into->out;

	if (into->column->valid && !into->column->valid(item))
		return expected(item, into->column->expect);
	l->item = xrealloc(l->item, (l->count + 1) * sizeof(*l->item));
	l->item[l->count++] = xstrdup(item);
	return NULL;
}

static char *add_kind(void *arg, const char *item)
{
	struct item_into *into = arg;
	bool *kinds = into->out;
	enum subject_kind k;

	if (strcmp(item, "*") == 0) {
		for (int i = 0; i < SUBJECT_KIND_COUNT; i++)
			kinds[i] = true;
		return NULL;
	}
	if (!subject_kind_find(item, &k))
		return expected(item, "种类名(如 host, wechat-mini)或 *");
	kinds[k] = true;
	return NULL;
}

static char *take_text(const struct data_column *c, void *out, const char *cell)
{
	if (cell[0] != '\0' && c->valid && !c->valid(cell))
		return expected(cell, c->expect);
	*(char **)out = xstrdup(cell);
	return NULL;
}

static char *take_list(const struct data_column *c, void *out, const char *cell)
{
	struct item_into into = { .column = c, .out = out };
	return each_item(cell, add_item, &into);
}

static char *take_kinds(const struct data_column *c, void *out, const char *cell)
{
	struct item_into into = { .column = c, .out = out };
	return each_item(cell, add_kind, &into);
}

static char *take_kind(const struct data_column *c, void *out, const char *cell)
{
	(void)c;
	return subject_kind_find(cell, out) ? NULL : expected(cell, "种类名, 如 host, android-package");
}

static char *take_via(const struct data_column *c, void *out, const char *cell)
{
	(void)c;
	return via_find(cell, out) ? NULL : expected(cell, "途径名, 如 http-referer, http-url");
}

static char *take_severity(const struct data_column *c, void *out, const char *cell)
{
	(void)c;
	return severity_find(cell, out) ? NULL : expected(cell, " low, medium 或 high");
}

static char *take_yes(const struct data_column *c, void *out, const char *cell)
{
	bool yes = strcmp(cell, "yes") == 0;
	(void)c;
	if (!yes && strcmp(cell, "no") != 0 && cell[0] != '\0')
		return expected(cell, " yes 或 no");
	*(bool *)out = yes;
	return NULL;
}

static char *take_number(const struct data_column *c, void *out, const char *cell)
{
	size_t n = strlen(cell);
	(void)c;
	if (n == 0 || n > NUMBER_DIGITS || strspn(cell, "0123456789") != n)
		return expected(cell, "不超过 9 位的整数");
	*(uint32_t *)out = (uint32_t)strtoul(cell, NULL, 10);
	return NULL;
}

static char *(*const take[DATA_TYPE_COUNT])(const struct data_column *, void *, const char *) = {
	[DATA_TEXT] = take_text,         [DATA_LIST] = take_list,     [DATA_KIND] = take_kind,
	[DATA_KINDS] = take_kinds,       [DATA_VIA] = take_via,       [DATA_YES] = take_yes,
	[DATA_SEVERITY] = take_severity, [DATA_NUMBER] = take_number,
};

/* -- rows --------------------------------------------------------------------------------------- */

static char *take_row(void *arg, const struct tsv_row *row, const char **column)
{
	struct rows *r = arg;
	const struct data_table *t = r->table;
	void *entry;
	char *why = NULL;

	r->entry = xgrow(r->entry, &r->cap, r->count + 1, t->entry_size);
	entry = r->entry + r->count * t->entry_size;
	memset(entry, 0, t->entry_size);
	r->count++; /* from here on rows_free() sees it */
	for (size_t i = 0; i < t->column_count && why == NULL; i++) {
		const struct data_column *c = &t->column[i];
		*column = c->name;
		if (c->required && row->cell[i][0] == '\0')
			why = xstrdup("不能为空");
		else
			why = take[c->type](c, member(entry, c), row->cell[i]);
	}
	if (why == NULL && t->line_offset > 0)
		*(unsigned *)(void *)((char *)entry + t->line_offset) = row->line;
	if (why == NULL && t->check) {
		*column = NULL;
		why = t->check(r->entry, r->count - 1, column);
	}
	return why;
}

/* All tables are { entry pointer, count }: only the pointed-to type differs. */
static void hand_over(struct data *d, const struct rows *r)
{
	char *at = (char *)d + r->table->offset;
	memcpy(at + offsetof(struct catalog, entry), &r->entry, sizeof(r->entry));
	memcpy(at + offsetof(struct catalog, count), &r->count, sizeof(r->count));
}

static struct rows take_back(struct data *d, const struct data_table *t)
{
	struct rows r = { .table = t };
	char *at = (char *)d + t->offset;
	memcpy(&r.entry, at + offsetof(struct catalog, entry), sizeof(r.entry));
	memcpy(&r.count, at + offsetof(struct catalog, count), sizeof(r.count));
	return r;
}

int data_parse(struct data *d, const struct data_table *t, const char *name, const char *text, size_t n,
	       char error[CONF_ERROR_MAX])
{
	const char *columns[TSV_COLUMNS_MAX];
	struct rows r = { .table = t };

	for (size_t i = 0; i < t->column_count; i++)
		columns[i] = t->column[i].name;
	if (tsv_read(name, text, n, columns, t->column_count, take_row, &r, error) != 0) {
		rows_free(&r);
		return -1;
	}
	hand_over(d, &r);
	return 0;
}

/* A pack: of each table, in their order, its length and its text. */
static int pack_table(const struct data_table *t, const char *folder, struct buf *out, char *error)
{
	static const char advice[] = "请检查 [paths] data, 它应指向 beiand 的数据表目录";
	struct buf path = { 0 }, text = { 0 };
	int rc;

	buf_printf(&path, "%s/%s", folder, t->file);
	rc = source_read(path.p, FILE_MAX_BYTES, advice, &text, error);
	if (rc == 0) {
		buf_add(out, (const char *)&text.len, sizeof(text.len));
		buf_add(out, text.p, text.len);
	}
	buf_clear(&path);
	buf_clear(&text);
	return rc;
}

int data_pack(const char *folder, struct buf *out, char error[CONF_ERROR_MAX])
{
	int rc = 0;

	for (size_t i = 0; i < data_table_count() && rc == 0; i++)
		rc = pack_table(data_table_at(i), folder, out, error);
	return rc;
}

/* The text of the table at *at, and on to the next; NULL when the pack is not whole. */
static const char *next_text(const struct buf *pack, size_t *at, size_t *n)
{
	const char *text;

	if (pack->len - *at < sizeof(*n))
		return NULL;
	memcpy(n, pack->p + *at, sizeof(*n));
	text = pack->p + *at + sizeof(*n);
	if (*n > pack->len - *at - sizeof(*n))
		return NULL;
	*at += sizeof(*n) + *n;
	return text;
}

const char *data_packed(const struct buf *pack, const char *file, size_t *n)
{
	const char *text = NULL;
	size_t at = 0;

	for (size_t i = 0; i < data_table_count(); i++) {
		text = next_text(pack, &at, n);
		if (text == NULL || strcmp(data_table_at(i)->file, file) == 0)
			return text;
	}
	return NULL;
}

static int unpack_table(struct data *d, const struct data_table *t, const char *folder,
			const struct buf *pack, size_t *at, char *error)
{
	struct buf path = { 0 };
	size_t n;
	const char *text = next_text(pack, at, &n);
	int rc = -1;

	buf_printf(&path, "%s/%s", folder, t->file);
	if (text != NULL)
		rc = data_parse(d, t, path.p, text, n, error);
	else
		source_error(error, path.p, 0, "数据表不完整");
	buf_clear(&path);
	return rc;
}

/* Names that one table takes from another. */
static int check_references(const struct data *d, const char *folder, char *error)
{
	struct buf path = { 0 }, why = { 0 };
	int rc = 0;

	for (size_t i = 0; i < d->rules.count && rc == 0; i++) {
		const struct rule *r = &d->rules.entry[i];
		if (strcmp(r->profile, "*") == 0 || data_profile(d, r->profile) != NULL)
			continue;
		buf_printf(&path, "%s/rules.tsv", folder);
		buf_printf(&why, "profile: profiles.tsv 里没有口径「%s」", r->profile);
		source_error(error, path.p, r->line, why.p);
		rc = -1;
	}
	buf_clear(&path);
	buf_clear(&why);
	return rc;
}

int data_unpack(struct data *d, const char *folder, const struct buf *pack, char error[CONF_ERROR_MAX])
{
	size_t at = 0;
	int rc = 0;

	*d = (struct data){ 0 };
	for (size_t i = 0; i < data_table_count() && rc == 0; i++)
		rc = unpack_table(d, data_table_at(i), folder, pack, &at, error);
	if (rc == 0)
		rc = check_references(d, folder, error);
	if (rc != 0)
		data_clear(d);
	return rc;
}

int data_load(struct data *d, const char *folder, char error[CONF_ERROR_MAX])
{
	struct buf pack = { 0 };
	int rc;

	*d = (struct data){ 0 };
	rc = data_pack(folder, &pack, error);
	if (rc == 0)
		rc = data_unpack(d, folder, &pack, error);
	buf_clear(&pack);
	return rc;
}

void data_clear(struct data *d)
{
	for (size_t i = 0; i < data_table_count(); i++) {
		struct rows r = take_back(d, data_table_at(i));
		rows_free(&r);
	}
	*d = (struct data){ 0 };
}

const struct profile *data_profile(const struct data *d, const char *name)
{
	for (size_t i = 0; i < d->profiles.count; i++)
		if (strcmp(d->profiles.entry[i].name, name) == 0)
			return &d->profiles.entry[i];
	return NULL;
}

const struct rule *data_rule(const struct data *d, const char *id, const char *profile)
{
	const struct rule *any = NULL;
	for (size_t i = 0; i < d->rules.count; i++) {
		const struct rule *r = &d->rules.entry[i];
		if (strcmp(r->id, id) != 0)
			continue;
		if (strcmp(r->profile, profile) == 0)
			return r;
		if (strcmp(r->profile, "*") == 0)
			any = r;
	}
	return any;
}
