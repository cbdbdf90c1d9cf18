/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/subject.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	LINE = 64,                 /* bytes of a cache line */
	LEND = 16,                 /* names start at multiples of this in the arena, so that 32 bits reach */
	SUBJECT_BYTES = 640,       /* arena per subject: a name, some clients, servers, links, details */
	SUBJECT_LEAST = 256,       /* of it kept for each subject still to come: its name */
	ARENA_LEAST = 1024 * 1024, /* small tables may hold a few busy hosts all the same */
	SUBJECTS_PER_VALUE =
		2,         /* they are shared; and the more slots they have, the more memory is touched */
	VALUE_BYTES = 128, /* per value */
	VALUES_LEAST = 1024,
	CLIENTS_SORTED = 128, /* more clients than this are held as a struct sketch */
	CLIENTS_IN_SKETCH = UINT16_MAX,
};

_Static_assert(RECORD_NAME_MAX % LEND == 0, "names are copied in whole pieces");
_Static_assert(sizeof(struct subject) == LINE, "what each message touches is one cache line");
_Static_assert(sizeof(struct subject_rest) == LINE, "and the rest is another");
_Static_assert(sizeof(struct sketch) <= ARENA_CHUNK_MAX, "a sketch must fit in a chunk");
_Static_assert((int)VALUE_BYTES_MAX < (int)RECORD_VALUE_MAX, "values fit in records");
_Static_assert((int)CLIENTS_SORTED <= (int)SKETCH_EXACT, "what is sorted is exact");

/* How many details of a type one subject keeps; together they fit in a record. */
static const uint8_t detail_most[DETAIL_COUNT] = {
	[DETAIL_ALPN] = 4,        [DETAIL_JA4] = 8,        [DETAIL_ECH] = 2,
	[DETAIL_CERTIFICATE] = 7, [DETAIL_TITLE] = 6,      [DETAIL_CONTENT_TYPE] = 6,
	[DETAIL_HTTP_SERVER] = 3, [DETAIL_LOCATION] = 4,   [DETAIL_SERVICE_ALPN] = 4,
	[DETAIL_ECH_NAME] = 2,    [DETAIL_HIDDEN_DNS] = 3,
};

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static size_t arena_bytes(uint32_t max) { return larger((size_t)max * SUBJECT_BYTES, ARENA_LEAST); }

static uint32_t slot_count(uint32_t max)
{
	uint32_t slots = 16;

	while (slots < max && slots < UINT32_C(1) << 30)
		slots *= 2;
	return slots * 2;
}

static uint32_t values_most(uint32_t max) { return (uint32_t)larger(max / SUBJECTS_PER_VALUE, VALUES_LEAST); }

static size_t subject_bytes(uint32_t max)
{
	return ((size_t)max + 1) * (sizeof(struct subject) + sizeof(struct subject_rest)) + LINE;
}

size_t subjects_size(uint32_t max)
{
	return subject_bytes(max) + slot_count(max) * sizeof(struct subject_slot) + arena_bytes(max) +
	       values_size(values_most(max), values_most(max) * VALUE_BYTES);
}

void subjects_init(struct subjects *t, uint32_t max)
{
	size_t slots = slot_count(max), past;

	*t = (struct subjects){ .max = max, .mask = (uint32_t)(slots - 1) };
	t->memory = xmalloc(subject_bytes(max));
	past = (uintptr_t)t->memory % LINE;
	t->subject = (struct subject *)(void *)((char *)t->memory + (past > 0 ? LINE - past : 0));
	t->rest = (struct subject_rest *)(void *)(t->subject + max + 1);
	t->slots = xcalloc(slots, sizeof(*t->slots));
	arena_init(&t->arena, arena_bytes(max));
	values_init(&t->values, values_most(max), values_most(max) * VALUE_BYTES);
	hash_secret_random(&t->secret);
	alloc_large_pages(t->memory, subject_bytes(max));
	alloc_large_pages(t->slots, slots * sizeof(*t->slots));
}

void subjects_clear(struct subjects *t)
{
	values_clear(&t->values);
	arena_clear(&t->arena);
	free(t->slots);
	free(t->memory);
	memset(t, 0, sizeof(*t));
}

