/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  method SP target SP HTTP/1.x CRLF      request line (RFC 9112 section 3)
 *  name: value CRLF ...                   fields (section 5)
 *  CRLF                                   end of the head; a body may follow (section 6)
 *
 * A request is told when its head is whole; what a lost segment or a short snap length cut off is not.
 */
#include "dissect/http.h"

#include "dissect/h2.h"
#include "dissect/http_body.h"
#include "dissect/http_head.h"
#include "dissect/tls.h"

enum {
	METHOD_MAX = 32,
	UNKNOWN_LINE_MAX =
		4096,    /* how long a line may grow before an unknown method must have shown HTTP/1.x */
	BREAKS_MAX = 4,  /* empty lines before a request that is to be recognised */
	HOST_MAX = 4096, /* no host is so long, but the field was there */
};

/* Methods believed without an HTTP version behind them. */
static const char *const methods[] = { "GET",     "POST",  "HEAD",  "PUT",      "DELETE",    "CONNECT",
				       "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL",
				       "COPY",    "MOVE",  "LOCK",  "UNLOCK" };

/* What a head told; everything points into it, or into the room of its folds. */
struct head {
	struct dissect_str method, target, version;
	struct dissect_str host, referer, user_agent, requested_with;
	struct dissect_str length, coding, upgrade, expect;
	unsigned more_words; /* of the request line, behind the target */
};

static const struct http_head_row rows[] = {
	HTTP_HEAD_ROW("host", struct head, host),
	HTTP_HEAD_ROW("referer", struct head, referer),
	HTTP_HEAD_ROW("user-agent", struct head, user_agent),
	HTTP_HEAD_ROW("x-requested-with", struct head, requested_with),
	HTTP_HEAD_ROW("content-length", struct head, length),
	HTTP_HEAD_ROW("transfer-encoding", struct head, coding),
	HTTP_HEAD_ROW("upgrade", struct head, upgrade),
	HTTP_HEAD_ROW("expect", struct head, expect),
};

/* -- the request line */

static bool method_known(struct dissect_str m)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (m.n == strlen(methods[i]) && memcmp(m.p, methods[i], m.n) == 0)
			return true;
	}
	return false;
}

static bool method_valid(struct dissect_str m)
{
	for (size_t i = 0; i < m.n; i++) {
		if (!http_head_is_tchar(m.p[i]))
			return false;
	}
	return m.n > 0 && m.n <= METHOD_MAX;
}

static bool method_letter(uint8_t c) { return (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; }

/* What a lost segment left: "ET" of "GET", or "lost.GET", the end of a body and the next request. */
static bool method_torn(struct dissect_str m)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		size_t all = strlen(methods[i]), n = m.n < all ? m.n : all;
		if (memcmp(m.p + m.n - n, methods[i] + all - n, n) != 0)
			continue;
		if (m.n < all || (m.n > all && !method_letter(m.p[m.n - all - 1])))
			return true;
	}
	return false;
}

/* Up to the next blank, which is taken too. */
static struct dissect_str word_get(struct rd *r)
{
	struct dissect_str word = { r->p, 0 };

	while (word.n < rd_left(r) && !http_head_is_space(word.p[word.n]))
		word.n++;
	rd_skip(r, word.n);
	if (rd_left(r) > 0)
		rd_skip(r, 1);
	return word;
}

/* One blank parts the words (RFC 9112 section 3): with two behind the method the target is empty, as sent.
 * The version is the last word: blanks inside a target do occur. */
static void request_line(struct dissect_str line, struct head *h)
{
	struct rd r = rd_init(line.p, line.n);

	h->method = word_get(&r);
	h->target = word_get(&r);
	while (rd_left(&r) > 0) {
		struct dissect_str word = word_get(&r);
		if (word.n > 0)
			h->version = word;
		h->more_words += word.n > 0;
	}
}

/* "/HTTP/1.1": the blank between target and version was forgotten. No target at all is not that. */
static bool version_glued(struct dissect_str target)
{
	static const char version[] = "HTTP/1.";
	size_t n = sizeof(version); /* with the digit */

	return target.n > n && memcmp(target.p + target.n - n, version, n - 1) == 0;
}

/* RTSP/1.0, ICAP/1.0: they share methods and fields with HTTP, and no Host of theirs is a web site's. */
static bool version_foreign(struct dissect_str version)
{
	size_t n = 0;

	while (n < version.n && version.p[n] >= 'A' && version.p[n] <= 'Z')
		n++;
	return n > 0 && n + 1 < version.n && version.p[n] == '/' && version.p[n + 1] >= '0' &&
	       version.p[n + 1] <= '9' && !http_head_starts(version, "HTTP/");
}

