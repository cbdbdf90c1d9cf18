/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  HTTP/1.x SP status SP reason CRLF      status line (RFC 9112 section 4)
 *  name: value CRLF ...  CRLF             fields; a body follows, or not (section 6.3)
 *
 * The requests go the other way and are not known here. So a body is doubted where one may be missing: the
 * answer to HEAD has none whatever its length says, and what follows the one to CONNECT is a tunnel.
 */
#include "dissect/http_answer.h"

#include "dissect/http_body.h"
#include "dissect/http_head.h"
#include "dissect/inflate.h"
#include "dissect/title.h"
#include "dissect/tls_server.h"

enum {
	STATUS_SIZE = sizeof("HTTP/1.1 200") - 1,
	BREAKS_MAX = 4,              /* empty lines before a response */
	BODY_MAX = 8 * 1024,         /* of a page's body, looked at for its title */
	PLAIN_MAX = 16 * 1024,       /* what that may unfold to, */
	PLAIN_RATIO = 16,            /* and each byte of it: pages unfold to 3 to 10, bombs to 1000 */
	TITLE_HEAD_MAX = 0xffff,     /* behind a longer head no title is looked for */
	TRIES_MAX = 32,              /* looks at one body as it grows */
	PHASE_TITLE = HTTP_BODY_OWN, /* a head, waiting for its title */
};

struct answer {
	struct dissect_str type, server, location, length, coding, content_coding;
	uint16_t status;
};

static const struct http_head_row rows[] = {
	HTTP_HEAD_ROW("content-type", struct answer, type),
	HTTP_HEAD_ROW("server", struct answer, server),
	HTTP_HEAD_ROW("location", struct answer, location),
	HTTP_HEAD_ROW("content-length", struct answer, length),
	HTTP_HEAD_ROW("transfer-encoding", struct answer, coding),
	HTTP_HEAD_ROW("content-encoding", struct answer, content_coding),
};

/* What PHASE_TITLE keeps in proto_state.left: the head's size, the body's size at which to look again, and
 * how often was looked. */
struct wait {
	uint32_t head, due, tries;
};

static struct wait wait_get(const struct proto_state *st)
{
	return (struct wait){ st->left & 0xffff, st->left >> 16 & 0xffff, (uint32_t)(st->left >> 32) };
}

static void wait_set(struct proto_state *st, struct wait w)
{
	st->phase = PHASE_TITLE;
	st->left = (uint64_t)w.tries << 32 | (uint64_t)w.due << 16 | w.head;
}

/* -- the status line */

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* "HTTP/1." digit SP three digits and what ends them; of the blanks more than one may be there. */
static enum proto_result status_line(const uint8_t *p, size_t n, uint16_t *status)
{
	static const char start[] = "HTTP/1.";
	size_t at = sizeof(start), digits = 0;

	if (memcmp(p, start, n < sizeof(start) - 1 ? n : sizeof(start) - 1) != 0)
		return PROTO_SKIP;
	if (n <= at)
		return n < sizeof(start) || is_digit(p[sizeof(start) - 1]) ? PROTO_MORE : PROTO_SKIP;
	if (!is_digit(p[sizeof(start) - 1]) || p[at] != ' ')
		return PROTO_SKIP;
	while (at < n && p[at] == ' ' && at < 2 * STATUS_SIZE)
		at++;
	*status = 0;
	for (; at < n && is_digit(p[at]) && digits < 3; digits++, at++)
		*status = (uint16_t)(*status * 10 + (p[at] - '0'));
	if (at == n)
		return PROTO_MORE;
	if (digits < 3 || *status < 100 || !(p[at] == ' ' || http_head_is_break(p[at])))
		return PROTO_SKIP;
	return PROTO_OK;
}

enum proto_result http_answer_probe(const uint8_t *p, size_t n)
{
	size_t breaks = http_head_breaks(p, n < BREAKS_MAX ? n : BREAKS_MAX);
	uint16_t status;

