/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/errno.h"
#include "base/log.h"
#include "base/text.h"
#include "visit/fetch_chain.h"
#include "visit/fetch_head.h"
#include "visit/fetch_multi.h"
#include "visit/fetch_wire.h"
#include "visit/roots.h"
#include "visit/route.h"

struct fetch {
	struct event_base *base;
	struct roots *roots; /* NULL: this machine has none */
	char *agent;
	uint32_t timeout, idle;
	struct route_last reached;
};

struct fetch_session {
	struct fetch *f;
	struct fetch_multi multi;
	struct fetch_wire wire;
	struct transfer *at_hand;
	struct event *idle;
	char old[URL_ORIGIN_MAX]; /* it dropped what we asked over TLS: HTTP/1.1 from then on */
};

struct transfer {
	struct fetch_session *s; /* NULL: it is over */
	CURL *easy;
	void (*done)(void *arg, const struct fetch_reply *r);
	void *arg;
	struct curl_slist *fields, *pins;
	uint32_t body_max;
	bool cut_is_fine, head_only, https, ranged;
	struct fetch_chain *chain; /* of the connection: known before, or taken at the end */
	/* what came */
	struct fetch_head head;
	bool head_full, body_full, padded; /* over a cap */
	uint8_t *body;
	size_t size, room;
	char why[CURL_ERROR_SIZE];
};

/* -- what comes in */
static size_t on_head(char *line, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	const size_t n = size * count;

	if (!fetch_head_line(&t->head, line, n)) {
		t->head_full = true;
		return 0;
	}
	return t->head.layered ? 0 : n;
}

static void body_room(struct transfer *t, size_t want)
{
	if (want <= t->room)
		return;
	t->room = t->room < 16384 ? 16384 : t->room;
	while (t->room < want)
		t->room *= 2;
	t->body = xrealloc(t->body, t->room);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	const size_t n = size * count, left = t->body_max - t->size, take = n < left ? n : left;

	body_room(t, t->size + take);
	if (take > 0)
		memcpy(t->body + t->size, bytes, take);
	t->size += take;
	t->body_full = take < n;
	return take;
}

/* A compressed stream can go on for ever and say nothing: empty blocks, a header field without end. What is
 * honest is hardly ever longer than what it unpacks to. */
static int on_progress(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
	struct transfer *t = arg;

	(void)down_total, (void)up_total, (void)up;
	t->padded = t->head.encoded && (uint64_t)down > t->size + t->size / 64 + FETCH_PADDING_MAX;
	return t->padded;
}

/* -- where to */
/* "+host:port:address,address": "+" so that libcurl forgets it again. */
static void pin(struct transfer *t, const struct url *u)
{
	const struct fetch_wire *w = &t->s->wire;
	char line[URL_HOST_MAX + 16 + FETCH_ADDRESSES_MAX * (TEXT_ADDR_MAX + 3)], text[TEXT_ADDR_MAX];
	size_t at = (size_t)snprintf(line, sizeof(line), "+%s:%u:", u->host, u->port);

	for (size_t i = 0; i < w->addr_count; i++) {
		text_addr(text, w->addr[i]);
		at += (size_t)snprintf(line + at, sizeof(line) - at,
				       strchr(text, ':') != NULL ? "%s[%s]" : "%s%s", i > 0 ? "," : "", text);
	}
	t->pins = curl_slist_append(NULL, line);
}

/* -- what goes out */
/* Text of an earlier response becomes a field of this request: nothing in it may end the line. */
static bool is_field_value(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return *s != '\0';
}

static void add_field(struct transfer *t, const char *name, const char *value)
{
	char line[PROBE_FIELD_MAX + 64];
	int n;

	if (value == NULL || !is_field_value(value))
		return;
	n = snprintf(line, sizeof(line), "%s: %s", name, value);
	if (n > 0 && (size_t)n < sizeof(line))
		t->fields = curl_slist_append(t->fields, line);
}

