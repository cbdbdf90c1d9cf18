/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/aggregate.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "watch/details.h"
#include "watch/hostname.h"
#include "watch/order.h"
#include "watch/subject.h"

enum {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_AAAA = 28,
	AHEAD = 8, /* subjects whose memory is asked for before they are told */
};

/* Messages that waited in a stream come late; farther back the clock was set back, or captures were joined.
 */
#define LATE_MOST_US INT64_C(3600000000)

_Static_assert((int)RECORD_NAME_MAX == (int)HOSTNAME_MAX, "host names fit in records");
_Static_assert((int)IDENTIFY_NAME_MAX < (int)RECORD_NAME_MAX, "identifiers fit in records");

/* The name of a host that a message is about, as it stands there and as it is called. */
struct host {
	struct subject_key key;  /* its name is one of the texts */
	struct subject *subject; /* NULL: not seen in this window yet */
	bool named;              /* or refused */
	uint8_t raw_len;         /* 0: not kept */
	char raw[HOSTNAME_MAX], text[HOSTNAME_MAX];
};

struct aggregate {
	struct subjects table;
	struct details *details;
	struct order order;
	int64_t window_us;
	int64_t start, end; /* of the open window */
	bool open;
	struct host host; /* of the last message: the records of an answer have one owner, and one client */
	struct dissect_addr client;
	uint64_t client_hash;
	struct hash_key key;       /* of clients */
	struct identify *identify; /* borrowed */
	aggregate_fn *fn;
	void *arg;
	struct aggregate_stats stats;
	struct observation out; /* what fn is shown */
};

/* One message's share in one observation, besides its name. */
struct sighting {
	int64_t time;
	uint64_t client;                   /* keyed hash */
	const struct dissect_addr *server; /* NULL: none */
	uint16_t port;
	const char *link; /* host it is linked to, link_len bytes; NULL: none */
	size_t link_len;
};

struct aggregate *aggregate_new(uint32_t max_entries, int64_t window_us, const struct hash_key *key,
				struct identify *identify, aggregate_fn *fn, void *arg)
{
	struct aggregate *a = xcalloc(1, sizeof(*a));

	subjects_init(&a->table, max_entries);
	order_init(&a->order, max_entries);
	a->details = details_new(&a->table);
	a->window_us = window_us;
	a->key = *key;
	a->client_hash = hash_keyed(key, a->client.bytes, sizeof(a->client.bytes));
	a->identify = identify;
	a->fn = fn;
	a->arg = arg;
	return a;
}

void aggregate_free(struct aggregate *a)
{
	if (a == NULL)
		return;
	details_free(a->details);
	order_clear(&a->order);
	subjects_clear(&a->table);
	free(a);
}

void aggregate_resolvers(struct aggregate *a, const struct resolvers *table)
{
	details_resolvers(a->details, table);
}

const struct details_stats *aggregate_details(const struct aggregate *a) { return details_stats(a->details); }

const struct aggregate_stats *aggregate_stats(const struct aggregate *a) { return &a->stats; }

/* --- windows --- */

static void prefetch(const struct aggregate *a, const struct order_key *key, uint32_t at)
{
	const struct subject *far = &a->table.subject[key[at + 2 * AHEAD].number];
	const struct subject *near = &a->table.subject[key[at + AHEAD].number];

	__builtin_prefetch(far);
	__builtin_prefetch(&far->servers);
	__builtin_prefetch(subject_name(&a->table, near->name));
	__builtin_prefetch(near->servers);
	__builtin_prefetch(near->links);
}

void aggregate_flush(struct aggregate *a)
{
	const struct order_key *key;

	if (!a->open)
		return;
	key = order_make(&a->order, &a->table);
	for (uint32_t i = 0; i < a->table.count; i++) {
		if (i + 2 * AHEAD < a->table.count)
			prefetch(a, key, i);
		subject_observe(&a->table, &a->table.subject[key[i].number], &a->out);
		a->stats.observations++;
		a->fn(a->arg, &a->out);
	}
	subjects_reset(&a->table);
	a->host.raw_len = 0;
	a->open = false;
}

/* Saturated where the sum has no room: times come from strangers. */
static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b > 0 ? INT64_MAX : INT64_MIN;
	return sum;
}

static void open_window(struct aggregate *a, int64_t time)
{
	int64_t past = a->window_us > 0 ? time % a->window_us : 0;

	a->open = true;
	if (a->window_us <= 0) {
		a->start = INT64_MIN;
		a->end = INT64_MAX;
		return;
	}
	a->start = plus(time - past, past < 0 ? -a->window_us : 0);
	a->end = plus(a->start, a->window_us);
}

