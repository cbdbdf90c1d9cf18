/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/subject.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
	LINE = 64, /* bytes of a cache line */
	PIECE = SUBJECT_PIECE,
	NAME_AT = offsetof(struct subject, name),
	SERVERS_AT = offsetof(struct subject_rest, server),
	RECORD_MOST = (NAME_AT + RECORD_NAME_MAX + PIECE - 1) / PIECE * PIECE, /* a subject with its name */
	LIST_BYTES = 448,          /* arena per subject: some clients, servers, links, details */
	REST_LEAST = 64,           /* of it kept for each subject that has no rest yet */
	ARENA_LEAST = 1024 * 1024, /* small tables may hold a few busy hosts all the same */
	SUBJECTS_PER_VALUE =
		2,         /* they are shared; and the more slots they have, the more memory is touched */
	VALUE_BYTES = 128, /* per value */
	VALUES_LEAST = 1024,
	VALUES_NUMBERS = (1 << 24) - 1,
	CLIENTS_SORTED = 128, /* more clients than this are held as a struct sketch */
	SERVER_MOST = 16,     /* bytes of one that stands in the subject */
};

_Static_assert(RECORD_NAME_MAX % SUBJECT_NAME_PIECE == 0, "names are copied in whole pieces");
_Static_assert((int)NAME_AT < (int)LINE, "what each message touches is one cache line, and the name's");
_Static_assert((int)SUBJECT_KIND_COUNT <= 16 && (int)VIA_COUNT <= 16, "kind and via share a byte");
_Static_assert(SERVERS_AT + sizeof(struct record_server) <= REST_LEAST, "the least rest has a server");
_Static_assert((int)RECORD_SERVERS_MAX <= 8, "a byte tells them apart");
#define DETAIL_COUNT_MAX ((UINT64_C(1) << 36) - 1)
_Static_assert(DETAIL_COUNT < 16, "a type fits in its bits");
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

static size_t arena_bytes(uint32_t max) { return larger((size_t)max * LIST_BYTES, ARENA_LEAST); }

static uint32_t slot_count(uint32_t max)
{
	uint32_t slots = 16;

	while (slots < max && slots < UINT32_C(1) << 30)
		slots *= 2;
	return slots * 2;
}

/* No more than the numbers that a detail can hold. */
static uint32_t values_most(uint32_t max)
{
	uint32_t most = (uint32_t)larger(max / SUBJECTS_PER_VALUE, VALUES_LEAST);

	return most < VALUES_NUMBERS ? most : VALUES_NUMBERS;
}

/* The first piece stays empty, for 0 is no number; behind the last, a whole piece of a name is read. */
static size_t record_bytes(uint32_t max) { return (size_t)max * RECORD_MOST + 2 * PIECE + LINE; }

/* Where the order is made when nothing is looked for any more. */
static size_t slot_bytes(uint32_t max)
{
	return larger(slot_count(max) * sizeof(uint32_t), (size_t)max * SUBJECT_ORDER_BYTES);
}

size_t subjects_size(uint32_t max)
{
	return record_bytes(max) + slot_bytes(max) + arena_bytes(max) +
	       values_size(values_most(max), values_most(max) * VALUE_BYTES);
}

/* As many bits as the greatest number of a subject has. */
static uint32_t number_mask(uint32_t max)
{
	uint32_t mask = 1;

	while (mask <= record_bytes(max) / PIECE)
		mask = mask << 1 | 1;
	return mask;
}

void subjects_init(struct subjects *t, uint32_t max)
{
	size_t past;

	*t = (struct subjects){ .max = max,
				.mask = slot_count(max) - 1,
				.number_mask = number_mask(max),
				.end = subjects_first() };
	t->memory = xmalloc(record_bytes(max));
	past = (uintptr_t)t->memory % LINE;
	t->records = (uint8_t *)t->memory + (past > 0 ? LINE - past : 0);
	t->slots = xcalloc(slot_bytes(max), 1);
	arena_init(&t->arena, arena_bytes(max));
	arena_get_for_good(&t->arena, SUBJECT_HUNG_PIECE); /* 0 is nowhere */
	values_init(&t->values, values_most(max), values_most(max) * VALUE_BYTES);
	hash_secret_random(&t->secret);
	alloc_large_pages(t->memory, record_bytes(max));
	alloc_large_pages(t->slots, slot_bytes(max));
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
	t->end = subjects_first();
	t->count = t->names = t->rest_count = 0;
	t->window++;
	arena_reset(&t->arena);
	arena_get_for_good(&t->arena, SUBJECT_HUNG_PIECE);
	values_reset(&t->values);
}

