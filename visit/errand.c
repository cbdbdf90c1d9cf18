/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/errand.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "visit/robots.h"
#include "visit/way.h"

#define SECOND INT64_C(1000000)

static const char robots_agent[] = "beiand", robots_path[] = "/robots.txt";

struct errand {
	struct manners *m;
	struct errand *next, **link;
	struct errand_task task;
	void (*done)(void *arg, const struct errand_result *r);
	void *arg;
	struct event *timer;
	struct way way;
	bool front; /* it began at the front page of its subject, or of the host aside */
	/* of this hop */
	uint8_t addr[RESOLVE_MAX][16];
	size_t addr_count;
	int64_t resolved;
	struct resolve_ask *asking;
	struct transfer *transfer;
	bool paid;         /* counted by the budget, and not sent yet */
	bool conditional;  /* it was sent so */
	bool crowded;      /* the next address was in a network without budget: */
	uint8_t later[16]; /* this one */
	unsigned tries;
	bool repeated; /* since the connection was dropped */
	/* robots.txt */
	bool is_robots, waits_for_robots, robots_counted;
	char origin[URL_ORIGIN_MAX]; /* whose robots.txt this fetches, or waits for */
	struct probe_ask robots_ask;
	struct errand *robots; /* under way for this errand */
};

/* -- life */
static void go(struct errand *e);
static void start(struct errand *e);

static void wake_in(struct errand *e, int64_t us)
{
	const struct timeval tv = { .tv_sec = us / SECOND, .tv_usec = us % SECOND };

	if (evtimer_add(e->timer, &tv) != 0)
		fatal("libevent 不能排定事件");
}

/* For a reason of ours, not the target's. */
static void wait_for_us(struct errand *e, int64_t us)
{
	term_waits(e->task.term, us);
	wake_in(e, us);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct errand *e = arg;

	(void)fd, (void)what;
	if (e->way.url.text[0] == '\0')
		start(e);
	else
		go(e);
}

/* The one that fetched an origin's robots.txt is gone: the next of those that wait may look, or fetch. */
static void wake_waiters(struct manners *m, const char *origin)
{
	for (struct errand *e = m->first; e != NULL; e = e->next)
		if (e->waits_for_robots && strcmp(e->origin, origin) == 0) {
			e->waits_for_robots = false;
			wake_in(e, 0);
		}
}

static void errand_free(struct errand *e)
{
	*e->link = e->next;
	if (e->next != NULL)
		e->next->link = e->link;
	if (e->robots != NULL)
		errand_free(e->robots);
	if (e->asking != NULL)
		resolve_cancel(e->asking);
	if (e->transfer != NULL) {
		fetch_cancel(e->transfer);
		e->m->counters.answered[PROBE_PAUSED]++;
	}
	if (e->is_robots)
		wake_waiters(e->m, e->origin);
	event_free(e->timer);
	free(e);
}

void errand_cancel(struct errand *e) { errand_free(e); }

struct errand *errand_begin(struct manners *m, const struct errand_task *task,
			    void (*done)(void *arg, const struct errand_result *r), void *arg)
{
	struct errand *e = xcalloc(1, sizeof(*e));

	e->m = m;
	e->task = *task;
	e->done = done;
	e->arg = arg;
	e->timer = evtimer_new(m->base, on_timer, e);
	if (e->timer == NULL)
		fatal("libevent 不能排定事件");
	e->next = m->first;
	e->link = &m->first;
	if (e->next != NULL)
		e->next->link = &e->next;
	m->first = e;
	wake_in(e, 0);
	return e;
}

/* -- the end */
static void deliver(struct errand *e, struct errand_result *r)
{
	way_fill(&e->way, &r->answer);
	e->done(e->arg, r);
	errand_free(e);
}

