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
#include "base/log.h"
#include "base/text.h"
#include "visit/fetch_head.h"
#include "visit/fetch_wire.h"
#include "visit/roots.h"

struct fetch {
	struct event_base *base;
	struct event *timer;
	CURLM *multi;
	struct roots *roots; /* NULL: this machine has none */
	char *agent;
	uint32_t timeout;
	bool (*may)(void *arg, const uint8_t addr[16]);
	void *arg;
	uint64_t turn; /* counts calls of libcurl */
};

struct transfer {
	struct fetch *f;
	CURL *easy;
	void (*done)(void *arg, const struct fetch_reply *r);
	void *arg;
	struct curl_slist *fields, *pins;
	struct fetch_wire wire;
	uint32_t body_max;
	bool cut_is_fine, head_only, https, ranged;
	/* what came */
	struct fetch_head head;
	bool head_full, body_full; /* over a cap */
	uint8_t *body;
	size_t size, room;
	uint8_t *cert[PROBE_CERTS_MAX];
	char why[CURL_ERROR_SIZE];
};

/* -- libcurl on libevent */
static void check_done(struct fetch *f);

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *f = arg;
	int running, bits = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	f->turn++;
	curl_multi_socket_action(f->multi, fd, bits, &running);
	check_done(f);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *f = arg;
	int running;

	(void)fd, (void)what;
	f->turn++;
	curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	check_done(f);
}

