/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "filings/cell.h"

enum { HEADER_MAX_BYTES = 300 };

struct word {
	char *key;
	enum filing_kind form; /* FILING_KIND_COUNT: any */
	enum filing_field field;
};

struct header_words {
	struct word *word;
	size_t count;
};

/* -- comparable form ----------------------------------------------------------------------------- */

/* Punctuation and signs beyond ASCII that people put into headers: general punctuation, CJK
 * punctuation, boxes and stars. Letters and ideographs lie elsewhere. */
static bool is_sign(const uint8_t *s, size_t len)
{
	if (len == 2)
		return s[0] == 0xc2; /* U+0080..U+00BF */
	if (len != 3)
		return false;
	return (s[0] == 0xe2 && s[1] >= 0x80 && s[1] <= 0x9f) || /* U+2000..U+27FF */
	       (s[0] == 0xe3 && s[1] == 0x80);                   /* U+3000..U+303F */
}

static bool is_word_byte(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

/* A header as letters, digits and ideographs only. With `short_form`, what stands in parentheses is left out.
 */
static char *comparable(const char *text, bool short_form)
{
	char *folded = cell_fold(text);
	struct buf out = { 0 };
	size_t n = strlen(folded), depth = 0;

	text_lower(folded);
	buf_add(&out, "", 0);
	for (size_t i = 0, len; i < n && out.len < HEADER_MAX_BYTES; i += len) {
		const char *s = folded + i;
		len = text_utf8_len((const uint8_t *)s, n - i);
		if (len == 0)
			break;
		depth += short_form && *s == '(';
		if (depth == 0 && (len == 1 ? is_word_byte(*s) : !is_sign((const uint8_t *)s, len)))
			buf_add(&out, s, len);
		depth -= depth > 0 && *s == ')';
	}
	free(folded);
	return out.p;
}

struct header_words *header_words_new(const struct aliases *aliases, char error[CONF_ERROR_MAX])
{
	struct header_words *w = xcalloc(1, sizeof(*w));

	w->word = xcalloc(aliases->count + 1, sizeof(*w->word));
	for (size_t i = 0; i < aliases->count; i++) {
		const struct alias *a = &aliases->entry[i];
		struct word *word = &w->word[w->count];
		if (!filing_field_find(a->field, &word->field)) {
			snprintf(error, CONF_ERROR_MAX, "aliases.tsv: 列名「%s」的字段「%s」不存在",
				 a->header, a->field);
			header_words_free(w);
			return NULL;
		}
		if (!filing_kind_find(a->form, &word->form))
			word->form = FILING_KIND_COUNT;
		word->key = comparable(a->header, false);
		w->count++;
	}
	return w;
}

void header_words_free(struct header_words *w)
{
	for (size_t i = 0; w && i < w->count; i++)
		free(w->word[i].key);
	if (w)
		free(w->word);
	free(w);
}

static enum filing_field find_key(const struct header_words *w, const char *key, enum filing_kind form)
{
	for (size_t i = 0; key[0] != '\0' && i < w->count; i++)
		if (w->word[i].form == form && strcmp(w->word[i].key, key) == 0)
			return w->word[i].field;
	return FILING_FIELD_COUNT;
}

/* Full text first, then without what stands in parentheses. */
static enum filing_field find_text(const struct header_words *w, const char *text, enum filing_kind form)
{
	char *full = comparable(text, false), *brief = comparable(text, true);
	enum filing_field f = find_key(w, full, form);
	if (f == FILING_FIELD_COUNT)
		f = find_key(w, brief, form);
	free(full);
	free(brief);
	return f;
}

bool header_is_name(const struct header_words *w, const char *text)
{
	for (int form = 0; form <= FILING_KIND_COUNT; form++)
		if (find_text(w, text, (enum filing_kind)form) == FILING_NAME)
			return true;
	return false;
}

bool header_knows(const struct header_words *w, const char *text)
{
	for (int form = 0; form <= FILING_KIND_COUNT; form++)
		if (find_text(w, text, (enum filing_kind)form) != FILING_FIELD_COUNT)
			return true;
	return false;
}

/* -- one row ---------------------------------------------------------------------------------------- */

/* The word over column i: a merged cell holds its text in its first column only. */
static const char *word_above(const struct cells *above, size_t i)
{
	if (above->n == 0)
		return "";
	for (i = i < above->n ? i + 1 : above->n; i > 0; i--)
		if (above->cell[i - 1][0] != '\0')
			return above->cell[i - 1];
	return "";
}

/* By the column's word and the merged one above it together. */
static enum filing_field find_merged(const struct header_words *w, const struct cells *above,
				     const struct cells *row, size_t i, enum filing_kind form)
{
	const char *over = word_above(above, i);
	enum filing_field f = FILING_FIELD_COUNT;
	struct buf both = { 0 };

	if (row->cell[i][0] == '\0' || over[0] == '\0')
		return FILING_FIELD_COUNT;
	buf_printf(&both, "%s-%s", over, row->cell[i]);
	f = find_text(w, both.p, form);
	buf_clear(&both);
	return f;
}

static enum filing_field find_column(const struct header_words *w, const struct cells *above,
				     const struct cells *row, size_t i, enum filing_kind form)
{
	enum filing_field f = find_merged(w, above, row, i, form);

	if (f != FILING_FIELD_COUNT || row->cell[i][0] == '\0')
		return f;
	return find_text(w, row->cell[i], form);
}

/* How much a row speaks for a form: its own words count. 应用名称 is what everybody writes, 所用应用
 * and 移动应用名称 are the words of one form. */
static unsigned score(const struct header_words *w, const struct cells *above, const struct cells *row,
		      enum filing_kind form)
{
	unsigned sum = 0;
	for (size_t i = 0; i < row->n; i++) {
		enum filing_field f = find_column(w, above, row, i, form);
		if (f == FILING_NAME)
			sum += form == FILING_PROVIDER ? 1 : 4;
		else if (f != FILING_FIELD_COUNT)
			sum += 2;
	}
	return sum;
}

/* The form with the highest score, FILING_KIND_COUNT when two share it or none has any. */
static enum filing_kind best_form(const struct header_words *w, const struct cells *above,
				  const struct cells *row)
{
	enum filing_kind best = FILING_KIND_COUNT;
	unsigned most = 0;

	for (int k = 0; k < FILING_KIND_COUNT; k++) {
		unsigned s = score(w, above, row, (enum filing_kind)k);
		if (s == most)
			best = FILING_KIND_COUNT;
		if (s > most) {
			most = s;
			best = (enum filing_kind)k;
		}
	}
	return best;
}

/* How much a row speaks for form `is` and against `is_not`: what only one of them asks for. The columns are
 * told in `speaks` unless that is NULL. */
static unsigned speaks_for(const struct header_words *w, const struct cells *above, const struct cells *row,
			   enum filing_kind is, enum filing_kind is_not, bool *speaks)
{
	unsigned sum = 0;

	for (size_t i = 0; i < row->n; i++) {
		enum filing_field f = find_column(w, above, row, i, is);
		bool own = f != FILING_FIELD_COUNT &&
			   find_column(w, above, row, i, is_not) == FILING_FIELD_COUNT;
		if (own && f == FILING_NAME)
			sum += is == FILING_PROVIDER ? 0 : 2;
		else if (own)
			sum++;
		if (speaks)
			speaks[i] = own;
	}
	return sum;
}

/* A register of uses or self-checks read as provider filings would make every app that is used a filed one.
 * The name's word and one more, or three words; schools add columns of their own, which may be the provider
 * form's: each costs two. */
static void doubt_provider(const struct header_words *w, const struct cells *above, const struct cells *row,
			   struct header *h)
{
	static const enum filing_kind others[] = { FILING_USER, FILING_SELFCHECK };
	unsigned most = 0;

	for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
		bool speaks[FILINGS_COLUMNS_MAX];
		unsigned other = speaks_for(w, above, row, others[k], FILING_PROVIDER, speaks);
		unsigned own = speaks_for(w, above, row, FILING_PROVIDER, others[k], NULL);
		if (other <= most || other < 3 + 2 * own)
			continue;
		most = other;
		h->other = others[k];
		memcpy(h->speaks, speaks, row->n * sizeof(*speaks));
	}
}