/* A URL that is not asked, or not asked any further. What the last hop said on the way stays known. */
static void refuse(struct errand *e, enum probe_outcome why, const char *url, uint32_t retry_after)
{
	struct errand_result r = { .answer.outcome = why, .retry_after = retry_after };
	struct probe_answer *a = &r.answer;

	e->m->counters.refused[why]++;
	transcript_refused(e->task.transcript, clock_wall(), url, why);
	a->status = e->way.status;
	a->location = e->way.location;
	a->content_type = a->server = a->generator = a->etag = a->last_modified = a->authenticate =
		a->cookies = "";
	a->verify = -1;
	deliver(e, &r);
}

static void refuse_here(struct errand *e, enum probe_outcome why) { refuse(e, why, e->way.url.text, 0); }

/* -- checks of a URL */
enum probe_outcome errand_check(const struct scope *s, const struct scope_run *run, const struct url *u)
{
	const enum probe_outcome host = scope_host(s, run, u->host);

	if (host != PROBE_DONE)
		return host;
	return scope_port(s, u->port) ? PROBE_DONE : PROBE_BAD_PORT;
}

bool errand_needs_robots(const struct url *u, const char *endpoint)
{
	if (url_is_root(u) || strcmp(url_path(u), robots_path) == 0)
		return false;
	return endpoint == NULL || endpoint[0] == '\0' || strncmp(u->text, endpoint, strlen(endpoint)) != 0;
}

static bool passes(struct errand *e)
{
	const enum probe_outcome o = errand_check(e->m->scope, e->task.run, &e->way.url);

	if (o != PROBE_DONE)
		refuse_here(e, o);
	return o == PROBE_DONE;
}

static void start(struct errand *e)
{
	if (!url_parse(&e->way.url, e->task.ask->url))
		refuse(e, PROBE_BAD_URL, e->task.ask->url, 0);
	else if (passes(e)) {
		e->front = url_is_root(&e->way.url) &&
			   (e->task.ask->aside || strcmp(e->way.url.host, e->task.run->name) == 0);
		go(e);
	}
}

/* -- robots.txt: RFC 9309 section 2.3.1 */
static struct errand *robots_under_way(const struct errand *e)
{
	for (struct errand *o = e->m->first; o != NULL; o = o->next)
		if (o->is_robots && strcmp(o->origin, e->origin) == 0)
			return o;
	return NULL;
}

/* The server's own failure to say is taken as a no for an hour; so is what leads where we may not go. More
 * than five redirects count as no robots.txt (2.3.1.2), and so does what a client is told it may not have. */
static enum shelf_word robots_word(const struct probe_answer *a)
{
	if (a->outcome == PROBE_TOO_MANY_HOPS)
		return SHELF_ALLOWED;
	if (a->outcome == PROBE_PAUSED || a->outcome == PROBE_HELD_BACK || a->outcome == PROBE_SHORTAGE)
		return SHELF_UNKNOWN;
	if (a->outcome != PROBE_DONE)
		return a->outcome == PROBE_BAD_RESPONSE || way_is_redirect(a->status) ? SHELF_REFUSED
										      : SHELF_UNKNOWN;
	return a->status >= 400 && a->status < 500 && a->status != 429 ? SHELF_ALLOWED : SHELF_REFUSED;
}

static void keep_robots(struct errand *e, const struct probe_answer *a, int64_t now)
{
	struct manners *m = e->m;
	uint32_t delay;

	if (a->outcome == PROBE_DONE && a->status >= 200 && a->status < 300) {
		delay = shelf_put(m->shelf, e->origin, (const char *)a->body, a->size, robots_agent, now);
		if (delay > 0)
			budget_pace(m->budget, e->way.url.host, delay, now);
	} else if (robots_word(a) != SHELF_UNKNOWN) {
		shelf_put_word(m->shelf, e->origin, robots_word(a), now);
	}
	m->counters.robots_evicted = shelf_evicted(m->shelf);
}

/* What keeps us from robots.txt, other than the server's word, would keep us from the page as well: it is
 * told by its own name. */