void subjects_reset(struct subjects *t)
{
	memset(t->slots, 0, ((size_t)t->mask + 1) * sizeof(*t->slots));
	t->count = 0;
	t->rest_count = 0;
	t->window++;
	arena_reset(&t->arena);
	values_reset(&t->values);
}

/* --- the table --- */

uint64_t subjects_hash(const struct subjects *t, const struct subject_key *k)
{
	return hash_secret(&t->secret, k->name, k->len);
}

/* Where to look depends on the name alone: a name that was looked up is then often found in a hello, and its
 * slots lie side by side. */
static uint32_t tag_of(const struct subject_key *k)
{
	return (uint32_t)(k->hash >> 32) + ((uint32_t)k->kind * VIA_COUNT + k->via) * UINT32_C(0x9e3779b1);
}

const char *subject_name(const struct subjects *t, uint32_t name)
{
	return (const char *)t->arena.base + (size_t)name * LEND;
}

bool subjects_is(const struct subjects *t, const struct subject *s, const struct subject_key *k)
{
	return s->kind == k->kind && s->via == k->via && s->len == k->len &&
	       memcmp(subject_name(t, s->name), k->name, k->len) == 0;
}

struct subject *subjects_guess(const struct subjects *t, const struct subject_key *k)
{
	uint32_t at = (uint32_t)k->hash & t->mask, tag = tag_of(k);
	struct subject *s;

	while (t->slots[at].number != 0 && t->slots[at].tag != tag)
		at = (at + 1) & t->mask;
	if (t->slots[at].number == 0)
		return NULL;
	s = &t->subject[t->slots[at].number - 1];
	__builtin_prefetch(s);
	return s;
}

void subject_prefetch(const struct subjects *t, const struct subject *s)
{
	__builtin_prefetch(subject_name(t, s->name));
	if (s->rest != 0)
		__builtin_prefetch(&t->rest[s->rest - 1]);
}

void subject_prefetch_lists(const struct subjects *t, const struct subject *s, uint64_t client)
{
	const struct subject_rest *r;

	if (s->rest == 0)
		return;
	r = &t->rest[s->rest - 1];
	if (r->client_cap == CLIENTS_IN_SKETCH)
		sketch_prefetch(r->sketch, r->client_count, client);
	else
		__builtin_prefetch(&r->clients[sketch_guess(r->client_count, client)]);
	__builtin_prefetch(r->servers);
	if (s->server_count > 1 + LINE / sizeof(*r->servers)) {
		__builtin_prefetch(r->servers + LINE / sizeof(*r->servers));
		__builtin_prefetch(r->servers + s->server_count - 2);
	}
	if (s->link_count > 0)
		__builtin_prefetch(r->links);
}

struct subject *subjects_find(const struct subjects *t, const struct subject_key *k)
{
	uint32_t at = (uint32_t)k->hash & t->mask, tag = tag_of(k);

	for (; t->slots[at].number != 0; at = (at + 1) & t->mask) {
		struct subject *s = &t->subject[t->slots[at].number - 1];
		if (t->slots[at].tag == tag && subjects_is(t, s, k))
			return s;
	}
	return NULL;
}

/* False when there is no room. */
static bool copy_name(struct arena *a, const char *p, size_t n, uint32_t *out)
{
	uint8_t *copy = arena_get_for_good(a, n);

	if (copy == NULL)
		return false;
	memcpy(copy, p, n);
	*out = (uint32_t)((size_t)(copy - a->base) / LEND);
	return true;
}

struct subject *subjects_add(struct subjects *t, const struct subject_key *k, int64_t time)
{
	uint32_t at = (uint32_t)k->hash & t->mask, name;
	struct subject *s = &t->subject[t->count];

	if (t->count == t->max || !copy_name(&t->arena, k->name, k->len, &name))
		return NULL;
	*s = (struct subject){ .from = time,
			       .to = time,
			       .name = name,
			       .len = (uint8_t)k->len,
			       .kind = (uint8_t)k->kind,
			       .via = (uint8_t)k->via };
	t->count++;
	while (t->slots[at].number != 0)
		at = (at + 1) & t->mask;
	t->slots[at] = (struct subject_slot){ tag_of(k), t->count };
	return s;
}

