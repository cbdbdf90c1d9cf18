/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hangs on subjects, of watch/subject.h: servers, links, clients, details. */
#include "watch/subject.h"

#include <stddef.h>
#include <string.h>

#include "base/prefetch.h"
#include "base/short.h"

enum {
	LINE = 64,            /* bytes of a cache line */
	REST_LEAST = 64,      /* of the arena, kept for each subject that has no rest yet */
	CLIENTS_SORTED = 128, /* more clients than this are held as a struct sketch */
	SERVER_MOST = 16,     /* bytes of one that stands in the subject */
	DETAILS_LISTED = RECORD_DETAILS_MAX - 1, /* the last is "outer", which is not listed */
	SERVERS_AT = offsetof(struct subject_rest, server),
};

_Static_assert((SERVERS_AT + 7) / 8 * 8 <= REST_LEAST, "the least rest has no lists");
_Static_assert((int)RECORD_SERVERS_MAX <= 8, "a byte tells them apart, and a word holds their marks");
#define DETAIL_COUNT_MAX ((UINT64_C(1) << 36) - 1)
_Static_assert(DETAIL_COUNT < 16, "a type fits in its bits");
_Static_assert(sizeof(struct sketch) <= ARENA_CHUNK_MAX, "a sketch must fit in a chunk");
_Static_assert((int)CLIENTS_SORTED <= (int)SKETCH_EXACT, "what is sorted is exact");

/* How many details of a type one subject keeps; together they fit in a record. Of ECH "outer" stands beside
 * them, a number. */
static const uint8_t detail_most[DETAIL_COUNT] = {
	[DETAIL_ALPN] = 4,        [DETAIL_JA4] = 8,        [DETAIL_ECH] = 1,
	[DETAIL_CERTIFICATE] = 7, [DETAIL_TITLE] = 6,      [DETAIL_CONTENT_TYPE] = 6,
	[DETAIL_HTTP_SERVER] = 3, [DETAIL_LOCATION] = 4,   [DETAIL_SERVICE_ALPN] = 4,
	[DETAIL_ECH_NAME] = 4,    [DETAIL_HIDDEN_DNS] = 3,
};

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
	/* Not memcpy(): that becomes a string instruction here, which begins slowly. */
	memmove(r->server, old->server, old->server_count * sizeof(r->server[0]));
	memmove(subject_clients(r), subject_clients(old), clients_listed(old) * sizeof(uint64_t));
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
		r = rest_new(t, 0, 0); /* its room was kept */
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
		memmove(p, subjects_hung(t, *place), *cap * item);
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

typedef uint32_t words4 __attribute__((vector_size(16)));

/* Of addresses as they stand in memory, four at once. Behind the last there are more bytes. */
static bool stands_among_v4(const uint8_t *p, size_t n, const uint8_t addr[16])
{
	static const words4 place = { 0, 1, 2, 3 };
	words4 low, high, found;
	uint32_t want;

	memcpy(&want, addr + 12, sizeof(want));
	memcpy(&low, p, sizeof(low));
	memcpy(&high, p + sizeof(low), sizeof(high));
	found = (words4)((low == want) & (place < (uint32_t)n)) |
		(words4)((high == want) & (place + 4 < (uint32_t)n));
	return (found[0] | found[1] | found[2] | found[3]) != 0;
}

static bool stands_among(const struct subject *s, const uint8_t addr[16], bool v4)
{
	const uint8_t *p = subject_servers(s);

	for (size_t i = 0; i < s->server_count; i++) {
		bool v6 = subject_server_is_v6(s, i);
		if (v6 != v4 && (v6 ? memcmp(p, addr, 16) : memcmp(p, addr + 12, 4)) == 0)
			return true;
		p += subject_addr_size(v6);
	}
	return false;
}

/* Does it stand in the subject itself? What stands there mostly came with one message, and is of one kind. */
static bool stands_here(const struct subject *s, const struct record_server *server)
{
	bool v4 = subject_addr_is_v4(subject_addr_of(server->addr));

	if (s->server_count == 0 || s->port != server->port)
		return false;
	if (s->server_v6 == 0)
		return v4 && stands_among_v4(subject_servers(s), s->server_count, server->addr);
	return stands_among(s, server->addr, v4);
}