static int watch_time(CURLM *multi, long ms, void *arg)
{
	struct fetch *f = arg;
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	(void)multi;
	if (ms < 0)
		evtimer_del(f->timer);
	else
		evtimer_add(f->timer, &tv);
	return 0;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
	struct fetch *f = arg;
	struct event *e = mine;
	const short bits =
		(short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	if (e != NULL)
		event_free(e);
	e = NULL;
	if (what != CURL_POLL_REMOVE) {
		e = event_new(f->base, fd, (short)(bits | EV_PERSIST), on_ready, f);
		if (e == NULL || event_add(e, NULL) != 0)
			fatal("libevent 不能监视连接");
	}
	curl_multi_assign(f->multi, fd, e);
	return 0;
}

/* -- what comes in */
static size_t on_head(char *line, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	const size_t n = size * count;

	if (fetch_head_line(&t->head, line, n))
		return n;
	t->head_full = true;
	return 0;
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

/* -- where to */
/* "+host:port:address,address": "+" so that libcurl forgets it again. */
static void pin(struct transfer *t, const struct url *u)
{
	char line[URL_HOST_MAX + 16 + FETCH_ADDRESSES_MAX * (TEXT_ADDR_MAX + 3)], text[TEXT_ADDR_MAX];
	size_t at = (size_t)snprintf(line, sizeof(line), "+%s:%u:", u->host, u->port);

	for (size_t i = 0; i < t->wire.addr_count; i++) {
		text_addr(text, t->wire.addr[i]);
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
	curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
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

	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->why);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	fetch_wire_set(&t->wire, e);
}

static void set_request(struct transfer *t, const struct fetch_order *o)
{
	char range[48];

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

static void transfer_free(struct transfer *t)
{
	if (t->easy != NULL) {
		curl_multi_remove_handle(t->f->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->fields);
	curl_slist_free_all(t->pins);
	for (size_t i = 0; i < PROBE_CERTS_MAX; i++)
		free(t->cert[i]);
	free(t->body);
	free(t);
}

struct transfer *fetch_begin(struct fetch *f, const struct fetch_order *o,
			     void (*done)(void *arg, const struct fetch_reply *r), void *arg)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->f = f;
	t->done = done;
	t->arg = arg;
	t->easy = curl_easy_init();
	if (t->easy == NULL)
		fatal("libcurl: 内存不足");
	fetch_wire_init(&t->wire, o->addr, o->addr_count, f->may, f->arg, &f->turn);
	t->body_max = body_cap(o);
	t->cut_is_fine = o->prefix || o->ranged;
	t->head_only = o->head;
	t->ranged = o->ranged;
	t->https = o->url->https;
	set_manners(t->easy, f);
	set_tls(t->easy);
	set_callbacks(t);
	set_request(t, o);
	if (curl_multi_add_handle(f->multi, t->easy) == CURLM_OK)
		return t;
	transfer_free(t);
	return NULL;
}

void fetch_cancel(struct transfer *t) { transfer_free(t); }

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

static enum probe_outcome outcome_of(const struct transfer *t, CURLcode code)
{
	if (t->wire.endless)
		return PROBE_TIMEOUT;
	if (t->head_full)
		return PROBE_TOO_LARGE;
	if (t->body_full)
		return t->cut_is_fine ? PROBE_DONE : PROBE_TOO_LARGE;
	if (code != CURLE_OK && t->wire.refused && !t->head.complete)
		return PROBE_BAD_ADDRESS;
	if (code == CURLE_RECV_ERROR && strstr(t->why, "chunked") != NULL)
		return PROBE_BAD_RESPONSE; /* libcurl has no code of its own for chunks that are none */
	if (code != CURLE_OK && !ended_by_close(t, code))
		return code_outcome(code);
	/* RFC 9110 section 15.3.7.1: a part says which part it is */
	if (!t->head.complete || (t->head.status == 206 && (!t->ranged || !t->head.has_range)))
		return PROBE_BAD_RESPONSE;
	return PROBE_DONE;
}

static void take_certs(struct transfer *t, struct fetch_reply *r)
{
	struct curl_certinfo *info = NULL;
	struct probe_answer *a = &r->answer;

	a->verify = -1;
	if (curl_easy_getinfo(t->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL)
		return;
	for (int i = 0; i < info->num_of_certs && a->cert_count < PROBE_CERTS_MAX; i++)
		for (const struct curl_slist *s = info->certinfo[i]; s != NULL; s = s->next) {
			if (strncmp(s->data, "Cert:", 5) != 0)
				continue;
			t->cert[a->cert_count] = xmalloc(PROBE_CERT_MAX);
			a->cert[a->cert_count] = t->cert[a->cert_count];
			a->cert_size[a->cert_count] = fetch_pem(t->cert[a->cert_count], s->data + 5);
			if (a->cert_size[a->cert_count] == 0) {
				free(t->cert[a->cert_count]);
				t->cert[a->cert_count] = NULL;
				return; /* over the cap: what follows it proves nothing */
			}
			a->cert_count++;
		}
}

static void verify_certs(const struct fetch *f, struct probe_answer *a)
{
	if (f->roots != NULL && a->cert_count > 0)
		a->verify = roots_verify(f->roots, a->cert, a->cert_size, a->cert_count, clock_wall());
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
	take_certs(t, r);
	verify_certs(t->f, a);
	r->why = code == CURLE_OK ? "" : t->why[0] != '\0' ? t->why : curl_easy_strerror(code);
}

static void finish(struct transfer *t, CURLcode code)
{
	struct fetch_reply r = { .why = "" };

	fill(t, &r, code);
	t->done(t->arg, &r);
	transfer_free(t);
}

/* Asked anew each time: `done` may begin and cancel transfers. */
static void check_done(struct fetch *f)
{
	struct transfer *t;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(f->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		if (m->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t) != CURLE_OK)
			continue;
		finish(t, code);
	}
}

/* -- */
static bool start_multi(struct fetch *f)
{
	/* libcrypto writes without MSG_NOSIGNAL, and with CURLOPT_NOSIGNAL libcurl leaves this to its caller
	 */
	signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	f->multi = curl_multi_init();
	f->timer = evtimer_new(f->base, on_time, f);
	if (f->multi == NULL || f->timer == NULL)
		return false;
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, watch_time);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	return true;
}

struct fetch *fetch_new(struct event_base *base, const struct fetch_settings *s)
{
	struct fetch *f = xcalloc(1, sizeof(*f));

	f->base = base;
	f->agent = xstrdup(s->agent);
	f->timeout = s->timeout;
	f->may = s->may;
	f->arg = s->arg;
	f->roots = roots_new(s->roots);
	if ((f->roots != NULL || s->roots[0] == '\0') && start_multi(f))
		return f;
	fetch_free(f);
	return NULL;
}

void fetch_free(struct fetch *f)
{
	if (f == NULL)
		return;
	if (f->multi != NULL)
		curl_multi_cleanup(f->multi);
	if (f->timer != NULL)
		event_free(f->timer);
	roots_free(f->roots);
	free(f->agent);
	free(f);
}
