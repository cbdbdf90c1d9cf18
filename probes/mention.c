/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/mention.h"

#include <string.h>

#include "probes/ident.h"
#include "probes/nearby.h"

enum {
	RUN_MAX = 64,       /* links in a row behind one label */
	SIGNS_MAX = 64,     /* signs between two of them */
	LABEL_MAX = 120,    /* bytes of a label's line */
	SENTENCE_MAX = 400, /* bytes of a sentence in front of a link */
	LINE_MAX = 600,     /* of a line beside a list */
	LINES_FRONT = 3,    /* lines in front of a list that may say what it is of */
};

struct part {
	const char *p;
	size_t n;
};

static struct part part(const struct view *v, size_t from, size_t to)
{
	return (struct part){ to > from ? v->seen.p + from : "", to - from };
}

/* -- the label that a run of links stands behind */

static bool ends(const char *p, size_t n, const char *with)
{
	size_t k = strlen(with);

	return n >= k && memcmp(p + n - k, with, k) == 0;
}

/* Where text[0..n) ends without any of these signs. */
static size_t cut_back(const char *p, size_t n, const char *const *signs)
{
	for (size_t i = 0, cut = 0; signs[i] != NULL && cut < SIGNS_MAX;)
		if (ends(p, n, signs[i])) {
			n -= strlen(signs[i]);
			i = 0;
			cut++;
		} else {
			i++;
		}
	return n;
}

/* Links in a row, nothing but signs between them, and what is in front of the first. */
struct run {
	size_t front; /* where that ends */
	bool headed;  /* it is on a line of its own */
};

static bool lines_between(const struct view *v, size_t from, size_t to)
{
	return to > from && memchr(v->seen.p + from, '\n', to - from) != NULL;
}

static struct run run_of(const struct view *v, const struct view_span *link, size_t at)
{
	static const char *const between[] = { " ", "\n", "|", "/", "·", "｜", "　", "、", NULL };
	size_t from = cut_back(v->seen.p, link[at].from, between);

	for (size_t run = 0; at > 0 && run < RUN_MAX && link[at - 1].to >= from; run++)
		from = cut_back(v->seen.p, link[--at].from, between);
	return (struct run){ from, lines_between(v, from, link[at].from) };
}

/* What stands on the line in front of `end`, without the signs behind it. */
static struct part label_before(const struct view *v, size_t end)
{
	static const char *const behind[] = { " ", "：", ":", "】", "]", "」", "　", NULL };
	size_t from = end = cut_back(v->seen.p, end, behind);

	while (from > 0 && end - from < LABEL_MAX && v->seen.p[from - 1] != '\n')
		from--;
	return part(v, from, end);
}

/* In front of the links of this line, or on a line of its own in front of theirs. */
static bool is_headed(const struct view *v, struct run run, size_t at)
{
	return run.headed || (at - run.front <= LINE_MAX && !lines_between(v, run.front, at));
}

/* 友情链接：A B C. What stands behind them and says what a visitor shall do with it is the page's own. */
static bool among_friends(const struct view *v, const struct view_span *link, size_t at)
{
	static const char *const labels[] = { "友情链接", "友情连接", "友链", "相关链接" };
	static const char *const own[] = { "下载",      "安装",    "客户端", "扫码", "扫一扫",    "安卓",
					   "Android",   "android", "iOS",    "IOS",  "iPhone",    "苹果",
					   "App Store", "应用宝",  "市场",   "商店", "App store", "手机",
					   "移动",      "本校",    "打开",   "登录", "登陆",      "小程序",
					   "公众号",    "关注" };
	struct part text = part(v, link[at].from, link[at].to), label;
	struct run run;

	if (text.n <= strlen("APP") || NEARBY_HAS(text.p, text.n, own))
		return false;
	run = run_of(v, link, at);
	label = label_before(v, run.front);
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]) && is_headed(v, run, link[at].from); i++)
		if (ends(label.p, label.n, labels[i]))
			return true;
	return false;
}

/* 广告 stands alone in front of the links of a line. */
static bool in_advertisement(const struct view *v, const struct view_span *link, size_t at)
{
	static const char *const labels[] = { "广告", "推广", "【广告", "[广告" };
	struct run run = run_of(v, link, at);
	struct part label = label_before(v, run.front);

	if (label.n == 0 || run.headed || !is_headed(v, run, link[at].from))
		return false;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (label.n == strlen(labels[i]) && memcmp(label.p, labels[i], label.n) == 0)
			return true;
	return false;
}

/* -- sentences */

/* What of its sentence stands in front of a place. */
static struct part sentence_before(const struct view *v, size_t at)
{
	static const char *const stops[] = { "。", "；", "！", "\n" };
	size_t from = at;

	while (from > 0 && at - from < SENTENCE_MAX) {
		for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
			if (ends(v->seen.p, from, stops[i]))
				return part(v, from, at);
		from--;
	}
	return part(v, from, at);
}

/* 据报道，某公司推出的“…”App已在… ; a school reports of its own app, too, and then says whose it is. */
static bool in_report(const struct view *v, size_t at)
{
	static const char *const told[] = { "据报道",   "报道称", "媒体报道",   "据媒体",
					    "记者获悉", "记者从", "记者了解到", "记者注意到" };
	static const char *const own[] = { "我校", "本校", "学校", "我院",   "本院",
					   "我们", "本站", "我市", "本平台", "我局" };
	struct part s = sentence_before(v, at);

	return NEARBY_HAS(s.p, s.n, told) && !NEARBY_HAS(s.p, s.n, own);
}

