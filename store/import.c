/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filings import, filings undo: the filed_ tables are written here and nowhere else. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/errno.h"
#include "base/text.h"
#include "filings/filing.h"
#include "policy/policy.h"
#include "store/answer.h"
#include "store/json.h"

enum { IMPORT_BYTES_MAX = 64 << 20 };

/* How often a key came up in this file so far. */
struct seen {
	char *key;
	unsigned count;
	UT_hash_handle hh;
};

enum change { CHANGE_ADDED, CHANGE_CHANGED, CHANGE_UNCHANGED, CHANGE_COUNT };

struct import {
	struct answer *answer;
	struct db_txn txn;
	struct filing_set set;
	char sha256[HASH_HEX_SIZE];
	const char *file; /* base name */
	bool dry_run;
	int64_t id;     /* 0: dry run */
	int64_t newest; /* of the kind, when the file came before */
	int64_t count[CHANGE_COUNT];
	int64_t refused;
	struct seen *seen;
};

/* -- reading ---------------------------------------------------------------------------------------- */
static int read_all(int fd, struct buf *out)
{
	char block[65536];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (out->len + (size_t)n > IMPORT_BYTES_MAX)
			return -EFBIG;
		buf_add(out, block, (size_t)n);
	}
	return 0;
}

static int parse_file(struct import *im, enum filing_kind kind, const struct buf *bytes)
{
	struct answer *a = im->answer;
	char error[CONF_ERROR_MAX] = "";
	uint8_t sum[HASH_SHA256_SIZE];

	hash_sha256(sum, bytes->p, bytes->len);
	hash_hex(im->sha256, sum);
	if (filings_read_csv(&im->set, (const uint8_t *)bytes->p, bytes->len, kind, &a->store->data->aliases,
			     error) < 0)
		return answer_refuse(a, "%.200s: %.250s", im->file, error);
	return ANSWER_DONE;
}

static int read_file(struct import *im, enum filing_kind kind)
{
	struct answer *a = im->answer;
	struct buf bytes = { 0 };
	int r = a->fd < 0 ? -EBADF : read_all(a->fd, &bytes);
	int code = ANSWER_REFUSED;

	buf_puts(&bytes, ""); /* an empty file has bytes too: none */
	if (r == -EFBIG)
		answer_refuse(a, "%.200s: 超过 64 MiB,请拆成几个文件分别导入", im->file);
	else if (r < 0)
		answer_refuse(a, "%.200s: 读不了(%s)", im->file, errno_zh(-r));
	else
		code = parse_file(im, kind, &bytes);
	buf_clear(&bytes);
	return code;
}

/* -- what identifies a filing ------------------------------------------------------------------------ */
static void add_normal(struct buf *key, const char *text)
{
	char *value = text ? policy_normal_name(text) : NULL;

	buf_puts(key, "|");
	buf_puts(key, value ? value : "");
	free(value);
}

/* What stands in the cell for "none yet" is no number: "无", "办理中", "-". */
static char *normal_number(const struct filing *f)
{
	char *number = f->field[FILING_NUMBER] ? policy_normal_number(f->field[FILING_NUMBER]) : NULL;

	if (number && strpbrk(number, "0123456789") == NULL) {
		free(number);
		number = NULL;
	}
	return number;
}

/* A provider filing is its number, else its name with who runs it. A use or a self-check belongs to the unit
 * that reported it: several units may use the app of one number. */
static void add_key(struct buf *key, const struct import *im, const struct filing *f)
{
	char *number = normal_number(f);

	if (number)
		buf_printf(key, "#%s", number);
	else
		add_normal(key, f->field[FILING_NAME]);
	if (im->set.kind != FILING_PROVIDER || number == NULL) {
		add_normal(key, f->field[FILING_UNIT]);
		add_normal(key, f->field[FILING_OPERATOR]);
	}
	free(number);
}

/* One filing may take several rows of a file, one per platform: the second is "…#2". */
static void add_occurrence(struct buf *key, struct import *im)
{
	struct seen *s;

	HASH_FIND_STR(im->seen, key->p, s);
	if (s == NULL) {
		s = xcalloc(1, sizeof(*s));
		s->key = xstrdup(key->p);
		HASH_ADD_KEYPTR(hh, im->seen, s->key, strlen(s->key), s);
	}
	if (++s->count > 1)
		buf_printf(key, "#%u", s->count);
}

static void seen_clear(struct import *im)
{
	struct seen *s, *next;

	HASH_ITER(hh, im->seen, s, next)
	{
		HASH_DEL(im->seen, s);
		free(s->key);
		free(s);
	}
}

/* -- rows --------------------------------------------------------------------------------------------- */
static bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