static void set_manners(CURL *e, const struct fetch *f)
{
	const uint32_t connect = f->timeout < FETCH_CONNECT_SECONDS ? f->timeout : FETCH_CONNECT_SECONDS;

	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_PROXY, ""); /* also not the environment's */
	curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)f->idle);
	curl_easy_setopt(e, CURLOPT_FORBID_REUSE, f->idle == 0 ? 1L : 0L);
	curl_easy_setopt(e, CURLOPT_MAXLIFETIME_CONN, (long)FETCH_LIFE_SECONDS);
	curl_easy_setopt(e, CURLOPT_USERAGENT, f->agent);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)f->timeout * 1000L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)connect * 1000L);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)FETCH_SLOW_BYTES);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)FETCH_SLOW_SECONDS);
}

/* Nothing secret is sent and nothing that comes is trusted, so no certificate is refused and old servers are
 * talked to in the way they know; what the chain is worth is told with the answer. Roots are read by
 * visit/roots.c once, not by libcurl for each connection. */
static void set_tls(CURL *e)
{
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(e, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L); /* a resumed session shows no certificates */
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_0);
	curl_easy_setopt(e, CURLOPT_SSL_CIPHER_LIST, "DEFAULT:@SECLEVEL=0");
	curl_easy_setopt(e, CURLOPT_CERTINFO, 1L);
}

static void set_callbacks(struct transfer *t)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->why);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(e, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
	fetch_wire_set(&t->s->wire, e);
}

/* RFC 9113 section 7: a server may want HTTP/1.1 of whom it offered HTTP/2 to, and it says so only there. */
static long version_for(const struct fetch_session *s)
{
	return strcmp(s->old, s->wire.origin) == 0 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS;
}

static void set_request(struct transfer *t, const struct fetch_order *o)
{
	char range[48];

	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, version_for(t->s));
	curl_easy_setopt(t->easy, CURLOPT_URL, o->url->text);
	curl_easy_setopt(t->easy, CURLOPT_PATH_AS_IS, 1L); /* probes/url.c has made it what it is */
	if (o->head)
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
	if (o->ranged) {
		snprintf(range, sizeof(range), "%llu-%llu", (unsigned long long)o->from,
			 (unsigned long long)o->to);
		curl_easy_setopt(t->easy, CURLOPT_RANGE, range);
	} else if (o->compressed) {
		curl_easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	}
	add_field(t, "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.5");
	add_field(t, "If-None-Match", o->etag);
	add_field(t, "If-Modified-Since", o->modified);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->fields);
	if (!o->url->literal) {
		pin(t, o->url);
		curl_easy_setopt(t->easy, CURLOPT_RESOLVE, t->pins);
	}
}

static uint32_t body_cap(const struct fetch_order *o)
{
	uint64_t cap = o->body_max == 0 || o->body_max > PROBE_BODY_MAX ? PROBE_BODY_MAX : o->body_max;

	if (o->ranged && o->to - o->from + 1 < cap)
		cap = o->to - o->from + 1;
	return (uint32_t)cap;
}

/* -- life of a transfer */
/* The session is free for the next one; whatever libcurl knows of this one is gone. */
static void detach(struct transfer *t)
{
	struct fetch_session *s = t->s;
	const struct timeval patience = { s->f->idle, 0 };

	curl_multi_remove_handle(s->multi.curl, t->easy);
	curl_easy_cleanup(t->easy);
	fetch_wire_end(&s->wire);
	evtimer_add(s->idle, &patience);
	s->at_hand = NULL;
	t->s = NULL;
}

static void transfer_free(struct transfer *t)
{
	if (t->s != NULL)
		detach(t);
	curl_slist_free_all(t->fields);
	curl_slist_free_all(t->pins);
	fetch_chain_drop(t->chain);
	free(t->body);
	free(t);
}

void fetch_cancel(struct transfer *t)
{
	struct fetch_session *s = t->s;

	transfer_free(t);
	fetch_multi_close(&s->multi);
}

