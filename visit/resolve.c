/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/resolve.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <event2/event.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "probes/url.h"
#include "visit/resolve_line.h"

enum {
	LINES = 16,        /* the quietest one is asked over: as many ports at least as there are few asks */
	TRIES = 3,         /* where nobody was there to be asked, or we had nothing to ask with ... */
	PAUSE_SECONDS = 3, /* ... so long after: a server that starts anew is away for a moment */
};

struct resolve {
	struct event_base *base;
	struct resolve_line *line[LINES];
	struct resolve_ask *first;
	int64_t heard; /* monotonic: of the last packet of a server */
};

struct question {
	struct resolve_ask *ask;
	int type;
	bool over;
};

struct resolve_ask {
	struct resolve *r;
	struct resolve_ask *next, **link;
	void (*done)(void *arg, const struct resolve_answer *a); /* NULL: nobody waits any more */
	void *arg;
	struct event *timer;
	char host[URL_HOST_MAX];
	struct question question[2]; /* A, AAAA */
	unsigned open;               /* of them: ends to come */
	unsigned tries;
	int64_t begun; /* monotonic */
	bool failed, lacked;
	bool silent;  /* nobody answered a question: for this name, or for any? */
	bool doubted; /* that was asked */
	struct resolve_answer answer;
};

struct resolve *resolve_new(struct event_base *base, const struct conf *conf, char error[CONF_ERROR_MAX])
{
	struct resolve_servers servers = { 0 };
	struct resolve *r;

	if (!resolve_servers_find(&servers, conf, error))
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->base = base;
	for (size_t i = 0; i < LINES; i++) {
		r->line[i] = resolve_line_new(base, &servers, &r->heard);
		if (r->line[i] == NULL) {
			snprintf(error, CONF_ERROR_MAX, "DNS: c-ares 不能启动解析");
			resolve_free(r);
			return NULL;
		}
	}
	return r;
}

static void ask_free(struct resolve_ask *ask)
{
	*ask->link = ask->next;
	if (ask->next != NULL)
		ask->next->link = ask->link;
	event_free(ask->timer);
	free(ask);
}

void resolve_free(struct resolve *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < LINES; i++)
		resolve_line_free(r->line[i]);
	while (r->first != NULL)
		ask_free(r->first);
	free(r);
}

/* -- what an answer says */
static void take(struct resolve_answer *a, const void *address, size_t size)
{
	uint8_t *to = a->addr[a->count++];

	memset(to, 0, 10);
	memset(to + 10, 0xff, 2);
	memcpy(to + 16 - size, address, size);
}

/* Names of a chain that are not there yet: A and AAAA have the same one, unless somebody lies. False: too
 * many, or one too long to be held against whom we must not ask. */
static bool take_alias(struct resolve_answer *a, const char *name)
{
	for (size_t i = 0; i < a->alias_count; i++)
		if (strcasecmp(a->alias[i], name) == 0)
			return true;
	if (a->alias_count == RESOLVE_ALIASES_MAX || strlen(name) >= sizeof(a->alias[0]))
		return false;
	snprintf(a->alias[a->alias_count++], sizeof(a->alias[0]), "%s", name);
	return true;
}

static bool take_chain(struct resolve_answer *a, struct hostent *h)
{
	bool ok = h == NULL || h->h_name == NULL || take_alias(a, h->h_name);

	for (char **alias = h != NULL ? h->h_aliases : NULL; ok && alias != NULL && *alias != NULL; alias++)
		ok = take_alias(a, *alias);
	if (h != NULL)
		ares_free_hostent(h);
	return ok;
}

/* False: it is broken. */
static bool take_v4(struct resolve_answer *a, const uint8_t *packet, int n)
{
	struct ares_addrttl found[RESOLVE_FAMILY_MAX];
	struct hostent *h = NULL;
	int count = RESOLVE_FAMILY_MAX, status = ares_parse_a_reply(packet, n, &h, found, &count);

	if (!take_chain(a, h))
		return false;
	for (int i = 0; status == ARES_SUCCESS && i < count; i++)
		take(a, &found[i].ipaddr, 4);
	return status == ARES_SUCCESS || status == ARES_ENODATA;
}

static bool take_v6(struct resolve_answer *a, const uint8_t *packet, int n)
{
	struct ares_addr6ttl found[RESOLVE_FAMILY_MAX];
	struct hostent *h = NULL;
	int count = RESOLVE_FAMILY_MAX, status = ares_parse_aaaa_reply(packet, n, &h, found, &count);

	if (!take_chain(a, h))
		return false;
	for (int i = 0; status == ARES_SUCCESS && i < count; i++)
		take(a, &found[i].ip6addr, 16);
	return status == ARES_SUCCESS || status == ARES_ENODATA;
}

/* RFC 1035 section 4.1.1: of all codes these two say something about the name. */
static bool read_answer(struct question *q, const uint8_t *packet, size_t n)
{
	struct resolve_answer *a = &q->ask->answer;
	const unsigned rcode = packet[3] & 15;

	if (rcode == ns_r_nxdomain)
		return true;
	if (rcode != ns_r_noerror)
		return false;
	return q->type == ns_t_a ? take_v4(a, packet, (int)n) : take_v6(a, packet, (int)n);
}

/* -- an ask */
static void rest(struct resolve_ask *ask);