/* --- the table --- */

uint64_t subjects_hash(const struct subjects *t, const struct subject_key *k)
{
	return hash_secret(&t->secret, k->name, k->len);
}

static uint32_t tag_of(const struct subjects *t, const struct subject_key *k)
{
	return (uint32_t)(k->hash >> 32) & ~t->number_mask;
}

uint32_t subjects_behind(const struct subjects *t, const struct subject *s)
{
	size_t bytes = NAME_AT + (size_t)s->len + s->server_bytes;

	return subjects_number(t, s) + (uint32_t)((bytes + PIECE - 1) / PIECE);
}

bool subjects_is(const struct subject *first, const struct subject_key *k)
{
	return first->kind == k->kind && first->len == k->len && memcmp(first->name, k->name, k->len) == 0;
}

struct subject *subjects_guess(const struct subjects *t, const struct subject_key *k)
{
	uint32_t at = (uint32_t)k->hash & t->mask, tag = tag_of(t, k), slot;
	struct subject *s;

	while ((slot = t->slots[at]) != 0 && (slot & ~t->number_mask) != tag)
		at = (at + 1) & t->mask;
	if (slot == 0)
		return NULL;
	s = subjects_at(t, slot & t->number_mask);
	subject_prefetch_record(s);
	return s;
}

struct subject *subjects_guess_via(const struct subjects *t, const struct subject *first, enum via via)
{
	struct subject *s;

	if (first->via == via)
		return subjects_at(t, subjects_number(t, first));
	if (first->next == 0)
		return NULL;
	s = subjects_at(t, first->next);
	__builtin_prefetch(s);
	return s;
}

struct subject *subjects_find_first(const struct subjects *t, const struct subject_key *k)
{
	uint32_t at = (uint32_t)k->hash & t->mask, tag = tag_of(t, k), slot;

	for (; (slot = t->slots[at]) != 0; at = (at + 1) & t->mask) {
		struct subject *s = subjects_at(t, slot & t->number_mask);
		if ((slot & ~t->number_mask) == tag && subjects_is(s, k))
			return s;
	}
	return NULL;
}

struct subject *subjects_via(const struct subjects *t, struct subject *first, enum via via)
{
	struct subject *s = first;

	while (s != NULL && s->via != via)
		s = s->next != 0 ? subjects_at(t, s->next) : NULL;
	return s;
}

struct subject *subjects_find(const struct subjects *t, const struct subject_key *k)
{
	return subjects_via(t, subjects_find_first(t, k), k->via);
}

/* A chain begins. */
static void add_first(struct subjects *t, struct subject *s, const struct subject_key *k)
{
	uint32_t at = (uint32_t)k->hash & t->mask;

	memcpy(s->name, k->name, k->len);
	while (t->slots[at] != 0)
		at = (at + 1) & t->mask;
	t->slots[at] = tag_of(t, k) | subjects_number(t, s);
	t->names++;
}

struct subject *subjects_add(struct subjects *t, const struct subject_key *k, int64_t time)
{
	struct subject *s = subjects_at(t, t->end), *first;

	if (t->count == t->max)
		return NULL;
	first = subjects_find_first(t, k);
	*s = (struct subject){ .from = time,
			       .to = time,
			       .len = first == NULL ? (uint8_t)k->len : 0,
			       .kind = k->kind & 15,
			       .via = k->via & 15 };
	if (first == NULL) {
		add_first(t, s, k);
	} else {
		s->hidden = first->hidden;
		s->next = first->next;
		first->next = t->end;
	}
	t->end = subjects_behind(t, s);
	t->count++;
	return s;
}

/* --- its rest --- */

static uint32_t place_of(const struct subjects *t, const void *p)
{
	return (uint32_t)((size_t)((const uint8_t *)p - t->arena.base) / SUBJECT_HUNG_PIECE);
}

static size_t rest_bytes(size_t servers, size_t clients)
{
	return subject_clients_at(servers) + clients * sizeof(uint64_t);
}

static size_t clients_listed(const struct subject_rest *r) { return r->sketch == 0 ? r->client_count : 0; }

