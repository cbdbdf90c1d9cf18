/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/charset.h"

#include <errno.h>
#include <iconv.h>
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

/* n when all of it is UTF-8, else the offset of the first bad byte. */
static size_t utf8_prefix(const uint8_t *bytes, size_t n)
{
	size_t at = 0, len;
	while (at < n && (len = text_utf8_len(bytes + at, n - at)) > 0)
		at += len;
	return at;
}

/* Appends all that converts; returns how many input bytes that were, n when all. */
static size_t convert(struct buf *out, iconv_t cd, const uint8_t *bytes, size_t n)
{
	char in[4096], chunk[4 * sizeof(in)];
	size_t done = 0;

	while (done < n) {
		size_t take = n - done < sizeof(in) ? n - done : sizeof(in), left = take,
		       room = sizeof(chunk);
		char *from = in, *to = chunk;
		memcpy(in, bytes + done, take);
		size_t rc = iconv(cd, &from, &left, &to, &room);
		buf_add(out, chunk, sizeof(chunk) - room);
		done += take - left;
		/* EINVAL: a character cut at the end of our piece; at the end of the file it is an error */
		if (rc == (size_t)-1 && (errno != EINVAL || left == take))
			break;
	}
	return done;
}

static size_t decode_as(struct buf *out, const char *charset, const uint8_t *bytes, size_t n)
{
	iconv_t cd = iconv_open("UTF-8", charset);
	size_t done;

	if (cd == (iconv_t)-1)
		return 0;
	done = convert(out, cd, bytes, n);
	iconv_close(cd);
	return done;
}

static int refuse(char *error, const char *charset, const uint8_t *bytes, size_t at)
{
	struct spot s = spot_at(bytes, at);
	snprintf(error, CONF_ERROR_MAX,
		 "第 %zu 行第 %zu 字节不是 %s: 文件损坏或混有别的编码, 请另存为 CSV UTF-8", s.line, s.byte,
		 charset);
	return -1;
}

static int refuse_both(char *error, const uint8_t *bytes, size_t utf8, size_t gb)
{
	struct spot u = spot_at(bytes, utf8), g = spot_at(bytes, gb);
	snprintf(error, CONF_ERROR_MAX,
		 "编码认不出: 第 %zu 行第 %zu 字节不是 UTF-8, 第 %zu 行第 %zu 字节不是 GB18030; 请另存为 CSV "
		 "UTF-8",
		 u.line, u.byte, g.line, g.byte);
	return -1;
}

static int decode_utf16(struct buf *out, const char *charset, const uint8_t *bytes, size_t n, char *error)
{
	if (decode_as(out, charset, bytes + 2, n - 2) == n - 2)
		return 0;
	snprintf(error, CONF_ERROR_MAX, "文件以 UTF-16 的标记开头而内容不是 UTF-16, 请另存为 CSV UTF-8");
	return -1;
}

static int decode(struct buf *out, const char **charset, const uint8_t *bytes, size_t n, char *error)
{
	size_t utf8, gb;

	*charset = "UTF-16";
	if (n >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe)
		return decode_utf16(out, "UTF-16LE", bytes, n, error);
	if (n >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff)
		return decode_utf16(out, "UTF-16BE", bytes, n, error);
	utf8 = utf8_prefix(bytes, n);
	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		*charset = "UTF-8 BOM";
		if (utf8 < n)
			return refuse(error, "UTF-8", bytes, utf8);
		buf_add(out, bytes + 3, n - 3);
		return 0;
	}
	*charset = "UTF-8";
	if (utf8 == n) {
		buf_add(out, bytes, n);
		return 0;
	}
	*charset = "GB18030";
	gb = decode_as(out, "GB18030", bytes, n);
	return gb == n ? 0 : refuse_both(error, bytes, utf8, gb);
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

int charset_decode(struct buf *out, const char **charset, const uint8_t *bytes, size_t n,
		   char error[CONF_ERROR_MAX])
{
	const char *wrong = not_text(bytes, n), *nul;
	buf_add(out, "", 0);
	if (wrong) {
		snprintf(error, CONF_ERROR_MAX, "%s", wrong);
		return -1;
	}
	if (decode(out, charset, bytes, n, error) != 0)
		return -1;
	nul = memchr(out->p, '\0', out->len);
	if (nul) {
		struct spot s = spot_at((const uint8_t *)out->p, (size_t)(nul - out->p));
		snprintf(error, CONF_ERROR_MAX, "第 %zu 行有 NUL 字节: 这不是文本, 请另存为 CSV UTF-8",
			 s.line);
		return -1;
	}
	unify_newlines(out);
	return 0;
}