/* --- what hangs on a subject --- */

/* Whether lists may grow: busy subjects must not take the room that new ones need to be seen at all. */
static bool has_spare(const struct subjects *t)
{
	return t->arena.cap - t->arena.used > (size_t)(t->max - t->count) * SUBJECT_LEAST + ARENA_CHUNK_MAX;
}

/* Makes an array in the arena twice as long, or `coming` items longer if that is more, up to `most`; the same
 * array when there is no room. */
static void *grow(struct subjects *t, void *old, size_t item, size_t *cap, size_t coming, size_t most)
{
	size_t want = *cap + (*cap > coming ? *cap : coming), room = arena_room(want * item) / item;
	void *p = *cap >= most || !has_spare(t) ? NULL : arena_get(&t->arena, want * item);

	if (p == NULL)
		return old;
	if (*cap > 0) {
		memcpy(p, old, *cap * item);
		arena_put(&t->arena, old, *cap * item);
	}
	*cap = room < most ? room : most;
	return p;
}

static struct subject_rest *rest_of(struct subjects *t, struct subject *s)
{
	if (s->rest == 0) {
		t->rest[t->rest_count] = (struct subject_rest){ 0 };
		t->rest_count++;
		s->rest = t->rest_count;
	}
	return &t->rest[s->rest - 1];
}

static bool clients_to_sketch(struct subjects *t, struct subject_rest *r)
{
	struct sketch *sketch = has_spare(t) ? arena_get(&t->arena, sizeof(*sketch)) : NULL;

	if (sketch == NULL)
		return false;
	sketch_set(sketch, r->clients, r->client_count);
	arena_put(&t->arena, r->clients, r->client_cap * sizeof(r->clients[0]));
	r->sketch = sketch;
	r->client_cap = CLIENTS_IN_SKETCH;
	return true;
}

static bool sketch_insert(struct subject_rest *r, uint64_t hash)
{
	sketch_add(r->sketch, hash);
	r->client_count = r->sketch->exact;
	return true;
}

static void clients_grow(struct subjects *t, struct subject_rest *r)
{
	size_t cap = r->client_cap;

	r->clients = grow(t, r->clients, sizeof(r->clients[0]), &cap, 1, CLIENTS_SORTED);
	r->client_cap = (uint16_t)cap;
}

/* A second client, or a later one. */
static bool clients_insert(struct subjects *t, const struct subject *s, struct subject_rest *r, uint64_t hash)
{
	size_t at;

	if (r->client_cap == 0) {
		clients_grow(t, r);
		if (r->client_cap == 0)
			return false;
		r->clients[0] = s->client;
		r->client_count = 1;
	}
	at = sketch_find(r->clients, r->client_count, hash);
	if (at < r->client_count && r->clients[at] == hash)
		return true;
	if (r->client_count == r->client_cap)
		clients_grow(t, r);
	if (r->client_count < r->client_cap) {
		memmove(&r->clients[at + 1], &r->clients[at], (r->client_count - at) * sizeof(hash));
		r->clients[at] = hash;
		r->client_count++;
		return true;
	}
	if (r->client_cap < CLIENTS_SORTED || !clients_to_sketch(t, r))
		return false;
	return sketch_insert(r, hash);
}

bool subject_add_client(struct subjects *t, struct subject *s, uint64_t hash)
{
	struct subject_rest *r;

	if (!s->has_client) {
		s->client = hash;
		s->has_client = true;
		return true;
	}
	if (s->client == hash)
		return true;
	r = rest_of(t, s);
	if (r->client_cap != CLIENTS_IN_SKETCH)
		return clients_insert(t, s, r, hash);
	return sketch_insert(r, hash);
}

static bool is_server(const struct record_server *a, const struct record_server *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a->addr, sizeof(x));
	memcpy(y, b->addr, sizeof(y));
	return x[1] == y[1] && x[0] == y[0] && a->port == b->port; /* IPv4 ones all begin alike */
}