void aggregate_tick(struct aggregate *a, int64_t now)
{
	if (a->open && now >= a->end)
		aggregate_flush(a);
}

/* Opens the window of this moment; returns the moment, moved to the open window's start when it is late. */
static int64_t enter(struct aggregate *a, int64_t time)
{
	aggregate_tick(a, time);
	if (a->open && time >= a->start)
		return time;
	if (a->open && time < plus(a->start, -LATE_MOST_US))
		aggregate_flush(a);
	if (!a->open) {
		open_window(a, time);
		return time;
	}
	a->stats.late++;
	return a->start;
}

/* --- subjects --- */

static void add(struct aggregate *a, struct subject *s, const struct sighting *g)
{
	struct record_server server;

	s->count++;
	s->from = g->time < s->from ? g->time : s->from;
	s->to = g->time > s->to ? g->time : s->to;
	a->stats.clients_more += !subject_add_client(&a->table, s, g->client);
	if (g->server != NULL) {
		memcpy(server.addr, g->server->bytes, sizeof(server.addr));
		server.port = g->port;
		if (!subject_add_server(&a->table, s, &server)) {
			s->servers_more++;
			a->stats.servers_more++;
		}
	}
	if (g->link != NULL && !subject_add_link(&a->table, s, g->link, g->link_len)) {
		s->links_more++;
		a->stats.links_more++;
	}
}

static void find_and_add(struct aggregate *a, struct subject_key *k, const struct sighting *g)
{
	struct subject *s;

	k->hash = subjects_hash(&a->table, k);
	s = subjects_find(&a->table, k);
	if (s == NULL)
		s = subjects_add(&a->table, k, g->time);
	if (s != NULL)
		add(a, s, g);
	else
		a->stats.evicted++;
}

/* --- messages --- */

static bool is_request(const struct dissect_message *m)
{
	return m->kind == DISSECT_HTTP || m->kind == DISSECT_HTTP2;
}

static bool is_last(const struct host *h, const struct dissect_message *m, enum via via)
{
	return h->raw_len > 0 && h->raw_len == m->name.n && h->key.via == via &&
	       memcmp(h->raw, m->name.p, m->name.n) == 0;
}

static uint64_t hash_client(struct aggregate *a, const struct dissect_addr *addr)
{
	if (memcmp(&a->client, addr, sizeof(*addr)) != 0) {
		a->client = *addr;
		a->client_hash = hash_keyed(&a->key, addr->bytes, sizeof(addr->bytes));
	}
	return a->client_hash;
}

/* Nearly all names are called as they are written: while the table's memory is on its way, the name is looked
 * at and the client is hashed. */
static bool look_up(struct aggregate *a, const struct dissect_message *m, enum via via, struct host *h)
{
	bool (*take)(char *, const uint8_t *, size_t) =
		is_request(m) ? hostname_take_authority : hostname_take;

	h->subject = NULL;
	h->raw_len = m->name.n < HOSTNAME_MAX ? (uint8_t)m->name.n : 0;
	if (h->raw_len > 0)
		memcpy(h->raw, m->name.p, h->raw_len);
	h->key = (struct subject_key){ SUBJECT_HOST, via, h->raw, h->raw_len, 0 };
	h->key.hash = subjects_hash(&a->table, &h->key);
	subjects_prefetch(&a->table, &h->key);
	hash_client(a, m->kind == DISSECT_DNS_ANSWER ? &m->flow.dst : &m->flow.src);
	if (!take(h->text, m->name.p, m->name.n)) {
		h->key.len = 0;
		return false;
	}
	h->key.name = h->text;
	h->key.len = strlen(h->text);
	if (h->key.len != h->raw_len || memcmp(h->text, h->raw, h->raw_len) != 0)
		h->key.hash = subjects_hash(&a->table, &h->key);
	h->subject = subjects_find(&a->table, &h->key);
	return true;
}

/* False, and counted, when the name is no host's. */
static bool find_host(struct aggregate *a, const struct dissect_message *m, enum via via)
{
	if (!is_last(&a->host, m, via))
		a->host.named = look_up(a, m, via, &a->host);
	a->stats.names_refused += !a->host.named;
	return a->host.named;
}