static void on_robots(void *arg, const struct errand_result *r)
{
	struct errand *e = arg;
	const struct probe_answer *a = &r->answer;
	const bool busy = a->outcome == PROBE_DONE && (a->status == 429 || a->status == 503);

	e->robots = NULL;
	e->robots_counted = true; /* asked for, not remembered */
	keep_robots(e, a, clock_wall());
	if (busy)
		refuse(e, PROBE_HELD_BACK, e->way.url.text, r->retry_after);
	else if (a->outcome != PROBE_DONE && robots_word(a) == SHELF_UNKNOWN)
		refuse(e, a->outcome, e->way.url.text, r->retry_after);
	else
		wake_in(e, 0);
}

static void fetch_robots(struct errand *e)
{
	struct errand_task task = e->task;
	struct probe_ask *ask = &e->robots_ask;

	memset(ask, 0, sizeof(*ask));
	snprintf(ask->url, sizeof(ask->url), "%.*s%s", (int)e->way.url.path, e->way.url.text, robots_path);
	ask->follow = ask->compressed = ask->prefix = true;
	ask->body_max = ROBOTS_PARSE_MAX;
	task.ask = ask;
	e->robots = errand_begin(e->m, &task, on_robots, e);
	e->robots->is_robots = true;
	memcpy(e->robots->origin, e->origin, sizeof(e->origin));
	e->m->counters.robots_fetched++;
}

/* True: asked for nothing, or allowed. False: waits, or is refused. */
static bool robots_let(struct errand *e, int64_t now)
{
	enum shelf_word word;

	if (e->is_robots || !errand_needs_robots(&e->way.url, e->task.run->endpoint))
		return true;
	url_origin(&e->way.url, e->origin);
	word = shelf_ask(e->m->shelf, e->origin, url_path(&e->way.url), now);
	if (word != SHELF_UNKNOWN && !e->robots_counted) {
		e->robots_counted = true; /* once, however often the budget makes it wait */
		e->m->counters.robots_kept++;
	}
	if (word == SHELF_ALLOWED)
		return true;
	if (word == SHELF_REFUSED)
		refuse_here(e, PROBE_ROBOTS);
	else if (robots_under_way(e) != NULL)
		e->waits_for_robots = true;
	else
		fetch_robots(e);
	return false;
}

/* -- addresses */
/* PROBE_DONE: all may be asked. One forbidden address among a name's is enough: who answers so plays a game
 * (DNS rebinding); and who opted out by address did so for all that is there. */
static enum probe_outcome check_addresses(const struct errand *e)
{
	enum probe_outcome o = e->addr_count > 0 ? PROBE_DONE : PROBE_BAD_ADDRESS;

	for (size_t i = 0; i < e->addr_count; i++)
		if (scope_opted_out(e->m->scope, e->addr[i]))
			return PROBE_OPTED_OUT;
		else if (!scope_address(e->m->scope, e->addr[i]))
			o = PROBE_BAD_ADDRESS;
	return o;
}

/* Who opted out by name did so for the names of others that lead to his machines. */
static bool is_of_opted_out(const struct scope *s, const struct resolve_answer *a)
{
	for (size_t i = 0; i < a->alias_count; i++)
		if (scope_name_opted_out(s, a->alias[i]))
			return true;
	return false;
}

static void on_addresses(void *arg, const struct resolve_answer *a)
{
	struct errand *e = arg;

	e->asking = NULL;
	e->addr_count = a->count;
	memcpy(e->addr, a->addr, a->count * sizeof(e->addr[0]));
	e->resolved = clock_wall();
	if (a->outcome == PROBE_SHORTAGE)
		transcript_remark(e->task.transcript, e->resolved, a->why);
	if (a->outcome != PROBE_DONE) {
		refuse_here(e, a->outcome);
		return;
	}
	if (is_of_opted_out(e->m->scope, a)) {
		refuse_here(e, PROBE_OPTED_OUT);
		return;
	}
	transcript_names(e->task.transcript, e->resolved, e->way.url.host, (const uint8_t(*)[16])e->addr,
			 e->addr_count);
	go(e);
}

