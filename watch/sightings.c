/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/sightings.h"

#include "base/short.h"

enum {
	RESERVED = 4, /* one part in so many is kept for subjects of the campus */
	BACK = 4,     /* sightings that may be of the same message */
};

void sightings_init(struct sightings *q, struct subjects *t, struct details *d, const struct reserve *r)
{
	*q = (struct sightings){ .table = t, .details = d, .reserve = r };
	sightings_keep_room(q);
}

void sightings_keep_room(struct sightings *q)
{
	q->open = q->table->max - (reserve_is_set(q->reserve) ? q->table->max / RESERVED : 0);
}

struct sighting *sightings_add(struct sightings *q, const struct subject_key *k)
{
	struct sighting *g;

	if (q->count == SIGHTINGS_MOST)
		sightings_settle(q);
	g = &q->item[q->count++];
	g->key = *k;
	g->key.name = g->name;
	short_copy(g->name, k->name, k->len);
	g->count = 1;
	g->server_count = 0;
	g->known_only = false;
	g->link_len = 0;
	g->notes.count = 0;
	g->notes.taken = false;
	g->notes.outer = false;
	subjects_prefetch(q->table, k);
	return g;
}

static bool is_of(const struct sighting *g, const struct subject_key *k)
{
	return g->key.hash == k->hash && g->key.via == k->via && g->key.kind == k->kind &&
	       g->key.len == k->len && short_same(g->name, k->name, k->len);
}

struct sighting *sightings_same(struct sightings *q, const struct subject_key *k, int64_t time,
				uint64_t client, bool known_only)
{
	for (size_t back = 1; back <= BACK && back <= q->count; back++) {
		struct sighting *g = &q->item[q->count - back];
		if (!is_of(g, k))
			continue;
		/* What stands behind another sighting of this subject must not come before that. */
		return g->time == time && g->client == client && (known_only || !g->known_only) &&
				       g->server_count < SIGHTING_SERVERS
			       ? g
			       : NULL;
	}
	return NULL;
}

/* --- telling --- */

static bool may_add(struct sightings *q, const struct sighting *g)
{
	if (q->table->count < q->open)
		return true;
	if (q->table->count == q->table->max || !reserve_is_for(q->reserve, g->key.kind, g->name, g->key.len))
		return false;
	q->stats.reserved++;
	return true;
}

static struct subject *find(struct sightings *q, const struct sighting *g)
{
	struct subject *first = g->first, *s;

	if (first == NULL || !subjects_is(first, &g->key))
		first = subjects_find_first(q->table, &g->key);
	s = subjects_via(q->table, first, g->key.via);
	if (s != NULL || g->known_only)
		return s;
	if (may_add(q, g))
		s = subjects_add_to(q->table, first, &g->key, g->time);
	if (s == NULL)
		q->stats.evicted += g->count;
	else if (s->kind == SUBJECT_HOST && first == NULL) /* else it has it from that */
		details_subject(q->details, s);
	return s;
}

static void widen(struct subject *s, int64_t time)
{
	s->from = time < s->from ? time : s->from;
	s->to = time > s->to ? time : s->to;
}

/* Nobody visited the name: no client, and no time once somebody did. */
static void count_outer(struct sightings *q, struct subject *s, const struct sighting *g)
{
	s->count += g->count;
	subject_add_outer(q->table, s);
	if (!s->has_client)
		widen(s, g->time);
}

static void count(struct sightings *q, struct subject *s, const struct sighting *g)
{
	s->count += g->count;
	if (!s->has_client) /* who came before showed the name, and did not mean it */
		s->from = s->to = g->time;
	widen(s, g->time);
	if (!subject_add_client(q->table, s, g->client))
		q->stats.clients_more += g->count;
	if (g->link_len > 0)
		q->stats.links_more += !subject_add_link(q->table, s, g->link, g->link_len);
	if (g->key.via == VIA_DNS_ANSWER && s->hidden != 0)
		for (uint32_t i = 0; i < g->count; i++)
			details_lookup(q->details, s);
}

static struct subject *tell(struct sightings *q, const struct sighting *g)
{
	struct subject *s = find(q, g);

	if (g->notes.taken)
		details_tell(q->details, s, &g->notes);
	if (s == NULL)
		return NULL;
	q->stats.servers_more += subject_add_servers(q->table, s, g->server, g->server_count);
	if (g->notes.outer)
		count_outer(q, s, g);
	else if (!g->known_only)
		count(q, s, g);
	return s;
}

struct subject *sightings_settle(struct sightings *q)
{
	struct sighting *end = q->item + q->count;
	struct subject *last = NULL;

	for (struct sighting *g = q->item; g < end; g++)
		g->first = subjects_guess(q->table, &g->key);
	for (struct sighting *g = q->item; g < end; g++) {
		g->guess = g->first != NULL ? subjects_guess_via(q->table, g->first, g->key.via) : NULL;
		details_prefetch(q->details, &g->notes);
	}
	for (struct sighting *g = q->item; g < end; g++)
		if (g->guess != NULL)
			subject_prefetch(q->table, g->guess);
	for (struct sighting *g = q->item; g < end; g++)
		if (g->guess != NULL)
			subject_prefetch_lists(q->table, g->guess, g->client);
	for (struct sighting *g = q->item; g < end; g++)
		last = tell(q, g);
	q->count = 0;
	return last;
}
