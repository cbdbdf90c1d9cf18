/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  method SP target SP HTTP/1.x CRLF      request line (RFC 9112 section 3)
 *  name: value CRLF ...                   fields (section 5)
 *  CRLF                                   end of the head; a body may follow (section 6)
 *
 * A bare LF ends a line as well (section 2.2), and white space between the words may be long (section 3).
 * A request is told when its head is whole; what a lost segment or a short snap length cut off is not.
 */
#include "dissect/http.h"

#include "base/rd.h"
#include "dissect/tls.h"

enum {
	METHOD_MAX = 32,
	UNKNOWN_LINE_MAX =
		4096, /* how long a line may grow before an unknown method must have shown HTTP/1.x */
	CHUNK_LINE_MAX = 1024,
	HOST_MAX = 4096, /* no host is so long, but the field was there */
	FOLD_MAX = 2048,
};

enum phase { PHASE_HEAD, PHASE_CHUNK, PHASE_TRAILER, PHASE_TUNNEL };

/* Methods believed without an HTTP version behind them. */
static const char *const methods[] = { "GET",     "POST",  "HEAD",  "PUT",      "DELETE",    "CONNECT",
				       "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL",
				       "COPY",    "MOVE",  "LOCK",  "UNLOCK" };

/* What a head told; everything points into it, `spare` holds what had to be unfolded. */
struct head {
	struct dissect_str method, target, version;
	struct dissect_str host, referer, user_agent, requested_with;
	struct dissect_str length, coding, upgrade;
	uint8_t spare[FOLD_MAX];
	size_t spared;
};

struct field_row {
	const char *name; /* lower case */
	size_t at;        /* offset of its struct dissect_str in struct head */
};

/* Of a repeated field the first counts. */
static const struct field_row field_rows[] = {
	{ "host", offsetof(struct head, host) },
	{ "referer", offsetof(struct head, referer) },
	{ "user-agent", offsetof(struct head, user_agent) },
	{ "x-requested-with", offsetof(struct head, requested_with) },
	{ "content-length", offsetof(struct head, length) },
	{ "transfer-encoding", offsetof(struct head, coding) },
	{ "upgrade", offsetof(struct head, upgrade) },
};

/* -- text */

static bool is_space(uint8_t c) { return c == ' ' || c == '\t'; }
static bool is_break(uint8_t c) { return c == '\r' || c == '\n'; }

/* RFC 9110 section 5.6.2 */
static bool is_tchar(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static struct dissect_str trim(struct dissect_str s)
{
	while (s.n > 0 && (is_space(s.p[s.n - 1]) || is_break(s.p[s.n - 1])))
		s.n--;
	while (s.n > 0 && (is_space(s.p[0]) || is_break(s.p[0]))) {
		s.p++;
		s.n--;
	}
	return s;
}

/* ASCII, whatever the locale: a Turkish one has an I of its own. */
static bool is_word(struct dissect_str s, const char *word)
{
	if (s.n != strlen(word))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (proto_lower(s.p[i]) != proto_lower((uint8_t)word[i]))
			return false;
	}
	return true;
}

static bool starts_with(struct dissect_str s, const char *word)
{
	return s.n >= strlen(word) && memcmp(s.p, word, strlen(word)) == 0;
}

/* The next line without its end, which is taken too. Fails when there is no LF. */
static struct dissect_str line_get(struct rd *r)
{
	const uint8_t *lf = rd_left(r) > 0 ? memchr(r->p, '\n', rd_left(r)) : NULL;
	struct dissect_str line = { r->p, 0 };

	if (lf == NULL) {
		r->failed = true;
		r->p = r->end;
		return line;
	}
	line.n = (size_t)(lf - r->p);
	rd_skip(r, line.n + 1);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static struct dissect_str word_get(struct rd *r)
{
	struct dissect_str word;

	while (rd_left(r) > 0 && is_space(r->p[0]))
		rd_u8(r);
	word = (struct dissect_str){ r->p, 0 };
	while (rd_left(r) > 0 && !is_space(r->p[0])) {
		rd_u8(r);
		word.n++;
	}
	return word;
}

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
		if (!is_tchar(m.p[i]))
			return false;
	}
	return m.n > 0 && m.n <= METHOD_MAX;
}

static void request_line(struct dissect_str line, struct head *h)
{
	struct rd r = rd_init(line.p, line.n);
	struct dissect_str word;

	h->method = word_get(&r);
	h->target = word_get(&r);
	while ((word = word_get(&r)).n > 0)
		h->version = word; /* the last one: spaces inside a target do occur */
}

/* Old and broken clients leave the version out (HTTP/0.9, RFC 1945 section 4.1); RTSP, SIP and others share
 * the methods but neither have a target that is a path nor the Host field. */
static bool request_believed(const struct head *h)
{
	if (!method_valid(h->method))
		return false;
	if (starts_with(h->version, "HTTP/1."))
		return true;
	return method_known(h->method) && (starts_with(h->target, "/") || h->host.p != NULL);
}

