/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Where decoding stopped. */
struct spot {
	size_t line, byte; /* both from 1; the byte counts within its line */
};

static struct spot spot_at(const uint8_t *bytes, size_t at)
{
	struct spot s = { .line = 1, .byte = 1 };
	for (size_t i = 0; i < at; i++) {
		s.byte++;
		if (bytes[i] == '\n')
			s = (struct spot){ .line = s.line + 1, .byte = 1 };
	}
	return s;
}

/* -- reading --------------------------------------------------------------------------------------- */

static bool line_ended(const struct encoding_reading *r)
{
	const char *since = r->text.p + r->seen;
	size_t n = r->text.len - r->seen;
	return r->broken == 0 || memchr(since, '\n', n) || memchr(since, '\r', n);
}

static void mark(struct encoding_reading *r, uint8_t byte)
{
	static const char digits[] = "0123456789ABCDEF";
	const char text[] = { (char)ENCODING_MARK, digits[byte >> 4], digits[byte & 15] };

	if (line_ended(r)) {
		r->broken++;
		buf_add(&r->text, text, sizeof(text));
	} else {
		buf_add(&r->text, "?", 1);
	}
	r->seen = r->text.len;
}

static void add_bad(struct encoding_reading *r, size_t at, uint8_t byte)
{
	if (at < r->bad)
		r->bad = at;
	mark(r, byte);
}

/* NUL is a character in every charset, but in no text. */
static void add_good(struct encoding_reading *r, const char *s, size_t n)
{
	while (n > 0) {
		const char *nul = memchr(s, '\0', n);
		size_t len = nul ? (size_t)(nul - s) : n;
		buf_add(&r->text, s, len);
		if (nul)
			mark(r, 0);
		len += nul != NULL;
		s += len;
		n -= len;
	}
}

static void read_utf8(struct encoding_reading *r, const uint8_t *bytes, size_t from, size_t n)
{
	size_t at = from, start = from, len;

	while (at < n) {
		len = text_utf8_len(bytes + at, n - at);
		if (len == 0) {
			add_good(r, (const char *)bytes + start, at - start);
			add_bad(r, at, bytes[at]);
			start = at + 1;
		}
		at += len > 0 ? len : 1;
	}
	add_good(r, (const char *)bytes + start, n - start);
}

/* One piece, which begins at offset `at` of the file; returns how much of it was read. After a bad byte
 * reading goes on with the next one: separators and line ends are no part of any longer character. */
static size_t convert(struct encoding_reading *r, iconv_t cd, char *piece, size_t take, size_t at, bool last)
{
	char chunk[4 * 4096], *from = piece;
	size_t left = take;

	while (left > 0) {
		char *to = chunk;
		size_t room = sizeof(chunk), rc = iconv(cd, &from, &left, &to, &room);
		add_good(r, chunk, sizeof(chunk) - room);
		/* EINVAL: a character cut at the end of our piece; at the end of the file it is an error */
		if (rc != (size_t)-1 || (errno == EINVAL && !last))
			break;
		add_bad(r, at + take - left, (uint8_t)*from);
		from++;
		left--;
	}
	return take - left;
}

static void read_as(struct encoding_reading *r, const char *name, const uint8_t *bytes, size_t from, size_t n)
{
	iconv_t cd = iconv_open("UTF-8", name);
	char piece[4096];

	if (cd == (iconv_t)-1) {
		r->bad = from;
		return;
	}
	for (size_t at = from; at < n;) {
		size_t take = n - at < sizeof(piece) ? n - at : sizeof(piece);
		memcpy(piece, bytes + at, take);
		at += convert(r, cd, piece, take, at, at + take == n);
	}
	iconv_close(cd);
}

/* -- what is wrong ----------------------------------------------------------------------------------- */

static void tell_one(char *error, const char *charset, const uint8_t *bytes, size_t at)
{
	struct spot s = spot_at(bytes, at);
	snprintf(error, CONF_ERROR_MAX,
		 "第 %zu 行第 %zu 字节不是 %s: 文件损坏或混有别的编码, 请另存为 CSV UTF-8", s.line, s.byte,
		 charset);
}

static void tell_both(char *error, const uint8_t *bytes, size_t utf8, size_t gb)
{
	struct spot u = spot_at(bytes, utf8), g = spot_at(bytes, gb);
	snprintf(error, CONF_ERROR_MAX,
		 "编码认不出: 第 %zu 行第 %zu 字节不是 UTF-8, 第 %zu 行第 %zu 字节不是 GB18030; 请另存为 CSV "
		 "UTF-8",
		 u.line, u.byte, g.line, g.byte);
}

