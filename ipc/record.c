/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/record.h"

#include <string.h>

#include "base/text.h"

/* Subject names are printable ASCII without blanks: hosts are LDH and underscore, identifiers are what
 * identify lets through. */
static bool name_ok(const uint8_t *p, size_t n)
{
	uint8_t odd = 0;

	if (p == NULL || n == 0 || n >= RECORD_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		odd |= (uint8_t)((p[i] <= 0x20) | (p[i] >= 0x7f));
	return odd == 0;
}

static bool get_name(struct rd *r, char out[RECORD_NAME_MAX])
{
	size_t n = rd_be16(r);
	const uint8_t *p = rd_bytes(r, n);

	if (!name_ok(p, n))
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static bool get_kind(struct rd *r, enum subject_kind *out)
{
	*out = (enum subject_kind)rd_u8(r);
	return *out < SUBJECT_KIND_COUNT;
}

/* Hosts are seen in the messages' own names, everything else inside HTTP (contract, "Observation"). */
static bool get_via(struct rd *r, enum subject_kind kind, enum via *out)
{
	*out = (enum via)rd_u8(r);
	return *out < VIA_COUNT && (kind == SUBJECT_HOST) == (*out < VIA_HTTP_REFERER);
}

static bool get_servers(struct rd *r, struct observation *o)
{
	o->server_count = rd_u8(r);
	if (o->server_count > RECORD_SERVERS_MAX)
		return false;
	for (size_t i = 0; i < o->server_count; i++) {
		const uint8_t *addr = rd_bytes(r, sizeof(o->servers[i].addr));
		if (addr != NULL)
			memcpy(o->servers[i].addr, addr, sizeof(o->servers[i].addr));
		o->servers[i].port = rd_be16(r);
	}
	o->servers_more = rd_be64(r);
	return rd_ok(r);
}

static bool get_links(struct rd *r, struct observation *o)
{
	o->link_count = rd_u8(r);
	if (o->link_count > RECORD_LINKS_MAX)
		return false;
	for (size_t i = 0; i < o->link_count; i++) {
		struct record_link *l = &o->links[i];
		if (!get_kind(r, &l->kind) || !get_name(r, l->name))
			return false;
		l->count = rd_be64(r);
		if (l->count == 0)
			return false;
	}
	o->links_more = rd_be64(r);
	return rd_ok(r);
}

/* Most values are plain ASCII, and text_is_safe() looks at each character. */
static bool is_plain(const uint8_t *p, size_t n)
{
	uint8_t odd = 0;

	for (size_t i = 0; i < n; i++)
		odd |= (uint8_t)((p[i] < 0x20) | (p[i] > 0x7e));
	return odd == 0;
}

static bool get_value(struct rd *r, char out[RECORD_VALUE_MAX])
{
	size_t n = rd_be16(r);
	const uint8_t *p = rd_bytes(r, n);

	if (p == NULL || n == 0 || n >= RECORD_VALUE_MAX ||
	    !(is_plain(p, n) || text_is_safe((const char *)p, n)))
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

/* In ascending order, so that none stands there twice. */
static bool get_detail(struct rd *r, struct record_detail *d, const struct record_detail *before)
{
	d->type = (enum detail)rd_u8(r);
	if (d->type >= DETAIL_COUNT || !get_value(r, d->value))
		return false;
	d->count = rd_be64(r);
	if (before != NULL &&
	    (d->type < before->type || (d->type == before->type && strcmp(d->value, before->value) <= 0)))
		return false;
	return d->count > 0;
}

static bool get_details(struct rd *r, struct observation *o)
{
	o->detail_count = rd_u8(r);
	if (o->detail_count > (o->kind == SUBJECT_HOST ? RECORD_DETAILS_MAX : 0))
		return false;
	for (size_t i = 0; i < o->detail_count; i++)
		if (!get_detail(r, &o->details[i], i > 0 ? &o->details[i - 1] : NULL))
			return false;
	o->details_more = rd_be64(r);
	return rd_ok(r);
}

void observation_put(struct wr *w, const struct observation *o)
{
	wr_be64(w, (uint64_t)o->from);
	wr_be64(w, (uint64_t)o->to);
	wr_u8(w, (uint8_t)o->kind);
	wr_str16(w, o->name);
	wr_u8(w, (uint8_t)o->via);
	wr_be64(w, o->count);
	sketch_put(w, &o->clients);
	wr_u8(w, o->server_count);
	for (size_t i = 0; i < o->server_count; i++) {
		wr_bytes(w, o->servers[i].addr, sizeof(o->servers[i].addr));
		wr_be16(w, o->servers[i].port);
	}
	wr_be64(w, o->servers_more);
	wr_u8(w, o->link_count);
	for (size_t i = 0; i < o->link_count; i++) {
		wr_u8(w, (uint8_t)o->links[i].kind);
		wr_str16(w, o->links[i].name);
		wr_be64(w, o->links[i].count);
	}
	wr_be64(w, o->links_more);
	wr_u8(w, o->detail_count);
	for (size_t i = 0; i < o->detail_count; i++) {
		wr_u8(w, (uint8_t)o->details[i].type);
		wr_str16(w, o->details[i].value);
		wr_be64(w, o->details[i].count);
	}
	wr_be64(w, o->details_more);
}

bool observation_get(struct rd *r, struct observation *o)
{
	o->from = (int64_t)rd_be64(r);
	o->to = (int64_t)rd_be64(r);
	if (o->from > o->to || !get_kind(r, &o->kind) || !get_name(r, o->name) ||
	    !get_via(r, o->kind, &o->via))
		return false;
	o->count = rd_be64(r);
	return o->count > 0 && sketch_get(r, &o->clients) && get_servers(r, o) && get_links(r, o) &&
	       get_details(r, o);
}
