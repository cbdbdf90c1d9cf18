/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/outfit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

static void add_list(struct buf *b, const struct conf_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		buf_printf(b, "%s,", l->item[i]);
	buf_puts(b, "\n");
}

/* The tables that sensors read, and the campus: whatever else changes is not theirs. */
static uint64_t mark_of(const struct buf *pack, const struct conf *c)
{
	static const char *const files[] = { "identifiers.tsv", "resolvers.tsv" };
	struct hash_key key;
	struct buf b = { 0 };
	uint64_t mark;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t n = 0;
		const char *text = data_packed(pack, files[i], &n);
		if (text != NULL)
			buf_add(&b, text, n);
	}
	add_list(&b, &c->campus.domains);
	add_list(&b, &c->campus.prefixes);
	add_list(&b, &c->campus.labels);
	add_list(&b, &c->campus.center_hosts);
	hash_key_fixed(&key, "beiand outfit");
	mark = hash_keyed(&key, b.p, b.len);
	buf_clear(&b);
	return mark;
}

struct outfit *outfit_new(const struct role *r, const struct conf *conf, char error[CONF_ERROR_MAX])
{
	struct outfit *o = xcalloc(1, sizeof(*o));
	struct buf pack = { 0 };
	int rc = role_tables(r, conf->paths.data, &pack, error);

	if (rc == 0)
		rc = data_unpack(&o->data, conf->paths.data, &pack, error);
	if (rc == 0) {
		o->mark = mark_of(&pack, conf);
		o->identify = identify_new(&o->data.identifiers, error);
	}
	buf_clear(&pack);
	if (o->identify != NULL)
		return o;
	outfit_free(o);
	return NULL;
}

void outfit_free(struct outfit *o)
{
	if (o == NULL)
		return;
	identify_free(o->identify);
	data_clear(&o->data);
	free(o);
}