	return breaks == n ? PROTO_MORE : status_line(p + breaks, n - breaks, &status);
}

/* -- the body */

static bool has_no_body(const struct answer *a)
{
	return a->status < 200 || a->status == 204 || a->status == 304;
}

/* What follows the head (RFC 9112 section 6.3). Without a length it lasts to the end of the connection. */
static enum proto_result after_head(const struct answer *a, struct proto_state *st)
{
	uint64_t length;

	st->left = 0;
	st->phase = HTTP_BODY_HEAD;
	if (a->status == 101) /* another protocol from here on (RFC 9110 section 15.2.2) */
		return PROTO_SKIP;
	if (has_no_body(a))
		return PROTO_OK;
	if (http_head_has_word(a->coding, "chunked")) {
		st->phase = HTTP_BODY_CHUNK;
	} else if (!http_head_number(a->length, 10, &length)) {
		st->phase = HTTP_BODY_TUNNEL;
	} else if (length > 0) {
		st->phase = HTTP_BODY_DOUBT;
		st->left = length;
	}
	return PROTO_OK;
}

/* How long the body is, as far as the head says. */
static uint64_t body_length(const struct answer *a)
{
	uint64_t length;

	if (http_head_has_word(a->coding, "chunked") || !http_head_number(a->length, 10, &length))
		return UINT64_MAX;
	return length;
}

/* Is it another head that stands where a body of this length would be? One shorter than a status line says
 * nothing. */
static enum proto_result head_instead(const uint8_t *p, size_t n, uint64_t length)
{
	enum proto_result res = http_answer_probe(p, length < n ? (size_t)length : n);

	return res == PROTO_MORE && n >= length ? PROTO_SKIP : res;
}

static bool wants_title(const struct answer *a)
{
	if (has_no_body(a) || body_length(a) == 0)
		return false;
	return a->type.p == NULL || http_head_has_word(a->type, "text/html") ||
	       http_head_has_word(a->type, "application/xhtml+xml");
}

/* The body as far as it is there and may be looked at. */
struct view {
	const uint8_t *p;
	size_t n;
	bool ended; /* nothing is behind it, or nothing that may be looked at */
	bool cut;   /* the latter */
};

static struct view view_raw(const struct answer *a, const uint8_t *p, size_t n, bool last)
{
	struct view v = { p, n, last, last };

	if (body_length(a) <= n) {
		v.n = (size_t)body_length(a);
		v.ended = true;
		v.cut = false;
	}
	if (v.n > BODY_MAX || (v.n == BODY_MAX && !v.ended)) {
		v.n = BODY_MAX;
		v.ended = v.cut = true;
	}
	return v;
}

/* Where what a view was unfolded to stands. */
struct rooms {
	uint8_t joined[BODY_MAX], plain[PLAIN_MAX];
	struct inflate_room inflate;
};

static void view_join(struct view *v, struct rooms *rooms)
{
	bool ended;
	size_t n = http_body_join(v->p, v->n, rooms->joined, sizeof(rooms->joined), &ended);

	v->p = rooms->joined;
	v->n = n;
	if (ended)
		v->cut = false;
	v->ended |= ended;
}

/* False: in a coding that is not read here (br, zstd, several at once), or broken. */
static bool view_inflate(struct view *v, struct rooms *rooms, struct dissect_str coding)
{
	enum inflate_result res;
	size_t n, most = v->n < PLAIN_MAX / PLAIN_RATIO ? v->n * PLAIN_RATIO : PLAIN_MAX;

	if (!http_head_is_word(coding, "gzip") && !http_head_is_word(coding, "x-gzip") &&
	    !http_head_is_word(coding, "deflate")) {
		v->n = 0;
		return false;
	}
	res = inflate_begin(&rooms->inflate, v->p, v->n, rooms->plain, most, &n);
	v->p = rooms->plain;
	v->n = n;
	v->ended |= res != INFLATE_OK || n == PLAIN_MAX;
	v->cut = res == INFLATE_DONE ? false : v->cut || n == most;
	return res != INFLATE_BAD;
}

