/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/control.h"

#include <errno.h>
#include <string.h>

#include "base/neighbour.h"
#include "store/state.h"

void control_load(struct store *s, struct db_txn *t)
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

uint32_t control_chance(const struct store *s, const char *host)
{
	const char *suffix = neighbour_suffix(host);

	return suffix != NULL ? (uint32_t)hash_keyed(&s->secret, suffix, strlen(suffix)) : 0;
}

bool control_is_ours(const struct store *s, const char *name)
{
	uint32_t chance;

	return neighbour_get(name, &chance) && chance == control_chance(s, name);
}