static void tell_nul(char *error, const struct encoding_reading *r)
{
	const char *at = memchr(r->text.p, ENCODING_MARK, r->text.len);
	struct spot s = spot_at((const uint8_t *)r->text.p, at ? (size_t)(at - r->text.p) : 0);
	snprintf(error, CONF_ERROR_MAX, "第 %zu 行有 NUL 字节: 这不是文本, 请另存为 CSV UTF-8", s.line);
}

/* -- which charset ------------------------------------------------------------------------------------ */

static int decode_utf16(struct encoding_reading *r, const char *name, const uint8_t *bytes, size_t n,
			char *error)
{
	r->charset = "UTF-16";
	read_as(r, name, bytes, 2, n);
	if (r->bad == n)
		return 1;
	snprintf(error, CONF_ERROR_MAX, "文件以 UTF-16 的标记开头而内容不是 UTF-16, 请另存为 CSV UTF-8");
	return -1;
}

static int decode_bom(struct encoding_reading *r, const uint8_t *bytes, size_t n, char *error)
{
	r->charset = "UTF-8 BOM";
	read_utf8(r, bytes, 3, n);
	if (r->bad < n)
		tell_one(error, "UTF-8", bytes, r->bad);
	return 1;
}

/* The second reading is kept even where GB18030 is strict: a UTF-8 file with a character cut in half may
 * happen to be that. */
static int decode_unmarked(struct encoding_reading *r, const uint8_t *bytes, size_t n, char *error)
{
	r[0].charset = "UTF-8";
	r[1].charset = "GB18030";
	read_utf8(&r[0], bytes, 0, n);
	if (r[0].bad == n)
		return 1;
	read_as(&r[1], "GB18030", bytes, 0, n);
	if (r[1].bad < n)
		tell_both(error, bytes, r[0].bad, r[1].bad);
	if (r[1].bad == n || r[1].broken < r[0].broken) {
		struct encoding_reading utf8 = r[0];
		r[0] = r[1];
		r[1] = utf8;
	}
	return 2;
}

static int decode(struct encoding_reading *r, const uint8_t *bytes, size_t n, char *error)
{
	if (n >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe)
		return decode_utf16(r, "UTF-16LE", bytes, n, error);
	if (n >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff)
		return decode_utf16(r, "UTF-16BE", bytes, n, error);
	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		return decode_bom(r, bytes, n, error);
	return decode_unmarked(r, bytes, n, error);
}

/* "\r\n" and the lone '\r' of old spreadsheets become '\n', so that one '\n' is one line everywhere. */
static void unify_newlines(struct buf *b)
{
	size_t to = 0;
	for (size_t from = 0; from < b->len; from++) {
		char c = b->p[from];
		if (c == '\r' && from + 1 < b->len && b->p[from + 1] == '\n')
			continue;
		b->p[to++] = c == '\r' ? '\n' : c;
	}
	b->len = to;
	b->p[to] = '\0';
}

/* What people import by mistake, told by its first bytes. */
static const char *not_text(const uint8_t *bytes, size_t n)
{
	if (n >= 4 && memcmp(bytes, "PK\x03\x04", 4) == 0)
		return "这是 xlsx(或其他压缩)文件, 请在表格软件里另存为 CSV UTF-8 再导入";
	if (n >= 4 && memcmp(bytes, "\xd0\xcf\x11\xe0", 4) == 0)
		return "这是旧版 xls 文件, 请在表格软件里另存为 CSV UTF-8 再导入";
	if (n >= 5 && memcmp(bytes, "%PDF-", 5) == 0)
		return "这是 PDF 文件, 请导入 CSV";
	return NULL;
}

void encoding_clear(struct encoding_reading reading[ENCODING_READINGS])
{
	for (size_t i = 0; i < ENCODING_READINGS; i++)
		buf_clear(&reading[i].text);
}

int encoding_decode(struct encoding_reading out[ENCODING_READINGS], const uint8_t *bytes, size_t n,
		    char error[CONF_ERROR_MAX])
{
	const char *wrong = not_text(bytes, n);
	int found;

	for (size_t i = 0; i < ENCODING_READINGS; i++) {
		out[i] = (struct encoding_reading){ .bad = n };
		buf_add(&out[i].text, "", 0);
	}
	if (wrong) {
		snprintf(error, CONF_ERROR_MAX, "%s", wrong);
		return -1;
	}
	found = decode(out, bytes, n, error);
	for (int i = 0; i < found; i++)
		unify_newlines(&out[i].text);
	if (found > 0 && out[0].broken > 0 && out[0].bad == n)
		tell_nul(error, &out[0]);
	return found;
}
