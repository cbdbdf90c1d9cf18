/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/aggregate.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/prefetch.h"
#include "base/short.h"
#include "watch/details.h"
#include "watch/hostname.h"
#include "watch/order.h"
#include "watch/show.h"
#include "watch/sightings.h"
#include "watch/subject.h"

enum {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_AAAA = 28,
	TOGETHER = 24, /* names whose memory is asked for before they are told */
};

/* Messages that waited in a stream come late; farther back the clock was set back, or captures were joined.
 */
#define LATE_MOST_US INT64_C(3600000000)

_Static_assert((int)RECORD_NAME_MAX == (int)HOSTNAME_MAX, "host names fit in records");
_Static_assert((int)IDENTIFY_NAME_MAX < (int)RECORD_NAME_MAX, "identifiers fit in records");

/* The name of a host as it stands in a message and as it is called. */
struct host {
	const char *name; /* one of the texts */
	size_t len;
	uint64_t hash;   /* subjects_hash() of the name */
	uint8_t raw_len; /* 0: not kept */
	bool authority;  /* may have a port */
	bool named;      /* or refused */
	char raw[HOSTNAME_MAX], text[HOSTNAME_MAX];
};

struct aggregate {
	struct subjects table;
	struct details *details;
	struct reserve reserve;
	struct own own;
	struct sightings queue;
	struct order order;
	bool as_seen; /* rather than in that */
	int64_t window_us;
	int64_t start, end; /* of the open window */
	bool open;
	/* The two that were named last, the later one first: the records of an answer have one owner, or one
	 * and where its CNAME leads. */
	struct host *host, *other;
	struct host hosts[2];
	struct dissect_addr client;
	uint64_t client_hash;
	struct hash_key key;       /* of clients */
	struct identify *identify; /* borrowed */
	aggregate_fn *fn;
	void *arg;
	struct aggregate_stats stats;
	struct observation out; /* what fn is shown */
};

struct aggregate *aggregate_new(uint32_t max_entries, int64_t window_us, const struct hash_key *key,
				struct identify *identify, aggregate_fn *fn, void *arg)
{
	struct aggregate *a = xcalloc(1, sizeof(*a));

	subjects_init(&a->table, max_entries);
	order_init(&a->order, max_entries);
	a->details = details_new(&a->table);
	sightings_init(&a->queue, &a->table, a->details, &a->reserve);
	a->host = &a->hosts[0];
	a->other = &a->hosts[1];
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
	sightings_clear(&a->queue);
	details_free(a->details);
	reserve_clear(&a->reserve);
	order_clear(&a->order);
	subjects_clear(&a->table);
	free(a);
}

void aggregate_as_seen(struct aggregate *a) { a->as_seen = true; }

void aggregate_resolvers(struct aggregate *a, const struct resolvers *table)
{
	details_resolvers(a->details, table);
}

void aggregate_campus(struct aggregate *a, const struct conf *conf)
{
	reserve_clear(&a->reserve);
	reserve_init(&a->reserve, conf);
	sightings_keep_room(&a->queue);
}

void aggregate_ech(struct aggregate *a, struct ech *shared)
{
	details_ech(a->details, shared);
	sightings_hold(&a->queue);
}

void aggregate_judge(struct aggregate *a, int64_t until)
{
	sightings_settle(&a->queue);
	sightings_judge(&a->queue, until);
}

void aggregate_own(struct aggregate *a, const struct own *own) { a->own = *own; }

const struct details_stats *aggregate_details(struct aggregate *a)
{
	sightings_settle(&a->queue);
	return details_stats(a->details);
}

const struct aggregate_stats *aggregate_stats(struct aggregate *a)
{
	sightings_settle(&a->queue);
	a->stats.evicted = a->queue.stats.evicted;
	a->stats.hurried = a->queue.stats.hurried;
	a->stats.reserved = a->queue.stats.reserved;
	a->stats.links_more = a->queue.stats.links_more;
	a->stats.servers_more = a->queue.stats.servers_more;
	a->stats.clients_more = a->queue.stats.clients_more;
	return &a->stats;
}

/* --- windows --- */

/* The subjects of one name, in the order of their channels. */
static void tell(struct aggregate *a, const struct subject *first)
{
	const struct subject *by_via[VIA_COUNT] = { NULL };

	show_name(first, &a->out);
	by_via[first->via] = first;
	for (uint32_t next = first->next; next != 0; next = subjects_at(&a->table, next)->next)
		by_via[subjects_at(&a->table, next)->via] = subjects_at(&a->table, next);
	for (int v = 0; v < VIA_COUNT; v++) {
		if (by_via[v] == NULL)
			continue;
		show_subject(&a->table, by_via[v], &a->out);
		a->stats.observations++;
		a->fn(a->arg, &a->out);
	}
}