/* -- fields */

static void field_set(struct head *h, struct dissect_str name, struct dissect_str value)
{
	for (size_t i = 0; i < sizeof(field_rows) / sizeof(field_rows[0]); i++) {
		struct dissect_str *s = (struct dissect_str *)(void *)((char *)h + field_rows[i].at);
		if (is_word(name, field_rows[i].name) && s->p == NULL)
			*s = value;
	}
}

/* RFC 9112 section 5.2: a fold is read as one space. What does not fit into `spare` is left out. */
static struct dissect_str unfold(struct head *h, struct dissect_str value)
{
	struct dissect_str out = { h->spare + h->spared, 0 };

	for (size_t i = 0; i < value.n && h->spared < FOLD_MAX; i++) {
		if (is_break(value.p[i])) {
			while (i + 1 < value.n && (is_break(value.p[i + 1]) || is_space(value.p[i + 1])))
				i++;
			h->spare[h->spared++] = ' ';
		} else {
			h->spare[h->spared++] = value.p[i];
		}
	}
	out.n = (size_t)(h->spare + h->spared - out.p);
	return trim(out);
}

/* One field line with its folded continuations; false when it has no colon behind a name. */
static bool field_get(struct rd *r, struct head *h)
{
	struct dissect_str line = line_get(r), name = { line.p, 0 }, value;
	bool folded = false;

	while (rd_ok(r) && rd_left(r) > 0 && is_space(r->p[0])) {
		struct dissect_str more = line_get(r);
		line.n = (size_t)(more.p - line.p) + more.n;
		folded = true;
	}
	while (name.n < line.n && is_tchar(line.p[name.n]))
		name.n++;
	if (name.n == 0 || name.n == line.n)
		return false;
	value = (struct dissect_str){ line.p + name.n, line.n - name.n };
	value = trim(value);
	if (value.n == 0 || value.p[0] != ':')
		return false;
	value = trim((struct dissect_str){ value.p + 1, value.n - 1 });
	field_set(h, name, folded ? unfold(h, value) : value);
	return true;
}

/* Where the head ends, or 0. `from`: everything before it was looked at in an earlier call. */
static size_t head_end(const uint8_t *p, size_t n, size_t from)
{
	struct rd r = rd_init(p, n);

	rd_skip(&r, from);
	while (rd_left(&r) > 0) {
		const uint8_t *lf = memchr(r.p, '\n', rd_left(&r));
		if (lf == NULL)
			return 0;
		rd_skip(&r, (size_t)(lf - r.p) + 1);
		if (rd_left(&r) > 0 && r.p[0] == '\n')
			return rd_pos(&r) + 1;
		if (rd_left(&r) > 1 && r.p[0] == '\r' && r.p[1] == '\n')
			return rd_pos(&r) + 2;
	}
	return 0;
}

static size_t breaks(const uint8_t *p, size_t n)
{
	size_t i = 0;
	while (i < n && is_break(p[i]))
		i++;
	return i;
}

/* -- probing */

static enum proto_result probe_line(struct dissect_str text)
{
	const uint8_t *lf = memchr(text.p, '\n', text.n);
	struct head h = { .spared = 0 };

	for (size_t i = 0; i < text.n && text.p + i != lf; i++) {
		if (text.p[i] < 0x20 && !is_space(text.p[i]) && text.p[i] != '\r')
			return PROTO_SKIP;
	}
	if ((lf != NULL ? (size_t)(lf - text.p) : text.n) >= UNKNOWN_LINE_MAX)
		return PROTO_SKIP;
	if (lf == NULL)
		return PROTO_MORE;
	request_line(trim((struct dissect_str){ text.p, (size_t)(lf - text.p) }), &h);
	return request_believed(&h) ? PROTO_OK : PROTO_SKIP;
}

/* Empty lines before a request line are passed over (RFC 9112 section 2.2). A known method and what ends it
 * are enough; any other token has to show its HTTP version first. */
enum proto_result http_probe(const uint8_t *p, size_t n)
{
	size_t start = breaks(p, n);
	struct dissect_str method = { p + start, 0 };

	while (start + method.n < n && is_tchar(method.p[method.n]) && method.n <= METHOD_MAX)
		method.n++;
	if (start + method.n == n)
		return method.n <= METHOD_MAX && start <= 4 ? PROTO_MORE : PROTO_SKIP;
	if (!method_valid(method) || !(is_space(method.p[method.n]) || is_break(method.p[method.n])))
		return PROTO_SKIP;
	if (is_word(method, "PRI") || start > 4) /* RFC 9113 section 3.4: the preface of HTTP/2 */
		return PROTO_SKIP;
	return method_known(method) ? PROTO_OK : probe_line((struct dissect_str){ method.p, n - start });
}

/* -- bodies */

