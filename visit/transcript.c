/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/transcript.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/redact.h"
#include "base/text.h"
#include "probes/url.h"

enum {
	CLOSE_MAX = 80,  /* kept free for the last line */
	LINE_MAX = 1536, /* of one line; longer URLs are cut */
	URL_SHOWN = 512, /* bytes of a URL */
	TYPE_SHOWN = 80, /* of a content type */
	ADDRESSES_SHOWN = 8,
};

__attribute__((format(printf, 3, 4))) static void line(struct transcript *t, int64_t now, const char *fmt,
						       ...)
{
	char text[LINE_MAX], time[TEXT_TIME_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_time_beijing(time, now);
	if (t->used + strlen(time) + strlen(text) + 2 + CLOSE_MAX > sizeof(t->text)) {
		t->more++;
		return;
	}
	n = snprintf(t->text + t->used, sizeof(t->text) - t->used, "%s %s\n", time, text);
	t->used += (size_t)n;
}

void transcript_names(struct transcript *t, int64_t now, const char *host, const uint8_t (*addr)[16],
		      size_t count)
{
	char list[ADDRESSES_SHOWN * (TEXT_ADDR_MAX + 1) + 16] = "", one[TEXT_ADDR_MAX];
	size_t at = 0;

	for (size_t i = 0; i < count && i < ADDRESSES_SHOWN; i++) {
		text_addr(one, addr[i]);
		at += (size_t)snprintf(list + at, sizeof(list) - at, " %s", one);
	}
	line(t, now, "DNS %s:%s%s", host, list, count > ADDRESSES_SHOWN ? " …" : "");
}

void transcript_request(struct transcript *t, int64_t now, const struct fetch_order *o)
{
	char url[URL_SHOWN], range[64] = "";
	const bool conditional =
		(o->etag != NULL && o->etag[0] != '\0') || (o->modified != NULL && o->modified[0] != '\0');

	redact_url(url, sizeof(url), o->url->text);
	if (o->ranged)
		snprintf(range, sizeof(range), " bytes=%llu-%llu", (unsigned long long)o->from,
			 (unsigned long long)o->to);
	line(t, now, "%s %s%s%s", o->head ? "HEAD" : "GET", url, range, conditional ? " (条件请求)" : "");
}

void transcript_again(struct transcript *t, int64_t now, const struct fetch_order *o, int64_t when)
{
	char url[URL_SHOWN], time[TEXT_TIME_MAX];

	redact_url(url, sizeof(url), o->url->text);
	text_time_beijing(time, when);
	line(t, now, "不再问 %s %s: 用 %s 的答复", o->head ? "HEAD" : "GET", url, time);
}

static void body_line(struct transcript *t, int64_t now, const struct fetch_reply *r)
{
	uint8_t sum[HASH_SHA256_SIZE];
	char hex[HASH_HEX_SIZE];

	if (r->answer.size == 0)
		return;
	hash_sha256(sum, r->answer.body, r->answer.size);
	hash_hex(hex, sum);
	line(t, now, "  正文 %zu 字节%s, 传输 %llu 字节, sha256 %s", r->answer.size,
	     r->answer.truncated ? "(截断)" : "", (unsigned long long)r->received, hex);
}

static const char *http_version(unsigned v) { return v == 20 ? "HTTP/2" : v == 10 ? "HTTP/1.0" : "HTTP/1.1"; }

void transcript_reply(struct transcript *t, int64_t now, const struct fetch_reply *r)
{
	const struct probe_answer *a = &r->answer;
	char peer[TEXT_ADDR_MAX] = "-", type[TYPE_SHOWN], location[URL_SHOWN], why[160];

	if (r->connected)
		text_addr(peer, r->peer);
	if (a->status == 0) {
		text_safe(why, sizeof(why), r->why, strlen(r->why));
		line(t, now, "  %s %s (%s)", peer, probe_outcome_zh(a->outcome), why);
		return;
	}
	text_safe(type, sizeof(type), a->content_type, strlen(a->content_type));
	redact_url(location, sizeof(location), a->location);
	line(t, now, "  %s %s%s %d %s%s%s%s%s", peer, http_version(r->http), r->reused ? " (续用连接)" : "",
	     a->status, type, location[0] != '\0' ? " -> " : "", location,
	     a->outcome == PROBE_DONE ? "" : " ",
	     a->outcome == PROBE_DONE ? "" : probe_outcome_zh(a->outcome));
	if (r->retry_after > 0)
		line(t, now, "  对方要求 %u 秒后再来", r->retry_after);
	body_line(t, now, r);
}

void transcript_refused(struct transcript *t, int64_t now, const char *url, enum probe_outcome why)
{
	char shown[URL_SHOWN];

	redact_url(shown, sizeof(shown), url);
	line(t, now, "不问 %s: %s", shown, probe_outcome_zh(why));
}

/* Is the last line a wait for this host? Others that are asked in the same network make it wait again. */
static bool waited_for(const struct transcript *t, const char *host)
{
	size_t n = strlen(host);

	return t->wait_end > t->wait_from && t->wait_end == t->used && t->used > n + 1 &&
	       t->text[t->used - n - 2] == ' ' && memcmp(t->text + t->used - n - 1, host, n) == 0;
}

void transcript_waits(struct transcript *t, int64_t now, const char *host, int64_t us)
{
	size_t from = t->used;

	if (us < 1000000)
		return;
	if (waited_for(t, host)) {
		us += now - t->wait_since;
		now = t->wait_since;
		from = t->used = t->wait_from;
	}
	line(t, now, "等 %lld 秒再问 %s", (long long)((us + 999999) / 1000000), host);
	t->wait_from = from;
	t->wait_end = t->used;
	t->wait_since = now;
}

void transcript_remark(struct transcript *t, int64_t now, const char *remark)
{
	char shown[PROBE_NOTE_MAX];

	text_safe(shown, sizeof(shown), remark, strlen(remark));
	line(t, now, "%s", shown);
}

const char *transcript_close(struct transcript *t)
{
	if (t->more > 0)
		snprintf(t->text + t->used, sizeof(t->text) - t->used, "另有 %llu 行放不下\n",
			 (unsigned long long)t->more);
	return t->text;
}