static bool has_server(const struct subject *s, const struct subject_rest *r,
		       const struct record_server *server)
{
	for (size_t i = 0; i + 1 < s->server_count; i++)
		if (is_server(&r->servers[i], server))
			return true;
	return false;
}

/* One that is not the first; `coming` with it, of which room is made at once. */
static bool servers_add(struct subjects *t, struct subject *s, const struct record_server *server,
			size_t coming)
{
	struct subject_rest *r = rest_of(t, s);
	size_t cap = r->server_cap, more = s->server_count - 1u;

	if (has_server(s, r, server))
		return true;
	if (more == cap) {
		r->servers = grow(t, r->servers, sizeof(*r->servers), &cap, coming, RECORD_SERVERS_MAX - 1);
		r->server_cap = (uint8_t)cap;
	}
	if (more == cap) {
		r->servers_more++;
		return false;
	}
	r->servers[more] = *server;
	s->server_count++;
	return true;
}

size_t subject_add_servers(struct subjects *t, struct subject *s, const struct record_server *server,
			   size_t n)
{
	size_t refused = 0;

	if (s->server_count == 0 && n > 0) {
		s->server = server[0];
		s->server_count = 1;
	}
	for (size_t i = 0; i < n; i++)
		if (!is_server(&s->server, &server[i]))
			refused += !servers_add(t, s, &server[i], n - i);
	return refused;
}

static bool links_add(struct subjects *t, struct subject *s, struct subject_rest *r, const char *host,
		      size_t n)
{
	size_t cap = r->link_cap;
	uint32_t name;
	uint16_t tag = (uint16_t)hash_secret(&t->secret, host, n);

	for (size_t i = 0; i < s->link_count; i++) {
		struct subject_link *l = &r->links[i];
		if (l->tag == tag && l->len == n && memcmp(subject_name(t, l->name), host, n) == 0) {
			l->count++;
			return true;
		}
	}
	if (s->link_count == cap) {
		r->links = grow(t, r->links, sizeof(*r->links), &cap, 1, RECORD_LINKS_MAX);
		r->link_cap = (uint8_t)cap;
	}
	if (s->link_count == cap || !has_spare(t) || !copy_name(&t->arena, host, n, &name))
		return false;
	r->links[s->link_count] = (struct subject_link){ 1, name, tag, SUBJECT_HOST, (uint8_t)n };
	s->link_count++;
	return true;
}

bool subject_add_link(struct subjects *t, struct subject *s, const char *host, size_t n)
{
	struct subject_rest *r = rest_of(t, s);
	bool ok = links_add(t, s, r, host, n);

	r->links_more += !ok;
	return ok;
}

static bool details_add(struct subjects *t, struct subject_rest *r, enum detail type, uint32_t value)
{
	size_t cap = r->detail_cap, same = 0;

	for (size_t i = 0; i < r->detail_count; i++) {
		struct subject_detail *d = &r->details[i];
		same += d->type == type;
		if (d->value == value && d->type == type) {
			d->count++;
			return true;
		}
	}
	if (value == 0 || same >= detail_most[type])
		return false;
	if (r->detail_count == cap) {
		r->details = grow(t, r->details, sizeof(*r->details), &cap, 1, RECORD_DETAILS_MAX);
		r->detail_cap = (uint8_t)cap;
	}
	if (r->detail_count == cap)
		return false;
	r->details[r->detail_count] = (struct subject_detail){ 1, value, (uint8_t)type };
	r->detail_count++;
	return true;
}

bool subject_add_detail(struct subjects *t, struct subject *s, enum detail type, uint32_t value)
{
	struct subject_rest *r = rest_of(t, s);
	bool ok = details_add(t, r, type, value);

	r->details_more += !ok;
	return ok;
}

void subject_miss_details(struct subjects *t, struct subject *s, uint64_t n)
{
	if (n > 0)
		rest_of(t, s)->details_more += n;
}

/* --- a subject as an observation --- */