/* Whether lists may grow: busy subjects must not take the room of other ones' rests. */
static bool has_spare(const struct subjects *t)
{
	return t->arena.cap - t->arena.used > (size_t)(t->max - t->rest_count) * REST_LEAST + ARENA_CHUNK_MAX;
}

/* An empty one with room for so many, or more clients; NULL: there is no room. */
static struct subject_rest *rest_new(struct subjects *t, size_t servers, size_t clients)
{
	size_t n = rest_bytes(servers, clients), room = arena_room(n);
	struct subject_rest *r = arena_get(&t->arena, n);

	if (r == NULL)
		return NULL;
	clients = (room - subject_clients_at(servers)) / sizeof(uint64_t);
	*r = (struct subject_rest){ .server_cap = (uint8_t)servers,
				    .client_cap =
					    (uint16_t)(clients < CLIENTS_SORTED ? clients : CLIENTS_SORTED) };
	return r;
}

/* Takes it to a block with room for so many, no fewer than there are; false: there is no room. */
static bool rest_move(struct subjects *t, struct subject *s, size_t servers, size_t clients)
{
	struct subject_rest *old = subjects_hung(t, s->rest),
			    *r = has_spare(t) ? rest_new(t, servers, clients) : NULL;
	uint16_t client_cap;

	if (r == NULL)
		return false;
	client_cap = r->client_cap;
	*r = *old;
	r->server_cap = (uint8_t)servers;
	r->client_cap = client_cap;
	memcpy(r->server, old->server, old->server_count * sizeof(r->server[0]));
	memcpy(subject_clients(r), subject_clients(old), clients_listed(old) * sizeof(uint64_t));
	arena_put(&t->arena, old, rest_bytes(old->server_cap, old->client_cap));
	s->rest = place_of(t, r);
	return true;
}

/* Made when it is missing, with room for so many servers if there is any. */
static struct subject_rest *rest_of(struct subjects *t, struct subject *s, size_t servers)
{
	struct subject_rest *r;

	if (s->rest != 0)
		return subjects_hung(t, s->rest);
	r = has_spare(t) ? rest_new(t, servers, 0) : NULL;
	if (r == NULL)
		r = rest_new(t, 1, 0); /* its room was kept */
	t->rest_count++;
	s->rest = place_of(t, r);
	return r;
}

/* --- what hangs on a subject --- */

/* Makes an array in the arena longer by `coming` and at least twice as long, up to `most`; the same when
 * there is no room. */
static void grow(struct subjects *t, uint32_t *place, size_t item, uint8_t *cap, size_t most, size_t coming)
{
	size_t want = *cap + (*cap > coming ? *cap : coming), room = arena_room(want * item) / item;
	void *p = *cap >= most || !has_spare(t) ? NULL : arena_get(&t->arena, want * item);

	if (p == NULL)
		return;
	if (*cap > 0) {
		memcpy(p, subjects_hung(t, *place), *cap * item);
		arena_put(&t->arena, subjects_hung(t, *place), *cap * item);
	}
	*cap = (uint8_t)(room < most ? room : most);
	*place = place_of(t, p);
}

static bool clients_to_sketch(struct subjects *t, struct subject *s, uint64_t hash)
{
	struct sketch *sketch = has_spare(t) ? arena_get(&t->arena, sizeof(*sketch)) : NULL;
	struct subject_rest *r = subjects_hung(t, s->rest);

	if (sketch == NULL)
		return false;
	sketch_set(sketch, subject_clients(r), r->client_count);
	sketch_add(sketch, hash);
	r->sketch = place_of(t, sketch);
	r->client_count = sketch->exact;
	(void)rest_move(t, s, r->server_cap, 0); /* what the list took is of use to others */
	return true;
}

/* A second client, or a later one. */
static bool clients_insert(struct subjects *t, struct subject *s, uint64_t hash)
{
	struct subject_rest *r = rest_of(t, s, 0);
	uint64_t *client = subject_clients(r);
	size_t at, count = r->client_count > 0 ? r->client_count : 1;

	at = r->client_count > 0 ? sketch_find(client, count, hash) : hash > s->client;
	if (at < r->client_count && client[at] == hash)
		return true;
	if (count == CLIENTS_SORTED)
		return clients_to_sketch(t, s, hash);
	if (count >= r->client_cap) {
		if (!rest_move(t, s, r->server_cap, count < CLIENTS_SORTED / 2 ? count * 2 : CLIENTS_SORTED))
			return false;
		r = subjects_hung(t, s->rest);
		client = subject_clients(r);
	}
	if (r->client_count == 0)
		client[0] = s->client;
	memmove(&client[at + 1], &client[at], (count - at) * sizeof(hash));
	client[at] = hash;
	r->client_count = (uint16_t)(count + 1);
	return true;
}