/* Compares with the current version; names of fields that differ go to `fields` as a JSON array. */
static enum change compare(struct import *im, const struct filing *f, const char *key, struct buf *fields)
{
	enum change change = CHANGE_ADDED;
	struct query q;

	json_open(fields, NULL, '[');
	query_open(&q, &im->txn, STMT_FILING_CURRENT);
	query_text(&q, filing_kind_name(im->set.kind));
	query_text(&q, key);
	if (query_row(&q)) {
		change = CHANGE_UNCHANGED;
		for (int i = 0; i < FILING_FIELD_COUNT; i++) {
			if (same_text(f->field[i], query_get_text(&q, i)))
				continue;
			change = CHANGE_CHANGED;
			json_text(fields, NULL, filing_field_name((enum filing_field)i));
		}
	}
	query_close(&q);
	json_close(fields, ']');
	return change;
}

static void add_row(struct import *im, const struct filing *f, const char *key)
{
	struct query q;

	query_open(&q, &im->txn, STMT_FILING_ADD);
	query_int(&q, im->id);
	query_int(&q, f->row);
	query_text(&q, filing_kind_name(im->set.kind));
	query_text(&q, key);
	for (int i = 0; i < FILING_FIELD_COUNT; i++)
		query_text(&q, f->field[i]);
	query_run(&q);
}

static void tell_change(struct import *im, const struct filing *f, enum change change, const char *fields)
{
	static const char *const names[] = { "added", "changed", "unchanged" };
	struct buf *b = &im->answer->line;

	json_line(b);
	json_open(b, "change", '{');
	json_int(b, "row", f->row);
	json_text(b, "change", names[change]);
	json_text(b, "name", f->field[FILING_NAME]);
	if (change == CHANGE_CHANGED)
		json_raw(b, "fields", fields);
	json_close(b, '}');
	answer_line(im->answer);
}

static void take_row(struct import *im, const struct filing *f)
{
	struct buf key = { 0 }, fields = { 0 };
	enum change change;

	add_key(&key, im, f);
	add_occurrence(&key, im);
	change = compare(im, f, key.p, &fields);
	im->count[change]++;
	if (!im->dry_run)
		add_row(im, f, key.p);
	else if (change != CHANGE_UNCHANGED)
		tell_change(im, f, change, fields.p);
	buf_clear(&key);
	buf_clear(&fields);
}

/* Rows not taken; one row may have several faults. Problems stand in the order of rows. */
static void tell_problems(struct import *im)
{
	struct buf *b = &im->answer->line;
	unsigned last = 0;

	for (size_t i = 0; i < im->set.problem_count; i++) {
		const struct filing_problem *p = &im->set.problem[i];
		if (p->fatal && p->row != last) {
			last = p->row;
			im->refused++;
		}
		json_line(b);
		json_open(b, "problem", '{');
		json_int(b, "row", p->row);
		json_text(b, "column", p->column);
		json_text(b, "reason", p->reason);
		json_bool(b, "refused", p->fatal);
		json_close(b, '}');
		answer_line(im->answer);
	}
}

/* A file that came before: what later imports made of it stands, and how to go back. */
static void tell_repeated(struct import *im)
{
	char text[320] = "同一文件已经导入过,未作任何改动";
	struct buf *b = &im->answer->line;

	if (im->newest != im->id)
		snprintf(text, sizeof(text),
			 "同一文件已经导入过(第 %lld 次),未作任何改动;其后另有导入(最近是第 %lld 次),"
			 "同一备案以较新的为准,要回到这个文件请先用 beianctl filings undo 撤销它们",
			 (long long)im->id, (long long)im->newest);
	json_text(b, "text", text);
}

static void tell_summary(struct import *im, bool repeated)
{
	struct buf *b = &im->answer->line;

	json_line(b);
	if (im->id)
		json_int(b, "import", im->id);
	json_text(b, "kind", filing_kind_name(im->set.kind));
	json_text(b, "file", im->file);
	json_text(b, "charset", im->set.charset);
	json_int(b, "added", im->count[CHANGE_ADDED]);
	json_int(b, "changed", im->count[CHANGE_CHANGED]);
	json_int(b, "unchanged", im->count[CHANGE_UNCHANGED]);
	json_int(b, "refused", im->refused);
	json_open(b, "ignored_columns", '[');
	for (size_t i = 0; i < im->set.ignored_count; i++)
		json_text(b, NULL, im->set.ignored_column[i]);
	json_close(b, ']');
	json_bool(b, "dry_run", im->dry_run);
	json_bool(b, "repeated", repeated);
	if (repeated)
		tell_repeated(im);
	answer_line(im->answer);
}

