/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/sightings.h"

#include <string.h>

enum { RESERVED = 4 }; /* one part in so many is kept for subjects of the campus */

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
	g->key.name = memcpy(g->name, k->name, k->len);
	g->has_server = false;
	g->known_only = false;
	g->link_len = 0;
	subjects_prefetch(q->table, k);
	return g;
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
	struct subject *s = g->guess;

	if (s == NULL || !subjects_is(q->table, s, &g->key))
		s = subjects_find(q->table, &g->key);
	if (s != NULL || g->known_only)
		return s;
	if (may_add(q, g))
		s = subjects_add(q->table, &g->key, g->time);
	if (s == NULL)
		q->stats.evicted++;
	else if (s->kind == SUBJECT_HOST)
		details_subject(q->details, s);
	return s;
}

static void count(struct sightings *q, struct subject *s, const struct sighting *g)
{
	s->count++;
	s->from = g->time < s->from ? g->time : s->from;
	s->to = g->time > s->to ? g->time : s->to;
	q->stats.clients_more += !subject_add_client(q->table, s, g->client);
	if (g->link_len > 0)
		q->stats.links_more += !subject_add_link(q->table, s, g->link, g->link_len);
	if (g->key.via == VIA_DNS_ANSWER)
		details_lookup(q->details, s);
}

static struct subject *tell(struct sightings *q, const struct sighting *g)
{
	struct subject *s = find(q, g);

	if (s == NULL)
		return NULL;
	if (g->has_server)
		q->stats.servers_more += !subject_add_server(q->table, s, &g->server);
	if (!g->known_only)
		count(q, s, g);
	return s;
}

struct subject *sightings_settle(struct sightings *q)
{
	struct subject *last = NULL;

	for (size_t i = 0; i < q->count; i++)
		q->item[i].guess = subjects_guess(q->table, &q->item[i].key);
	for (size_t i = 0; i < q->count; i++)
		if (q->item[i].guess != NULL)
			subject_prefetch(q->table, q->item[i].guess);
	for (size_t i = 0; i < q->count; i++)
		if (q->item[i].guess != NULL)
			subject_prefetch_lists(q->table, q->item[i].guess);
	for (size_t i = 0; i < q->count; i++)
		last = tell(q, &q->item[i]);
	q->count = 0;
	return last;
}