bool subject_add_client(struct subjects *t, struct subject *s, uint64_t hash)
{
	struct subject_rest *r;
	struct sketch *sketch;

	if (!s->has_client) {
		s->client = hash;
		s->has_client = true;
		return true;
	}
	if (s->client == hash)
		return true;
	r = subjects_hung(t, s->rest);
	if (s->rest == 0 || r->sketch == 0)
		return clients_insert(t, s, hash);
	sketch = subjects_hung(t, r->sketch);
	sketch_add(sketch, hash);
	r->client_count = sketch->exact;
	return true;
}

/* --- servers --- */

static bool is_same(struct subject_addr a, struct subject_addr b)
{
	return ((a.low ^ b.low) | (a.high ^ b.high)) == 0;
}

/* Does it stand in the subject itself? */
static bool stands_here(const struct subject *s, struct subject_addr addr, uint16_t port)
{
	const uint8_t *p = subject_servers(s);

	for (size_t i = 0; i < s->server_count; i++) {
		bool v6 = subject_server_is_v6(s, i);
		if (is_same(subject_addr_get(p, v6), addr))
			return s->port == port;
		p += subject_addr_size(v6);
	}
	return false;
}

static bool stands_in_rest(const struct subject_rest *r, struct subject_addr addr, uint16_t port)
{
	for (size_t i = 0; i < r->server_count; i++)
		if (is_same(subject_addr_of(r->server[i].addr), addr) && r->server[i].port == port)
			return true;
	return false;
}

/* Whether the last subject may grow: all that may still come must find room, however long their names are. */
static bool may_grow(const struct subjects *t, const struct subject *s)
{
	return subjects_behind(t, s) == t->end &&
	       (size_t)t->end * PIECE + SERVER_MOST + (size_t)(t->max - t->count) * RECORD_MOST <
		       (size_t)t->max * RECORD_MOST;
}

static bool put_here(struct subjects *t, struct subject *s, struct subject_addr addr, uint16_t port)
{
	bool v6 = !subject_addr_is_v4(addr);
	uint64_t half[2] = { htobe64(v6 ? addr.high : addr.low << 32), htobe64(addr.low) };

	if (s->server_count == RECORD_SERVERS_MAX || (s->server_count > 0 && s->port != port) ||
	    !may_grow(t, s))
		return false;
	memcpy(s->name + s->len + s->server_bytes, half,
	       sizeof(half)); /* too much, where nothing stands yet */
	s->server_v6 |= (uint8_t)((unsigned)v6 << s->server_count);
	s->server_bytes += (uint8_t)subject_addr_size(v6);
	s->server_count++;
	s->port = port;
	t->end = subjects_behind(t, s);
	return true;
}

/* Room for one more, and for `coming` if it has to be made. */
static bool servers_room(struct subjects *t, struct subject *s, size_t coming)
{
	size_t most = RECORD_SERVERS_MAX - s->server_count, cap, want;
	const struct subject_rest *r = rest_of(t, s, coming < most ? coming : most);

	if (r->server_count == most)
		return false;
	cap = r->server_cap;
	if (r->server_count < cap)
		return true;
	want = cap + (cap > coming ? cap : coming);
	return rest_move(t, s, want < most ? want : most, clients_listed(r));
}

/* `coming` with it, of which room is made at once. */
static bool server_add(struct subjects *t, struct subject *s, const struct record_server *server,
		       size_t coming)
{
	struct subject_rest *r = s->rest != 0 ? subjects_hung(t, s->rest) : NULL;
	struct subject_addr addr = subject_addr_of(server->addr);

	if (stands_here(s, addr, server->port) || (r != NULL && stands_in_rest(r, addr, server->port)))
		return true;
	if (r == NULL && put_here(t, s, addr, server->port))
		return true;
	if (!servers_room(t, s, coming)) {
		r = subjects_hung(t, s->rest);
		r->servers_more++;
		return false;
	}
	r = subjects_hung(t, s->rest);
	r->server[r->server_count++] = *server;
	return true;
}