static int64_t same_import(struct import *im)
{
	struct query q;

	query_open(&q, &im->txn, STMT_IMPORT_SAME);
	query_text(&q, filing_kind_name(im->set.kind));
	query_text(&q, im->sha256);
	return query_one(&q, 0);
}

static int64_t newest_import(struct import *im)
{
	struct query q;

	query_open(&q, &im->txn, STMT_IMPORT_NEWEST);
	query_text(&q, filing_kind_name(im->set.kind));
	return query_one(&q, 0);
}

static void add_import(struct import *im)
{
	struct query q;

	query_open(&q, &im->txn, STMT_IMPORT_ADD);
	query_text(&q, filing_kind_name(im->set.kind));
	query_text(&q, im->sha256);
	query_text(&q, im->file);
	query_text(&q, im->set.charset ? im->set.charset : "UTF-8");
	query_int(&q, clock_wall());
	query_count(&q, im->set.count);
	query_int(&q, im->refused);
	query_run(&q);
	im->id = query_new_id(&q);
}

static void write_counts(struct import *im)
{
	struct query q;

	query_open(&q, &im->txn, STMT_IMPORT_COUNTS);
	query_int(&q, im->id);
	for (int i = 0; i < CHANGE_COUNT; i++)
		query_int(&q, im->count[i]);
	query_run(&q);
	judge_mark(&im->txn);
	judge_run(im->answer->store, &im->txn);
}

static int take_rows(struct import *im)
{
	int code;

	db_begin(&im->txn, im->answer->store->db, im->dry_run ? DB_READ : DB_WRITE);
	im->id = same_import(im);
	if (im->id != 0) {
		im->newest = newest_import(im);
		im->count[CHANGE_UNCHANGED] = (int64_t)im->set.count;
		code = answer_end(im->answer, &im->txn);
		if (code == ANSWER_DONE)
			tell_summary(im, true);
		return code;
	}
	if (!im->dry_run)
		add_import(im);
	for (size_t i = 0; i < im->set.count && im->txn.result == 0; i++)
		take_row(im, &im->set.row[i]);
	if (!im->dry_run)
		write_counts(im);
	code = answer_end(im->answer, &im->txn);
	if (code == ANSWER_DONE)
		tell_summary(im, false);
	return code;
}

int answer_import(struct answer *a)
{
	struct import im = { .answer = a,
			     .file = text_file_name(a->operand[0]),
			     .dry_run = a->option[1] != NULL };
	enum filing_kind kind = FILING_KIND_COUNT;
	int code;

	if (a->option[0] && !filing_kind_find(a->option[0], &kind)) {
		answer_refuse(a, "--kind 只能是 provider、user 或 selfcheck");
		return ANSWER_USAGE;
	}
	code = read_file(&im, kind);
	if (code == ANSWER_DONE) {
		tell_problems(&im);
		code = im.set.count > 0 ? take_rows(&im)
					: answer_refuse(a, "%.200s: 没有一行可以导入", im.file);
		seen_clear(&im);
		filing_set_clear(&im.set);
	}
	return code;
}

/* -- taking one back ------------------------------------------------------------------------------------ */
static void undo(struct answer *a, struct db_txn *t, int64_t id, int64_t *count)
{
	struct query q;
	bool known, active;

	query_open(&q, t, STMT_IMPORT_STATE);
	query_int(&q, id);
	known = query_row(&q);
	active = known && strcmp(query_get_text(&q, 0), "active") == 0;
	*count = known ? query_get_int(&q, 2) : 0;
	query_close(&q);
	if (!active)
		db_fail(t, -ENOENT, "第 %lld 次导入%s,beianctl filings list --imports 列出各次导入",
			(long long)id, known ? "已经撤销过" : "不存在");
	query_open(&q, t, STMT_IMPORT_UNDO);
	query_int(&q, id);
	query_int(&q, clock_wall());
	query_run(&q);
	judge_mark(t);
	judge_run(a->store, t);
}

int answer_undo(struct answer *a)
{
	char *end;
	int64_t id = strtoll(a->operand[0], &end, 10), count = 0;
	struct db_txn t;
	int code;

	if (*end != '\0' || id <= 0) {
		answer_refuse(a, "导入号应是正整数,beianctl filings list --imports 列出各次导入");
		return ANSWER_USAGE;
	}
	db_begin(&t, a->store->db, DB_WRITE);
	undo(a, &t, id, &count);
	code = answer_end(a, &t);
	if (code != ANSWER_DONE)
		return code;
	json_line(&a->line);
	json_int(&a->line, "import", id);
	json_text(&a->line, "state", "undone");
	json_int(&a->line, "rows", count);
	answer_line(a);
	return ANSWER_DONE;
}
