/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/ech.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "watch/hostname.h"

enum { NAMES_MAX = 4096 };

/* Records live for hours, and clients keep configurations as long. */
#define LATELY_US INT64_C(86400000000)

void ech_init(struct ech *e)
{
	*e = (struct ech){ .name = xcalloc(NAMES_MAX, sizeof(*e->name)) };
	recent_init(&e->names, NAMES_MAX);
}

void ech_clear(struct ech *e)
{
	recent_clear(&e->names);
	free(e->name);
	memset(e, 0, sizeof(*e));
}

static bool is_lately(int64_t then, int64_t now) { return now / 2 - then / 2 <= LATELY_US / 2; }

/* Names compare without regard to case and without the dot of the root; false for what is no host's name. */
static bool hash_of(const struct ech *e, struct dissect_str name, uint64_t *hash)
{
	char host[HOSTNAME_MAX];

	if (!hostname_take(host, name.p, name.n))
		return false;
	*hash = recent_hash(&e->names, host, strlen(host));
	return true;
}

static struct ech_name *name_of(struct ech *e, uint64_t hash)
{
	uint32_t at = recent_find(&e->names, hash);
	bool evicted;

	if (at != RECENT_NONE)
		return &e->name[at];
	at = recent_add(&e->names, hash, &evicted);
	e->name[at] = (struct ech_name){ 0 };
	return &e->name[at];
}

static size_t find_id(const struct ech_name *n, uint8_t id)
{
	size_t i = 0;

	while (i < n->count && n->config[i].id != id)
		i++;
	return i;
}

/* That of the id, or the one that was not seen for longest gives way to it. */
static struct ech_config *config_of(struct ech_name *n, uint8_t id, int64_t time)
{
	size_t at = find_id(n, id), oldest = 0;

	if (at < n->count)
		return &n->config[at];
	for (size_t i = 1; i < n->count; i++)
		if (n->config[i].seen < n->config[oldest].seen)
			oldest = i;
	if (n->count < ECH_CONFIGS)
		oldest = n->count++;
	else if (is_lately(n->config[oldest].seen, time))
		n->crowded = true, n->crowded_at = time;
	n->config[oldest] = (struct ech_config){ .id = id, .seen = time };
	return &n->config[oldest];
}

void ech_learn(struct ech *e, const struct dissect_message *m)
{
	uint64_t owner = 0, asked = 0, hash;
	bool has_owner = hash_of(e, m->name, &owner), has_asked = hash_of(e, m->service.question, &asked);

	for (size_t i = 0; i < m->service.ech_configs; i++) {
		const struct dissect_ech *c = &m->service.ech_config[i];
		struct ech_config *config;
		if (!hash_of(e, c->name, &hash))
			continue;
		config = config_of(name_of(e, hash), c->config, m->time);
		config->own = (config->own && is_lately(config->seen, m->time)) ||
			      (has_owner && hash == owner) || (has_asked && hash == asked);
		config->seen = m->time;
		e->ids[c->config / 64] |= UINT64_C(1) << c->config % 64;
	}
}

bool ech_is_outer(const struct ech *e, uint8_t id, struct dissect_str name, int64_t time)
{
	const struct ech_name *n;
	uint64_t hash;
	uint32_t at;
	size_t i;

	if ((e->ids[id / 64] >> id % 64 & 1) == 0 || !hash_of(e, name, &hash))
		return false;
	at = recent_find(&e->names, hash);
	if (at == RECENT_NONE)
		return false;
	n = &e->name[at];
	i = find_id(n, id);
	return i < n->count && !n->config[i].own && is_lately(n->config[i].seen, time) &&
	       !(n->crowded && is_lately(n->crowded_at, time));
}
