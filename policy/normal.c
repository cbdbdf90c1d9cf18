/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "policy/domain.h"
#include "policy/policy.h"
#include "policy/punycode.h"

enum { NAME_MAX_BYTES = 1024, DOMAIN_MAX = 253, LABEL_MAX = 63, ID_MAX = 255 };

/* -- characters ----------------------------------------------------------------------------- */

/* The next character; broken bytes are skipped. 0 at the end. */
static uint32_t next_char(const char **text)
{
	static const uint8_t lead_mask[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const uint8_t *s = (const uint8_t *)*text;
	size_t len = 0, left = strnlen(*text, 4);
	uint32_t c;

	while (left > 0 && (len = text_utf8_len(s, left)) == 0)
		left = strnlen((const char *)++s, 4);
	if (left == 0) {
		*text = (const char *)s;
		return 0;
	}
	c = s[0] & lead_mask[len];
	for (size_t i = 1; i < len; i++)
		c = c << 6 | (s[i] & 0x3f);
	*text = (const char *)s + len;
	return c;
}

static void put_char(struct buf *b, uint32_t c)
{
	char one[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i-- > 1; c >>= 6)
		one[i] = (char)(0x80 | (c & 0x3f));
	one[0] = (char)(lead[n] | c);
	buf_add(b, one, n);
}

/* Full-width forms are typed by Chinese input methods without meaning to (Unicode block FF00). */
static uint32_t fold_width(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c == 0x3000 || c == 0xa0 || c == 0x2003 || c == 0x2002)
		c = ' ';
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* White space, punctuation, symbols and invisible characters: [first, last], ascending. */
static const uint32_t separators[][2] = {
	{ 0x01, 0x2f },     { 0x3a, 0x60 },     { 0x7b, 0xbf },     { 0xd7, 0xd7 },     { 0xf7, 0xf7 },
	{ 0x2000, 0x206f }, { 0x2190, 0x23ff }, { 0x2500, 0x27bf }, { 0x2e00, 0x2e7f }, { 0x3000, 0x3004 },
	{ 0x3008, 0x3020 }, { 0x30fb, 0x30fb }, { 0xe000, 0xf8ff }, { 0xfe00, 0xfe6f }, { 0xfeff, 0xfeff },
	{ 0xff5f, 0xff65 }, { 0xffe0, 0xffff },
};

static bool is_separator(uint32_t c)
{
	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
		if (c >= separators[i][0] && c <= separators[i][1])
			return true;
	}
	return false;
}

/* -- names ---------------------------------------------------------------------------------- */

/* What people add behind a name to say in which form they use it. Longest first; 平台 and 系统 are part of
 * the name and stay. */
static const char *const tails[] = {
	"支付宝小程序", "微信小程序", "微信公众号", "微信服务号", "微信企业号", "android版", "安卓版",
	"苹果版",       "手机版",     "客户端",     "移动端",     "小程序",     "公众号",    "服务号",
	"订阅号",       "企业号",     "ios版",      "android",    "app",
};

static bool ascii_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

static size_t trim(const char *s, size_t n)
{
	while (n > 0 && s[n - 1] == ' ')
		n--;
	return n;
}

/* Length of s without one tail; n when it has none. "whatsapp" keeps its app, "pu app" and "学习通app" do
 * not. */
static size_t cut_tail(const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		size_t m = strlen(tails[i]), left;
		if (n <= m || memcmp(s + n - m, tails[i], m) != 0)
			continue;
		left = trim(s, n - m);
		if (left == 0 || (ascii_alnum(tails[i][0]) && ascii_alnum(s[n - m - 1])))
			continue;
		return left;
	}
	return n;
}

static void cut_tails(struct buf *b)
{
	size_t n = trim(b->p, b->len), before;
	do {
		before = n;
		n = cut_tail(b->p, n);
	} while (n < before);
	b->p[n] = '\0';
	b->len = n;
}

/* Folded text with every separator as one space. */
static void fold_name(struct buf *b, const char *text)
{
	uint32_t c;
	buf_puts(b, "");
	while ((c = next_char(&text)) != 0 && b->len < NAME_MAX_BYTES) {
		c = fold_width(c);
		if (!is_separator(c))
			put_char(b, c);
		else if (b->len > 0 && b->p[b->len - 1] != ' ')
			buf_puts(b, " ");
	}
}

static void drop_spaces(struct buf *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->len; i++) {
		if (b->p[i] != ' ')
			b->p[n++] = b->p[i];
	}
	b->p[n] = '\0';
	b->len = n;
}

/* The caller's string, or NULL (and nothing kept) when it is empty. */
static char *take(struct buf *b)
{
	if (b->len > 0)
		return b->p;
	buf_clear(b);
	return NULL;
}

