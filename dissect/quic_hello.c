/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/quic_hello.h"

#include <string.h>

#include "base/prefetch.h"
#include "dissect/mix.h"

enum { HELLO_LOOK = 8, SECOND = 1000000 };

/* -- flows */

static uint64_t mix(uint64_t h, uint64_t x) { return mix_product(h ^ x, UINT64_C(0x9e3779b97f4a7c15)); }

static uint64_t addr_hash(const struct dissect_addr *a, uint16_t port)
{
	uint64_t half[2];

	memcpy(half, a->bytes, sizeof(half));
	return mix(mix(mix(1, half[0]), half[1]), port);
}

uint32_t quic_digest(const uint8_t *p, size_t n)
{
	uint64_t h = n, word;

	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = mix(h, word);
	}
	for (word = 0; n > 0; n--)
		word = word << 8 | *p++;
	return (uint32_t)mix(h, word) | 1;
}

/* The same for both directions. */
static struct quic_flow *flow_set(const struct quic_table *t, const struct dissect_flow *f)
{
	uint64_t h = addr_hash(&f->src, f->sport) + addr_hash(&f->dst, f->dport);

	return &t->flows[(size_t)(mix(1, h) >> 16 & (t->sets - 1)) * QUIC_FLOW_WAYS];
}

void quic_flow_ahead(const struct quic_table *t, const struct dissect_flow *f)
{
	const struct quic_flow *set = flow_set(t, f);

	for (int i = 0; i < QUIC_FLOW_WAYS; i++)
		prefetch(&set[i]);
}

static bool addr_same(const struct dissect_addr *a, const struct dissect_addr *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a->bytes, sizeof(x));
	memcpy(y, b->bytes, sizeof(y));
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

static bool flow_is(const struct quic_flow *q, const struct dissect_flow *f, bool *reverse)
{
	if (q->time == 0)
		return false;
	*reverse = false;
	if (q->cport == f->sport && q->sport == f->dport && addr_same(&q->client, &f->src) &&
	    addr_same(&q->server, &f->dst))
		return true;
	*reverse = true;
	return q->cport == f->dport && q->sport == f->sport && addr_same(&q->client, &f->dst) &&
	       addr_same(&q->server, &f->src);
}

/* 0 is a free row's; captures without times have it in every packet. */
static int64_t flow_time(const struct dissect_message *m) { return m->time != 0 ? m->time : 1; }

/* Frees a flow's row; what it held unfinished was lost long ago, or had to make way. */
static void flow_drop(struct quic_table *t, struct quic_flow *q, int64_t now, struct dissect_stats *stats)
{
	if (q->hello != QUIC_NO_HELLO && q->time != 0) {
		bool old = now - t->hellos[q->hello].time > (int64_t)QUIC_HELLO_SECONDS * SECOND;
		stats->reasons[old ? DISSECT_QUIC_HOLE : DISSECT_QUIC_FULL]++;
		quic_flow_let_go(t, q);
	}
	q->time = 0;
}

struct quic_flow *quic_flow_find(struct quic_table *t, const struct dissect_message *m, bool *reverse,
				 struct dissect_stats *stats)
{
	struct quic_flow *set = flow_set(t, &m->flow);

	for (int i = 0; i < QUIC_FLOW_WAYS; i++) {
		struct quic_flow *q = &set[i];
		if (!flow_is(q, &m->flow, reverse))
			continue;
		if (m->time - q->time > (int64_t)QUIC_FLOW_SECONDS * SECOND) {
			flow_drop(t, q, m->time, stats);
			return NULL;
		}
		q->time = flow_time(m);
		return q;
	}
	return NULL;
}

/* Free ones first, then those that wait for nothing, then the oldest. */
static bool flow_before(const struct quic_flow *a, const struct quic_flow *b)
{
	bool a_waits = a->time != 0 && a->hello != QUIC_NO_HELLO;
	bool b_waits = b->time != 0 && b->hello != QUIC_NO_HELLO;

	return a_waits != b_waits ? b_waits : a->time < b->time;
}

struct quic_flow *quic_flow_add(struct quic_table *t, const struct dissect_message *m,
				struct dissect_stats *stats)
{
	struct quic_flow *set = flow_set(t, &m->flow), *best = set;

	for (int i = 1; i < QUIC_FLOW_WAYS; i++) {
		if (flow_before(&set[i], best))
			best = &set[i];
	}
	flow_drop(t, best, m->time, stats);
	*best = (struct quic_flow){ .client = m->flow.src,
				    .server = m->flow.dst,
				    .cport = m->flow.sport,
				    .sport = m->flow.dport,
				    .hello = QUIC_NO_HELLO,
				    .time = flow_time(m) };
	return best;
}

struct quic_flow *quic_flow_open(struct quic_table *t, struct quic_flow *f, const struct dissect_message *m,
				 struct dissect_stats *stats)
{
	if (f == NULL)
		return quic_flow_add(t, m, stats);
	quic_flow_let_go(t, f);
	f->client = m->flow.src;
	f->server = m->flow.dst;
	f->cport = m->flow.sport;
	f->sport = m->flow.dport;
	return f;
}

void quic_flow_let_go(struct quic_table *t, struct quic_flow *f)
{
	if (f->hello == QUIC_NO_HELLO)
		return;
	t->hellos[f->hello].owner = NULL;
	t->hellos[f->hello].free = t->free;
	t->free = f->hello;
	f->hello = QUIC_NO_HELLO;
}

/* -- hellos */

/* Of the words of it that are in use. */
static size_t seen_size(const struct quic_hello *h) { return (h->end + 63) / 64 * sizeof(h->seen[0]); }

