/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/show.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/short.h"

static int compare_servers(const struct record_server *a, const struct record_server *b)
{
	struct subject_addr x = subject_addr_of(a->addr), y = subject_addr_of(b->addr);

	if (x.high != y.high)
		return x.high < y.high ? -1 : 1;
	if (x.low != y.low)
		return x.low < y.low ? -1 : 1;
	return a->port - b->port;
}

static int compare_links(const void *a, const void *b)
{
	const struct record_link *x = a, *y = b;
	int c = (int)x->kind - (int)y->kind;
	return c != 0 ? c : strcmp(x->name, y->name);
}

/* There are eight at most. */
static void sort_servers(struct record_server *server, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct record_server s = server[i];
		size_t at = i;
		for (; at > 0 && compare_servers(&s, &server[at - 1]) < 0; at--)
			server[at] = server[at - 1];
		server[at] = s;
	}
}

static void copy_text(char *out, const char *p, size_t n)
{
	memcpy(out, p, n);
	out[n] = '\0';
}

static void put_name(char out[RECORD_NAME_MAX], const char *name, size_t n)
{
	short_copy(out, name, n);
	out[n] = '\0';
}

static void put_clients(const struct subjects *t, const struct subject *s, const struct subject_rest *r,
			struct sketch *out)
{
	if (r->sketch != 0)
		*out = *(const struct sketch *)subjects_hung(t, r->sketch);
	else if (r->client_count > 0)
		sketch_set(out, subject_clients(r), r->client_count);
	else
		sketch_set(out, &s->client, s->has_client);
}

/* Those that stand in the subject. */
static void put_addresses(const struct subject *s, struct record_server out[RECORD_SERVERS_MAX])
{
	const uint8_t *p = subject_servers(s);

	for (size_t i = 0; i < s->server_count; i++) {
		bool v6 = subject_server_is_v6(s, i);
		struct subject_addr addr = subject_addr_get(p, v6);
		addr = (struct subject_addr){ htobe64(addr.high), htobe64(addr.low) };
		memcpy(out[i].addr, &addr, sizeof(out[i].addr));
		out[i].port = s->port;
		p += subject_addr_size(v6);
	}
}

static void put_servers(const struct subject *s, const struct subject_rest *r, struct observation *o)
{
	o->servers_more = r->servers_more;
	put_addresses(s, o->servers);
	if (r->server_count > 0)
		memmove(o->servers + s->server_count, r->server, r->server_count * sizeof(r->server[0]));
	o->server_count = (uint8_t)(s->server_count + r->server_count);
	sort_servers(o->servers, o->server_count);
}

/* The one that stands in the subject. */
static void put_first_link(const struct subject *s, struct record_link *to)
{
	const uint8_t *link = subject_link(s);

	to->kind = SUBJECT_HOST;
	memcpy(&to->count, link, sizeof(to->count));
	put_name(to->name, (const char *)link + SUBJECT_LINK_AT, s->link_len);
}

static void put_links(const struct subjects *t, const struct subject *s, const struct subject_rest *r,
		      struct observation *o)
{
	const struct subject_link *from = subjects_hung(t, r->links);

	o->links_more = r->links_more;
	o->link_count = 0;
	if (s->link_len > 0)
		put_first_link(s, &o->links[o->link_count++]);
	for (size_t i = 0; i < r->link_count; i++) {
		struct record_link *to = &o->links[o->link_count++];
		to->kind = (enum subject_kind)from[i].kind;
		to->count = from[i].count;
		put_name(to->name, subjects_hung(t, from[i].name), from[i].len);
	}
	if (o->link_count > 1)
		qsort(o->links, o->link_count, sizeof(o->links[0]), compare_links);
}

static bool is_before(const struct values *v, struct subject_detail a, struct subject_detail b)
{
	size_t n, m;
	const char *x = values_text(v, a.value, &n), *y = values_text(v, b.value, &m);
	int c = memcmp(x, y, n < m ? n : m);

	if (a.type != b.type)
		return a.type < b.type;
	return c != 0 ? c < 0 : n < m;
}

/* By type, then by text. Most have two or three. */
static void sort_details(const struct values *v, const struct subject_detail *from, size_t n,
			 struct subject_detail out[RECORD_DETAILS_MAX])
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		for (; at > 0 && is_before(v, from[i], out[at - 1]); at--)
			out[at] = out[at - 1];
		out[at] = from[i];
	}
}

static void put_detail(const struct values *v, struct subject_detail from, struct record_detail *to)
{
	size_t n;
	const char *text = values_text(v, from.value, &n);

	to->type = (enum detail)from.type;
	to->count = from.count;
	copy_text(to->value, text, n);
}

/* Behind what else is said of ECH: its text comes last. */
static size_t place_of_outer(const struct subject_detail *sorted, size_t n)
{
	size_t at = 0;

	while (at < n && sorted[at].type <= DETAIL_ECH)
		at++;
	return at;
}

static void put_details(const struct subjects *t, const struct subject_rest *r, struct observation *o)
{
	struct subject_detail sorted[RECORD_DETAILS_MAX];
	size_t n = r->detail_count, outer = n;

	o->details_more = r->details_more;
	o->detail_count = (uint8_t)(n + (r->outer > 0));
	sort_details(&t->values, subjects_hung(t, r->details), n, sorted);
	if (r->outer > 0) {
		outer = place_of_outer(sorted, n);
		o->details[outer].type = DETAIL_ECH;
		o->details[outer].count = r->outer;
		copy_text(o->details[outer].value, DETAIL_ECH_OUTER, strlen(DETAIL_ECH_OUTER));
	}
	for (size_t i = 0; i < n; i++)
		put_detail(&t->values, sorted[i], &o->details[i + (i >= outer)]);
}

void show_name(const struct subject *first, struct observation *o)
{
	o->kind = (enum subject_kind)first->kind;
	put_name(o->name, first->name, first->len);
}

void show_subject(const struct subjects *t, const struct subject *s, struct observation *o)
{
	static const struct subject_rest nothing;
	const struct subject_rest *r = s->rest != 0 ? subject_rest(t, s) : &nothing;

	o->from = s->from;
	o->to = s->to;
	o->via = (enum via)s->via;
	o->count = s->count;
	put_clients(t, s, r, &o->clients);
	put_servers(s, r, o);
	put_links(t, s, r, o);
	put_details(t, r, o);
}
