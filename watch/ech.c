/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/ech.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "watch/hostname.h"

enum { CONFIGS_MAX = 4096 };

/* Records live for hours, and clients keep configurations as long. */
#define LATELY_US INT64_C(86400000000)

void ech_init(struct ech *e)
{
	*e = (struct ech){ .seen = xcalloc(CONFIGS_MAX, sizeof(*e->seen)) };
	recent_init(&e->configs, CONFIGS_MAX);
}

void ech_clear(struct ech *e)
{
	recent_clear(&e->configs);
	free(e->seen);
	memset(e, 0, sizeof(*e));
}

/* Names compare without regard to case and without the dot of the root; false for what is no host's name. */
static bool hash_of(const struct ech *e, uint8_t config_id, struct dissect_str name, uint64_t *hash)
{
	char bytes[1 + HOSTNAME_MAX];

	if (!hostname_take(bytes + 1, name.p, name.n))
		return false;
	bytes[0] = (char)config_id;
	*hash = recent_hash(&e->configs, bytes, 1 + strlen(bytes + 1));
	return true;
}

void ech_learn(struct ech *e, uint8_t config_id, struct dissect_str public_name, int64_t time)
{
	uint64_t hash;
	uint32_t at;
	bool evicted;

	if (!hash_of(e, config_id, public_name, &hash))
		return;
	at = recent_find(&e->configs, hash);
	if (at == RECENT_NONE)
		at = recent_add(&e->configs, hash, &evicted);
	e->seen[at] = time;
	e->ids[config_id / 64] |= UINT64_C(1) << config_id % 64;
}

bool ech_is_outer(const struct ech *e, uint8_t config_id, struct dissect_str name, int64_t time)
{
	uint64_t hash;
	uint32_t at;

	if ((e->ids[config_id / 64] >> config_id % 64 & 1) == 0 || !hash_of(e, config_id, name, &hash))
		return false;
	at = recent_find(&e->configs, hash);
	return at != RECENT_NONE && time / 2 - e->seen[at] / 2 <= LATELY_US / 2;
}