/* What is told of them lies far apart: each step asks for what the next one reads. */
static void prefetch_names(const struct subjects *t, const struct subject *const first[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		subject_prefetch_record(first[i]);
	for (size_t i = 0; i < n; i++) {
		prefetch(subjects_at(t, first[i]->next));
		subject_prefetch(t, first[i]);
	}
	for (size_t i = 0; i < n; i++) {
		subject_prefetch_lists(t, first[i], 0);
		if (first[i]->next != 0)
			subject_prefetch(t, subjects_at(t, first[i]->next));
	}
}

static void tell_names(struct aggregate *a, const struct subject *const first[], size_t n)
{
	prefetch_names(&a->table, first, n);
	for (size_t i = 0; i < n; i++)
		tell(a, first[i]);
}

static void tell_sorted(struct aggregate *a)
{
	const struct order_key *key = order_make(&a->order, &a->table);
	const struct subject *first[TOGETHER];
	size_t n;

	for (size_t at = 0; at < a->table.names; at += n) {
		n = a->table.names - at < TOGETHER ? a->table.names - at : TOGETHER;
		for (size_t i = 0; i < n; i++)
			first[i] = subjects_at(&a->table, key[at + i].number);
		tell_names(a, first, n);
	}
}

/* As they stand in memory. */
static void tell_as_seen(struct aggregate *a)
{
	const struct subjects *t = &a->table;
	const struct subject *first[TOGETHER] = { NULL }, *s;
	size_t n = 0;

	for (uint32_t number = subjects_first(); number != t->end; number = subjects_behind(t, s)) {
		s = subjects_at(t, number);
		subjects_prefetch_on(s);
		if (s->len > 0)
			first[n++] = s;
		if (n == TOGETHER) {
			tell_names(a, first, n);
			n = 0;
		}
	}
	tell_names(a, first, n);
}

void aggregate_flush(struct aggregate *a)
{
	if (!a->open)
		return;
	sightings_settle(&a->queue);
	sightings_hurry(&a->queue);
	if (a->as_seen)
		tell_as_seen(a);
	else
		tell_sorted(a);
	subjects_reset(&a->table);
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
static int64_t enter(struct aggregate *a, int64_t time, uint64_t records)
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
	a->stats.late += records;
	return a->start;
}

/* --- names and clients --- */

static bool is_request(const struct dissect_message *m)
{
	return m->kind == DISSECT_HTTP || m->kind == DISSECT_HTTP2;
}

static bool is_last(const struct host *h, struct dissect_str name, bool authority)
{
	return h->raw_len > 0 && h->raw_len == name.n && h->authority == authority &&
	       short_same(h->raw, name.p, name.n);
}

/* Nearly all names are called as they are written. */
static bool call(struct host *h, struct dissect_str name)
{
	bool (*take)(char *, const uint8_t *, size_t) =
		h->authority ? hostname_take_authority : hostname_take;

	if (h->raw_len > 0 && hostname_is_plain((const uint8_t *)h->raw, h->raw_len)) {
		h->name = h->raw;
		h->len = h->raw_len;
		return true;
	}
	h->name = h->text;
	h->len = 0;
	if (!take(h->text, name.p, name.n))
		return false;
	h->len = strlen(h->text);
	return true;
}

/* Finds out what it is called. */
static void name_host(const struct aggregate *a, struct host *h, struct dissect_str name, bool authority)
{
	h->raw_len = name.n < HOSTNAME_MAX ? (uint8_t)name.n : 0;
	h->authority = authority;
	short_copy(h->raw, name.p, h->raw_len);
	h->named = call(h, name);
	if (h->named)
		h->hash = subjects_hash(&a->table, &(struct subject_key){ .name = h->name, .len = h->len });
}

/* Makes this the host at hand. False: the name is no host's. */
static bool find_name(struct aggregate *a, struct dissect_str name, bool authority)
{
	struct host *h = a->host;

	if (is_last(h, name, authority))
		return h->named;
	a->host = a->other;
	a->other = h;
	if (!is_last(a->host, name, authority))
		name_host(a, a->host, name, authority);
	return a->host->named;
}

/* The same of the host that a message is about; counted when it is none. */
static bool find_host(struct aggregate *a, struct dissect_str name, bool authority)
{
	bool named = find_name(a, name, authority);

	a->stats.names_refused += !named;
	return named;
}

static uint64_t hash_client(struct aggregate *a, const struct dissect_addr *addr)
{
	if (memcmp(&a->client, addr, sizeof(*addr)) != 0) {
		a->client = *addr;
		a->client_hash = hash_keyed(&a->key, addr->bytes, sizeof(addr->bytes));
	}
	return a->client_hash;
}

/* --- sightings --- */

static void add_server(struct sighting *g, const struct dissect_addr *addr, uint16_t port)
{
	struct record_server *to = &g->server[g->server_count++];

	memcpy(to->addr, addr->bytes, sizeof(to->addr));
	to->port = port;
}

static void set_link(struct sighting *g, const char *host, size_t n)
{
	short_copy(g->link, host, n);
	g->link_len = (uint8_t)n;
}

static void add_servers(struct sighting *g, const struct dissect_addr *addr, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_server(g, &addr[i], 0);
}

static struct sighting *see(struct aggregate *a, const struct subject_key *k, int64_t time,
			    const struct dissect_addr *client)
{
	struct sighting *g = sightings_add(&a->queue, k);

	g->time = time;
	g->client = hash_client(a, client);
	return g;
}

static struct subject_key key_of(const struct host *h, enum via via)
{
	return (struct subject_key){ SUBJECT_HOST, via, h->name, h->len, h->hash };
}

/* The host at hand. */
static struct sighting *see_host(struct aggregate *a, enum via via, int64_t time,
				 const struct dissect_addr *client)
{
	struct subject_key k = key_of(a->host, via);

	return see(a, &k, time, client);
}

/* The same of addresses in an answer, with what records before told of that host; so many for now. */
static size_t see_some(struct aggregate *a, const struct dissect_message *m, size_t from, int64_t time,
		       bool known_only)
{
	struct subject_key k = key_of(a->host, VIA_DNS_ANSWER);
	uint64_t client = hash_client(a, &m->flow.dst);
	struct sighting *g = sightings_same(&a->queue, &k, time, client, known_only);
	size_t n = m->answer.addrs - from, room;

	if (g == NULL) {
		g = sightings_add(&a->queue, &k);
		g->time = time;
		g->client = client;
		g->count = 0;
		g->known_only = known_only;
	}
	room = (size_t)SIGHTING_SERVERS - g->server_count;
	n = n < room ? n : room;
	add_servers(g, m->answer.addr + from, n);
	g->count += known_only ? 0 : (uint32_t)n;
	return n;
}

/* known_only: its subject gets servers, and is not made. */
static void see_addresses(struct aggregate *a, const struct dissect_message *m, int64_t time, bool known_only)
{
	for (size_t at = 0; at < m->answer.addrs;)
		at += see_some(a, m, at, time, known_only);
}

/* Where a chain of CNAMEs ends is where its beginning is served. */
static void see_question(struct aggregate *a, const struct dissect_message *m, int64_t time)
{
	struct dissect_str name = m->answer.question;

	if (name.n == m->name.n && (name.p == m->name.p || memcmp(name.p, m->name.p, name.n) == 0))
		return;
	if (find_name(a, name, false))
		see_addresses(a, m, time, true);
}

/* The owner of a record is reached at its address, or goes by another name. */
static void see_answer(struct aggregate *a, const struct dissect_message *m, int64_t time)
{
	if (m->answer.type == DNS_CNAME) {
		struct sighting *g = see_host(a, VIA_DNS_ANSWER, time, &m->flow.dst);
		if (find_host(a, m->answer.cname, false))
			set_link(g, a->host->name, a->host->len);
	} else {
		see_addresses(a, m, time, false);
		see_question(a, m, time);
	}
}

/* An answer may be several records: each counts. */
static uint64_t records_of(const struct dissect_message *m)
{
	return m->kind == DISSECT_DNS_ANSWER && m->answer.addrs > 1 ? m->answer.addrs : 1;
}

static void see_dns(struct aggregate *a, const struct dissect_message *m, int64_t time)
{
	if (!find_host(a, m->name, false))
		a->stats.names_refused += records_of(m) - 1;
	else if (m->kind == DISSECT_DNS_ANSWER)
		see_answer(a, m, time);
	else
		add_server(see_host(a, VIA_DNS_QUERY, time, &m->flow.src), &m->flow.dst, m->flow.dport);
}

/* --- messages with details --- */

struct identified {
	struct aggregate *a;
	const struct dissect_message *m;
	int64_t time;
	bool named; /* the request has a host's name: the one at hand */
};

static void see_identifier(void *arg, const struct identify_hit *hit)
{
	struct identified *in = arg;
	struct aggregate *a = in->a;
	struct subject_key k = { .kind = hit->row->kind,
				 .via = hit->row->via,
				 .name = (const char *)hit->name.p,
				 .len = hit->name.n };
	struct sighting *g;

	k.hash = subjects_hash(&a->table, &k);
	g = see(a, &k, in->time, &in->m->flow.src);
	if (!in->m->proxied)
		add_server(g, &in->m->flow.dst, in->m->flow.dport);
	if (hit->host[0] != '\0')
		set_link(g, hit->host, strlen(hit->host));
	else if (hit->row->tie && in->named)
		set_link(g, a->host->name, a->host->len);
}

/* What it tells is of nobody; what waits came before it. */
static void see_nameless(struct aggregate *a, const struct dissect_message *m)
{
	struct details_notes notes;

	sightings_settle(&a->queue);
	if (details_note(a->details, m, &notes))
		details_tell(a->details, NULL, &notes);
	else
		details_message(a->details, m, NULL);
}

/* Hellos and requests. */
static void see_named(struct aggregate *a, const struct dissect_message *m, enum via via, int64_t time)
{
	struct identified in = { a, m, time, find_host(a, m->name, is_request(m)) };

	if (in.named) {
		struct sighting *g = see_host(a, via, time, &m->flow.src);
		details_note(a->details, m, &g->notes);
		if (!m->proxied)
			add_server(g, &m->flow.dst, m->flow.dport);
	} else {
		see_nameless(a, m);
	}
	if (is_request(m) && a->identify != NULL)
		identify_message(a->identify, m, see_identifier, &in);
}

/* A service record is an answer too; it may send its client to another name (RFC 9460 section 2.4). */
static void see_service(struct aggregate *a, const struct dissect_message *m, int64_t time)
{
	struct sighting *g;

	if (!find_host(a, m->name, false)) {
		see_nameless(a, m);
		return;
	}
	if (m->service.ech_configs > 0) /* who judges at once judges hellos before it without it */
		sightings_settle(&a->queue);
	g = see_host(a, VIA_DNS_ANSWER, time, &m->flow.dst);
	if (m->service.target.n > 1 && find_name(a, m->service.target, false))
		set_link(g, a->host->name, a->host->len);
	if (!details_note(a->details, m, &g->notes))
		details_message(a->details, m, sightings_settle(&a->queue));
}

/* Messages that make no observation. An answer may be one to what waits. */
static void add_details(struct aggregate *a, const struct dissect_message *m)
{
	aggregate_tick(a, m->time);
	if (m->kind == DISSECT_TLS || m->kind == DISSECT_QUIC) { /* dissect counts hellos without a name */
		see_nameless(a, m);
		return;
	}
	sightings_settle(&a->queue);
	details_message(a->details, m, NULL);
}

void aggregate_message(struct aggregate *a, const struct dissect_message *m)
{
	static const enum via vias[DISSECT_KIND_COUNT] = {
		[DISSECT_DNS_QUERY] = VIA_DNS_QUERY, [DISSECT_DNS_ANSWER] = VIA_DNS_ANSWER,
		[DISSECT_HTTP] = VIA_HTTP,           [DISSECT_TLS] = VIA_TLS,
		[DISSECT_QUIC] = VIA_QUIC,           [DISSECT_DNS_SERVICE] = VIA_DNS_ANSWER,
		[DISSECT_HTTP_ANSWER] = VIA_COUNT,   [DISSECT_TLS_CERT] = VIA_COUNT,
		[DISSECT_HTTP2] = VIA_HTTP,
	};
	bool hello = m->kind == DISSECT_TLS || m->kind == DISSECT_QUIC;
	int64_t time;

	if (own_asks(&a->own, m)) {
		a->stats.own += records_of(m);
		return;
	}
	if (vias[m->kind] == VIA_COUNT || (hello && m->name.n == 0)) {
		add_details(a, m);
		return;
	}
	time = enter(a, m->time, records_of(m));
	if (m->kind == DISSECT_DNS_QUERY || m->kind == DISSECT_DNS_ANSWER)
		see_dns(a, m, time);
	else if (m->kind == DISSECT_DNS_SERVICE)
		see_service(a, m, time);
	else
		see_named(a, m, vias[m->kind], time);
}