size_t subject_add_servers(struct subjects *t, struct subject *s, const struct record_server *server,
			   size_t n)
{
	size_t refused = 0;

	for (size_t i = 0; i < n; i++)
		refused += !server_add(t, s, &server[i], n - i);
	return refused;
}

/* False when there is no room. */
static bool copy_name(struct subjects *t, const char *p, size_t n, uint32_t *out)
{
	void *copy = has_spare(t) ? arena_get_for_good(&t->arena, n) : NULL;

	if (copy == NULL)
		return false;
	memcpy(copy, p, n);
	*out = place_of(t, copy);
	return true;
}

static bool links_add(struct subjects *t, struct subject_rest *r, const char *host, size_t n)
{
	uint16_t tag = (uint16_t)hash_secret(&t->secret, host, n);
	struct subject_link *link = subjects_hung(t, r->links);
	uint32_t name;

	for (size_t i = 0; i < r->link_count; i++)
		if (link[i].tag == tag && link[i].len == n &&
		    memcmp(subjects_hung(t, link[i].name), host, n) == 0) {
			link[i].count++;
			return true;
		}
	if (r->link_count == r->link_cap)
		grow(t, &r->links, sizeof(*link), &r->link_cap, RECORD_LINKS_MAX, 1);
	if (r->link_count == r->link_cap || !copy_name(t, host, n, &name))
		return false;
	link = subjects_hung(t, r->links);
	link[r->link_count++] = (struct subject_link){ 1, name, tag, SUBJECT_HOST, (uint8_t)n };
	return true;
}

bool subject_add_link(struct subjects *t, struct subject *s, const char *host, size_t n)
{
	struct subject_rest *r = rest_of(t, s, 0);
	bool ok = links_add(t, r, host, n);

	r->links_more += !ok;
	return ok;
}

static bool details_add(struct subjects *t, struct subject_rest *r, enum detail type, uint32_t value,
			size_t coming)
{
	struct subject_detail *d = subjects_hung(t, r->details);
	size_t same = 0;

	for (size_t i = 0; i < r->detail_count; i++) {
		same += d[i].type == type;
		if (d[i].value == value && d[i].type == type) {
			d[i].count += d[i].count < DETAIL_COUNT_MAX;
			return true;
		}
	}
	if (value == 0 || same >= detail_most[type])
		return false;
	if (r->detail_count == r->detail_cap)
		grow(t, &r->details, sizeof(*d), &r->detail_cap, RECORD_DETAILS_MAX, coming);
	if (r->detail_count == r->detail_cap)
		return false;
	d = subjects_hung(t, r->details);
	d[r->detail_count++] = (struct subject_detail){ .count = 1, .value = value & VALUES_NUMBERS, .type = type & 15 };
	return true;
}

bool subject_add_detail(struct subjects *t, struct subject *s, enum detail type, uint32_t value,
			size_t coming)
{
	struct subject_rest *r = rest_of(t, s, 0);
	bool ok = details_add(t, r, type, value, coming);

	r->details_more += !ok;
	return ok;
}

void subject_miss_details(struct subjects *t, struct subject *s, uint64_t n)
{
	if (n > 0)
		rest_of(t, s, 0)->details_more += n;
}

/* --- asked for ahead --- */

void subject_prefetch(const struct subjects *t, const struct subject *s)
{
	const char *r = subjects_hung(t, s->rest);

	if (s->rest == 0)
		return;
	__builtin_prefetch(r);
	__builtin_prefetch(r + LINE);
}

void subject_prefetch_lists(const struct subjects *t, const struct subject *s, uint64_t client)
{
	const struct subject_rest *r = subject_rest(t, s);

	if (r == NULL)
		return;
	if (r->server_count > (LINE * 2 - SERVERS_AT) / sizeof(r->server[0]))
		__builtin_prefetch((const char *)r + LINE * (size_t)2);
	if (r->sketch != 0)
		sketch_prefetch(subjects_hung(t, r->sketch), r->client_count, client);
	else
		__builtin_prefetch(&subject_clients(r)[sketch_guess(r->client_count, client)]);
	if (r->link_count > 0)
		__builtin_prefetch(subjects_hung(t, r->links));
}