static uint8_t mark_of(const struct record_server *server)
{
	struct subject_addr addr = subject_addr_of(server->addr);

	return (uint8_t)((addr.low + addr.high + server->port) * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

/* Bit 8 * i + 7 for each i below n whose mark it is. */
static uint64_t marked(const struct subject_rest *r, uint8_t mark)
{
	const uint64_t each = UINT64_C(0x0101010101010101), low = each * 0x7f;
	uint64_t x;

	memcpy(&x, r->server_mark, sizeof(x));
	x = le64toh(x) ^ each * mark;
	x = ~(((x & low) + low) | x | low);
	return r->server_count < 8 ? x & ((UINT64_C(1) << 8 * r->server_count) - 1) : x;
}

static bool stands_in_rest(const struct subject_rest *r, const struct record_server *server)
{
	for (uint64_t left = marked(r, mark_of(server)); left != 0; left &= left - 1) {
		const struct record_server *known = &r->server[__builtin_ctzll(left) / 8];
		if (memcmp(known->addr, server->addr, sizeof(known->addr)) == 0 &&
		    known->port == server->port)
			return true;
	}
	return false;
}

/* Whether it is the last subject, and may grow: all that may still come must find room, however long their
 * names are. */
static bool may_grow(const struct subjects *t, const struct subject *s, size_t bytes)
{
	return subjects_behind(t, s) == t->end &&
	       (size_t)t->end * SUBJECT_PIECE + bytes < (size_t)t->count * SUBJECT_BYTES_MOST;
}

static bool put_here(struct subjects *t, struct subject *s, const struct record_server *server)
{
	bool v6 = !subject_addr_is_v4(subject_addr_of(server->addr));
	size_t size = subject_addr_size(v6);

	if (s->server_count == RECORD_SERVERS_MAX || (s->server_count > 0 && s->port != server->port) ||
	    s->link_len > 0 || !may_grow(t, s, SERVER_MOST))
		return false;
	memcpy(s->name + s->len + s->server_bytes, server->addr + sizeof(server->addr) - size, size);
	s->server_v6 |= (uint8_t)((unsigned)v6 << s->server_count);
	s->server_bytes += (uint8_t)size;
	s->server_count++;
	s->port = server->port;
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

	if (stands_here(s, server) || (r != NULL && stands_in_rest(r, server)))
		return true;
	if (r == NULL && put_here(t, s, server))
		return true;
	if (!servers_room(t, s, coming)) {
		r = subjects_hung(t, s->rest);
		r->servers_more++;
		return false;
	}
	r = subjects_hung(t, s->rest);
	r->server_mark[r->server_count] = mark_of(server);
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
	short_copy(copy, p, n);
	*out = place_of(t, copy);
	return true;
}

/* The link that stands in the subject: is it this one, or can it be? */
static bool link_here(struct subjects *t, struct subject *s, const char *host, size_t n)
{
	uint8_t *link = subject_link(s);
	uint64_t count = 0;

	if (s->link_len == 0) {
		if (s->rest != 0 || !may_grow(t, s, SUBJECT_LINK_AT + n + SUBJECT_PIECE))
			return false;
		s->link_len = (uint8_t)n;
		short_copy(link + SUBJECT_LINK_AT, host, n);
		t->end = subjects_behind(t, s);
	} else {
		if (s->link_len != n || !short_same(link + SUBJECT_LINK_AT, host, n))
			return false;
		memcpy(&count, link, sizeof(count));
	}
	count++;
	memcpy(link, &count, sizeof(count));
	return true;
}

/* At most so many in the rest. */
static bool links_add(struct subjects *t, struct subject_rest *r, size_t most, const char *host, size_t n)
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
		grow(t, &r->links, sizeof(*link), &r->link_cap, most, 1);
	if (r->link_count == r->link_cap || !copy_name(t, host, n, &name))
		return false;
	link = subjects_hung(t, r->links);
	link[r->link_count++] = (struct subject_link){ 1, name, tag, SUBJECT_HOST, (uint8_t)n };
	return true;
}

bool subject_add_link(struct subjects *t, struct subject *s, const char *host, size_t n)
{
	struct subject_rest *r;
	bool ok;

	if (link_here(t, s, host, n))
		return true;
	r = rest_of(t, s, 0);
	ok = links_add(t, r, RECORD_LINKS_MAX - (s->link_len > 0), host, n);
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
		grow(t, &r->details, sizeof(*d), &r->detail_cap, DETAILS_LISTED, coming);
	if (r->detail_count == r->detail_cap)
		return false;
	d = subjects_hung(t, r->details);
	d[r->detail_count++] = (struct subject_detail){ .count = 1,
							.value = value & SUBJECT_VALUES_MOST,
							.type = type & 15 };
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

void subject_add_outer(struct subjects *t, struct subject *s) { rest_of(t, s, 0)->outer++; }

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
	prefetch(r);
	prefetch(r + LINE);
}

void subject_prefetch_lists(const struct subjects *t, const struct subject *s, uint64_t client)
{
	const struct subject_rest *r = subject_rest(t, s);

	if (r == NULL)
		return;
	if (r->sketch != 0) {
		sketch_prefetch(subjects_hung(t, r->sketch), r->client_count, client);
	} else {
		const uint64_t *at = &subject_clients(r)[sketch_guess(r->client_count, client)];
		prefetch(at);
		prefetch((const char *)at + LINE); /* those behind it move */
	}
	if (r->link_count > 0)
		prefetch(subjects_hung(t, r->links));
	if (r->detail_count > 0)
		prefetch(subjects_hung(t, r->details));
}
