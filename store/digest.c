/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the judgement goes by, as one hash: a changed table or option judges anew without being told. */
#include "store/state.h"

#include <string.h>

/* Grows when the same tables and observations are judged otherwise than before: then it is done anew. */
enum { JUDGED_AS = 1 };

/* Each field with its length before it, so that no two different tables read the same. */
static void add_text(struct buf *b, const char *s)
{
	buf_printf(b, "%zu:", s ? strlen(s) : 0);
	buf_puts(b, s ? s : "");
}

static void add_list(struct buf *b, const struct data_list *l)
{
	buf_printf(b, "[%zu]", l->count);
	for (size_t i = 0; i < l->count; i++)
		add_text(b, l->item[i]);
}

static void add_catalog(struct buf *b, const struct catalog *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct catalog_entry *e = &t->entry[i];
		add_text(b, e->product);
		add_text(b, e->operator);
		add_text(b, e->category);
		add_text(b, e->audience);
		add_text(b, e->audience_class);
		add_list(b, &e->domains);
		add_list(b, &e->packages);
		add_list(b, &e->bundles);
		add_list(b, &e->appids);
		add_text(b, e->source);
		buf_printf(b, "%u", e->line);
	}
}

static void add_exempt(struct buf *b, const struct exempt *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct exempt_entry *e = &t->entry[i];
		buf_printf(b, "%d,%d", (int)e->kind, e->container);
		add_text(b, e->name);
		add_text(b, e->product);
		add_text(b, e->reason);
	}
}

static void add_profiles(struct buf *b, const struct profiles *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct profile *e = &t->entry[i];
		add_text(b, e->name);
		add_text(b, e->title);
		for (int k = 0; k < SUBJECT_KIND_COUNT; k++)
			buf_puts(b, e->kinds[k] ? "1" : "0");
		add_list(b, &e->audiences);
		buf_printf(b, "%d,%u,%u", e->exempt_center, e->min_clients, e->min_days);
		add_text(b, e->basis);
	}
}

static void add_rules(struct buf *b, const struct rules *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct rule *e = &t->entry[i];
		add_text(b, e->id);
		add_text(b, e->profile);
		buf_printf(b, "%d", (int)e->severity);
		add_text(b, e->title);
		add_list(b, &e->cites);
		add_text(b, e->duty);
	}
}

static void add_education(struct buf *b, const struct education *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct education_rule *e = &t->entry[i];
		add_text(b, e->id);
		buf_printf(b, "%d", (int)e->kind);
		add_text(b, e->pattern);
		add_text(b, e->reason);
	}
}

void state_digest(const struct conf *conf, const struct data *data, char out[HASH_HEX_SIZE])
{
	struct buf b = { 0 };
	uint8_t sum[HASH_SHA256_SIZE];

	conf_render(conf, &b);
	add_catalog(&b, &data->catalog);
	buf_puts(&b, "|");
	add_exempt(&b, &data->exempt);
	buf_puts(&b, "|");
	add_profiles(&b, &data->profiles);
	buf_puts(&b, "|");
	add_rules(&b, &data->rules);
	buf_puts(&b, "|");
	add_education(&b, &data->education);
	buf_printf(&b, "|%d", JUDGED_AS);
	hash_sha256(sum, b.p, b.len);
	hash_hex(out, sum);
	buf_clear(&b);
}
