/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/shelf.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/alloc.h"
#include "probes/url.h"
#include "visit/robots.h"

#define HOUR (INT64_C(3600) * 1000000)

struct entry {
	char origin[URL_ORIGIN_MAX];
	int64_t until;
	enum shelf_word word;  /* UNKNOWN: the rules say */
	struct robots *robots; /* only as long as its text */
	size_t bytes;
	UT_hash_handle hh;
};

struct shelf {
	struct entry *first; /* uthash keeps them in the order in which they came */
	size_t bytes;
	uint64_t evicted;
};

struct shelf *shelf_new(void) { return xcalloc(1, sizeof(struct shelf)); }

static void drop(struct shelf *s, struct entry *e)
{
	HASH_DEL(s->first, e);
	s->bytes -= e->bytes;
	free(e->robots);
	free(e);
}

void shelf_free(struct shelf *s)
{
	if (s == NULL)
		return;
	while (s->first != NULL)
		drop(s, s->first);
	free(s);
}

static struct entry *find(const struct shelf *s, const char *origin)
{
	struct entry *e;

	HASH_FIND_STR(s->first, origin, e);
	return e;
}

enum shelf_word shelf_ask(const struct shelf *s, const char *origin, const char *path, int64_t now)
{
	const struct entry *e = find(s, origin);

	/* a clock that was set back must not make an entry live longer than its day */
	if (e == NULL || now >= e->until || e->until - now > SHELF_HOURS * HOUR)
		return SHELF_UNKNOWN;
	if (e->word != SHELF_UNKNOWN)
		return e->word;
	return robots_allows(e->robots, path) ? SHELF_ALLOWED : SHELF_REFUSED;
}

static struct entry *renew(struct shelf *s, const char *origin, size_t bytes, int64_t until)
{
	struct entry *e = find(s, origin);

	if (e != NULL)
		drop(s, e);
	while (s->first != NULL &&
	       (HASH_COUNT(s->first) >= SHELF_ENTRIES_MAX || s->bytes + bytes > SHELF_BYTES_MAX)) {
		s->evicted += s->first->until > until - SHELF_HOURS * HOUR;
		drop(s, s->first);
	}
	e = xcalloc(1, sizeof(*e));
	memcpy(e->origin, origin, strnlen(origin, sizeof(e->origin) - 1));
	e->until = until;
	e->bytes = bytes;
	s->bytes += bytes;
	HASH_ADD_STR(s->first, origin, e);
	return e;
}

uint32_t shelf_put(struct shelf *s, const char *origin, const char *text, size_t n, const char *agent,
		   int64_t now)
{
	struct robots *whole = xmalloc(sizeof(*whole));
	struct entry *e;
	size_t bytes;

	robots_parse(whole, text, n, agent);
	bytes = offsetof(struct robots, text) + whole->used;
	e = renew(s, origin, bytes, now + SHELF_HOURS * HOUR);
	e->robots = xrealloc(whole, bytes); /* the text is its last member, and mostly short */
	return e->robots->delay;
}

void shelf_put_word(struct shelf *s, const char *origin, enum shelf_word word, int64_t now)
{
	const int64_t hours = word == SHELF_ALLOWED ? SHELF_HOURS : SHELF_ERROR_HOURS;

	renew(s, origin, 0, now + hours * HOUR)->word = word;
}

uint64_t shelf_evicted(const struct shelf *s) { return s->evicted; }

size_t shelf_count(const struct shelf *s) { return HASH_COUNT(s->first); }
