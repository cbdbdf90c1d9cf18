/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/aggregate.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "watch/arena.h"
#include "watch/hostname.h"

enum {
	ENTRY_BYTES = 640,         /* arena per entry: a name, some clients, servers and links */
	ENTRY_LEAST = 192,         /* of it kept for each entry still to come: name, client, server, link */
	ARENA_LEAST = 1024 * 1024, /* small tables may hold a few busy hosts all the same */
	CLIENTS_SORTED = 128,      /* more clients than this are held as a struct sketch */
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_AAAA = 28,
};

/* Messages that waited in a stream come late; farther back the clock was set back, or captures were joined.
 */
#define LATE_MOST_US INT64_C(3600000000)

_Static_assert(sizeof(struct sketch) <= ARENA_CHUNK_MAX, "a sketch must fit in a chunk");
_Static_assert((int)RECORD_NAME_MAX == (int)HOSTNAME_MAX, "host names fit in records");
_Static_assert((int)IDENTIFY_NAME_MAX < (int)RECORD_NAME_MAX, "identifiers fit in records");

/* Distinct keyed hashes, few as a sorted array, many as a sketch. */
struct clients {
	union {
		uint64_t *hash;
		struct sketch *sketch;
	};
	uint16_t count, cap;
	bool is_sketch;
};

struct link {
	const char *name; /* in the arena, `len` bytes without NUL */
	uint64_t count;
	uint8_t kind, len;
};

struct entry {
	int64_t from, to;
	uint64_t count, servers_more, links_more;
	const char *name; /* in the arena, `len` bytes without NUL */
	struct clients clients;
	struct record_server *servers;
	struct link *links;
	uint8_t kind, via, len;
	uint8_t server_count, server_cap, link_count, link_cap;
};

struct aggregate {
	struct entry *entries;
	uint32_t count, max;
	uint32_t *slots; /* entry number + 1, open addressing; 0 is free */
	uint32_t mask;
	const struct entry **order;
	struct arena arena;
	int64_t window_us, window; /* length; number of the open one since 1970 */
	bool open;
	struct hash_key key;       /* of clients */
	struct hash_key slots_key; /* random, or names could be made for one slot: replays' key is known */
	struct identify *identify; /* borrowed */
	aggregate_fn *fn;
	void *arg;
	struct aggregate_stats stats;
	struct observation out; /* what fn is shown */
};

/* One message's share in one observation. */
struct sighting {
	enum subject_kind kind;
	enum via via;
	const char *name;
	size_t len;
	int64_t time;
	uint64_t client;                   /* keyed hash */
	const struct dissect_addr *server; /* NULL: none */
	uint16_t port;
	const char *link; /* host it is linked to; NULL or "": none */
};

struct aggregate *aggregate_new(uint32_t max_entries, int64_t window_us, const struct hash_key *key,
				struct identify *identify, aggregate_fn *fn, void *arg)
{
	struct aggregate *a = xcalloc(1, sizeof(*a));
	size_t slots = 16, bytes = (size_t)max_entries * ENTRY_BYTES;

	while (slots < (size_t)max_entries * 2)
		slots *= 2;
	a->max = max_entries;
	a->entries = xmalloc(((size_t)max_entries + 1) * sizeof(*a->entries));
	a->order = xmalloc(((size_t)max_entries + 1) * sizeof(*a->order));
	a->slots = xcalloc(slots, sizeof(*a->slots));
	a->mask = (uint32_t)(slots - 1);
	arena_init(&a->arena, bytes > ARENA_LEAST ? bytes : ARENA_LEAST);
	a->window_us = window_us;
	a->key = *key;
	hash_key_random(&a->slots_key);
	a->identify = identify;
	a->fn = fn;
	a->arg = arg;
	return a;
}

void aggregate_free(struct aggregate *a)
{
	if (a == NULL)
		return;
	arena_clear(&a->arena);
	free(a->slots);
	free(a->order);
	free(a->entries);
	free(a);
}

const struct aggregate_stats *aggregate_stats(const struct aggregate *a) { return &a->stats; }

/* --- what hangs on an entry --- */

/* Doubles an array in the arena up to `most` items; the same array when there is no room. */
static void *grow(struct arena *a, void *old, size_t item, size_t *cap, size_t most)
{
	size_t want = *cap == 0 ? 1 : *cap * 2, room = arena_room(want * item) / item;
	void *p = *cap >= most ? NULL : arena_get(a, want * item);

	if (p == NULL)
		return old;
	if (*cap > 0) {
		memcpy(p, old, *cap * item);
		arena_put(a, old, *cap * item);
	}
	*cap = room < most ? room : most;
	return p;
}

