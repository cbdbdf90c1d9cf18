/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/ech.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "watch/hostname.h"

enum { BUCKETS = 1024, WAYS = 4 };

/* Records live for hours, and clients keep configurations as long. */
#define LATELY_US INT64_C(86400000000)

void ech_init(struct ech *e)
{
	*e = (struct ech){ .config = xcalloc(BUCKETS * WAYS, sizeof(*e->config)) };
	hash_secret_random(&e->secret);
}

void ech_clear(struct ech *e)
{
	free(e->config);
	memset(e, 0, sizeof(*e));
}

/* Names compare without regard to case and without the dot of the root; 0 for what is no host's name. */
static uint64_t hash_of(const struct ech *e, uint8_t config_id, struct dissect_str name)
{
	char bytes[1 + HOSTNAME_MAX];

	if (!hostname_take(bytes + 1, name.p, name.n))
		return 0;
	bytes[0] = (char)config_id;
	return hash_secret(&e->secret, bytes, 1 + strlen(bytes + 1)) | 1;
}

static struct ech_config *bucket_of(const struct ech *e, uint64_t hash)
{
	return &e->config[(hash >> 1 & (BUCKETS - 1)) * WAYS];
}

void ech_learn(struct ech *e, uint8_t config_id, struct dissect_str public_name, int64_t time)
{
	uint64_t hash = hash_of(e, config_id, public_name);
	struct ech_config *bucket = bucket_of(e, hash), *place = bucket;

	if (hash == 0)
		return;
	for (int i = 0; i < WAYS; i++) {
		if (bucket[i].hash == hash || bucket[i].hash == 0) {
			place = &bucket[i];
			break;
		}
		if (bucket[i].time < place->time)
			place = &bucket[i];
	}
	*place = (struct ech_config){ hash, time };
}

bool ech_is_outer(const struct ech *e, uint8_t config_id, struct dissect_str name, int64_t time)
{
	uint64_t hash = hash_of(e, config_id, name);
	const struct ech_config *bucket = bucket_of(e, hash);

	for (int i = 0; i < WAYS && hash != 0; i++)
		if (bucket[i].hash == hash)
			return time / 2 - bucket[i].time / 2 <= LATELY_US / 2;
	return false;
}
