/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/charset.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uchardet.h>

#include "base/alloc.h"
#include "base/text.h"

enum {
	META_MAX = 4096,   /* bytes in which a <meta> may say the charset: browsers look at 1024 */
	SURE_UTF8 = 4,     /* characters beyond ASCII that are UTF-8 by no accident */
	LABEL_MAX = 40,    /* with NUL */
	DETECT_MAX = 65536 /* bytes that the detector gets */
};

/* The encodings that pages in China come in, by the names of the WHATWG list and as iconv calls them. The
 * rest of that list is not read: a label that is not here says nothing. */
static const struct {
	const char *label, *name;
} labels[] = {
	{ "utf-8", "UTF-8" },
	{ "utf8", "UTF-8" },
	{ "unicode-1-1-utf-8", "UTF-8" },
	{ "gb18030", "GB18030" },
	{ "gbk", "GB18030" },
	{ "gb2312", "GB18030" },
	{ "gb_2312", "GB18030" },
	{ "gb_2312-80", "GB18030" },
	{ "csgb2312", "GB18030" },
	{ "x-gbk", "GB18030" },
	{ "cp936", "GB18030" },
	{ "ms936", "GB18030" },
	{ "euc-cn", "GB18030" },
	{ "chinese", "GB18030" },
	{ "iso-ir-58", "GB18030" },
	{ "big5", "BIG5-HKSCS" },
	{ "big5-hkscs", "BIG5-HKSCS" },
	{ "cn-big5", "BIG5-HKSCS" },
	{ "x-x-big5", "BIG5-HKSCS" },
	{ "utf-16", "UTF-16LE" },
	{ "utf-16le", "UTF-16LE" },
	{ "utf-16be", "UTF-16BE" },
	{ "shift_jis", "CP932" },
	{ "shift-jis", "CP932" },
	{ "euc-jp", "EUC-JP" },
	{ "euc-kr", "CP949" },
	{ "windows-1251", "CP1251" },
	{ "iso-8859-1", "CP1252" },
	{ "latin1", "CP1252" },
	{ "us-ascii", "CP1252" },
	{ "ascii", "CP1252" },
	{ "windows-1252", "CP1252" },
};

static const char *name_of(const char *label)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcasecmp(label, labels[i].label) == 0)
			return labels[i].name;
	return NULL;
}

/* Latin-1 fits any bytes. */
static bool fits_all(const char *name) { return strcmp(name, "CP1252") == 0 || strcmp(name, "CP1251") == 0; }

static bool is_utf16(const char *name) { return strncmp(name, "UTF-16", 6) == 0; }

/* -- what the label says */

/* What stands behind "charset=" in n bytes. */
static const char *after_charset(const char *s, size_t n)
{
	static const char word[] = "charset";
	char label[LABEL_MAX];
	size_t at = 0;

	for (; n >= sizeof(word); s++, n--) {
		if (strncasecmp(s, word, sizeof(word) - 1) != 0)
			continue;
		size_t i = sizeof(word) - 1;
		while (i < n && isspace((unsigned char)s[i]))
			i++;
		if (i == n || s[i] != '=')
			continue;
		for (i++; i < n && (isspace((unsigned char)s[i]) || s[i] == '"' || s[i] == '\''); i++)
			;
		for (;
		     i < n && at + 1 < sizeof(label) && (isalnum((unsigned char)s[i]) || strchr("-_", s[i]));
		     i++)
			label[at++] = s[i];
		label[at] = '\0';
		return name_of(label);
	}
	return NULL;
}

/* The next tag's name is this, behind the '<'. */
static bool tag_is(const char *p, const char *end, const char *name)
{
	size_t n = strlen(name);

	return (size_t)(end - p) > n && strncasecmp(p, name, n) == 0;
}

/* Of the first <meta> that says one; comments do not. A page that can be read as far as its <meta> is not
 * UTF-16, so that label means UTF-8 there (HTML, "prescan a byte stream"). */
