/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/decoy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/neighbour.h"
#include "base/text.h"
#include "store/state.h"

void decoy_load(struct store *s, struct db_txn *t)
{
	const void *secret;
	struct query q;
	size_t n = 0;

	query_open(&q, t, STMT_PROBE_SECRET);
	if (query_row(&q)) {
		secret = query_get_blob(&q, 0, &n);
		if (n == sizeof(s->secret.bytes))
			memcpy(s->secret.bytes, secret, n);
	}
	query_close(&q);
	if (t->result == 0 && n != sizeof(s->secret.bytes))
		db_fail(t, -EUCLEAN, "数据库已损坏,请用备份恢复(探测的密钥不在)");
}

static uint32_t chance_of(const struct store *s, const char *suffix, int64_t day)
{
	char text[RECORD_NAME_MAX + 24];
	int n = snprintf(text, sizeof(text), "%lld%s", (long long)day, suffix);

	return (uint32_t)hash_keyed(&s->secret, text,
				    (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

uint32_t decoy_chance(const struct store *s, const char *host, int64_t now)
{
	const char *suffix = neighbour_suffix(host);

	return suffix != NULL ? chance_of(s, suffix, text_beijing_day(now)) : 0;
}

bool decoy_is_ours(const struct store *s, const char *name, int64_t from, int64_t to)
{
	const int64_t first = text_beijing_day(from), day[] = { first - 1, first, text_beijing_day(to) };
	uint32_t chance;

	if (!neighbour_get(name, &chance))
		return false;
	for (size_t i = 0; i < sizeof(day) / sizeof(day[0]); i++)
		if (chance == chance_of(s, neighbour_suffix(name), day[i]))
			return true;
	return false;
}
