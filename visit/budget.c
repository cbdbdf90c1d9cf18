/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/budget.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/text.h"
#include "probes/address.h"
#include "probes/scope.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define DAY    (24 * 3600 * SECOND)

enum {
	HOLD_LEAST = 60,       /* seconds after 429, 503 or Retry-After; doubles when it goes on */
	HOLD_MOST = 24 * 3600, /* of any hold */
	FAILURES_MOST = 5,     /* in a row; then the host is left alone ... */
	FAILING_LEAST = 300,   /* ... for so many seconds, doubled by each further one */
	ENDPOINT_SECONDS = 30, /* between two requests to a configured endpoint */
	PACE_MOST = 3600,      /* seconds between two requests that a host may ask for */
	LOOK_MOST = 256,       /* entries looked at for one that may go, each time */
	ENDPOINTS = 2,
	NONE = UINT32_MAX,
};

/* `per` requests each `period`; of those, `burst` may come at once. burst - 1 is taken off the refill, so
 * that no period ever holds more than `per`. Levels are in units of 1/period of a request. */
struct rate {
	int64_t per, period, burst;
};

struct bucket {
	int64_t level, at;
};

struct entry {
	struct bucket bucket;
	char *name;                 /* of a host; NULL: a network */
	uint8_t net[16];            /* of a network, host bits zero */
	uint32_t next;              /* in its chain, or of the free ones */
	uint32_t pace;              /* seconds that the host asked for */
	int64_t until;              /* held back; 0: not */
	int64_t failed;             /* when it failed last */
	uint32_t failures, strikes; /* in a row: failed, asked to wait */
	enum budget_reason reason;
};

struct table {
	struct entry *entry;
	uint32_t *chain;
	size_t cap, used, count;
	uint32_t free, hand; /* hand: where the search for one that may go goes on */
};

struct budget {
	struct hash_key key;
	int64_t last, behind; /* the clock as last seen, and what it was set back since the start */
	int64_t start;
	uint32_t host_seconds;
	struct rate net, all;
	struct bucket total;
	struct table hosts, nets;
	char endpoint[ENDPOINTS][SCOPE_HOST_MAX];
	unsigned from, to; /* minutes of the Beijing day */
	uint64_t taken, waited, evicted, refused, unheld;
};

/* All times that are kept are of a clock that never goes back, and stands still where the machine's did. */
static int64_t steady(const struct budget *b, int64_t now)
{
	return now + b->behind + (now < b->last ? b->last - now : 0);
}