static const char *meta_label(const char *s, size_t n)
{
	const char *end = s + (n < META_MAX ? n : META_MAX), *p = s;

	while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		const char *stop = NULL, *name;
		p++;
		if (tag_is(p, end, "!--")) {
			stop = memmem(p, (size_t)(end - p), "-->", 3);
			p = stop ? stop + 3 : end;
			continue;
		}
		if (!tag_is(p, end, "meta") && !tag_is(p, end, "?xml"))
			continue;
		stop = memchr(p, '>', (size_t)(end - p));
		name = after_charset(p, (size_t)((stop ? stop : end) - p));
		if (name != NULL)
			return is_utf16(name) ? "UTF-8" : name;
	}
	return NULL;
}

static const char *header_label(const char *content_type)
{
	return after_charset(content_type, strlen(content_type));
}

/* -- what the bytes say */

struct utf8_check {
	size_t broken, beyond; /* bytes that are not UTF-8; characters that are, and not ASCII */
};

/* The beginning of a character that the end cuts: not broken. */
static bool is_cut(const uint8_t *s, size_t n)
{
	size_t need = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n && i < need; i++)
		if ((s[i] & 0xc0) != 0x80)
			return false;
	return n < need;
}

static struct utf8_check utf8_check(const uint8_t *s, size_t n)
{
	struct utf8_check c = { 0, 0 };
	size_t len;

	for (size_t i = 0; i < n; i += len) {
		if (s[i] < 0x80) {
			len = 1;
			continue;
		}
		len = text_utf8_len(s + i, n - i);
		if (len > 0) {
			c.beyond++;
		} else if (is_cut(s + i, n - i)) {
			break;
		} else {
			len = 1;
			c.broken++;
		}
	}
	return c;
}

static bool mostly_utf8(const struct utf8_check *c) { return c->beyond > 0 && c->broken * 50 <= c->beyond; }

static size_t copy_utf8(struct buf *out, const uint8_t *s, size_t n)
{
	size_t broken = 0, from = 0, len;

	for (size_t i = 0; i < n; i += len) {
		len = s[i] < 0x80 ? 1 : text_utf8_len(s + i, n - i);
		if (len > 0)
			continue;
		buf_add(out, s + from, i - from);
		if (is_cut(s + i, n - i))
			return broken;
		buf_puts(out, "\xef\xbf\xbd");
		broken++;
		len = 1, from = i + 1;
	}
	buf_add(out, s + from, n - from);
	return broken;
}

/* Appends n bytes as UTF-8; returns how many had no meaning. */
static size_t convert(struct buf *out, const char *name, const uint8_t *s, size_t n)
{
	iconv_t cd = iconv_open("UTF-8", name);
	union {
		const uint8_t *in;
		char *inout;
	} p = { .in = s };
	size_t broken = 0;

	if (cd == (iconv_t)-1)
		return copy_utf8(out, s, n);
	while (n > 0) {
		char room[4096], *to = room;
		size_t left = sizeof(room), got = iconv(cd, &p.inout, &n, &to, &left);
		buf_add(out, room, (size_t)(to - room));
		if (got != (size_t)-1 || errno == E2BIG)
			continue;
		if (errno == EINVAL)
			break; /* the end cuts a character */
		buf_puts(out, "\xef\xbf\xbd");
		p.in++, n--, broken++;
		iconv(cd, NULL, NULL, NULL, NULL);
	}
	iconv_close(cd);
	return broken;
}

/* Takes it as `name`; `strict`: only when every byte has a meaning. */
static bool take(struct buf *out, struct charset_found *f, const char *name, enum charset_by by,
		 const uint8_t *s, size_t n, bool strict)
{
	size_t before = out->len;

	f->name = name;
	f->by = by;
	f->broken = strcmp(name, "UTF-8") == 0 ? copy_utf8(out, s, n) : convert(out, name, s, n);
	if (!strict || f->broken == 0)
		return true;
	out->len = before;
	out->p[before] = '\0';
	return false;
}