static bool has_name(const struct header_words *w, const struct cells *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (header_is_name(w, row->cell[i]))
			return true;
	return false;
}

/* S3 附件1 asks for 单位名称 twice, of the 主管单位 and then of the 开发者. Where no merged header tells
 * them apart, their order does. */
static void part_units(const struct header_words *w, const struct cells *above, const struct cells *row,
		       struct header *h)
{
	size_t operators = 0, second = row->n;

	for (size_t i = 0; i < row->n; i++) {
		char *key;
		if (h->field[i] == FILING_DEVELOPER)
			return;
		if (h->field[i] != FILING_OPERATOR || operators++ == 0)
			continue;
		key = comparable(row->cell[i], true);
		if (second == row->n && strcmp(key, "单位名称") == 0 &&
		    find_merged(w, above, row, i, h->kind) == FILING_FIELD_COUNT &&
		    find_merged(w, above, row, i, FILING_KIND_COUNT) == FILING_FIELD_COUNT)
			second = i;
		free(key);
	}
	if (second < row->n)
		h->field[second] = FILING_DEVELOPER;
}

static bool map_columns(const struct header_words *w, const struct cells *above, const struct cells *row,
			struct header *h)
{
	bool named = false;

	h->n = row->n;
	for (size_t i = 0; i < row->n; i++) {
		enum filing_field f = find_column(w, above, row, i, h->kind);
		if (f == FILING_FIELD_COUNT)
			f = find_column(w, above, row, i, FILING_KIND_COUNT);
		h->field[i] = f;
		named = named || f == FILING_NAME;
	}
	if (h->kind == FILING_PROVIDER)
		part_units(w, above, row, h);
	return named;
}

enum header_verdict header_read(const struct header_words *w, const struct cells *above,
				const struct cells *row, enum filing_kind kind, struct header *out)
{
	if (!has_name(w, row))
		return HEADER_NONE;
	out->kind = kind == FILING_KIND_COUNT ? best_form(w, above, row) : kind;
	if (out->kind == FILING_KIND_COUNT)
		return HEADER_AMBIGUOUS;
	out->other = FILING_KIND_COUNT;
	if (kind == FILING_PROVIDER)
		doubt_provider(w, above, row, out);
	return map_columns(w, above, row, out) ? HEADER_FOUND : HEADER_NONE;
}