/* Old and broken clients leave the version out (HTTP/0.9, RFC 1945 section 4.1); RTSP, SIP and others share
 * the methods but neither have a target that is a path nor the Host field. Blanks inside the target are
 * forgiven where the method is known: else the end of a text in front of a request would pass for one. */
static bool request_believed(const struct head *h)
{
	bool known = method_known(h->method);

	if (!method_valid(h->method) || (!known && (h->more_words > 1 || method_torn(h->method))))
		return false;
	if (http_head_starts(h->version, "HTTP/1.") || version_glued(h->target))
		return true;
	return known && !version_foreign(h->version) &&
	       (http_head_starts(h->target, "/") || h->host.p != NULL);
}

/* -- probing */

static enum proto_result probe_line(struct dissect_str text)
{
	const uint8_t *lf = memchr(text.p, '\n', text.n);
	struct head h = { .method = { NULL, 0 } };

	for (size_t i = 0; i < text.n && text.p + i != lf; i++) {
		if (text.p[i] < 0x20 && !http_head_is_space(text.p[i]) && text.p[i] != '\r')
			return PROTO_SKIP;
	}
	if ((lf != NULL ? (size_t)(lf - text.p) : text.n) >= UNKNOWN_LINE_MAX)
		return PROTO_SKIP;
	if (lf == NULL)
		return PROTO_MORE;
	request_line(http_head_trim((struct dissect_str){ text.p, (size_t)(lf - text.p) }), &h);
	return request_believed(&h) ? PROTO_OK : PROTO_SKIP;
}

/* Empty lines before a request line are passed over (RFC 9112 section 2.2). A known method and what ends it
 * are enough; any other token has to show its HTTP version first. */
enum proto_result http_probe(const uint8_t *p, size_t n)
{
	size_t start = http_head_breaks(p, n);
	struct dissect_str method = { p + start, 0 };

	while (start + method.n < n && http_head_is_tchar(method.p[method.n]) && method.n <= METHOD_MAX)
		method.n++;
	if (start + method.n == n)
		return method.n <= METHOD_MAX && start <= BREAKS_MAX ? PROTO_MORE : PROTO_SKIP;
	if (!method_valid(method) ||
	    !(http_head_is_space(method.p[method.n]) || http_head_is_break(method.p[method.n])))
		return PROTO_SKIP;
	if (http_head_is_word(method, "pri") ||
	    start > BREAKS_MAX) /* RFC 9113 section 3.4: the preface of HTTP/2 */
		return PROTO_SKIP;
	return method_known(method) ? PROTO_OK : probe_line((struct dissect_str){ method.p, n - start });
}

/* -- bodies */

/* What follows the head (RFC 9112 section 6.3): nothing more of interest behind a WebSocket, a tunnel behind
 * CONNECT, else a body and the next request. A refused upgrade goes on as HTTP. */
static enum proto_result after_head(const struct head *h, struct proto_state *st, uint64_t *skip)
{
	uint64_t length;

	if (http_head_has_word(h->upgrade, "websocket"))
		return PROTO_SKIP;
	if (http_head_is_word(h->method, "connect")) {
		st->phase = HTTP_BODY_TUNNEL;
		st->proxied = true;
	} else if (http_head_has_word(h->coding, "chunked")) {
		st->phase = HTTP_BODY_CHUNK;
	} else if (http_head_number(h->length, 10, &length) && length > 0) {
		if (http_head_has_word(h->expect, "100-continue")) {
			st->phase = HTTP_BODY_DOUBT; /* may be refused (RFC 9110 section 10.1.1) */
			st->left = length;
		} else {
			*skip = length;
		}
	}
	return PROTO_OK;
}

static enum proto_result bad(struct proto_out *out)
{
	out->stats->reasons[DISSECT_HTTP_BAD]++;
	return PROTO_BAD;
}

/* An authority as the target is CONNECT's, a whole URL a proxy's (RFC 9112 section 3.2.2). */
static bool target_proxied(const struct head *h)
{
	static const char *const starts[] = { "http://", "https://", "ftp://" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t n = strlen(starts[i]);
		if (h->target.n >= n && http_head_is_word((struct dissect_str){ h->target.p, n }, starts[i]))
			return true;
	}
	return http_head_is_word(h->method, "connect");
}

