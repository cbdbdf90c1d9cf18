/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/ident.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "conf/value.h"

enum { NUMBER_MAX_BYTES = 120, ID_MAX_BYTES = 64 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static size_t digits(const char *s) { return strspn(s, "0123456789"); }

static size_t count_digits(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += is_digit(*s);
	return n;
}

/* -- domains ------------------------------------------------------------------------------------ */

/* Top-level domains in Chinese that registries of mainland China sell (IANA root zone). */
static bool chinese_top(const char *s)
{
	static const char *const tops[] = { "中国",   "公司", "网络", "政务", "公益", "网址",  "在线",
					    "中文网", "网站", "信息", "商城", "集团", "我爱你" };
	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		if (strcmp(s, tops[i]) == 0)
			return true;
	return false;
}

static bool ascii_top(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");
	return n >= 2 && s[n] == '\0';
}

/* A domain written in Chinese characters: kept so; whoever compares turns it into A-labels (RFC 5891). */
static bool chinese_domain(const char *s)
{
	const char *top = strrchr(s, '.');
	size_t label = 0;
	bool chinese = false;

	if (top == NULL || strlen(s) > 253 || !(chinese_top(top + 1) || ascii_top(top + 1)))
		return false;
	for (; *s; s++) {
		bool ascii = (unsigned char)*s < 0x80;
		chinese = chinese || !ascii;
		label = *s == '.' ? 0 : label + 1;
		if (ascii && *s != '.' && *s != '-' && !is_digit(*s) && !(*s >= 'a' && *s <= 'z'))
			return false;
		if (*s == '.' && (s[1] == '.' || s[1] == '\0'))
			return false;
	}
	return chinese && label > 0;
}

/* The host of "scheme://user@host:port/path?query", in place. */
static char *host_part(char *s)
{
	char *scheme = strstr(s, "://"), *at;
	size_t n;

	if (scheme)
		s = scheme + 3;
	s[strcspn(s, "/?#")] = '\0';
	at = strrchr(s, '@');
	if (at)
		s = at + 1;
	if (s[0] == '[') { /* RFC 3986 section 3.2.2: an IPv6 address */
		s++;
		s[strcspn(s, "]")] = '\0';
		return s;
	}
	at = strchr(s, ':');
	if (at && strchr(at + 1, ':') == NULL && at[1 + digits(at + 1)] == '\0')
		*at = '\0';
	n = strlen(s);
	if (n > 0 && s[n - 1] == '.')
		s[n - 1] = '\0';
	text_lower(s);
	return s;
}

static bool is_domain(const char *host)
{
	return (strchr(host, '.') && value_host(host)) || chinese_domain(host);
}

/* "*.sub.example.edu.cn" stands for all below it, and is kept so: whoever compares knows what it means. */
static char *domain(const char *item, const char **wrong)
{
	char *copy = xstrdup(item), *host = host_part(copy), *out = NULL;
	bool wild = strncmp(host, "*.", 2) == 0;

	if (value_ip(host))
		*wrong = "是 IP 地址, 请填到 IP 地址列";
	else if (is_domain(wild ? host + 2 : host))
		out = xstrdup(host);
	else if (strchr(host, '*'))
		*wrong = "通配符只能是开头的「*.」, 后面至少两级, 应形如 *.sub.example.edu.cn";
	else
		*wrong = "不是域名, 应形如 jw.example.edu.cn";
	free(copy);
	return out;
}

/* -- the other lists -------------------------------------------------------------------------------- */

static char *ip(const char *item, const char **wrong)
{
	char *copy = xstrdup(item), *colon = strchr(copy, ':'), *out = NULL;

	if (colon && strchr(copy, '.') && strchr(colon + 1, ':') == NULL)
		*colon = '\0'; /* "203.0.113.7:8080" */
	if (value_ip(copy) || value_cidr(copy))
		out = xstrdup(copy);
	else
		*wrong = "不是 IP 地址或 CIDR 网段";
	free(copy);
	return out;
}

static bool is_hex(const char *s, size_t n) { return strspn(s, "0123456789abcdef") == n && strlen(s) == n; }

/* fingerprints A1: wx and gh_ have a fixed shape; other platforms' are only held to their alphabet. */
static char *appid(const char *item, const char **wrong)
{
	char *lower = xstrdup(item), *out = NULL;
	size_t n = strlen(item);

	text_lower(lower);
	if (strncmp(lower, "wx", 2) == 0 || strncmp(lower, "gh_", 3) == 0) {
		if (lower[0] == 'w' ? is_hex(lower + 2, 16) : is_hex(lower + 3, 12))
			out = xstrdup(lower);
		else
			*wrong = "不是微信标识, 应为 wx 加 16 位十六进制, 或 gh_ 加 12 位";
	} else if (n >= 6 && n <= ID_MAX_BYTES && value_word(item) && count_digits(item) > 0) {
		out = xstrdup(item);
	} else {
		*wrong = "不是 appid, 应只有字母和数字, 如 wx 加 16 位十六进制";
	}
	free(lower);
	return out;
}

static char *package(const char *item, const char **wrong)
{
	if (value_package(item))
		return xstrdup(item);
	*wrong = "不是安卓包名, 应形如 com.example.app";
	return NULL;
}

static char *bundle(const char *item, const char **wrong)
{
	if (value_bundle(item))
		return xstrdup(item);
	*wrong = "不是 bundle id, 应形如 com.example.app";
	return NULL;
}

/* fingerprints B4: 6 digits region, 5 digits unit, '-', 5 digits system. */
static char *djbh(const char *item, const char **wrong)
{
	if (strlen(item) == 17 && digits(item) == 11 && item[11] == '-' && digits(item + 12) == 5)
		return xstrdup(item);
	*wrong = "不是等级保护备案号, 应为 11 位数字加 -5 位数字";
	return NULL;
}

char *ident_item(enum filing_field f, const char *item, const char **wrong)
{
	static char *(*const read[FILING_FIELD_COUNT])(const char *, const char **) = {
		[FILING_DOMAINS] = domain, [FILING_IPS] = ip,           [FILING_DJBH] = djbh,
		[FILING_APPIDS] = appid,   [FILING_PACKAGES] = package, [FILING_BUNDLES] = bundle,
	};
	return read[f](item, wrong);
}

/* -- numbers ------------------------------------------------------------------------------------------ */

/* Without white space, ASCII letters in upper case: "教 app 备 1100871 号" -> "教APP备1100871号". */
static char *tight(const char *text)
{
	char *out = xmalloc(strlen(text) + 1), *to = out;
	for (; *text; text++)
		if (*text != ' ')
			*to++ = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
	*to = '\0';
	return out;
}

static bool is_icp(const char *s) { return strstr(s, "ICP备") || strstr(s, "ICP证"); }

static bool is_edu(const char *s) { return strstr(s, "教APP备") != NULL; }

/* fingerprints B4, TEL: "B2-20150210", with a province before it and a suffix behind it. */
static bool is_telecom(const char *s)
{
	const char *dash = strchr(s, '-');
	return dash && dash - s >= 2 && dash[-1] == '2' && (dash[-2] == 'A' || dash[-2] == 'B') &&
	       digits(dash + 1) >= 8;
}

char *ident_number(enum filing_field f, const char *text, const char **wrong)
{
	char *s = tight(text);
	size_t n = count_digits(s);

	if (strlen(s) > NUMBER_MAX_BYTES)
		*wrong = "太长, 不像编号";
	else if (f == FILING_NUMBER && (is_icp(s) || is_telecom(s)))
		*wrong = "是 ICP 备案号, 请填到 ICP 备案号列";
	else if (f == FILING_ICP && is_edu(s))
		*wrong = "是教育App备案号, 请填到教育App备案号列";
	/* official shapes of the filing number are not published (fingerprints B4): only its digits are asked
	 * for */
	else if (f == FILING_NUMBER && n < 4)
		*wrong = "不是教育App备案号, 应形如 教APP备1100000号";
	else if (f == FILING_ICP && !(is_icp(s) && n >= 5) && !is_telecom(s))
		*wrong = "不是 ICP 备案号, 应形如 京ICP备12345678号-1";
	if (*wrong == NULL)
		return s;
	free(s);
	return NULL;
}