/* The only thing that libcurl tells of a connection that it uses again is that it does. */
static void know_connection(struct transfer *t)
{
	const struct fetch_socket *open = fetch_wire_find(&t->s->wire, t->s->wire.origin);

	if (open != NULL)
		t->chain = fetch_chain_keep(open->chain);
}

struct transfer *fetch_begin(struct fetch_session *s, const struct fetch_order *o,
			     void (*done)(void *arg, const struct fetch_reply *r), void *arg)
{
	struct transfer *t;

	if (!fetch_wire_begin(&s->wire, o))
		fetch_multi_close(&s->multi);
	if (!fetch_multi_open(&s->multi))
		return NULL;
	t = xcalloc(1, sizeof(*t));
	evtimer_del(s->idle);
	s->at_hand = t;
	t->s = s;
	t->done = done;
	t->arg = arg;
	t->easy = curl_easy_init();
	if (t->easy == NULL)
		fatal("libcurl: 内存不足");
	t->body_max = body_cap(o);
	t->cut_is_fine = o->prefix || o->ranged;
	t->head_only = o->head;
	t->ranged = o->ranged;
	t->https = o->url->https;
	know_connection(t);
	set_manners(t->easy, s->f);
	set_tls(t->easy);
	set_callbacks(t);
	set_request(t, o);
	if (curl_multi_add_handle(s->multi.curl, t->easy) == CURLM_OK)
		return t;
	transfer_free(t);
	return NULL;
}

/* -- what became of it */
/* Every way in which libcurl can fail here, and what it is called. Others can only be broken responses. */
static const struct {
	CURLcode code;
	enum probe_outcome outcome;
} codes[] = {
	{ CURLE_URL_MALFORMAT, PROBE_BAD_URL },
	{ CURLE_COULDNT_RESOLVE_HOST, PROBE_RESOLVER_FAILED },
	{ CURLE_COULDNT_CONNECT, PROBE_CONNECT_FAILED },
	{ CURLE_OPERATION_TIMEDOUT, PROBE_TIMEOUT },
	{ CURLE_SSL_CONNECT_ERROR, PROBE_TLS_FAILED },
	{ CURLE_SSL_CIPHER, PROBE_TLS_FAILED },
	{ CURLE_SSL_CERTPROBLEM, PROBE_TLS_FAILED },
	{ CURLE_PEER_FAILED_VERIFICATION, PROBE_TLS_FAILED },
	{ CURLE_SSL_INVALIDCERTSTATUS, PROBE_TLS_FAILED },
	{ CURLE_SSL_SHUTDOWN_FAILED, PROBE_TLS_FAILED },
	{ CURLE_GOT_NOTHING, PROBE_RESET },
	{ CURLE_SEND_ERROR, PROBE_RESET },
	{ CURLE_RECV_ERROR, PROBE_RESET },
	{ CURLE_PARTIAL_FILE, PROBE_RESET },
	{ CURLE_HTTP2_STREAM, PROBE_RESET },
	{ CURLE_OUT_OF_MEMORY, PROBE_TOO_LARGE }, /* libcurl's word for a line of a head over 100 KiB */
	{ CURLE_FILESIZE_EXCEEDED, PROBE_TOO_LARGE },
};

static enum probe_outcome code_outcome(CURLcode code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].outcome;
	return PROBE_BAD_RESPONSE;
}

/* A body without a length, over TLS, whose end is only the connection's, and the server did not say
 * close_notify: whole as far as anybody can tell (RFC 9112 section 9.8 lets clients take it). */
static bool ended_by_close(const struct transfer *t, CURLcode code)
{
	long os_errno = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_errno);
	return code == CURLE_RECV_ERROR && t->https && os_errno == 0 && t->head.complete &&
	       t->head.major == 1 && !t->head.has_length && !t->head.chunked;
}

/* What kept us from asking was on our side. */
static bool lacked(const struct transfer *t, CURLcode code)
{
	long os_errno = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_errno);
	return code == CURLE_COULDNT_CONNECT &&
	       (t->s->wire.lacks || errno_is_shortage((int)os_errno) ||
		(fetch_wire_routeless(&t->s->wire) && route_cut_off(&t->s->f->reached)));
}