static void add_host(struct aggregate *a, const struct sighting *g)
{
	struct host *h = &a->host;

	if (h->subject == NULL) {
		h->subject = subjects_add(&a->table, &h->key, g->time);
		if (h->subject != NULL)
			details_subject(a->details, h->subject);
	}
	if (h->subject != NULL)
		add(a, h->subject, g);
	else
		a->stats.evicted++;
}

/* The owner of an answer record is reached at its address, or goes by another name. */
static void add_answer(struct aggregate *a, const struct dissect_message *m, struct sighting *g)
{
	char cname[HOSTNAME_MAX];

	g->client = hash_client(a, &m->flow.dst);
	g->server = m->answer.type == DNS_A || m->answer.type == DNS_AAAA ? &m->answer.addr : NULL;
	g->port = 0;
	if (m->answer.type == DNS_CNAME) {
		if (hostname_take(cname, m->answer.cname.p, m->answer.cname.n)) {
			g->link = cname;
			g->link_len = strlen(cname);
		} else {
			a->stats.names_refused++;
		}
	}
	add_host(a, g);
}

struct identified {
	struct aggregate *a;
	struct sighting base; /* of the request */
	const char *host;     /* its name, host_len bytes; 0: none */
	size_t host_len;
};

static void add_identifier(void *arg, const struct identify_hit *hit)
{
	struct identified *in = arg;
	struct sighting g = in->base;
	struct subject_key k = { .kind = hit->row->kind,
				 .via = hit->row->via,
				 .name = (const char *)hit->name.p,
				 .len = hit->name.n };

	if (hit->host[0] != '\0') {
		g.link = hit->host;
		g.link_len = strlen(hit->host);
	} else if (hit->row->tie && in->host_len > 0) {
		g.link = in->host;
		g.link_len = in->host_len;
	}
	find_and_add(in->a, &k, &g);
}

static void add_request(struct aggregate *a, const struct dissect_message *m, const struct sighting *g)
{
	struct identified in = { a, *g, a->host.key.name, a->host.key.len };

	identify_message(a->identify, m, add_identifier, &in);
}

/* The subject that asked for a service record; it is asked for by name before it is answered. */
static struct subject *find_asker(const struct aggregate *a, const struct dissect_message *m)
{
	struct subject_key k = { SUBJECT_HOST, VIA_DNS_QUERY, (const char *)m->name.p, m->name.n, 0 };
	struct subject *s;

	if (m->name.n == 0 || m->name.n >= HOSTNAME_MAX)
		return NULL;
	k.hash = subjects_hash(&a->table, &k);
	s = subjects_find(&a->table, &k);
	k.via = VIA_DNS_ANSWER;
	return s != NULL ? s : subjects_find(&a->table, &k);
}

/* Messages that make no observation of their own. */
static void add_details(struct aggregate *a, const struct dissect_message *m)
{
	aggregate_tick(a, m->time);
	details_message(a->details, m, m->kind == DISSECT_DNS_SERVICE ? find_asker(a, m) : NULL);
}

void aggregate_message(struct aggregate *a, const struct dissect_message *m)
{
	static const enum via vias[DISSECT_KIND_COUNT] = {
		[DISSECT_DNS_QUERY] = VIA_DNS_QUERY, [DISSECT_DNS_ANSWER] = VIA_DNS_ANSWER,
		[DISSECT_HTTP] = VIA_HTTP,           [DISSECT_TLS] = VIA_TLS,
		[DISSECT_QUIC] = VIA_QUIC,           [DISSECT_DNS_SERVICE] = VIA_COUNT,
		[DISSECT_HTTP_ANSWER] = VIA_COUNT,   [DISSECT_TLS_CERT] = VIA_COUNT,
		[DISSECT_HTTP2] = VIA_HTTP,
	};
	bool hello = m->kind == DISSECT_TLS || m->kind == DISSECT_QUIC;
	struct sighting g = { .server = &m->flow.dst, .port = m->flow.dport };
	bool named;

	if (vias[m->kind] == VIA_COUNT || (hello && m->name.n == 0)) {
		add_details(a, m); /* dissect counts hellos without a name */
		return;
	}
	g.time = enter(a, m->time);
	named = find_host(a, m, vias[m->kind]);
	if (named && m->kind == DISSECT_DNS_ANSWER) {
		add_answer(a, m, &g);
	} else if (named || is_request(m)) {
		g.client = hash_client(a, &m->flow.src);
		if (named)
			add_host(a, &g);
	}
	if (m->kind != DISSECT_DNS_QUERY)
		details_message(a->details, m, a->host.subject);
	if (is_request(m) && a->identify != NULL)
		add_request(a, m, &g);
}