static int compare_servers(const struct record_server *a, const struct record_server *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a->addr, sizeof(x));
	memcpy(y, b->addr, sizeof(y));
	if (x[0] != y[0])
		return be64toh(x[0]) < be64toh(y[0]) ? -1 : 1;
	if (x[1] != y[1])
		return be64toh(x[1]) < be64toh(y[1]) ? -1 : 1;
	return a->port - b->port;
}

static int compare_links(const void *a, const void *b)
{
	const struct record_link *x = a, *y = b;
	int c = (int)x->kind - (int)y->kind;
	return c != 0 ? c : strcmp(x->name, y->name);
}

static int compare_details(const void *a, const void *b)
{
	const struct record_detail *x = a, *y = b;
	int c = (int)x->type - (int)y->type;
	return c != 0 ? c : strcmp(x->value, y->value);
}

static void sort(void *items, size_t n, size_t item, int (*compare)(const void *, const void *))
{
	if (n > 1)
		qsort(items, n, item, compare);
}

/* There are eight at most. */
static void sort_servers(struct record_server *server, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct record_server s = server[i];
		size_t at = i;
		for (; at > 0 && compare_servers(&s, &server[at - 1]) < 0; at--)
			server[at] = server[at - 1];
		server[at] = s;
	}
}

static void copy_text(char *out, const char *p, size_t n)
{
	memcpy(out, p, n);
	out[n] = '\0';
}

/* Names stand in whole pieces of the arena, and pieces of a known length are copied faster. */
static void put_name(char out[RECORD_NAME_MAX], const char *name, size_t n)
{
	for (size_t at = 0; at < n; at += LEND)
		memcpy(out + at, name + at, LEND);
	out[n] = '\0';
}

static void put_clients(const struct subject *s, const struct subject_rest *r, struct sketch *out)
{
	if (r->client_cap == CLIENTS_IN_SKETCH)
		*out = *r->sketch;
	else if (r->client_cap > 0)
		sketch_set(out, r->clients, r->client_count);
	else
		sketch_set(out, &s->client, s->has_client);
}

static void put_servers(const struct subject *s, const struct subject_rest *r, struct observation *o)
{
	o->servers_more = r->servers_more;
	o->server_count = s->server_count;
	o->servers[0] = s->server;
	for (size_t i = 1; i < s->server_count; i++)
		o->servers[i] = r->servers[i - 1];
	sort_servers(o->servers, o->server_count);
}

static void put_links(const struct subjects *t, const struct subject *s, const struct subject_rest *r,
		      struct observation *o)
{
	o->links_more = r->links_more;
	o->link_count = s->link_count;
	for (size_t i = 0; i < s->link_count; i++) {
		const struct subject_link *from = &r->links[i];
		struct record_link *to = &o->links[i];
		to->kind = (enum subject_kind)from->kind;
		to->count = from->count;
		put_name(to->name, subject_name(t, from->name), from->len);
	}
	sort(o->links, o->link_count, sizeof(o->links[0]), compare_links);
}

static void put_details(const struct subjects *t, const struct subject_rest *r, struct observation *o)
{
	o->details_more = r->details_more;
	o->detail_count = r->detail_count;
	for (size_t i = 0; i < r->detail_count; i++) {
		const struct subject_detail *from = &r->details[i];
		struct record_detail *to = &o->details[i];
		size_t n;
		const char *text = values_text(&t->values, from->value, &n);
		to->type = (enum detail)from->type;
		to->count = from->count;
		copy_text(to->value, text, n);
	}
	sort(o->details, o->detail_count, sizeof(o->details[0]), compare_details);
}

void subject_observe(const struct subjects *t, const struct subject *s, struct observation *o)
{
	static const struct subject_rest nothing;
	const struct subject_rest *r = s->rest != 0 ? &t->rest[s->rest - 1] : &nothing;

	o->from = s->from;
	o->to = s->to;
	o->kind = (enum subject_kind)s->kind;
	o->via = (enum via)s->via;
	o->count = s->count;
	put_name(o->name, subject_name(t, s->name), s->len);
	put_clients(s, r, &o->clients);
	put_servers(s, r, o);
	put_links(t, s, r, o);
	put_details(t, r, o);
}
