/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/ident.h"

#include <string.h>

enum {
	FRONT_MAX = 120, /* bytes in front that say what it is */
	BACK_MAX = 300,  /* and behind: the rest of a URL */
	EXAMPLE = 30,    /* confidence in what looks like the one of a manual */
};

static bool lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
static bool lower_hex(char c) { return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9'); }
static bool digit(char c) { return c >= '0' && c <= '9'; }

static bool word(char c) { return lower_alnum(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

/* Nothing in front of p makes it part of a longer word; "%3D" in front is a sign, and so is "%253D". */
static bool begins(const char *start, const char *p)
{
	return p == start || !word(p[-1]) || (p - start >= 3 && p[-3] == '%') ||
	       (p - start >= 5 && memcmp(p - 5, "%25", 3) == 0);
}

struct form {
	const char *front; /* how it begins */
	bool (*of)(char c);
	size_t n[2]; /* characters behind that, one of both counts; 0: none */
};

enum which { WX, WW, GH, DING, CLI, ALIPAY, WHICH_COUNT };

static const struct form forms[WHICH_COUNT] = {
	[WX] = { "wx", lower_hex, { 16, 0 } },      [WW] = { "ww", lower_hex, { 16, 0 } },
	[GH] = { "gh_", lower_hex, { 12, 0 } },     [DING] = { "ding", lower_alnum, { 16, 32 } },
	[CLI] = { "cli_", lower_alnum, { 16, 0 } }, [ALIPAY] = { "20", digit, { 14, 0 } },
};

struct hit {
	const char *at, *start, *end; /* of it and of the text */
	size_t n;
	char front[FRONT_MAX + 1]; /* in lower case */
	size_t front_n;
};

/* How long the identifier of this form at p is; 0: there is none. */
static size_t match(const struct form *m, const char *start, const char *p, const char *end)
{
	size_t front = strlen(m->front), n = 0;

	if ((size_t)(end - p) < front || memcmp(p, m->front, front) != 0 || !begins(start, p))
		return 0;
	for (p += front; p + n < end && n <= m->n[0] + m->n[1] + 2 && m->of(p[n]); n++)
		;
	if (p + n < end && word(p[n]))
		return 0;
	if (n == m->n[0] || (n == m->n[1] && n > 0))
		return front + n;
	/* dingoa + 16 */
	return m == &forms[DING] && n == 18 && memcmp(p, "oa", 2) == 0 ? front + n : 0;
}

static void look_in_front(struct hit *h)
{
	size_t n = (size_t)(h->at - h->start);
	const char *from = h->at - (n < FRONT_MAX ? n : FRONT_MAX);

	h->front_n = (size_t)(h->at - from);
	for (size_t i = 0; i < h->front_n; i++)
		h->front[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] | 32) : from[i];
	h->front[h->front_n] = '\0';
}

/* Where the last of these words ends in front of it; 0: none is there. */
static size_t last_of(const struct hit *h, const char *const *words)
{
	size_t best = 0;

	for (; *words != NULL; words++) {
		size_t n = strlen(*words);
		for (size_t at = h->front_n >= n ? h->front_n - n + 1 : 0; at-- > best;)
			if (memcmp(h->front + at, *words, n) == 0) {
				best = at + n;
				break;
			}
	}
	return best;
}

static bool behind(const struct hit *h, const char *what)
{
	const char *p = h->at + h->n;
	size_t n = 0;

	while (n < BACK_MAX && p + n < h->end && p[n] != '"' && p[n] != '\'' && p[n] != ' ' && p[n] != '\n')
		n++;
	return memmem(p, n, what, strlen(what)) != NULL;
}

static const char *const of_mini[] = { "dl/business",  "mp-weixin",      "miniprogram",
				       "mini_program", "weapp",          "servicewechat",
				       "小程序",       "navigatetomini", "wxa",
				       "username",     "mini-program",   "miniapp",
				       "mini_app",     "mini-app",       NULL };
static const char *const of_oa[] = {
	"qr/code?username=", "原始id",      "oauth2/authorize", "wx.config", "公众号",
	"media_id",          "snsapi_base", "snsapi_userinfo",  "mp.weixin", NULL
};
static const char *const of_wecom[] = { "corpid",      "corp_id", "qyapi", "wwopen",
					"agentconfig", "wxwork",  "wecom", NULL };
static const char *const of_login[] = { "connect/qrconnect", "wxlogin(", "snsapi_login", NULL };

static bool wx_kind(const struct hit *h, enum fact *type)
{
	size_t mini = last_of(h, of_mini), oa = last_of(h, of_oa), wecom = last_of(h, of_wecom);

	if (last_of(h, of_login) > oa || (behind(h, "snsapi_login")))
		return false;
	if (wecom > oa && wecom > mini)
		*type = FACT_WECOM_APP;
	else if (oa > 0 && (behind(h, "agentid=") || behind(h, "snsapi_privateinfo")))
		*type = FACT_WECOM_APP;
	else
		*type = mini > oa ? FACT_WECHAT_MINI : FACT_WECHAT_OA;
	return true;
}

static bool digits_in(const struct hit *h, size_t least)
{
	size_t count = 0;

	for (size_t i = 0; i < h->n; i++)
		count += digit(h->at[i]);
	return count >= least;
}

/* One of these words stands right in front of it, as the name of a value: appId: '…', ?app_id=…, that
 * escaped. */
static bool named(const struct hit *h, const char *const *words)
{
	size_t from = last_of(h, words), at = from;

	while (from > 0 && at < h->front_n && !lower_alnum(h->front[at]))
		at++;
	return from > 0 &&
	       (at == h->front_n || strcmp(h->front + at, "3d") == 0 || strcmp(h->front + at, "253d") == 0);
}

/* 16 digits are anything (an order, a time): they are named, or alipay stands in the same statement. */
static bool is_alipay(const struct hit *h)
{
	static const char *const names[] = { "appid", "app_id", NULL }, *const host[] = { "alipay", NULL };
	size_t alipay = last_of(h, host);

	return named(h, names) || (alipay > 0 && strpbrk(h->front + alipay, ";,&") == NULL);
}

/* 16 letters are a word of a language, unless they are named. */
static bool is_dingtalk(const struct hit *h)
{
	static const char *const names[] = { "appid",    "corpid",    "appkey",    "clientid",
					     "suitekey", "client_id", "suite_key", NULL };

	return digits_in(h, 2) || named(h, names);
}

static bool type_of(const struct hit *h, enum which w, enum fact *type)
{
	switch (w) {
	case WX:
		return wx_kind(h, type);
	case WW:
		*type = FACT_WECOM_APP;
		return true;
	case GH:
		*type = last_of(h, of_mini) > last_of(h, of_oa) ? FACT_WECHAT_MINI : FACT_WECHAT_OA;
		return true;
	case DING:
		*type = FACT_DINGTALK_APP;
		return is_dingtalk(h);
	case CLI:
		*type = FACT_FEISHU_MINI;
		return digits_in(h, 1);
	default:
		*type = FACT_ALIPAY_MINI;
		return is_alipay(h);
	}
}

/* "wx0000000000000000": nobody's. */
static bool is_template(const struct hit *h, enum which w)
{
	size_t front = strlen(forms[w].front), same = 1;

	while (front + same < h->n && h->at[front + same] == h->at[front])
		same++;
	return front + same == h->n;
}

/* "wx1234567890abcdef": of an example, as likely as not. */
static bool is_example(const struct hit *h)
{
	return memmem(h->at, h->n, "1234567890abcdef", 16) != NULL ||
	       memmem(h->at, h->n, "0123456789abcdef", 16) != NULL ||
	       memmem(h->at, h->n, "xxxxxxxx", 8) != NULL;
}

void ident_scan(struct probe_facts *f, unsigned confidence, const char *text, size_t n, size_t from,
		const char *where)
{
	struct hit h = { .start = text, .end = text + n };

	for (const char *p = text + from; p < h.end; p++) {
		if ((*p != 'w' && *p != 'g' && *p != 'd' && *p != 'c' && *p != '2') || !begins(text, p))
			continue;
		for (enum which w = 0; w < WHICH_COUNT; w++) {
			enum fact type;
			h.at = p;
			h.n = match(&forms[w], text, p, h.end);
			if (h.n == 0 || is_template(&h, w))
				continue;
			look_in_front(&h);
			if (type_of(&h, w, &type))
				probe_fact_note(f, type, is_example(&h) ? EXAMPLE : confidence, p, h.n, where,
						strlen(where));
			break;
		}
	}
}

void ident_account(struct probe_facts *f, unsigned confidence, const char *text, size_t n)
{
	static const char *const labels[] = { "原始id", "公众号", "username=", NULL };
	struct hit h = { .start = text, .end = text + n };

	for (const char *p = text; (p = memmem(p, (size_t)(h.end - p), "gh_", 3)) != NULL; p += 3) {
		enum fact type;
		h.at = p;
		h.n = match(&forms[GH], text, p, h.end);
		if (h.n == 0 || is_template(&h, GH))
			continue;
		look_in_front(&h);
		if (last_of(&h, labels) > 0 && type_of(&h, GH, &type))
			probe_fact_note(f, type, confidence, p, h.n, "text", 4);
	}
}