/* -- lists of apps that are complained of */

static bool accuses(struct part line)
{
	static const char *const words[] = { "侵害用户权益", "侵犯用户权益", "违规收集", "违法违规收集",
					     "超范围收集",   "强制授权",     "违规应用", "违规APP",
					     "违规App",      "立即卸载",     "予以下架", "下架的应用",
					     "问题应用",     "涉诈应用",     "涉诈APP",  "违法违规应用",
					     "违法违规APP",  "下架APP",      "被通报" };

	return NEARBY_HAS(line.p, line.n, words);
}

/* The line behind `at`, and where it ends. */
static struct part line_behind(const struct view *v, size_t at)
{
	size_t end;

	while (at < v->seen.len && v->seen.p[at] == '\n')
		at++;
	for (end = at; end < v->seen.len && end - at < LINE_MAX && v->seen.p[end] != '\n';)
		end++;
	return part(v, at, end);
}

static struct part line_before(const struct view *v, size_t at)
{
	size_t from;

	while (at > 0 && v->seen.p[at - 1] == '\n')
		at--;
	for (from = at; from > 0 && at - from < LINE_MAX && v->seen.p[from - 1] != '\n';)
		from--;
	return part(v, from, at);
}

static size_t row_of(const struct view *v, size_t at)
{
	size_t row = 0;

	while (row < v->rows && !(at >= v->row_at[row].from && at < v->row_at[row].to))
		row++;
	return row;
}

/* The rows that link stands among are a list; a line beside it says what it is of. */
static bool in_complaint(const struct view *v, size_t at)
{
	size_t first = row_of(v, at), last = first;

	if (first == v->rows)
		return false;
	while (first > 0 && v->row_at[first - 1].to >= v->row_at[first].from)
		first--;
	while (last + 1 < v->rows && v->row_at[last].to >= v->row_at[last + 1].from)
		last++;
	if (first == last)
		return false;
	if (accuses(line_behind(v, v->row_at[last].to)))
		return true;
	at = v->row_at[first].from;
	for (size_t i = 0; i < LINES_FRONT; i++) {
		struct part line = line_before(v, at);
		if (line.n == 0)
			return false;
		if (accuses(line))
			return true;
		at = (size_t)(line.p - v->seen.p);
	}
	return false;
}

/* -- the whole */

/* The words of rel by which a visitor's or an advertiser's link is marked (HTML 4.6.6 and its extensions). */
static bool is_set_by_others(struct html_str rel)
{
	static const char *const words[] = { "ugc", "sponsored" };

	for (size_t at = 0, n; at < rel.n; at += n + 1) {
		for (n = 0; at + n < rel.n && (unsigned char)rel.p[at + n] > ' ';)
			n++;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (html_is((struct html_str){ rel.p + at, n }, words[i]))
				return true;
	}
	return false;
}

void mention_open(struct mention_links *k, const struct view *v, const struct html_token *t)
{
	struct html_str href, rel;

	mention_close(k, v);
	if (view_is_inert(v) || view_is_hidden(v) || k->n == MENTION_LINKS_MAX ||
	    !html_attr_find(t->text, "href", &href) || href.n == 0 || href.n >= PROBE_URL_MAX)
		return;
	k->text[k->n] = (struct view_span){ v->seen.len, v->seen.len };
	k->href[k->n] = href;
	k->others[k->n++] = html_attr_find(t->text, "rel", &rel) && is_set_by_others(rel);
	k->open = true;
}

void mention_close(struct mention_links *k, const struct view *v)
{
	if (k->open)
		k->text[k->n - 1].to = v->seen.len;
	k->open = false;
}

bool mention_keeps(const struct mention_links *k, struct html_str value)
{
	return k->open && k->href[k->n - 1].p == value.p;
}

static bool is_mention(const struct mention_links *k, const struct view *v, size_t at)
{
	return k->others[at] || among_friends(v, k->text, at) || in_advertisement(v, k->text, at) ||
	       in_report(v, k->text[at].from) || in_complaint(v, k->text[at].from);
}

static void tell(struct links *l, unsigned confidence, struct html_str url)
{
	ident_scan(l->facts, confidence, url.p, url.n, 0, "href");
	link_read(l, confidence, url.p, url.n, "href");
}

/* Told, and taken back: neither a fact nor a fact's confidence is left. */
static void pass(const struct links *l, struct html_str url)
{
	struct links passed = *l;
	struct probe_facts *f = l->facts;
	size_t count = f->count;
	uint64_t more = f->more;

	tell(&passed, 1, url);
	f->others += f->count - count + (f->more - more);
	f->count = count;
	f->more = more;
}

void mention_tell(struct mention_links *k, const struct view *v, struct links *l, unsigned confidence)
{
	struct buf text = { 0 };

	mention_close(k, v);
	for (size_t i = 0; i < k->n; i++) {
		buf_reset(&text);
		html_decode(&text, k->href[i].p, k->href[i].n, true);
		if (is_mention(k, v, i))
			pass(l, (struct html_str){ text.p, text.len });
		else
			tell(l, confidence, (struct html_str){ text.p, text.len });
	}
	buf_clear(&text);
}