/* Who kept a connection may leave at the moment it is used again. libcurl itself would try another one, and
 * was kept from it; but of HTTP/2's GOAWAY (RFC 9113 section 6.8) it only says that something is wrong. */
static bool was_dropped(const struct transfer *t, CURLcode code)
{
	long made = 1;

	if (code == CURLE_HTTP2 && t->head.bytes == 0)
		curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &made);
	return t->s->wire.dropped || made == 0;
}

static enum probe_outcome outcome_of(const struct transfer *t, CURLcode code)
{
	const struct fetch_wire *w = &t->s->wire;

	if (w->endless)
		return PROBE_TIMEOUT;
	if (was_dropped(t, code))
		return PROBE_RESET;
	if (t->head_full || t->padded)
		return PROBE_TOO_LARGE;
	if (t->body_full)
		return t->cut_is_fine ? PROBE_DONE : PROBE_TOO_LARGE;
	if (code != CURLE_OK && w->refused && !t->head.complete)
		return PROBE_BAD_ADDRESS;
	if (lacked(t, code))
		return PROBE_SHORTAGE;
	if (code == CURLE_RECV_ERROR && strstr(t->why, "chunked") != NULL)
		return PROBE_BAD_RESPONSE; /* libcurl has no code of its own for chunks that are none */
	if (code != CURLE_OK && !ended_by_close(t, code))
		return code_outcome(code);
	/* RFC 9110 section 15.3.7.1: a part says which part it is */
	if (!t->head.complete || (t->head.status == 206 && (!t->ranged || !t->head.has_range)))
		return PROBE_BAD_RESPONSE;
	return PROBE_DONE;
}

/* One that was made for this transfer shows its certificates to this one alone; who comes after it finds them
 * beside the socket. */
static void take_chain(struct transfer *t, struct fetch_reply *r)
{
	struct fetch_socket *open = fetch_wire_find(&t->s->wire, t->s->wire.origin);
	long made = 0;

	r->reused = r->connected && curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &made) == CURLE_OK &&
		    made == 0;
	if (t->https && !r->reused) {
		fetch_chain_drop(t->chain);
		t->chain = fetch_chain_take(t->easy, t->s->f->roots, clock_wall());
	}
	if (open != NULL && open->chain == NULL)
		open->chain = fetch_chain_keep(t->chain);
	fetch_chain_answer(t->chain, &r->answer);
}

static uint64_t total_of(const struct transfer *t)
{
	curl_off_t length = -1;

	if (t->head.has_range)
		return t->head.range_total;
	if (t->head.encoded ||
	    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) != CURLE_OK)
		length = -1;
	if (length >= 0)
		return (uint64_t)length;
	return t->body_full || t->head_only ? 0 : t->size;
}

static void fill_connection(struct transfer *t, struct fetch_reply *r)
{
	char *ip = NULL;
	long version = 0;
	curl_off_t bytes = 0, wait = 0;
	struct in_addr v4;

	if (curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &ip) == CURLE_OK && ip != NULL) {
		if (inet_pton(AF_INET, ip, &v4) == 1) {
			memset(r->peer + 10, 0xff, 2);
			memcpy(r->peer + 12, &v4, 4);
			r->connected = true;
		} else {
			r->connected = inet_pton(AF_INET6, ip, r->peer) == 1;
		}
	}
	curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
	r->http = version == CURL_HTTP_VERSION_1_0 ? 10 : version == CURL_HTTP_VERSION_2_0 ? 20 : 11;
	if (curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes) == CURLE_OK && bytes > 0)
		r->received = (uint64_t)bytes;
	if (curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
		r->retry_after = wait < UINT32_MAX ? (uint32_t)wait : UINT32_MAX;
}

