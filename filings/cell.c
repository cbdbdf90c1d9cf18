/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/cell.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "filings/checkbox.h"
#include "filings/ident.h"

enum { NAME_MAX_BYTES = 600, SHOW_MAX_BYTES = 90 };

/* -- the text -------------------------------------------------------------------------------- */

static uint32_t decode(const uint8_t *s, size_t len)
{
	if (len == 2)
		return (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
	if (len == 3)
		return (uint32_t)(s[0] & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
	return s[0]; /* no character beyond U+FFFF matters here */
}

/* Zero-width and direction marks that come along with copied text. */
static bool is_invisible(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || c == 0xad;
}

static bool is_white(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xa0 || c == 0x3000 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029;
}

static bool is_control(uint32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

/* ="001" and '001 are how people keep a spreadsheet from reading numbers. */
static void unwrap(const char **s, size_t *n)
{
	if (*n >= 3 && (*s)[0] == '=' && (*s)[1] == '"' && (*s)[*n - 1] == '"') {
		*s += 2;
		*n -= 3;
	} else if (*n > 1 && (*s)[0] == '\'') {
		(*s)++;
		(*n)--;
	}
}

char *cell_text(const char *s, size_t n, const char **why)
{
	struct buf out = { 0 };
	bool gap = false;

	*why = NULL;
	unwrap(&s, &n);
	for (size_t i = 0, len; i < n && *why == NULL; i += len) {
		const uint8_t *p = (const uint8_t *)s + i;
		uint32_t c;
		len = text_utf8_len(p, n - i);
		if (len == 0)
			break; /* encoding_decode() leaves none */
		c = decode(p, len);
		if (is_white(c)) {
			gap = out.len > 0;
		} else if (is_control(c)) {
			*why = "含有控制字符";
		} else if (!is_invisible(c)) {
			if (gap)
				buf_puts(&out, " ");
			gap = false;
			buf_add(&out, p, len);
		}
	}
	if (*why || out.len == 0)
		buf_clear(&out);
	return out.p;
}

char *cell_fold(const char *text)
{
	struct buf out = { 0 };
	size_t n = strlen(text);

	buf_add(&out, "", 0);
	for (size_t i = 0, len; i < n; i += len) {
		const uint8_t *p = (const uint8_t *)text + i;
		uint32_t c;
		len = text_utf8_len(p, n - i);
		if (len == 0)
			break;
		c = len == 3 ? decode(p, len) : 0;
		if (c >= 0xff01 && c <= 0xff5e)
			buf_add(&out, (char[]){ (char)(c - 0xff01 + '!') }, 1);
		else
			buf_add(&out, p, len);
	}
	return out.p;
}

/* -- the fields ---------------------------------------------------------------------------------- */

/* Words that say there is nothing to fill in. */
static bool says_nothing(const char *text)
{
	static const char *const words[] = { "无", "暂无", "没有", "未有", "不适用", "不涉及",
					     "-",  "--",   "---",  "—",    "——",     "/",
					     "\\", "N/A",  "n/a",  "NA",   "none",   "None" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

static void complain(struct buf *why, const char *item, size_t n, const char *reason)
{
	size_t show = n < SHOW_MAX_BYTES ? n : SHOW_MAX_BYTES;
	while (show > 0 && show < n && ((unsigned char)item[show] & 0xc0) == 0x80)
		show--;
	buf_printf(why, "%s「%.*s%s」%s", why->len > 0 ? "; " : "", (int)show, item, show < n ? "…" : "",
		   reason);
}

/* What ends an item: white space, ASCII separators (already folded) and the Chinese enumeration comma. */
static size_t item_length(const char *s)
{
	const char *zh = strstr(s, "、");
	size_t n = strcspn(s, " ,;|");
	return zh && (size_t)(zh - s) < n ? (size_t)(zh - s) : n;
}

static const char *skip_separators(const char *s)
{
	for (;;) {
		if (strncmp(s, "、", strlen("、")) == 0)
			s += strlen("、");
		else if (*s != '\0' && strchr(" ,;|", *s))
			s++;
		else
			return s;
	}
}

static char *list_value(enum filing_field f, const char *folded, struct buf *why)
{
	struct buf out = { 0 };

	for (const char *s = skip_separators(folded); *s != '\0'; s = skip_separators(s)) {
		size_t n = item_length(s);
		char *item = xstrndup(s, n), *good;
		const char *wrong = NULL;
		good = says_nothing(item) ? NULL : ident_item(f, item, &wrong);
		if (wrong)
			complain(why, item, n, wrong);
		if (good)
			buf_printf(&out, "%s%s", out.len > 0 ? "," : "", good);
		free(good);
		free(item);
		s += n;
	}
	return out.p;
}

static char *number_value(enum filing_field f, const char *folded, struct buf *why)
{
	const char *wrong = NULL;
	char *good = ident_number(f, folded, &wrong);
	if (wrong)
		complain(why, folded, strlen(folded), wrong);
	return good;
}

static char *identifier_value(enum filing_field f, const char *text, struct buf *why)
{
	char *folded = cell_fold(text), *value;

	if (says_nothing(folded))
		value = NULL;
	else
		value = cell_is_list(f) ? list_value(f, folded, why) : number_value(f, folded, why);
	free(folded);
	return value;
}

static char *name_value(const char *text, struct buf *why)
{
	size_t n = strlen(text);
	if (says_nothing(text))
		return NULL;
	if (n <= NAME_MAX_BYTES)
		return xstrdup(text);
	complain(why, text, n, "太长, 应用名称最多 200 个汉字");
	return NULL;
}

bool cell_is_list(enum filing_field f)
{
	return f == FILING_DOMAINS || f == FILING_IPS || f == FILING_DJBH || f == FILING_APPIDS ||
	       f == FILING_PACKAGES || f == FILING_BUNDLES;
}

static bool is_choice(enum filing_field f)
{
	return f == FILING_NATURE || f == FILING_COLLECTIVE || f == FILING_AGREEMENT ||
	       f == FILING_PLATFORM || f == FILING_AUDIENCE || f == FILING_DEPLOYMENT ||
	       f == FILING_PERSONAL || f == FILING_CATEGORY || f == FILING_PERMISSIONS;
}

char *cell_value(enum filing_field f, const char *text, struct buf *why)
{
	if (f == FILING_NAME)
		return name_value(text, why);
	if (cell_is_list(f) || f == FILING_NUMBER || f == FILING_ICP || f == FILING_CERT)
		return identifier_value(f, text, why);
	return is_choice(f) ? checkbox_value(text) : xstrdup(text);
}
