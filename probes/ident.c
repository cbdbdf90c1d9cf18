/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/ident.h"

#include <string.h>

enum {
	FRONT_MAX = 120,  /* bytes in front that say what it is */
	BACK_MAX = 300,   /* and behind: the rest of a URL */
	OPENED_MAX = 256, /* of an attribute */
	SAYING = 60,      /* bytes behind that still speak of it */
	STEPS = 7,        /* from character to character as one counts: nobody's identifier */
	BREAKS = 3,       /* or all but so many */
	KINDS = 3,        /* different characters that it has then at most */
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

/* -- those of manuals */

/* As platforms print them in their own manuals; pages copy them along with the code. */
static const char *const printed[] = {
	"wxd930ea5d5a258f4f", "wx520c15f417810387", "wxf0e81c3bee622d60",
	"wx807d86fb6b3d4fd2", "wxbdc5610cc59c1631", "wx2421b1c4370ec43b",
	"wxf8b4f85f3a794e77", "gh_d43f693ca31f",    "2014072300007148",
};

static bool follows(char a, char b) { return b == a + 1 || (a == '9' && (b == '0' || b == 'a')); }

/* "1234567890ab", "abcdef123456": counted up or down, in one go or in pieces of any length. */
static bool is_counted(const char *p, size_t n)
{
	size_t up = 0, down = 0, run[2] = { 0, 0 };

	for (size_t i = 1; i < n && run[0] < STEPS && run[1] < STEPS; i++) {
		bool more = follows(p[i - 1], p[i]), less = follows(p[i], p[i - 1]);
		up += more;
		down += less;
		run[0] = more ? run[0] + 1 : 0;
		run[1] = less ? run[1] + 1 : 0;
	}
	return run[0] == STEPS || run[1] == STEPS || up + BREAKS >= n || down + BREAKS >= n;
}

/* "000000000000", "abcdabcdabcd": a piece over and over. */
static bool is_repeated(const char *p, size_t n)
{
	for (size_t period = 1; period <= n / 2; period++)
		if (memcmp(p, p + period, n - period) == 0)
			return true;
	return false;
}

bool ident_is_made_up(const char *p, size_t n) { return is_counted(p, n) || is_repeated(p, n); }

/* "888888886666": hardly any different characters. */
static bool is_plain(const char *p, size_t n)
{
	size_t kinds = 0;

	for (size_t i = 0; i < n; i++)
		kinds += memchr(p, p[i], i) == NULL;
	return kinds <= KINDS;
}

/* Nobody's by its own look. The shop numbers of Alipay are dates and counters: they may be plain. */
static bool is_made_up(const struct hit *h, enum which w)
{
	const char *p = h->at + strlen(forms[w].front);
	size_t n = h->n - strlen(forms[w].front);

	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++)
		if (strlen(printed[i]) == h->n && memcmp(h->at, printed[i], h->n) == 0)
			return true;
	return ident_is_made_up(p, n) || (w != ALIPAY && is_plain(p, n)) || memmem(p, n, "xxxx", 4) != NULL;
}

static const char *const sentence_ends[] = { "。", "；", "！", "\n", ";", NULL };

/* One of these words is in the sentence that it stands in: in front of it, or right behind. */
static bool spoken_of(const struct hit *h, const char *const *front, const char *const *back)
{
	const char *behind = h->at + h->n;
	size_t left = (size_t)(h->end - behind), n = left < SAYING ? left : SAYING;

	if (last_of(h, front) > last_of(h, sentence_ends))
		return true;
	for (size_t i = 0; sentence_ends[i] != NULL; i++) {
		const char *end = memmem(behind, n, sentence_ends[i], strlen(sentence_ends[i]));
		n = end != NULL ? (size_t)(end - behind) : n;
	}
	for (; *back != NULL; back++)
		if (memmem(behind, n, *back, strlen(*back)) != NULL)
			return true;
	return false;
}

/* "如gh_…", "（例：gh_…": the word stands right in front. */
static bool is_likened(const struct hit *h)
{
	static const char *const words[] = { "如", "例", NULL }, *const marks[] = { "：", "“", "「", "‘" };
	size_t from = last_of(h, words);

	while (from > 0 && from < h->front_n) {
		size_t step = strchr(": \"'\t", h->front[from]) != NULL;
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && step == 0; i++)
			if (strncmp(h->front + from, marks[i], strlen(marks[i])) == 0)
				step = strlen(marks[i]);
		if (step == 0)
			return false;
		from += step;
	}
	return from > 0;
}

/* The sentence says that it shows how one looks. */
static bool is_shown(const struct hit *h)
{
	static const char *const front[] = { "形如", "例如", "比如", "譬如", "诸如",   "示例",
					     "样例", "范例", "举例", "e.g.", "格式为", NULL };
	static const char *const back[] = { "示例", "样例", "为例", "举例", "仅供参考", NULL };

	return is_likened(h) || spoken_of(h, front, back);
}

/* The sentence warns of it: somebody else's. */
static bool is_accused(const struct hit *h)
{
	static const char *const words[] = { "仿冒", "假冒", "冒充", "冒用", "冒名",
					     "山寨", "盗用", "涉嫌", "诈骗", NULL };

	return spoken_of(h, words, words);
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
			if (h.n == 0)
				continue;
			look_in_front(&h);
			if (is_made_up(&h, w) || is_shown(&h))
				f->examples++;
			else if (type_of(&h, w, &type))
				probe_fact_note(f, type, confidence, p, h.n, where, strlen(where));
			break;
		}
	}
}

void ident_opened(struct probe_facts *f, unsigned confidence, const char *value, size_t n, const char *where)
{
	static const char front[] = "weapp ";
	char text[OPENED_MAX];
	size_t k = sizeof(front) - 1;

	if (n > sizeof(text) - k)
		return;
	memcpy(text, front, k);
	memcpy(text + k, value, n);
	ident_scan(f, confidence, text, k + n, k, where);
}

void ident_account(struct probe_facts *f, unsigned confidence, const char *text, size_t n)
{
	static const char *const labels[] = { "原始id", "公众号", "username=", NULL };
	struct hit h = { .start = text, .end = text + n };

	for (const char *p = text; (p = memmem(p, (size_t)(h.end - p), "gh_", 3)) != NULL; p += 3) {
		enum fact type;
		h.at = p;
		h.n = match(&forms[GH], text, p, h.end);
		if (h.n == 0)
			continue;
		look_in_front(&h);
		if (last_of(&h, labels) == 0 || !type_of(&h, GH, &type))
			continue;
		if (is_made_up(&h, GH) || is_shown(&h))
			f->examples++;
		else if (is_accused(&h))
			f->others++;
		else
			probe_fact_note(f, type, confidence, p, h.n, "text", 4);
	}
}