void quic_hello_reset(struct quic_hello *h)
{
	memset(h->seen, 0, seen_size(h));
	h->have = h->end = 0;
}

/* These bytes, at least one, are there from now on. False, and nothing changes, when some were before. */
static bool seen_mark(struct quic_hello *h, uint32_t at, uint32_t end)
{
	uint64_t *first = &h->seen[at / 64], *last = &h->seen[(end - 1) / 64], before;
	uint64_t low = UINT64_MAX << at % 64, high = UINT64_MAX >> (63 - (end - 1) % 64);

	if (first == last)
		low = high = low & high;
	before = (*first & low) | (*last & high);
	for (uint64_t *w = first + 1; w < last; w++)
		before |= *w;
	if (before != 0)
		return false;
	*first |= low;
	*last |= high;
	for (uint64_t *w = first + 1; w < last; w++)
		*w = UINT64_MAX;
	return true;
}

static void put_fresh(struct quic_hello *h, uint32_t at, const uint8_t *p, uint32_t n)
{
	/* a memcpy of at most 8 KB is expanded to rep movs, which starts slowly */
	memmove(h->bytes + at, p, n);
	h->have += n;
}

bool quic_hello_put(struct quic_hello *h, uint64_t offset, const uint8_t *p, size_t n)
{
	uint32_t at = (uint32_t)offset, end;

	if (offset > QUIC_HELLO_BYTES || n > QUIC_HELLO_BYTES - offset)
		return false;
	if (n == 0)
		return true;
	end = at + (uint32_t)n;
	h->end = end > h->end ? end : h->end;
	if (seen_mark(h, at, end)) {
		put_fresh(h, at, p, (uint32_t)n);
		return true;
	}
	for (uint32_t i = at; i < end; i++) {
		if (seen_mark(h, i, i + 1))
			put_fresh(h, i, &p[i - at], 1);
	}
	return true;
}

uint32_t quic_hello_prefix(const struct quic_hello *h)
{
	for (uint32_t at = 0; h->have < h->end && at < h->end; at += 64) {
		if (h->seen[at / 64] != UINT64_MAX)
			return at + (uint32_t)__builtin_ctzll(~h->seen[at / 64]);
	}
	return h->end;
}

/* A free row, or the oldest of a few. */
static struct quic_hello *hello_take(struct quic_table *t, int64_t now, struct dissect_stats *stats)
{
	struct quic_hello *best = NULL;

	if (t->free == QUIC_NO_HELLO && t->fresh < t->count)
		return &t->hellos[t->fresh++];
	for (uint32_t i = 0; t->free == QUIC_NO_HELLO && i < HELLO_LOOK && i < t->count; i++) {
		struct quic_hello *h = &t->hellos[t->hand];
		t->hand = (t->hand + 1) % t->count;
		if (best == NULL || h->time < best->time)
			best = h;
	}
	if (best != NULL)
		flow_drop(t, best->owner, now, stats);
	best = &t->hellos[t->free];
	t->free = best->free;
	return best;
}

void quic_hello_keep(struct quic_table *t, struct quic_flow *f, const struct quic_hello *from,
		     struct dissect_stats *stats)
{
	struct quic_hello *h = hello_take(t, f->time, stats);

	quic_hello_reset(h);
	memcpy(h, from, offsetof(struct quic_hello, seen));
	memcpy(h->seen, from->seen, seen_size(from));
	memcpy(h->bytes, from->bytes, from->end);
	h->owner = f;
	h->time = f->time;
	f->hello = (int32_t)(h - t->hellos);
}

/* -- the table as a whole */

uint32_t quic_table_sets(uint32_t hellos)
{
	uint32_t sets = 1;

	while ((uint64_t)sets * QUIC_FLOW_WAYS < (uint64_t)hellos * QUIC_FLOWS_PER_HELLO &&
	       sets < UINT32_MAX / 2)
		sets *= 2;
	return sets;
}

void quic_table_init(struct quic_table *t, struct quic_flow *flows, struct quic_hello *hellos, uint32_t count)
{
	t->flows = flows;
	t->hellos = hellos;
	t->sets = quic_table_sets(count);
	t->count = count;
	t->free = QUIC_NO_HELLO;
}

void quic_table_finish(struct quic_table *t, struct dissect_stats *stats)
{
	for (uint32_t i = 0; i < t->fresh; i++) {
		if (t->hellos[i].owner == NULL)
			continue;
		stats->reasons[DISSECT_QUIC_HOLE]++;
		t->hellos[i].owner->time = 0;
		quic_flow_let_go(t, t->hellos[i].owner);
	}
}

/* -- rates */

/* IPv6 hosts own a /64 (RFC 8981): IPv4 is v4-mapped, its address is the lower half. */
static uint32_t rate_row(const struct dissect_addr *a)
{
	uint64_t half[2];

	memcpy(half, a->bytes, sizeof(half));
	return (uint32_t)(mix(1, half[0] != 0 ? half[0] : half[1]) >> 16) % QUIC_RATE_ROWS;
}

bool quic_rate_allows(const struct quic_table *t, const struct dissect_message *m)
{
	const struct quic_rate *r = &t->rate[rate_row(&m->flow.src)];

	return r->second != m->time / SECOND || r->failures < QUIC_RATE_MAX;
}

void quic_rate_failed(struct quic_table *t, const struct dissect_message *m)
{
	struct quic_rate *r = &t->rate[rate_row(&m->flow.src)];

	if (r->second != m->time / SECOND)
		*r = (struct quic_rate){ .second = m->time / SECOND };
	r->failures++;
}