char *policy_normal_name(const char *text)
{
	struct buf b = { 0 };
	if (text == NULL)
		return NULL;
	fold_name(&b, text);
	cut_tails(&b); /* while spaces still show where a word starts */
	drop_spaces(&b);
	cut_tails(&b); /* again, so that the normal form of a normal form is itself */
	return take(&b);
}

char *policy_normal_words(const char *text)
{
	struct buf b = { 0 };
	if (text == NULL)
		return NULL;
	fold_name(&b, text);
	b.len = trim(b.p, b.len);
	b.p[b.len] = '\0';
	return take(&b);
}

char *policy_normal_number(const char *text)
{
	struct buf b = { 0 };
	if (text == NULL)
		return NULL;
	fold_name(&b, text);
	drop_spaces(&b);
	return take(&b);
}

/* -- identifiers ---------------------------------------------------------------------------- */

static bool blank(uint32_t c)
{
	return (c > 0 && c <= ' ') || c == 0xa0 || c == 0x3000 || c == 0xfeff || (c >= 0x200b && c <= 0x200f);
}

char *policy_normal_id(const char *text)
{
	struct buf b = { 0 };
	bool ended = false;
	uint32_t c;

	if (text == NULL)
		return NULL;
	buf_puts(&b, "");
	while ((c = next_char(&text)) != 0) {
		if (c >= 0xff01 && c <= 0xff5e)
			c -= 0xfee0;
		if (blank(c)) {
			ended = b.len > 0;
			continue;
		}
		/* one word of visible ASCII: every platform's identifiers are that */
		if (ended || c < 0x21 || c > 0x7e || b.len == ID_MAX) {
			buf_clear(&b);
			return NULL;
		}
		put_char(&b, c);
	}
	return take(&b);
}

/* -- domains -------------------------------------------------------------------------------- */

/* The text between scheme and path, width-folded, as UTF-8: what a person pasted into the cell. */
static void fold_url(struct buf *b, const char *text)
{
	uint32_t c;
	buf_puts(b, "");
	while ((c = next_char(&text)) != 0 && b->len < NAME_MAX_BYTES) {
		c = fold_width(c);
		/* the ideographic full stops are dots (RFC 3490 section 3.1, UTS 46) */
		if (c == 0x3002 || c == 0xff61)
			c = '.';
		if (!blank(c))
			put_char(b, c);
		else if (b->len > 0)
			buf_puts(b, " ");
	}
	b->len = trim(b->p, b->len);
	b->p[b->len] = '\0';
}

/* Cuts scheme, userinfo, path and port in place; NULL when what is left cannot be a host. RFC 3986 section 3.
 */
static char *url_host(char *s)
{
	char *at, *colon, *scheme = strstr(s, "://");
	if (scheme != NULL && strcspn(s, "/?#") > (size_t)(scheme - s))
		s = scheme + 3;
	s[strcspn(s, "/?#\\")] = '\0';
	at = strrchr(s, '@');
	if (at != NULL)
		s = at + 1;
	colon = strchr(s, ':');
	if (colon != NULL) {
		if (colon[1 + strspn(colon + 1, "0123456789")] != '\0')
			return NULL;
		*colon = '\0';
	}
	if (s[0] != '\0' && s[strlen(s) - 1] == '.')
		s[strlen(s) - 1] = '\0';
	return s;
}

static bool label_is_valid(const char *s, size_t n)
{
	if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!ascii_alnum(s[i]) && s[i] != '-' && s[i] != '_')
			return false;
	}
	return true;
}

static bool domain_is_valid(const char *s)
{
	size_t labels = 0, n = 0;
	if (strlen(s) > DOMAIN_MAX)
		return false;
	for (;; s += n + 1) {
		n = strcspn(s, ".");
		if (!label_is_valid(s, n))
			return false;
		labels++;
		if (s[n] == '\0')
			break;
	}
	/* a last label of digits only is an IPv4 address or junk, never a top-level domain (RFC 3696 section
	 * 2) */
	return labels >= 2 && strspn(s, "0123456789") < n;
}

/* The host in A-labels behind `star`, or nothing. */
static char *ascii_domain(const char *star, const char *host)
{
	struct buf ascii = { 0 }, out = { 0 };

	if (punycode_domain(&ascii, host) && domain_is_valid(ascii.p) && !domain_is_ip(ascii.p))
		buf_printf(&out, "%s%s", star, ascii.p);
	buf_clear(&ascii);
	return out.p;
}

char *policy_normal_domain(const char *text)
{
	struct buf folded = { 0 };
	char *host, *domain = NULL;

	if (text == NULL)
		return NULL;
	fold_url(&folded, text);
	host = url_host(folded.p);
	if (host != NULL && strncmp(host, "*.", 2) == 0)
		domain = ascii_domain("*.", host + 2);
	else if (host != NULL)
		domain = ascii_domain("", host);
	buf_clear(&folded);
	return domain;
}
