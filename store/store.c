/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "store/decoy.h"
#include "store/ingest.h"

int state_failed(struct store *s, int result)
{
	snprintf(s->error, sizeof(s->error), "%s", db_error(s->db));
	return result;
}

int state_end(struct store *s, struct db_txn *t)
{
	int r = db_end(t);
	return r < 0 ? state_failed(s, r) : 0;
}

bool state_kind(struct query *q, int column, enum subject_kind *out)
{
	*out = (enum subject_kind)query_get_int(q, column);
	return *out < SUBJECT_KIND_COUNT;
}

bool state_via(struct query *q, int column, enum via *out)
{
	*out = (enum via)query_get_int(q, column);
	return *out < VIA_COUNT;
}

struct store *store_open(const struct conf *conf, const struct data *data, bool read_only,
			 char error[STORE_ERROR_MAX])
{
	struct store *s = xcalloc(1, sizeof(*s));
	struct db_txn t;
	struct query q;

	s->db = db_open(conf->store.database, read_only ? DB_READONLY : DB_CREATE, error);
	if (s->db == NULL) {
		free(s);
		return NULL;
	}
	store_configure(s, conf, data);
	s->epoch_since = INT64_MIN;
	db_begin(&t, s->db, DB_READ);
	query_open(&q, &t, STMT_EPOCH_NEWEST);
	s->epoch = query_one(&q, 0);
	query_open(&q, &t, STMT_PROBE_STATE);
	s->paused = query_one(&q, 0) != 0;
	decoy_load(s, &t);
	recall_load(s, &t);
	if (state_end(s, &t) == 0)
		return s;
	snprintf(error, STORE_ERROR_MAX, "%s", s->error);
	store_close(s);
	return NULL;
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	running_clear(s);
	recall_save(s);
	recall_clear(&s->recall);
	db_close(s->db);
	free(s);
}

const char *store_error(const struct store *s) { return s->error; }

static void digest_probes(struct store *s)
{
	struct buf b = { 0 };
	uint8_t sum[HASH_SHA256_SIZE];

	buf_puts(&b, s->digest);
	for (size_t i = 0; i < s->probe_count; i++)
		buf_printf(&b, " %s %u %u %d", s->probe[i].name, s->probe[i].kinds, s->probe[i].version,
			   s->probe[i].wants_target);
	hash_sha256(sum, b.p, b.len);
	hash_hex(s->probe_digest, sum);
	buf_clear(&b);
}

void store_configure(struct store *s, const struct conf *conf, const struct data *data)
{
	s->conf = conf;
	s->data = data;
	state_digest(conf, data, s->digest);
	digest_probes(s);
}

void store_probes(struct store *s, const struct probe_row *rows, size_t n, probe_preview_fn *preview)
{
	s->preview = preview;
	s->probe_count = n < PROBE_ROWS_MAX ? n : PROBE_ROWS_MAX;
	if (s->probe_count > 0)
		memcpy(s->probe, rows, s->probe_count * sizeof(*rows));
	digest_probes(s);
}

int store_judge(struct store *s)
{
	struct db_txn t;

	db_begin(&t, s->db, DB_WRITE);
	judge_run(s, &t);
	return state_end(s, &t);
}
