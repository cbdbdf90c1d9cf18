/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CSV by libcsv in strict mode (RFC 4180), fed line by line, so that where a record began is always
 * known. A record with misplaced quotes costs that record only: its first line is read again in the
 * lenient mode, in which a quote inside a cell is a character, and reading goes on at the next line.
 */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "filings/encoding.h"
#include "filings/filing.h"
#include "filings/header.h"
#include "filings/rows.h"
#include "filings/set.h"

enum {
	RECORD_MAX = 1 << 20, /* bytes of one record: longer means that a quote was never closed */
	BROKEN_MAX = 100,     /* records with such quotes before the file is given up */
	BAD_SHARE = 10,       /* one record in so many may hold bytes of another charset; one always may */
	SNIFF_LINES = 10,
	BLOCK = 4096,
};

static const unsigned char strict = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;
static const unsigned char lenient = CSV_REPALL_NL;

/* The file being read. */
struct reader {
	struct filing_set *set;
	struct rows *rows;
	struct csv_parser csv;
	unsigned char delimiter;
	unsigned char mode;
	unsigned number; /* of the record being read, as a spreadsheet shows it */
	struct buf text; /* its cells so far, each with a NUL behind it */
	size_t start[FILINGS_COLUMNS_MAX];
	size_t n;                    /* cells so far, also those beyond the most */
	bool ended;                  /* the record that was fed last is complete */
	const char *wrong;           /* why this record cannot be taken */
	size_t bad_column;           /* of this record, which holds a byte that the charset does not allow */
	char bad_byte[3];            /* in hexadecimal; empty: it holds none */
	size_t records, bad_records; /* so far, empty ones aside */
	bool failed;                 /* nothing can be imported: error says why */
	unsigned broken;             /* records given up for their quotes */
	char *error;
};

static const char misquoted[] =
	"引号不成对或位置不对, 整行未导入: 含引号的单元格须整体加引号, 其中的引号写两个";

static void fail(struct reader *r, const char *reason)
{
	if (!r->failed)
		snprintf(r->error, CONF_ERROR_MAX, "第 %u 行: %s", r->number, reason);
	r->failed = true;
}

/* A quote inside a cell of a leniently read line: only Excel's ="..." is meant so. */
static bool stray_quote(const char *s, size_t n)
{
	if (n >= 3 && s[0] == '=' && s[1] == '"' && s[n - 1] == '"')
		return memchr(s + 2, '"', n - 3) != NULL;
	return memchr(s, '"', n) != NULL;
}

static void look_for_mark(struct reader *r, const char *s, size_t n)
{
	const char *mark = r->bad_byte[0] == '\0' ? memchr(s, ENCODING_MARK, n) : NULL;

	if (mark == NULL || (size_t)(s + n - mark) < sizeof(r->bad_byte))
		return;
	memcpy(r->bad_byte, mark + 1, 2);
	r->bad_column = r->n;
}

static void on_cell(void *bytes, size_t n, void *arg)
{
	struct reader *r = arg;

	look_for_mark(r, bytes, n);
	if (n > FILINGS_CELL_MAX)
		r->wrong = "有单元格超过 64 KiB, 整行未导入";
	else if (r->mode == lenient && stray_quote(bytes, n))
		r->wrong = misquoted;
	if (r->n < FILINGS_COLUMNS_MAX && r->wrong == NULL) {
		r->start[r->n] = r->text.len;
		buf_add(&r->text, bytes, n);
		buf_add(&r->text, "", 1);
	}
	r->n++;
}

/* What cannot be read is not guessed: the record is left out, and told with its byte. */
static void leave_out_bad(struct reader *r)
{
	char text[160];

	r->bad_records++;
	if (strcmp(r->bad_byte, "00") == 0)
		snprintf(text, sizeof(text), "含有 NUL 字节(0x00), 整行未导入: 请改正后再导入");
	else
		snprintf(text, sizeof(text), "字节 0x%s 不是 %s, 整行未导入: 请改正这个单元格后再导入",
			 r->bad_byte, r->set->charset);
	filing_problem_add(r->set, r->number, rows_column(r->rows, r->bad_column), text, true);
}