static void tell(const struct head *h, struct proto_out *out)
{
	struct dissect_message *m = out->m;
	uint8_t room[HOST_MAX];

	m->proxied |= target_proxied(h);
	m->name = proto_name(room, sizeof(room), h->host);
	m->http.method = h->method;
	m->http.target = h->target;
	m->http.referer = h->referer;
	m->http.user_agent = h->user_agent;
	m->http.requested_with = h->requested_with;
	proto_emit(out, DISSECT_HTTP);
}

static enum proto_result take_head(const uint8_t *p, size_t end, struct proto_state *st, uint64_t *skip,
				   struct proto_out *out)
{
	struct http_head_fold fold;
	struct head h = { .method = { NULL, 0 } };
	struct rd r = rd_init(p, end);

	fold.n = 0;
	request_line(http_head_line(&r), &h);
	/* a line that is no field is counted; the others still count */
	out->stats->reasons[DISSECT_HTTP_BAD] +=
		http_head_fields(&r, rows, sizeof(rows) / sizeof(rows[0]), &h, &fold);
	if (!request_believed(&h))
		return bad(out);
	tell(&h, out);
	return after_head(&h, st, skip);
}

static enum proto_result parse_head(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				    uint64_t *skip, struct proto_out *out)
{
	size_t start = http_head_breaks(p, n), from = st->left < n ? (size_t)st->left : 0, end;

	if (start > 0) { /* taken at once: what waits must not be looked over again with each segment */
		*consumed = start;
		return PROTO_OK;
	}
	if (http_head_starts((struct dissect_str){ p, n },
			     "PRI ")) /* the upgrade asked for before (RFC 7540 3.2) */
		return h2_parse(p, n, st, consumed, skip, out);
	if (from <= UNKNOWN_LINE_MAX && http_probe(p, n) == PROTO_SKIP) /* later the probe has had its say */
		return bad(out);
	end = http_head_end(p, n, from);
	if (end == 0) {
		st->left = n > 2 ? n - 2 : 0; /* the empty line may be cut in two */
		return PROTO_MORE;
	}
	st->left = 0;
	*consumed = end;
	return take_head(p, end, st, skip, out);
}

/* Behind a head whose body was to wait for leave: the next request, if a whole line of one stands where the
 * body would be, or the body after all. */
static enum proto_result parse_doubt(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				     uint64_t *skip, struct proto_out *out)
{
	size_t body = st->left < n ? (size_t)st->left : n;
	struct rd r = rd_init(p, body);
	struct dissect_str line = http_head_line(&r);
	struct head h = { .method = { NULL, 0 } };

	if (!rd_ok(&r) && n < st->left && n < UNKNOWN_LINE_MAX && http_probe(p, n) != PROTO_SKIP)
		return PROTO_MORE;
	request_line(line, &h);
	if (!rd_ok(&r) || !method_known(h.method) || !http_head_starts(h.version, "HTTP/1."))
		return http_body_pass(n, st, consumed, skip);
	st->phase = HTTP_BODY_HEAD;
	st->left = 0;
	return parse_head(p, n, st, consumed, skip, out);
}

/* Behind CONNECT: nearly always TLS; else HTTP for that host, or CONNECT again after a 407. */
static enum proto_result parse_tunnel(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				      uint64_t *skip, struct proto_out *out)
{
	switch (tls_probe(p, n)) {
	case PROTO_OK:
		return tls_parse(p, n, st, consumed, skip, out);
	case PROTO_MORE:
		return PROTO_MORE;
	default:
		st->phase = HTTP_BODY_HEAD;
		return parse_head(p, n, st, consumed, skip, out);
	}
}

static enum proto_result parse_chunk(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				     uint64_t *skip, struct proto_out *out)
{
	enum proto_result res = http_body_chunk(p, n, st, consumed, skip);

	return res == PROTO_BAD ? bad(out) : res;
}

enum proto_result http_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			     uint64_t *skip, struct proto_out *out)
{
	*consumed = 0;
	*skip = 0;
	switch (st->phase) {
	case HTTP_BODY_CHUNK:
		return parse_chunk(p, n, st, consumed, skip, out);
	case HTTP_BODY_TRAILER:
		return http_body_trailer(p, n, st, consumed);
	case HTTP_BODY_TUNNEL:
		return parse_tunnel(p, n, st, consumed, skip, out);
	case HTTP_BODY_DOUBT:
		return parse_doubt(p, n, st, consumed, skip, out);
	case H2_PHASE:
		return h2_parse(p, n, st, consumed, skip, out);
	default:
		return parse_head(p, n, st, consumed, skip, out);
	}
}