/* True: the addresses are there. */
static bool has_addresses(struct errand *e, int64_t now)
{
	if (e->way.url.literal) {
		memcpy(e->addr[0], e->way.url.addr, 16);
		e->addr_count = 1;
		return true;
	}
	if (e->addr_count > 0 && now >= e->resolved && now - e->resolved < ERRAND_ADDRESS_SECONDS * SECOND)
		return true;
	e->asking = resolve_begin(e->m->resolve, e->way.url.host, on_addresses, e);
	return false;
}

/* -- redirects */
/* Goes on at the URL that the response names, as if it were asked for anew. */
static void hop(struct errand *e, const struct probe_answer *a, bool too_long)
{
	const enum probe_outcome o = way_hop(&e->way, a, too_long);

	if (o != PROBE_DONE) {
		refuse(e, o, a->location, 0);
		return;
	}
	e->robots_counted = e->repeated = false;
	e->tries = 0;
	e->addr_count = 0;
	if (passes(e))
		wake_in(e, 0);
}

/* -- the answer */
/* Of this hop, from the server or from the one before. */
static void take_reply(struct errand *e, const struct fetch_reply *reply, uint32_t held)
{
	struct errand_result r = { .answer = reply->answer, .retry_after = reply->retry_after };
	const struct probe_answer *a = &r.answer;

	if (held > r.retry_after) /* the store remembers it when this process does not */
		r.retry_after = held;
	if (e->task.ask->follow && a->outcome == PROBE_DONE && way_is_redirect(a->status) &&
	    (a->location[0] != '\0' || reply->location_long)) {
		hop(e, a, reply->location_long);
		return;
	}
	e->way.answered = true;
	deliver(e, &r);
}

/* No address that was tried could be connected to, and the network of the next one had no budget left: once
 * more, that one first. */
static bool comes_back(struct errand *e, const struct fetch_reply *r)
{
	bool crowded = e->crowded && !r->connected;

	e->crowded = false;
	if (!crowded || e->tries++ == ERRAND_TRIES_MAX)
		return false;
	for (size_t i = 1; i < e->addr_count; i++)
		if (memcmp(e->addr[i], e->later, 16) == 0) {
			memcpy(e->addr[i], e->addr[0], 16);
			memcpy(e->addr[0], e->later, 16);
			wake_in(e, 0);
			return true;
		}
	return false;
}

/* RFC 9110 section 9.2.2, RFC 9112 section 9.3.1: a connection that was kept may end at the moment it is used
 * again. What is safe is asked once more, when the budget lets it, over a new one. */
static bool asks_again(struct errand *e, const struct fetch_reply *r)
{
	if (!r->dropped || e->repeated)
		return false;
	e->repeated = true;
	wake_in(e, 0);
	return true;
}

/* -- the request */
static struct fetch_order order_of(struct errand *e, bool conditional);

static void on_reply(void *arg, const struct fetch_reply *reply)
{
	struct errand *e = arg;
	const struct fetch_order order = order_of(e, e->conditional);
	const struct probe_answer *a = &reply->answer;
	const int64_t now = clock_wall();
	uint32_t held;

	e->transfer = NULL;
	e->m->counters.answered[a->outcome]++;
	e->m->counters.body_bytes += a->size;
	e->m->counters.reused += reply->reused;
	transcript_reply(e->task.transcript, now, reply);
	if (comes_back(e, reply))
		return;
	held = budget_told(e->m->budget, e->way.url.host, reply->unsent ? PROBE_SHORTAGE : a->outcome,
			   (unsigned)a->status, reply->retry_after, now);
	if (asks_again(e, reply))
		return;
	if (reply->unsent)
		--*e->task.requests;
	if (a->outcome != PROBE_SHORTAGE && e->front)
		answers_put(e->task.answers, &order, reply, now);
	take_reply(e, reply, held);
}

/* The last gate before a connect(2). */
static bool may_connect(void *arg, const uint8_t addr[16])
{
	struct errand *e = arg;

	if (!scope_address(e->m->scope, addr))
		return false;
	if (budget_reach(e->m->budget, e->addr[0], addr, clock_wall()))
		return true;
	e->crowded = true;
	memcpy(e->later, addr, sizeof(e->later));
	return false;
}