/* Byte order marks, and the beginning of a page in UTF-16 without one. */
static const char *by_bom(const uint8_t *s, size_t n, size_t *skip)
{
	*skip = 2;
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		return *skip = 3, "UTF-8";
	if (n >= 2 && memcmp(s, "\xff\xfe", 2) == 0)
		return "UTF-16LE";
	if (n >= 2 && memcmp(s, "\xfe\xff", 2) == 0)
		return "UTF-16BE";
	*skip = 0;
	if (n >= 4 && s[0] == '<' && s[1] == 0 && s[2] != 0 && s[3] == 0)
		return "UTF-16LE";
	if (n >= 4 && s[0] == 0 && s[1] == '<' && s[2] == 0 && s[3] != 0)
		return "UTF-16BE";
	return NULL;
}

static const char *by_detector(const uint8_t *s, size_t n)
{
	uchardet_t d = uchardet_new();
	const char *name;

	uchardet_handle_data(d, (const char *)s, n < DETECT_MAX ? n : DETECT_MAX);
	uchardet_data_end(d);
	name = name_of(uchardet_get_charset(d));
	uchardet_delete(d);
	return name;
}

struct label {
	const char *name; /* NULL: none, or none that we know */
	enum charset_by by;
};

/* Both labels in turn, as far as the bytes bear them out. */
static bool by_label(struct buf *out, struct charset_found *f, const struct label label[2],
		     const struct utf8_check *u, const uint8_t *s, size_t n)
{
	for (size_t i = 0; i < 2; i++) {
		const char *name = label[i].name;
		if (name == NULL)
			continue;
		if (strcmp(name, "UTF-8") == 0) {
			if (u->broken == 0 || mostly_utf8(u))
				return take(out, f, name, label[i].by, s, n, false);
		} else if (!fits_all(name) && !(u->broken == 0 && u->beyond >= SURE_UTF8) &&
			   (!is_utf16(name) || memchr(s, 0, n) != NULL)) { /* its ASCII is half zeros */
			if (take(out, f, name, label[i].by, s, n, true))
				return true;
		}
	}
	return false;
}

/* Nothing fits: the label's word for it, then the detector's. */
static void damaged(struct buf *out, struct charset_found *f, const struct label label[2], bool utf8,
		    const uint8_t *s, size_t n)
{
	const char *name;

	for (size_t i = 0; i < 2; i++)
		if (label[i].name != NULL && !fits_all(label[i].name) && !is_utf16(label[i].name)) {
			take(out, f, label[i].name, label[i].by, s, n, false);
			return;
		}
	name = utf8 ? NULL : by_detector(s, n);
	take(out, f, name ? name : "UTF-8", name ? CHARSET_BY_DETECTOR : CHARSET_BY_NOTHING, s, n, false);
}

void charset_decode(struct buf *out, struct charset_found *f, const uint8_t *s, size_t n,
		    const char *content_type)
{
	struct utf8_check u = utf8_check(s, n);
	struct label label[2] = { { header_label(content_type), CHARSET_BY_HEADER },
				  { meta_label((const char *)s, n), CHARSET_BY_META } };
	size_t skip = 0;
	const char *name = by_bom(s, n, &skip);

	buf_room(out, n);
	if (name != NULL) {
		take(out, f, name, CHARSET_BY_BOM, s + skip, n - skip, false);
		return;
	}
	if (by_label(out, f, label, &u, s, n))
		return;
	if (take(out, f, "UTF-8", CHARSET_BY_UTF8, s, n, true) ||
	    take(out, f, "GB18030", CHARSET_BY_GB18030, s, n, true))
		return;
	damaged(out, f, label, mostly_utf8(&u), s, n);
}

/* -- converters kept open */

struct charsets {
	iconv_t cd[sizeof(labels) / sizeof(labels[0])];
};

struct charsets *charset_load(void)
{
	struct charsets *c = xcalloc(1, sizeof(*c));
	bool gb = false;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		c->cd[i] = iconv_open("UTF-8", labels[i].name);
		gb |= c->cd[i] != (iconv_t)-1 && strcmp(labels[i].name, "GB18030") == 0;
	}
	if (gb)
		return c;
	charset_unload(c);
	return NULL;
}

void charset_unload(struct charsets *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (c->cd[i] != (iconv_t)-1)
			iconv_close(c->cd[i]);
	free(c);
}