static int64_t tick(struct budget *b, int64_t now)
{
	int64_t t = steady(b, now);

	b->behind = t - now;
	b->last = now;
	return t;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

/* -- buckets ---------------------------------------------------------------------------------------- */

static struct rate rate_of(uint32_t per, int64_t period, uint32_t burst)
{
	return (struct rate){ .per = (int64_t)per - burst + 1, .period = period, .burst = burst };
}

static int64_t level_at(const struct bucket *k, const struct rate *r, int64_t now)
{
	int64_t gone = least(now - k->at, r->period);

	return least(k->level + gone * r->per, r->burst * r->period);
}

/* Microseconds until there is one; 0: now. */
static int64_t bucket_wait(const struct bucket *k, const struct rate *r, int64_t now)
{
	int64_t lacks = r->period - level_at(k, r, now);

	return lacks <= 0 ? 0 : (lacks + r->per - 1) / r->per;
}

static void bucket_take(struct bucket *k, const struct rate *r, int64_t now)
{
	k->level = level_at(k, r, now) - r->period;
	k->at = now;
}

static bool bucket_full(const struct bucket *k, const struct rate *r, int64_t now)
{
	return level_at(k, r, now) == r->burst * r->period;
}

/* -- tables ----------------------------------------------------------------------------------------- */

static void table_init(struct table *t, size_t cap)
{
	t->cap = cap > 0 ? cap : 1;
	t->entry = xcalloc(t->cap, sizeof(*t->entry));
	t->chain = xcalloc(t->cap, sizeof(*t->chain));
	memset(t->chain, 0xff, t->cap * sizeof(*t->chain));
	t->free = NONE;
}

static void table_clear(struct table *t)
{
	for (size_t i = 0; i < t->used; i++)
		free(t->entry[i].name);
	free(t->entry);
	free(t->chain);
}

static const void *key_of(const struct entry *e, size_t *n)
{
	*n = e->name ? strlen(e->name) : sizeof(e->net);
	return e->name ? (const void *)e->name : e->net;
}

static uint32_t *chain_of(const struct budget *b, struct table *t, const void *key, size_t n)
{
	return &t->chain[hash_keyed(&b->key, key, n) % t->cap];
}

static struct entry *find(const struct budget *b, struct table *t, const void *key, size_t n)
{
	const void *have;
	size_t len;

	for (uint32_t i = *chain_of(b, t, key, n); i != NONE; i = t->entry[i].next) {
		have = key_of(&t->entry[i], &len);
		if (len == n && memcmp(have, key, n) == 0)
			return &t->entry[i];
	}
	return NULL;
}

static bool is_endpoint(const struct budget *b, const char *name)
{
	for (size_t i = 0; i < ENDPOINTS; i++)
		if (b->endpoint[i][0] != '\0' && strcmp(b->endpoint[i], name) == 0)
			return true;
	return false;
}

static struct rate host_rate(const struct budget *b, const char *name, uint32_t pace)
{
	int64_t seconds = most(b->host_seconds, pace);

	if (is_endpoint(b, name))
		seconds = most(seconds, ENDPOINT_SECONDS);
	return rate_of(1, most(seconds * SECOND, 1), 1);
}

/* It says nothing that a new entry would not say. */
static bool may_go(const struct budget *b, const struct entry *e, int64_t now)
{
	struct rate r = e->name ? host_rate(b, e->name, e->pace) : b->net;

	if (!bucket_full(&e->bucket, &r, now) || e->until > now)
		return false;
	return (e->failures == 0 && e->strikes == 0) || now - e->failed > DAY;
}

static void drop(struct budget *b, struct table *t, uint32_t i)
{
	struct entry *e = &t->entry[i];
	size_t n;
	const void *key = key_of(e, &n);
	uint32_t *link = chain_of(b, t, key, n);

	while (*link != i)
		link = &t->entry[*link].next;
	*link = e->next;
	free(e->name);
	*e = (struct entry){ .next = t->free };
	t->free = i;
	t->count--;
	b->evicted++;
}

/* A place for one more, NONE: all that were looked at still matter. */
static uint32_t make_room(struct budget *b, struct table *t, int64_t now)
{
	uint32_t i;

	if (t->free == NONE && t->used < t->cap)
		return (uint32_t)t->used++;
	for (size_t look = 0; t->free == NONE && look < t->cap && look < LOOK_MOST; look++) {
		i = t->hand++ % (uint32_t)t->cap;
		if (may_go(b, &t->entry[i], now))
			drop(b, t, i);
	}
	i = t->free;
	if (i != NONE)
		t->free = t->entry[i].next;
	return i;
}

/* The entry of a host, or of a network when name is NULL. NULL: no room. */
static struct entry *want(struct budget *b, struct table *t, const char *name, const uint8_t *net,
			  int64_t now)
{
	const void *key = name ? (const void *)name : net;
	size_t n = name ? strlen(name) : 16;
	struct entry *e = find(b, t, key, n);
	uint32_t i, *chain;

	if (e)
		return e;
	i = n < BUDGET_HOST_MAX ? make_room(b, t, now) : NONE;
	if (i == NONE)
		return NULL;
	e = &t->entry[i];
	chain = chain_of(b, t, key, n);
	*e = (struct entry){ .next = *chain, .bucket = { 0, b->start } };
	if (name)
		e->name = xstrdup(name);
	else
		memcpy(e->net, net, sizeof(e->net));
	*chain = i;
	t->count++;
	return e;
}

/* -- hours ------------------------------------------------------------------------------------------ */

static unsigned day_minute(const char *s)
{
	return (unsigned)((s[0] - '0') * 10 + s[1] - '0') * 60 + (unsigned)((s[3] - '0') * 10 + s[4] - '0');
}

void budget_reload(struct budget *b, const struct conf *c)
{
	b->from = day_minute(c->probe.hours); /* as value_hours() wants it */
	b->to = day_minute(c->probe.hours + 6);
}

/* Microseconds of the Beijing day. */
static int64_t day_time(int64_t now)
{
	int64_t t = (now + 8 * 60 * MINUTE) % DAY;

	return t < 0 ? t + DAY : t;
}

bool budget_open(const struct budget *b, int64_t now)
{
	int64_t t = day_time(now), from = b->from * MINUTE, to = b->to * MINUTE;

	return from < to ? t >= from && t < to : t >= from || t < to;
}

int64_t budget_opens(const struct budget *b, int64_t now)
{
	int64_t wait = b->from * MINUTE - day_time(now);

	if (budget_open(b, now))
		return now;
	return now + (wait < 0 ? wait + DAY : wait);
}

/* -- the budget ------------------------------------------------------------------------------------- */

struct budget *budget_new(const struct conf *c, size_t hosts_max, int64_t now)
{
	struct budget *b = xcalloc(1, sizeof(*b));
	uint32_t minute = c->probe.net_minute, second = c->probe.per_second;

	hash_key_random(&b->key);
	b->start = b->last = now;
	b->host_seconds = c->probe.host_seconds;
	b->net = rate_of(minute, MINUTE, minute >= 120 ? minute / 60 : 1);
	b->all = rate_of(second, SECOND, second >= 20 ? second / 10 : 1);
	b->total.at = now;
	table_init(&b->hosts, hosts_max);
	table_init(&b->nets, hosts_max);
	scope_url_host(b->endpoint[0], c->probe.wechat_record);
	scope_url_host(b->endpoint[1], c->probe.itunes_lookup);
	budget_reload(b, c);
	return b;
}

void budget_free(struct budget *b)
{
	if (b == NULL)
		return;
	table_clear(&b->hosts);
	table_clear(&b->nets);
	free(b);
}

/* A /24 of IPv4, also of one that IPv6 only leads to (NAT64, 6to4 ...), a /48 of IPv6. */
static void net_of(uint8_t net[16], const uint8_t addr[16])
{
	uint8_t inner[ADDRESS_WRAPPED_MAX][16];
	const size_t wrapped = address_wrapped(addr, inner);
	size_t keep;

	if (wrapped > 0)
		addr = inner[wrapped - 1];
	keep = text_addr_is_v4(addr) ? 15 : 6;
	memset(net, 0, 16);
	memcpy(net, addr, keep);
}

int64_t budget_take(struct budget *b, const char *host, const uint8_t addr[16], int64_t now)
{
	struct entry *h, *n;
	struct rate r;
	uint8_t net[16];
	int64_t wait;

	now = tick(b, now);
	net_of(net, addr);
	h = want(b, &b->hosts, host, NULL, now);
	n = want(b, &b->nets, NULL, net, now);
	if (h == NULL || n == NULL) {
		b->refused++;
		return most(b->host_seconds, 1) * SECOND;
	}
	if (h->until > now)
		return now - h->until;
	r = host_rate(b, host, h->pace);
	wait = most(bucket_wait(&h->bucket, &r, now), bucket_wait(&n->bucket, &b->net, now));
	wait = most(wait, bucket_wait(&b->total, &b->all, now));
	if (wait > 0) {
		b->waited++;
		return wait;
	}
	bucket_take(&h->bucket, &r, now);
	bucket_take(&n->bucket, &b->net, now);
	bucket_take(&b->total, &b->all, now);
	b->taken++;
	return 0;
}

bool budget_reach(struct budget *b, const uint8_t paid[16], const uint8_t addr[16], int64_t now)
{
	uint8_t net[16], had[16];
	struct entry *n;

	net_of(net, addr);
	net_of(had, paid);
	if (memcmp(net, had, sizeof(net)) == 0)
		return true;
	now = tick(b, now);
	n = want(b, &b->nets, NULL, net, now);
	if (n == NULL || bucket_wait(&n->bucket, &b->net, now) > 0) {
		b->refused += n == NULL;
		b->waited += n != NULL;
		return false;
	}
	bucket_take(&n->bucket, &b->net, now);
	return true;
}

/* -- what came of it ---------------------------------------------------------------------------------- */

/* HOLD * 2^times, at most a day. */
static int64_t doubled(int64_t hold, uint32_t times)
{
	while (times-- > 0 && hold < HOLD_MOST)
		hold *= 2;
	return least(hold, HOLD_MOST);
}

enum verdict { ANSWERED, FAILED, ASKED_TO_WAIT, SAYS_NOTHING };

static enum verdict verdict(enum probe_outcome o, unsigned status, uint32_t retry_after)
{
	if (status == 429 || status == 503 || retry_after > 0)
		return ASKED_TO_WAIT;
	if (o == PROBE_CONNECT_FAILED || o == PROBE_TLS_FAILED || o == PROBE_RESET || o == PROBE_TIMEOUT ||
	    o == PROBE_BAD_RESPONSE || status >= 500)
		return FAILED;
	return status > 0 ? ANSWERED : SAYS_NOTHING;
}

static void hold(struct entry *e, enum budget_reason reason, int64_t seconds, int64_t now)
{
	int64_t until = now + seconds * SECOND;

	if (e->until > until) /* who asked for longer is not forgotten */
		return;
	e->until = until;
	e->reason = reason;
}

static void count(struct entry *e, enum verdict v, uint32_t retry_after, int64_t now)
{
	if (v == ANSWERED)
		e->failures = e->strikes = 0;
	if (v != ASKED_TO_WAIT && v != FAILED)
		return;
	e->failed = now;
	if (v == ASKED_TO_WAIT)
		hold(e, BUDGET_ASKED_TO_WAIT,
		     most(least(retry_after, HOLD_MOST), doubled(HOLD_LEAST, e->strikes++)), now);
	else if (++e->failures >= FAILURES_MOST)
		hold(e, BUDGET_FAILING, doubled(FAILING_LEAST, e->failures - FAILURES_MOST), now);
}

uint32_t budget_told(struct budget *b, const char *host, enum probe_outcome outcome, unsigned status,
		     uint32_t retry_after, int64_t now)
{
	enum verdict v = verdict(outcome, status, retry_after);
	bool keep = v == FAILED || v == ASKED_TO_WAIT;
	struct entry *e;

	now = tick(b, now);
	e = keep ? want(b, &b->hosts, host, NULL, now) : find(b, &b->hosts, host, strlen(host));
	if (e == NULL) {
		b->unheld += keep;
		return 0;
	}
	/* The pause begins where the answer ends: who is slow is not asked faster than who is quick. */
	e->bucket.at = now;
	count(e, v, retry_after, now);
	return keep && e->until > now ? (uint32_t)((e->until - now + SECOND - 1) / SECOND) : 0;
}

void budget_pace(struct budget *b, const char *host, uint32_t seconds, int64_t now)
{
	struct entry *e;

	now = tick(b, now);
	e = seconds > b->host_seconds ? want(b, &b->hosts, host, NULL, now)
				      : find(b, &b->hosts, host, strlen(host));
	if (e)
		e->pace = seconds < PACE_MOST ? seconds : PACE_MOST;
}

/* -- for people --------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *zh;
} reasons[] = {
	[BUDGET_ASKED_TO_WAIT] = { "asked-to-wait", "对方要求稍后再来" },
	[BUDGET_FAILING] = { "failing", "连续失败, 暂停访问" },
};
_Static_assert(sizeof(reasons) / sizeof(reasons[0]) == BUDGET_REASON_COUNT, "one row a reason");

const char *budget_reason_name(enum budget_reason r)
{
	return r < BUDGET_REASON_COUNT ? reasons[r].name : "?";
}
const char *budget_reason_zh(enum budget_reason r) { return r < BUDGET_REASON_COUNT ? reasons[r].zh : "?"; }

/* Into the list, which stays sorted: held longest first. */
static void list_held(struct budget_view *out, const struct entry *e, int64_t until)
{
	size_t at = out->held_count;

	while (at > 0 && out->held[at - 1].until < until)
		at--;
	if (at == BUDGET_HELD_MAX)
		return;
	if (out->held_count < BUDGET_HELD_MAX)
		out->held_count++;
	memmove(&out->held[at + 1], &out->held[at], (out->held_count - at - 1) * sizeof(out->held[0]));
	out->held[at] = (struct budget_held){ .until = until, .reason = e->reason, .failures = e->failures };
	memcpy(out->held[at].host, e->name, strlen(e->name) + 1);
}

void budget_describe(const struct budget *b, int64_t now, struct budget_view *out)
{
	int64_t t = steady(b, now);

	*out = (struct budget_view){ .open = budget_open(b, now),
				     .opens = budget_opens(b, now),
				     .tokens = (uint64_t)(level_at(&b->total, &b->all, t) / b->all.period),
				     .taken = b->taken,
				     .waited = b->waited,
				     .evicted = b->evicted,
				     .refused = b->refused,
				     .unheld = b->unheld,
				     .hosts = b->hosts.count,
				     .nets = b->nets.count };
	for (size_t i = 0; i < b->hosts.used; i++) {
		const struct entry *e = &b->hosts.entry[i];
		if (e->name == NULL || e->until <= t)
			continue;
		out->held_total++;
		list_held(out, e, e->until - t + now);
	}
}