/* Looks for the title. False: it may still come; counts what is given up. */
static bool find(const struct answer *a, struct view v, struct rooms *rooms, struct title *title,
		 struct dissect_stats *stats)
{
	bool plain = a->content_coding.n == 0 || http_head_is_word(a->content_coding, "identity"),
	     read = true;
	enum title_result res;

	if (http_head_has_word(a->coding, "chunked"))
		view_join(&v, rooms);
	if (!plain)
		read = view_inflate(&v, rooms, a->content_coding);
	res = title_find(v.p, v.n, title);
	if (res == TITLE_WHOLE)
		return true;
	if (res != TITLE_LONG && !v.ended && read)
		return false;
	if (!read)
		stats->reasons[DISSECT_HTTP_TITLE_CODED]++;
	else if (res != TITLE_NONE || v.cut)
		stats->reasons[DISSECT_HTTP_TITLE_CUT]++;
	return true;
}

/* -- heads */

static enum proto_result bad(struct proto_out *out)
{
	out->stats->reasons[DISSECT_HTTP_ANSWER_BAD]++;
	return PROTO_BAD;
}

static void tell(const struct answer *a, const struct title *title, struct proto_out *out)
{
	struct dissect_message *m = out->m;

	m->name = (struct dissect_str){ NULL, 0 };
	memset(&m->http_answer, 0, sizeof(m->http_answer));
	m->http_answer.status = a->status;
	m->http_answer.content_type = a->type;
	m->http_answer.server = a->server;
	m->http_answer.location = a->location;
	m->http_answer.title = title->text;
	m->http_answer.charset = title->charset;
	proto_emit(out, DISSECT_HTTP_ANSWER);
}

/* How much of the body to wait for before the next look: doubling keeps small segments from buying large
 * work. */
static uint32_t next_look(const struct answer *a, size_t have)
{
	uint64_t length = body_length(a), due = have * 2 + 1;

	due = length < due ? length : due;
	return due < BODY_MAX ? (uint32_t)due : BODY_MAX;
}

/* Chunks tell their end only at their end. */
static bool may_have_ended(const uint8_t *p, size_t n)
{
	return n >= 5 && memcmp(p + n - 5, "0\r\n\r\n", 5) == 0;
}

/* Tells the response if its title is known or given up; false: waits on for it. */
static bool tell_page(const struct answer *a, const uint8_t *p, size_t n, struct proto_state *st,
		      struct wait w, struct proto_out *out)
{
	size_t have = n - w.head;
	struct title title;
	struct rooms rooms;

	if (!st->last && head_instead(p + w.head, have, body_length(a)) == PROTO_MORE) {
		wait_set(st, (struct wait){ w.head, (uint32_t)have + 1, w.tries });
		return false;
	}
	if (!find(a, view_raw(a, p + w.head, have, st->last), &rooms, &title, out->stats)) {
		wait_set(st, (struct wait){ w.head, next_look(a, have), w.tries + 1 });
		return false;
	}
	tell(a, &title, out);
	return true;
}

/* Reads the head and, once it is told, says what follows. */
static enum proto_result take_head(const uint8_t *p, size_t n, struct wait w, struct proto_state *st,
				   size_t *consumed, struct proto_out *out)
{
	struct answer a = { .status = 0 };
	struct http_head_fold fold;
	struct rd r = rd_init(p, w.head);
	struct dissect_str line = http_head_line(&r);
	unsigned lines;
	bool page;

	if (status_line(line.p, line.n + 1, &a.status) != PROTO_OK) /* with its line break */
		return bad(out);
	fold.n = 0;
	lines = http_head_fields(&r, rows, sizeof(rows) / sizeof(rows[0]), &a, &fold);
	page = wants_title(&a) && w.head <= TITLE_HEAD_MAX &&
	       head_instead(p + w.head, n - w.head, body_length(&a)) != PROTO_OK; /* it is, to HEAD */
	if (page && !tell_page(&a, p, n, st, w, out))
		return PROTO_MORE;
	if (!page)
		tell(&a, &(struct title){ .text = { NULL, 0 } }, out);
	out->stats->reasons[DISSECT_HTTP_ANSWER_BAD] += lines;
	*consumed = w.head;
	return after_head(&a, st);
}