static void on_end(void *arg, enum resolve_end end, const uint8_t *packet, size_t n)
{
	struct question *q = arg;
	struct resolve_ask *ask = q->ask;
	const bool unasked = end == RESOLVE_UNREACHABLE || end == RESOLVE_LACKING;

	if (end == RESOLVE_GONE)
		return;
	q->over = !unasked || ask->tries == TRIES;
	ask->lacked |= end == RESOLVE_LACKING;
	ask->silent |= q->over && (end == RESOLVE_SILENT || end == RESOLVE_UNREACHABLE);
	ask->failed |= end == RESOLVE_IMPOSSIBLE || (end == RESOLVE_ANSWERED && !read_answer(q, packet, n));
	if (--ask->open == 0)
		rest(ask);
}

static struct resolve_line *quietest(const struct resolve *r)
{
	struct resolve_line *best = r->line[0];

	for (size_t i = 1; i < LINES && resolve_line_open(best) > 0; i++)
		if (resolve_line_open(r->line[i]) < resolve_line_open(best))
			best = r->line[i];
	return best;
}

/* Questions may end at once: the ask itself is open as long as they are put. */
static void put_questions(struct resolve_ask *ask)
{
	struct resolve_line *line = quietest(ask->r);

	ask->tries++;
	ask->lacked = false;
	ask->open = 1;
	for (size_t i = 0; i < 2; i++)
		if (!ask->question[i].over) {
			ask->open++;
			resolve_line_ask(line, ask->host, ask->question[i].type, on_end, &ask->question[i]);
		}
	if (--ask->open == 0)
		rest(ask);
}

static bool is_over(const struct resolve_ask *ask) { return ask->question[0].over && ask->question[1].over; }

static bool was_heard(const struct resolve_ask *ask) { return ask->r->heard >= ask->begun; }

static void settle(struct resolve_ask *ask)
{
	struct resolve_answer *a = &ask->answer;

	a->why = "";
	if (a->count > 0) { /* servers that stumble over AAAA are common: one family is enough */
		a->outcome = PROBE_DONE;
	} else if (ask->lacked) {
		a->outcome = PROBE_SHORTAGE;
		a->why = "本机没有可用的套接字来问 DNS";
	} else if (ask->silent && !was_heard(ask)) {
		a->outcome = PROBE_SHORTAGE;
		a->why = "DNS 服务器什么也不答: 请看 [probe] resolver 和本机网络";
	} else {
		a->outcome = ask->failed || ask->silent ? PROBE_RESOLVER_FAILED : PROBE_NO_NAME;
	}
}

static const char *top_level(const char *host)
{
	const char *dot = strrchr(host, '.');

	return dot != NULL ? dot + 1 : host;
}

static void on_doubt(void *arg, enum resolve_end end, const uint8_t *packet, size_t n)
{
	struct resolve_ask *ask = arg;

	(void)packet, (void)n;
	if (end == RESOLVE_GONE)
		return;
	ask->open = 0;
	rest(ask);
}

/* Are the name's own servers gone, or is the resolver? Every one of them knows the top-level domains. */
static bool is_in_doubt(const struct resolve_ask *ask)
{
	return is_over(ask) && ask->silent && ask->answer.count == 0 && !ask->lacked && !ask->doubted &&
	       !was_heard(ask);
}

/* All that was put has ended: once more in a while, or told from the event loop. */
static void rest(struct resolve_ask *ask)
{
	const struct timeval pause = { .tv_sec = is_over(ask) ? 0 : PAUSE_SECONDS };

	if (ask->done == NULL) {
		ask_free(ask);
	} else if (is_in_doubt(ask)) {
		ask->doubted = true;
		ask->open = 1;
		resolve_line_ask(quietest(ask->r), top_level(ask->host), ns_t_ns, on_doubt, ask);
	} else if (evtimer_add(ask->timer, &pause) != 0) {
		fatal("libevent 不能排定事件");
	}
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct resolve_ask *ask = arg;

	(void)fd, (void)what;
	if (!is_over(ask)) {
		put_questions(ask);
		return;
	}
	settle(ask);
	ask->done(ask->arg, &ask->answer);
	ask_free(ask);
}

struct resolve_ask *resolve_begin(struct resolve *r, const char *host,
				  void (*done)(void *arg, const struct resolve_answer *a), void *arg)
{
	struct resolve_ask *ask = xcalloc(1, sizeof(*ask));

	ask->r = r;
	ask->begun = clock_steady();
	ask->done = done;
	ask->arg = arg;
	snprintf(ask->host, sizeof(ask->host), "%s", host);
	ask->question[0] = (struct question){ .ask = ask, .type = ns_t_a };
	ask->question[1] = (struct question){ .ask = ask, .type = ns_t_aaaa };
	ask->timer = evtimer_new(r->base, on_timer, ask);
	if (ask->timer == NULL)
		fatal("libevent 不能排定事件");
	ask->next = r->first;
	ask->link = &r->first;
	if (ask->next != NULL)
		ask->next->link = &ask->next;
	r->first = ask;
	put_questions(ask);
	return ask;
}

void resolve_cancel(struct resolve_ask *ask)
{
	ask->done = NULL;
	if (ask->open == 0)
		ask_free(ask); /* else with its last question */
}
