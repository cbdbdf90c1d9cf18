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

void sightings_clear(struct sightings *q) { held_clear(&q->held); }

void sightings_hold(struct sightings *q) { held_init(&q->held); }

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
	g->notes.ech = false;
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

static struct subject *find(struct sightings *q, struct sighting *g)
{
	struct subject *first = g->first, *s;

	if (first == NULL || !subjects_is(first, &g->key))
		first = subjects_find_first(q->table, &g->key);
	s = subjects_via(q->table, first, g->key.via);
	g->first = first;
	if (s != NULL || g->known_only)
		return s;
	if (may_add(q, g))
		s = subjects_add_to(q->table, first, &g->key, g->time);
	if (s == NULL)
		q->stats.evicted += g->count;
	else if (s->kind == SUBJECT_HOST && first == NULL) /* else it has it from that */
		details_subject(q->details, s);
	g->first = first != NULL ? first : s;
	return s;
}

static void widen(struct subject *s, int64_t time)
{
	s->from = time < s->from ? time : s->from;
	s->to = time > s->to ? time : s->to;
}

static void visit(struct sightings *q, struct subject *s, int64_t time, uint64_t client, uint32_t count)
{
	s->count += count;
	if (!s->has_client) /* who came before showed the name, and did not mean it */
		s->from = s->to = time;
	widen(s, time);
	if (!subject_add_client(q->table, s, client))
		q->stats.clients_more += count;
}

static void add_servers(struct sightings *q, struct subject *s, const struct record_server *server, size_t n)
{
	q->stats.servers_more += subject_add_servers(q->table, s, server, n);
}

static void count(struct sightings *q, struct subject *s, const struct sighting *g)
{
	visit(q, s, g->time, g->client, g->count);
	if (g->link_len > 0)
		q->stats.links_more += !subject_add_link(q->table, s, g->link, g->link_len);
	if (g->key.via == VIA_DNS_ANSWER && s->hidden != 0)
		for (uint32_t i = 0; i < g->count; i++)
			details_lookup(q->details, s);
}

/* When nobody visited the name there is no client, no server, and no time once somebody did. */
static void judge(struct sightings *q, const struct held_hello *h)
{
	struct subject *s = subjects_at(q->table, h->subject);

	if (!details_outer(q->details, s, subjects_at(q->table, h->first), h->ech_config, h->heard)) {
		visit(q, s, h->time, h->client, 1);
		add_servers(q, s, &h->server, h->has_server);
		return;
	}
	s->count++;
	if (!s->has_client)
		widen(s, h->time);
}

void sightings_judge(struct sightings *q, int64_t until)
{
	struct held_hello h;

	while (held_take(&q->held, until, &h))
		judge(q, &h);
}

static bool hurry(struct sightings *q)
{
	struct held_hello h;

	if (!held_take(&q->held, INT64_MAX, &h))
		return false;
	q->stats.hurried++;
	judge(q, &h);
	return true;
}

void sightings_hurry(struct sightings *q)
{
	while (hurry(q))
		;
}

static void hold(struct sightings *q, const struct held_hello *h)
{
	if (held_full(&q->held))
		hurry(q);
	held_add(&q->held, h);
}

static void hear(struct sightings *q, const struct subject *s, const struct sighting *g)
{
	struct held_hello h = {
		.time = g->time,
		.heard = g->notes.time,
		.client = g->client,
		.first = subjects_number(q->table, g->first),
		.subject = subjects_number(q->table, s),
		.ech_config = g->notes.ech_config,
		.has_server = g->server_count > 0,
	};

	if (h.has_server)
		h.server = g->server[0];
	if (held_on(&q->held))
		hold(q, &h);
	else
		judge(q, &h);
}

static struct subject *tell(struct sightings *q, struct sighting *g)
{
	struct subject *s = find(q, g);

	if (g->notes.taken)
		details_tell(q->details, s, &g->notes);
	if (s == NULL)
		return NULL;
	if (g->notes.ech) {
		hear(q, s, g);
		return s;
	}
	add_servers(q, s, g->server, g->server_count);
	if (!g->known_only)
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