static enum proto_result parse_head(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				    struct proto_out *out)
{
	size_t start = http_head_breaks(p, n), from = st->left < n ? (size_t)st->left : 0, end;
	uint16_t status;

	if (start > 0) {
		*consumed = start;
		return PROTO_OK;
	}
	if (status_line(p, n, &status) == PROTO_SKIP)
		return bad(out);
	end = http_head_end(p, n, from);
	if (end == 0 || end > UINT32_MAX) {
		st->left = n > 2 ? n - 2 : 0; /* the empty line may be cut in two */
		return PROTO_MORE;
	}
	st->left = 0;
	return take_head(p, n, (struct wait){ .head = (uint32_t)end }, st, consumed, out);
}

static enum proto_result parse_title(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				     struct proto_out *out)
{
	struct wait w = wait_get(st);
	size_t have = n - w.head;
	bool due = have >= w.due || st->last || have >= BODY_MAX;

	if (!due && (w.tries >= TRIES_MAX || !may_have_ended(p + w.head, have)))
		return PROTO_MORE;
	return take_head(p, n, w, st, consumed, out);
}

/* Behind a head whose body may be missing: another head, or the body. */
static enum proto_result parse_doubt(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				     uint64_t *skip, struct proto_out *out)
{
	enum proto_result head = head_instead(p, n, st->left);

	if (head == PROTO_MORE && !st->last)
		return PROTO_MORE;
	if (head != PROTO_OK)
		return http_body_pass(n, st, consumed, skip);
	st->phase = HTTP_BODY_HEAD;
	st->left = 0;
	return parse_head(p, n, st, consumed, out);
}

/* No length: TLS behind the answer to CONNECT, the next head behind the one to HEAD, else a body to the end.
 */
static enum proto_result parse_tunnel(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				      uint64_t *skip, struct proto_out *out)
{
	enum proto_result tls = tls_server_probe(p, n), head = http_answer_probe(p, n);

	if (tls == PROTO_OK)
		return tls_server_parse(p, n, st, consumed, skip, out);
	if (head == PROTO_OK) {
		st->phase = HTTP_BODY_HEAD;
		return parse_head(p, n, st, consumed, out);
	}
	return tls == PROTO_MORE || head == PROTO_MORE ? PROTO_MORE : PROTO_SKIP;
}

static enum proto_result parse_chunked(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				       uint64_t *skip, struct proto_out *out)
{
	enum proto_result res;

	if (status_line(p, n, &(uint16_t){ 0 }) ==
	    PROTO_OK) { /* to HEAD: none of the chunks that were announced */
		st->phase = HTTP_BODY_HEAD;
		return parse_head(p, n, st, consumed, out);
	}
	res = http_body_chunk(p, n, st, consumed, skip);
	return res == PROTO_BAD ? bad(out) : res;
}

enum proto_result http_answer_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				    uint64_t *skip, struct proto_out *out)
{
	*consumed = 0;
	*skip = 0;
	switch (st->phase) {
	case PHASE_TITLE:
		return parse_title(p, n, st, consumed, out);
	case HTTP_BODY_CHUNK:
		return parse_chunked(p, n, st, consumed, skip, out);
	case HTTP_BODY_TRAILER:
		return http_body_trailer(p, n, st, consumed);
	case HTTP_BODY_TUNNEL:
		return parse_tunnel(p, n, st, consumed, skip, out);
	case HTTP_BODY_DOUBT:
		return parse_doubt(p, n, st, consumed, skip, out);
	default:
		return parse_head(p, n, st, consumed, out);
	}
}