/* Whether lists may grow: busy subjects must not take the room that new ones need to be seen at all. */
static bool has_spare(const struct aggregate *a)
{
	return a->arena.cap - a->arena.used > (size_t)(a->max - a->count) * ENTRY_LEAST;
}

static bool clients_to_sketch(struct arena *a, struct clients *c)
{
	struct sketch *s = arena_get(a, sizeof(*s));

	if (s == NULL)
		return false;
	sketch_init(s);
	for (size_t i = 0; i < c->count; i++)
		sketch_add(s, c->hash[i]);
	arena_put(a, c->hash, c->cap * sizeof(c->hash[0]));
	c->sketch = s;
	c->is_sketch = true;
	return true;
}

static size_t clients_find(const struct clients *c, uint64_t hash)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (c->hash[mid] < hash)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* False when there is no room. */
static bool clients_insert(struct aggregate *a, struct clients *c, uint64_t hash)
{
	size_t at = clients_find(c, hash), cap = c->cap;

	if (at < c->count && c->hash[at] == hash)
		return true;
	if (c->count == c->cap && c->cap > 0 && !has_spare(a))
		return false;
	if (c->count == c->cap) {
		c->hash = grow(&a->arena, c->hash, sizeof(hash), &cap, CLIENTS_SORTED);
		c->cap = (uint16_t)cap;
	}
	if (c->count < c->cap) {
		memmove(&c->hash[at + 1], &c->hash[at], (c->count - at) * sizeof(hash));
		c->hash[at] = hash;
		c->count++;
		return true;
	}
	if (c->cap < CLIENTS_SORTED || !clients_to_sketch(&a->arena, c))
		return false;
	sketch_add(c->sketch, hash);
	return true;
}

static bool clients_add(struct aggregate *a, struct clients *c, uint64_t hash)
{
	if (!c->is_sketch)
		return clients_insert(a, c, hash);
	sketch_add(c->sketch, hash);
	return true;
}

static bool servers_add(struct aggregate *a, struct entry *e, const struct dissect_addr *addr, uint16_t port)
{
	size_t cap = e->server_cap;
	struct record_server *s;

	for (size_t i = 0; i < e->server_count; i++) {
		s = &e->servers[i];
		if (s->port == port && memcmp(s->addr, addr->bytes, sizeof(s->addr)) == 0)
			return true;
	}
	if (e->server_count == e->server_cap && (e->server_cap == 0 || has_spare(a))) {
		e->servers = grow(&a->arena, e->servers, sizeof(*e->servers), &cap, RECORD_SERVERS_MAX);
		e->server_cap = (uint8_t)cap;
	}
	if (e->server_count == e->server_cap)
		return false;
	s = &e->servers[e->server_count];
	memcpy(s->addr, addr->bytes, sizeof(s->addr));
	s->port = port;
	e->server_count++;
	return true;
}

static const char *copy_name(struct arena *a, const char *name, size_t n)
{
	char *p = arena_get(a, n);

	if (p != NULL)
		memcpy(p, name, n);
	return p;
}

static bool links_add(struct aggregate *a, struct entry *e, const char *host)
{
	size_t cap = e->link_cap, n = strlen(host);
	const char *copy;

	for (size_t i = 0; i < e->link_count; i++) {
		struct link *l = &e->links[i];
		if (l->len == n && memcmp(l->name, host, n) == 0) {
			l->count++;
			return true;
		}
	}
	if (e->link_count > 0 && !has_spare(a))
		return false;
	if (e->link_count == e->link_cap) {
		e->links = grow(&a->arena, e->links, sizeof(*e->links), &cap, RECORD_LINKS_MAX);
		e->link_cap = (uint8_t)cap;
	}
	copy = e->link_count < e->link_cap ? copy_name(&a->arena, host, n) : NULL;
	if (copy == NULL)
		return false;
	e->links[e->link_count] = (struct link){ copy, 1, SUBJECT_HOST, (uint8_t)n };
	e->link_count++;
	return true;
}

/* --- the table --- */

static uint64_t hash_subject(const struct aggregate *a, const struct sighting *s)
{
	uint8_t bytes[2 + RECORD_NAME_MAX] = { (uint8_t)s->kind, (uint8_t)s->via };

	memcpy(bytes + 2, s->name, s->len);
	return hash_keyed(&a->slots_key, bytes, 2 + s->len);
}