static struct fetch_order order_of(struct errand *e, bool conditional)
{
	const struct probe_ask *ask = e->task.ask;

	return (struct fetch_order){
		.url = &e->way.url,
		.addr = (const uint8_t(*)[16])e->addr,
		.addr_count = e->addr_count,
		.head = ask->head,
		.compressed = ask->compressed && !ask->ranged,
		.ranged = ask->ranged,
		.from = ask->from,
		.to = ask->to,
		.etag = conditional ? e->task.etag : "",
		.modified = conditional ? e->task.modified : "",
		.body_max = ask->body_max,
		.prefix = ask->prefix,
		.may = may_connect,
		.arg = e,
	};
}

static void send_request(struct errand *e, int64_t now)
{
	struct fetch_order order;

	/* on a condition only if no other run needs the page itself */
	e->conditional = e->task.ask->conditional && e->task.answers->wanted == 0;
	order = order_of(e, e->conditional);
	transcript_request(e->task.transcript, now, &order);
	e->transfer = fetch_begin(e->task.session, &order, on_reply, e);
	if (e->transfer == NULL) {
		refuse_here(e, PROBE_SHORTAGE);
		return;
	}
	e->m->counters.requests++;
	++*e->task.requests;
}

/* True: somebody asked this in the same stay, or aside in another, and his answer is taken. */
static bool asked_before(struct errand *e, int64_t now)
{
	const struct fetch_order order = order_of(e, false);
	struct fetch_reply reply;
	int64_t when;

	if (!e->front || !answers_find(e->task.answers, &order, &reply, &when))
		return false;
	e->m->counters.shared++;
	transcript_again(e->task.transcript, now, &order, when);
	transcript_reply(e->task.transcript, now, &reply);
	take_reply(e, &reply, 0);
	return true;
}

/* A connection that is there leads to one address, and it is that one's network which is asked. */
static void connected_first(struct errand *e)
{
	uint8_t peer[16];

	if (!fetch_peer(e->task.session, &e->way.url, peer))
		return;
	for (size_t i = 1; i < e->addr_count; i++)
		if (memcmp(e->addr[i], peer, 16) == 0) {
			memcpy(e->addr[i], e->addr[0], 16);
			memcpy(e->addr[0], peer, 16);
			return;
		}
}

/* True: it is counted as asked. */
static bool budget_lets(struct errand *e, int64_t now)
{
	int64_t wait;

	if (e->paid)
		return true;
	connected_first(e);
	wait = budget_take(e->m->budget, e->way.url.host, e->addr[0], now);
	e->paid = wait == 0;
	if (wait < 0 || wait > ERRAND_WAIT_SECONDS * SECOND) {
		wait = wait < 0 ? -wait : wait;
		refuse(e, PROBE_HELD_BACK, e->way.url.text, (uint32_t)((wait + SECOND - 1) / SECOND));
	} else if (wait > 0) {
		e->m->counters.waits++;
		transcript_waits(e->task.transcript, now, e->way.url.host, wait);
		wait_for_us(e, wait);
	}
	return wait == 0;
}

/* Everything that may have changed since the last time is looked at again: this is called after each wait. */
static void go(struct errand *e)
{
	const int64_t now = clock_wall();
	enum probe_outcome o;

	if (e->m->paused || !budget_open(e->m->budget, now)) {
		refuse_here(e, PROBE_PAUSED);
		return;
	}
	if (!passes(e) || !robots_let(e, now) || asked_before(e, now) || !has_addresses(e, now))
		return;
	o = check_addresses(e);
	if (o != PROBE_DONE) {
		refuse_here(e, o);
		return;
	}
	if (!budget_lets(e, now))
		return;
	if (*e->task.requests == 0 && e->task.begins != NULL && !e->task.begins(e->task.arg)) {
		wait_for_us(e, ERRAND_TELL_MS * 1000);
		return;
	}
	e->paid = false;
	send_request(e, now);
}