static void fill(struct transfer *t, struct fetch_reply *r, CURLcode code)
{
	static const char dropped[] = "对方未答一字就断开了连接", routeless[] = "本机没有通往该地址的路由";
	struct probe_answer *a = &r->answer;

	fetch_head_answer(&t->head, a);
	a->outcome = outcome_of(t, code);
	r->location_long = t->head.location_long;
	a->body = t->body;
	a->size = t->size;
	a->truncated = t->body_full;
	a->total = total_of(t);
	a->range_from = t->head.has_range ? t->head.range_from : 0;
	fill_connection(t, r);
	if (a->status == 0)
		r->http = 0;
	take_chain(t, r);
	r->dropped = !t->s->wire.endless && was_dropped(t, code);
	r->unsent = a->outcome == PROBE_SHORTAGE || fetch_wire_routeless(&t->s->wire);
	r->why = r->dropped                          ? dropped
		 : fetch_wire_routeless(&t->s->wire) ? routeless
		 : code == CURLE_OK                  ? ""
		 : t->why[0] != '\0'                 ? t->why
						     : curl_easy_strerror(code);
}

/* Who asks again does so over a new connection. */
static void start_anew(struct fetch_session *s, bool https)
{
	if (https)
		memcpy(s->old, s->wire.origin, sizeof(s->old));
	fetch_multi_close(&s->multi);
}

static void finish(struct transfer *t, CURLcode code)
{
	struct fetch_session *s = t->s;
	struct fetch_reply r = { .why = "" };

	fill(t, &r, code);
	if (r.connected && r.answer.status != 0)
		route_reached(&s->f->reached, r.peer);
	detach(t);
	if (r.dropped)
		start_anew(s, t->https);
	t->done(t->arg, &r); /* may close the session */
	transfer_free(t);
}

/* -- sessions */
static void on_done(void *arg, CURL *easy, CURLcode code)
{
	struct fetch_session *s = arg;

	if (s->at_hand != NULL && s->at_hand->easy == easy)
		finish(s->at_hand, code);
}

static void on_idle(evutil_socket_t fd, short what, void *arg)
{
	struct fetch_session *s = arg;

	(void)fd, (void)what;
	fetch_multi_close(&s->multi);
}

struct fetch_session *fetch_open(struct fetch *f)
{
	struct fetch_session *s = xcalloc(1, sizeof(*s));

	s->f = f;
	s->multi = (struct fetch_multi){ .base = f->base, .done = on_done, .arg = s };
	fetch_wire_init(&s->wire, &s->multi.turn);
	s->idle = evtimer_new(f->base, on_idle, s);
	if (s->idle == NULL)
		fatal("libevent 不能排定事件");
	return s;
}

void fetch_close(struct fetch_session *s)
{
	if (s == NULL)
		return;
	if (s->at_hand != NULL)
		transfer_free(s->at_hand);
	fetch_multi_close(&s->multi);
	event_free(s->idle);
	free(s);
}

bool fetch_peer(struct fetch_session *s, const struct url *u, uint8_t addr[16])
{
	char origin[URL_ORIGIN_MAX];
	const struct fetch_socket *open;

	url_origin(u, origin);
	open = fetch_wire_find(&s->wire, origin);
	if (open != NULL)
		memcpy(addr, open->addr, 16);
	return open != NULL;
}

/* -- all of them */
static bool start_curl(void)
{
	/* libcrypto writes without MSG_NOSIGNAL, and with CURLOPT_NOSIGNAL libcurl leaves this to its caller
	 */
	signal(SIGPIPE, SIG_IGN);
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

struct fetch *fetch_new(struct event_base *base, const struct fetch_settings *s)
{
	struct fetch *f = xcalloc(1, sizeof(*f));

	f->base = base;
	f->agent = xstrdup(s->agent);
	f->timeout = s->timeout;
	f->idle = s->idle < FETCH_IDLE_SECONDS ? s->idle : FETCH_IDLE_SECONDS;
	f->roots = roots_new(s->roots);
	if ((f->roots != NULL || s->roots[0] == '\0') && start_curl())
		return f;
	fetch_free(f);
	return NULL;
}

void fetch_free(struct fetch *f)
{
	if (f == NULL)
		return;
	roots_free(f->roots);
	free(f->agent);
	free(f);
}