static bool is_entry(const struct entry *e, const struct sighting *s)
{
	return e->kind == s->kind && e->via == s->via && e->len == s->len &&
	       memcmp(e->name, s->name, s->len) == 0;
}

static struct entry *new_entry(struct aggregate *a, const struct sighting *s)
{
	const char *name = a->count < a->max ? copy_name(&a->arena, s->name, s->len) : NULL;
	struct entry *e;

	if (name == NULL)
		return NULL;
	e = &a->entries[a->count++];
	*e = (struct entry){ .from = s->time,
			     .to = s->time,
			     .name = name,
			     .len = (uint8_t)s->len,
			     .kind = (uint8_t)s->kind,
			     .via = (uint8_t)s->via };
	return e;
}

/* NULL when there is no room for another. */
static struct entry *find_or_add(struct aggregate *a, const struct sighting *s)
{
	uint32_t at = (uint32_t)hash_subject(a, s) & a->mask;
	struct entry *e;

	for (; a->slots[at] != 0; at = (at + 1) & a->mask) {
		e = &a->entries[a->slots[at] - 1];
		if (is_entry(e, s))
			return e;
	}
	e = new_entry(a, s);
	if (e != NULL)
		a->slots[at] = a->count;
	return e;
}

static void add(struct aggregate *a, const struct sighting *s)
{
	struct entry *e = find_or_add(a, s);

	if (e == NULL) {
		a->stats.evicted++;
		return;
	}
	e->count++;
	e->from = s->time < e->from ? s->time : e->from;
	e->to = s->time > e->to ? s->time : e->to;
	if (!clients_add(a, &e->clients, s->client))
		a->stats.clients_more++;
	if (s->server != NULL && !servers_add(a, e, s->server, s->port)) {
		e->servers_more++;
		a->stats.servers_more++;
	}
	if (s->link != NULL && s->link[0] != '\0' && !links_add(a, e, s->link)) {
		e->links_more++;
		a->stats.links_more++;
	}
}

/* --- windows --- */

static int compare_names(const char *a, size_t an, const char *b, size_t bn)
{
	int c = memcmp(a, b, an < bn ? an : bn);
	return c != 0 ? c : (an > bn) - (an < bn);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
	int c = x->kind - y->kind;

	c = c != 0 ? c : compare_names(x->name, x->len, y->name, y->len);
	return c != 0 ? c : x->via - y->via;
}

static int compare_servers(const void *a, const void *b)
{
	const struct record_server *x = a, *y = b;
	int c = memcmp(x->addr, y->addr, sizeof(x->addr));
	return c != 0 ? c : x->port - y->port;
}

static int compare_links(const void *a, const void *b)
{
	const struct record_link *x = a, *y = b;
	int c = (int)x->kind - (int)y->kind;
	return c != 0 ? c : strcmp(x->name, y->name);
}

static void fill_clients(struct sketch *out, const struct clients *c)
{
	if (c->is_sketch) {
		*out = *c->sketch;
		return;
	}
	for (size_t i = 0; i < c->count; i++)
		sketch_add(out, c->hash[i]);
}

static void emit(struct aggregate *a, const struct entry *e)
{
	struct observation *o = &a->out;

	memset(o, 0, sizeof(*o));
	o->from = e->from;
	o->to = e->to;
	o->kind = (enum subject_kind)e->kind;
	o->via = (enum via)e->via;
	o->count = e->count;
	o->servers_more = e->servers_more;
	o->links_more = e->links_more;
	memcpy(o->name, e->name, e->len);
	fill_clients(&o->clients, &e->clients);
	for (; o->server_count < e->server_count; o->server_count++)
		o->servers[o->server_count] = e->servers[o->server_count];
	for (; o->link_count < e->link_count; o->link_count++) {
		const struct link *from = &e->links[o->link_count];
		struct record_link *to = &o->links[o->link_count];
		to->kind = (enum subject_kind)from->kind;
		to->count = from->count;
		memcpy(to->name, from->name, from->len);
	}
	qsort(o->servers, o->server_count, sizeof(o->servers[0]), compare_servers);
	qsort(o->links, o->link_count, sizeof(o->links[0]), compare_links);
	a->stats.observations++;
	a->fn(a->arg, o);
}

void aggregate_flush(struct aggregate *a)
{
	if (!a->open)
		return;
	for (uint32_t i = 0; i < a->count; i++)
		a->order[i] = &a->entries[i];
	qsort(a->order, a->count, sizeof(*a->order), compare_entries);
	for (uint32_t i = 0; i < a->count; i++)
		emit(a, a->order[i]);
	a->count = 0;
	a->open = false;
	memset(a->slots, 0, ((size_t)a->mask + 1) * sizeof(*a->slots));
	arena_reset(&a->arena);
}