/* Digits up to anything else; false when there is none or they do not fit. */
static bool number_get(struct dissect_str s, unsigned base, uint64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < s.n; i++) {
		unsigned c = proto_lower(s.p[i]), d = 99;
		if (c >= '0' && c <= '9')
			d = c - '0';
		else if (c >= 'a' && c <= 'f')
			d = c - 'a' + 10;
		if (d >= base)
			break;
		if (*out > (UINT64_MAX - d) / base)
			return false;
		*out = *out * base + d;
	}
	return i > 0;
}

static bool is_chunked(struct dissect_str coding)
{
	for (size_t i = 0; i + 7 <= coding.n; i++) {
		if (is_word((struct dissect_str){ coding.p + i, 7 }, "chunked"))
			return true;
	}
	return false;
}

/* What follows the head (RFC 9112 section 6.3): nothing more of interest behind a WebSocket, a tunnel behind
 * CONNECT, else a body and the next request. A refused upgrade goes on as HTTP. */
static enum proto_result after_head(const struct head *h, struct proto_state *st, uint64_t *skip)
{
	uint64_t length;

	if (is_word(h->upgrade, "websocket"))
		return PROTO_SKIP;
	if (is_word(h->method, "CONNECT"))
		st->phase = PHASE_TUNNEL;
	else if (is_chunked(h->coding))
		st->phase = PHASE_CHUNK;
	else if (number_get(h->length, 10, &length))
		*skip = length;
	return PROTO_OK;
}

static enum proto_result bad(struct proto_out *out)
{
	out->stats->reasons[DISSECT_HTTP_BAD]++;
	return PROTO_BAD;
}

static void tell(const struct head *h, struct proto_out *out)
{
	struct dissect_message *m = out->m;
	uint8_t room[HOST_MAX];

	m->name = proto_name(room, sizeof(room), h->host);
	m->http.method = h->method;
	m->http.target = h->target;
	m->http.referer = h->referer;
	m->http.user_agent = h->user_agent;
	m->http.requested_with = h->requested_with;
	proto_emit(out, DISSECT_HTTP);
}

static enum proto_result parse_head(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				    uint64_t *skip, struct proto_out *out)
{
	size_t start = breaks(p, n), from = st->left < n ? (size_t)st->left : 0, end;
	struct head h = { .spared = 0 };
	struct rd r;

	if (start > 0) { /* taken at once: what waits must not be looked over again with each segment */
		*consumed = start;
		return PROTO_OK;
	}
	if (from <= UNKNOWN_LINE_MAX && http_probe(p, n) == PROTO_SKIP) /* later the probe has had its say */
		return starts_with((struct dissect_str){ p, n }, "PRI ") ? PROTO_SKIP : bad(out);
	end = head_end(p, n, from);
	if (end == 0) {
		st->left = n > 2 ? n - 2 : 0; /* the empty line may be cut in two */
		return PROTO_MORE;
	}
	st->left = 0;
	r = rd_init(p, end);
	request_line(line_get(&r), &h);
	while (rd_left(&r) > 2 || (rd_left(&r) > 0 && !is_break(r.p[0]))) {
		if (!field_get(&r, &h))
			out->stats->reasons[DISSECT_HTTP_BAD]++; /* this line; the others still count */
	}
	if (!request_believed(&h))
		return bad(out);
	tell(&h, out);
	*consumed = end;
	return after_head(&h, st, skip);
}

/* RFC 9112 section 7.1: size in hex, extensions, CRLF, data, CRLF; the last has size 0 and trailers behind
 * it. */
static enum proto_result parse_chunk(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				     uint64_t *skip, struct proto_out *out)
{
	struct rd r = rd_init(p, n);
	struct dissect_str line = line_get(&r);
	uint64_t size;

	if (!rd_ok(&r) && n <= CHUNK_LINE_MAX)
		return PROTO_MORE;
	if (!rd_ok(&r) || rd_pos(&r) > CHUNK_LINE_MAX || !number_get(line, 16, &size) || size > INT64_MAX)
		return bad(out);
	*consumed = rd_pos(&r);
	if (size == 0)
		st->phase = PHASE_TRAILER;
	else
		*skip = size + 2;
	return PROTO_OK;
}

static enum proto_result parse_trailer(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed)
{
	struct rd r = rd_init(p, n);
	struct dissect_str line = line_get(&r);

	if (!rd_ok(&r))
		return PROTO_MORE;
	if (line.n == 0)
		st->phase = PHASE_HEAD;
	*consumed = rd_pos(&r);
	return PROTO_OK;
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
		st->phase = PHASE_HEAD;
		return parse_head(p, n, st, consumed, skip, out);
	}
}

enum proto_result http_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			     uint64_t *skip, struct proto_out *out)
{
	*consumed = 0;
	*skip = 0;
	switch ((enum phase)st->phase) {
	case PHASE_CHUNK:
		return parse_chunk(p, n, st, consumed, skip, out);
	case PHASE_TRAILER:
		return parse_trailer(p, n, st, consumed);
	case PHASE_TUNNEL:
		return parse_tunnel(p, n, st, consumed, skip, out);
	case PHASE_HEAD:
		break;
	}
	return parse_head(p, n, st, consumed, skip, out);
}