static void take_record(struct reader *r)
{
	struct cells row = { .n = r->n };

	if (r->number > FILINGS_ROWS_MAX + 1) {
		fail(r, "超过 200000 行, 请分成几个文件");
		return;
	}
	r->records += r->wrong || r->text.len > r->n;
	if (r->bad_byte[0] != '\0') {
		leave_out_bad(r);
		return;
	}
	if (r->wrong) {
		filing_problem_add(r->set, r->number, NULL, r->wrong, true);
		return;
	}
	if (r->n > FILINGS_COLUMNS_MAX) {
		fail(r, "超过 256 列, 请检查分隔符");
		return;
	}
	for (size_t i = 0; i < r->n; i++)
		row.cell[i] = r->text.p + r->start[i];
	if (rows_take(r->rows, r->number, &row, r->error) != 0)
		r->failed = true;
}

static void forget_cells(struct reader *r)
{
	r->n = 0;
	r->wrong = NULL;
	r->bad_byte[0] = '\0';
	buf_reset(&r->text);
}

static void begin_record(struct reader *r)
{
	r->number++;
	forget_cells(r);
}

static void on_record(int ch, void *arg)
{
	struct reader *r = arg;
	(void)ch;
	if (r->failed)
		return;
	take_record(r);
	r->ended = true;
	begin_record(r);
}

static void csv_start(struct reader *r, unsigned char mode)
{
	if (csv_init(&r->csv, mode) != 0)
		abort(); /* it only refuses a NULL parser */
	csv_set_delim(&r->csv, r->delimiter);
	csv_set_blk_size(&r->csv, BLOCK);
	r->mode = mode;
	r->ended = false;
}

static bool odd_quotes(const char *line, size_t n)
{
	bool odd = false;
	for (size_t i = 0; i < n; i++)
		odd ^= line[i] == '"';
	return odd;
}

/* The n bytes from `line` as one record, in which on_cell() looks for stray quotes. */
static void read_leniently(struct reader *r, const char *line, size_t n)
{
	static const char too_long[] = "这一行超过 1 MiB, 整行未导入";

	csv_free(&r->csv);
	csv_start(r, lenient);
	forget_cells(r);
	r->wrong = n > RECORD_MAX ? too_long : odd_quotes(line, n) ? misquoted : NULL;
	if (n <= RECORD_MAX) {
		csv_parse(&r->csv, line, n, on_cell, on_record, r);
		csv_fini(&r->csv, on_cell, on_record, r);
	} else {
		on_record('\n', r);
	}
	csv_free(&r->csv);
	csv_start(r, strict);
}

static size_t line_length(const char *at, const char *end)
{
	const char *nl = memchr(at, '\n', (size_t)(end - at));
	return nl ? (size_t)(nl - at) + 1 : (size_t)(end - at);
}

/* Feeds lines until the record ends. Returns what follows it, or NULL when its quotes are wrong. */
static const char *feed_record(struct reader *r, const char *at, const char *end, bool *long_way)
{
	const char *p = at;

	while (p < end && !r->ended && !r->failed) {
		size_t n = line_length(p, end);
		if (n > RECORD_MAX)
			return NULL;
		*long_way = p > at;
		if (csv_parse(&r->csv, p, n, on_cell, on_record, r) != n)
			return NULL;
		if (!r->ended && (size_t)(p + n - at) > RECORD_MAX)
			return NULL;
		p += n;
	}
	if (p < end || r->ended || r->failed)
		return p;
	/* the last line of the file, without a newline */
	return csv_fini(&r->csv, on_cell, on_record, r) == 0 ? end : NULL;
}

/* Reads one record from `at`; returns what follows it. */
static const char *read_record(struct reader *r, const char *at, const char *end)
{
	bool long_way = false;
	const char *next;

	r->ended = false;
	next = feed_record(r, at, end, &long_way);
	if (next)
		return next;
	/* a quote that swallowed many lines costs all of them again: not without end */
	if (long_way && ++r->broken == BROKEN_MAX)
		fail(r, "引号错误太多, 请用表格软件另存为 CSV UTF-8 再导入");
	next = at + line_length(at, end);
	read_leniently(r, at, (size_t)(next - at));
	return next;
}

/* -- the separator -------------------------------------------------------------------------------------- */