static int64_t window_of(const struct aggregate *a, int64_t time)
{
	if (a->window_us <= 0)
		return 0;
	return time / a->window_us - (time % a->window_us < 0);
}

void aggregate_tick(struct aggregate *a, int64_t now)
{
	if (a->open && window_of(a, now) > a->window)
		aggregate_flush(a);
}

/* Opens the window of this moment; returns the moment, moved to the open window's start when it is late. */
static int64_t enter(struct aggregate *a, int64_t time)
{
	aggregate_tick(a, time);
	if (a->open && time < a->window * a->window_us - LATE_MOST_US && a->window_us > 0)
		aggregate_flush(a);
	if (!a->open) {
		a->open = true;
		a->window = window_of(a, time);
	}
	if (window_of(a, time) == a->window)
		return time;
	a->stats.late++;
	return a->window * a->window_us;
}

/* --- messages --- */

/* The name as a host, or counted as refused. */
static bool take_host(struct aggregate *a, const struct dissect_message *m, char host[HOSTNAME_MAX])
{
	bool ok;

	if (m->kind == DISSECT_HTTP)
		ok = hostname_take_authority(host, m->name.p, m->name.n);
	else
		ok = hostname_take(host, m->name.p, m->name.n);
	a->stats.names_refused += !ok;
	return ok;
}

static uint64_t hash_client(const struct aggregate *a, const struct dissect_addr *addr)
{
	return hash_keyed(&a->key, addr->bytes, sizeof(addr->bytes));
}

/* The owner of an answer record is reached at its address, or goes by another name. */
static void add_answer(struct aggregate *a, const struct dissect_message *m, struct sighting *s)
{
	char cname[HOSTNAME_MAX];

	s->client = hash_client(a, &m->flow.dst);
	s->server = m->answer.type == DNS_A || m->answer.type == DNS_AAAA ? &m->answer.addr : NULL;
	s->port = 0;
	if (m->answer.type == DNS_CNAME) {
		if (hostname_take(cname, m->answer.cname.p, m->answer.cname.n))
			s->link = cname;
		else
			a->stats.names_refused++;
	}
	add(a, s);
}

struct identified {
	struct aggregate *a;
	struct sighting base; /* of the request; `name` is its host or "" */
};

static void add_identifier(void *arg, const struct identify_hit *hit)
{
	struct identified *in = arg;
	struct sighting s = in->base;
	char name[RECORD_NAME_MAX];

	memcpy(name, hit->name.p, hit->name.n);
	s.kind = hit->row->kind;
	s.via = hit->row->via;
	s.name = name;
	s.len = hit->name.n;
	s.link = hit->host[0] != '\0' ? hit->host : hit->row->tie ? in->base.name : NULL;
	add(in->a, &s);
}

void aggregate_message(struct aggregate *a, const struct dissect_message *m)
{
	static const enum via vias[DISSECT_KIND_COUNT] = {
		[DISSECT_DNS_QUERY] = VIA_DNS_QUERY, [DISSECT_DNS_ANSWER] = VIA_DNS_ANSWER,
		[DISSECT_HTTP] = VIA_HTTP,           [DISSECT_TLS] = VIA_TLS,
		[DISSECT_QUIC] = VIA_QUIC,           [DISSECT_DNS_SERVICE] = VIA_COUNT,
		[DISSECT_HTTP_ANSWER] = VIA_COUNT,   [DISSECT_TLS_CERT] = VIA_COUNT,
	};
	char host[HOSTNAME_MAX] = "";
	struct sighting s = {
		.kind = SUBJECT_HOST, .name = host, .server = &m->flow.dst, .port = m->flow.dport
	};
	bool named;

	if (m->name.n == 0 && (m->kind == DISSECT_TLS || m->kind == DISSECT_QUIC))
		return; /* dissect counts hellos without a name */
	if (vias[m->kind] == VIA_COUNT)
		return;
	s.time = enter(a, m->time);
	named = take_host(a, m, host);
	s.via = vias[m->kind];
	s.len = strlen(host);
	if (named && m->kind == DISSECT_DNS_ANSWER) {
		add_answer(a, m, &s);
		return;
	}
	s.client = hash_client(a, &m->flow.src);
	if (named)
		add(a, &s);
	if (m->kind == DISSECT_HTTP && a->identify != NULL)
		identify_message(a->identify, m, add_identifier, &(struct identified){ a, s });
}