static bool piece_is_name(const struct header_words *w, const char *s, size_t n)
{
	char *piece;
	bool is_name;

	if (n > 200)
		return false;
	piece = xstrndup(s, n);
	is_name = header_is_name(w, piece); /* quotes and spaces do not count */
	free(piece);
	return is_name;
}

static bool line_has_name(const struct header_words *w, const char *line, size_t n, char delimiter)
{
	unsigned pieces = 0;
	for (const char *end = line + n; line < end && pieces < FILINGS_COLUMNS_MAX; pieces++) {
		const char *stop = memchr(line, delimiter, (size_t)(end - line));
		size_t len = (size_t)((stop ? stop : end) - line);
		if (piece_is_name(w, line, len))
			return true;
		line += len + 1;
	}
	return false;
}

/* The one that makes a header of one of the first lines; a comma if none does. */
static unsigned char sniff(const struct header_words *w, const char *at, const char *end)
{
	static const char delimiters[] = { ',', '\t', ';' };
	for (int line = 0; line < SNIFF_LINES && at < end; line++) {
		size_t n = line_length(at, end);
		for (size_t d = 0; d < sizeof(delimiters); d++)
			if (line_has_name(w, at, n, delimiters[d]))
				return (unsigned char)delimiters[d];
		at += n;
	}
	return ',';
}

/* -- the file ----------------------------------------------------------------------------------------------
 */

/* Whether so much of the text is broken that this is not its charset, or no text at all. */
static bool is_too_broken(const struct reader *r)
{
	if (r->failed)
		return !rows_found_header(r->rows);
	return r->set->count == 0 || (r->bad_records > 1 && r->bad_records * BAD_SHARE > r->records);
}

/* -1 with error left as it was when that tells already what is wrong: that the text is too broken. */
static int read_text(struct filing_set *set, const struct encoding_reading *from, enum filing_kind kind,
		     const struct header_words *words, char *error)
{
	char own[CONF_ERROR_MAX] = "";
	struct reader r = { .set = set, .error = own };
	const char *at = from->text.p, *end = at + from->text.len;
	bool too_broken;

	set->kind = kind;
	set->charset = xstrdup(from->charset);
	r.rows = rows_new(set, words, kind);
	r.delimiter = sniff(words, at, end);
	csv_start(&r, strict);
	begin_record(&r);
	while (at < end && !r.failed)
		at = read_record(&r, at, end);
	if (!r.failed && rows_finish(r.rows, own) != 0)
		r.failed = true;
	too_broken = from->broken > 0 && is_too_broken(&r);
	if (r.failed && !too_broken)
		memcpy(error, own, sizeof(own));
	csv_free(&r.csv);
	rows_free(r.rows);
	buf_clear(&r.text);
	return r.failed || too_broken ? -1 : 0;
}

static int read_bytes(struct filing_set *set, const uint8_t *bytes, size_t n, enum filing_kind kind,
		      const struct header_words *words, char *error)
{
	struct encoding_reading reading[ENCODING_READINGS];
	int found = encoding_decode(reading, bytes, n, error), rc = -1;

	/* the first reading's failure is the one to tell */
	for (int i = 0; i < found && rc != 0; i++) {
		char other[CONF_ERROR_MAX];
		filing_set_clear(set);
		rc = read_text(set, &reading[i], kind, words, i == 0 ? error : other);
	}
	encoding_clear(reading);
	return rc;
}

int filings_read_csv(struct filing_set *out, const uint8_t *bytes, size_t n, enum filing_kind kind,
		     const struct aliases *aliases, char error[CONF_ERROR_MAX])
{
	struct header_words *words;
	int rc;

	_Static_assert(FILINGS_ROWS_MAX == 200000 && FILINGS_CELL_MAX == 65536 && FILINGS_COLUMNS_MAX == 256,
		       "the messages above say so");
	*out = (struct filing_set){ .kind = kind };
	if (n > FILINGS_FILE_MAX) {
		snprintf(error, CONF_ERROR_MAX, "文件超过 64 MiB, 请分成几个文件");
		return -1;
	}
	words = header_words_new(aliases, error);
	if (words == NULL)
		return -1;
	rc = read_bytes(out, bytes, n, kind, words, error);
	header_words_free(words);
	if (rc != 0)
		filing_set_clear(out);
	return rc;
}
