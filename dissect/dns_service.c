/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  priority  target name  { key  length  value } ...        RFC 9460 section 2.2, keys strictly increasing
 *
 * Priority 0 is the alias form: only its target counts (section 2.4.2).
 */
#include "dissect/dns_service.h"

enum { ECH_VERSION = 0xfe0d /* RFC 9849 section 4 */ };

/* -- values (RFC 9460 section 7) */

/* One or more ids, none empty. */
static bool get_alpn(struct rd *v, struct dissect_message *m)
{
	struct dissect_str alpn = { v->p, rd_left(v) };

	do {
		if (rd_u8(v) == 0 || !rd_skip(v, v->p[-1]))
			return false;
	} while (rd_left(v) > 0);
	m->service.alpn = alpn;
	return true;
}

static bool get_port(struct rd *v, struct dissect_message *m)
{
	m->service.port = rd_be16(v);
	return rd_done(v);
}

/* Addresses of a fixed size, at least one; where the service is, its A and AAAA records tell as well. */
static bool get_hint(struct rd *v, size_t size) { return rd_left(v) > 0 && rd_left(v) % size == 0; }

static bool get_ipv4(struct rd *v, struct dissect_message *m)
{
	(void)m;
	return get_hint(v, 4);
}

static bool get_ipv6(struct rd *v, struct dissect_message *m)
{
	(void)m;
	return get_hint(v, 16);
}

/* ECHConfigContents: config_id kem_id public_key cipher_suites maximum_name_length public_name extensions */
static void get_ech_contents(struct rd *c, struct dissect_message *m)
{
	uint8_t id = rd_u8(c);
	struct rd name;

	rd_be16(c);
	rd_sub16(c);
	rd_sub16(c);
	rd_u8(c);
	name = rd_sub8(c);
	if (!rd_ok(c) || rd_left(&name) == 0)
		return;
	if (m->service.ech_configs == DISSECT_ECH_CONFIGS)
		m->service.ech_more = (uint8_t)(m->service.ech_more + (m->service.ech_more < UINT8_MAX));
	else
		m->service.ech_config[m->service.ech_configs++] =
			(struct dissect_ech){ { name.p, rd_left(&name) }, id };
}

/* ECHConfigList: which of them a client takes is its own choice (RFC 9849 section 4), so each counts that is
 * of a version that is known and can be read. */
static bool get_ech(struct rd *v, struct dissect_message *m)
{
	struct rd list = rd_sub16(v);

	if (!rd_done(v) || rd_left(&list) == 0)
		return false;
	m->service.ech = true;
	while (rd_left(&list) > 0) {
		uint16_t version = rd_be16(&list);
		struct rd contents = rd_sub16(&list);
		if (rd_ok(&list) && version == ECH_VERSION)
			get_ech_contents(&contents, m);
	}
	return rd_ok(&list);
}

/* no-default-alpn has no value */
static bool get_nothing(struct rd *v, struct dissect_message *m)
{
	(void)m;
	return rd_left(v) == 0;
}

/* The keys that must be there, in increasing order, and never this one (section 8). */
static bool get_mandatory(struct rd *v, struct dissect_message *m)
{
	uint16_t before = 0, key;

	(void)m;
	do {
		key = rd_be16(v);
		if (!rd_ok(v) || key <= before)
			return false;
		before = key;
	} while (rd_left(v) > 0);
	return true;
}

/* By key (section 14.3.2); others are passed over. */
static bool (*const values[])(struct rd *v, struct dissect_message *m) = {
	[0] = get_mandatory, [1] = get_alpn, [2] = get_nothing, [3] = get_port,
	[4] = get_ipv4,      [5] = get_ech,  [6] = get_ipv6,
};

static bool get_parameters(struct rd *r, struct dissect_message *m)
{
	for (int32_t before = -1; rd_left(r) > 0;) {
		uint16_t key = rd_be16(r);
		struct rd value = rd_sub16(r);
		if (!rd_ok(r) || key <= before)
			return false;
		if (key < sizeof(values) / sizeof(values[0]) && !values[key](&value, m))
			return false;
		before = key;
	}
	return true;
}

bool dns_service_get(struct rd *data, struct dissect_message *m, struct dns_name *target)
{
	struct rd r;

	m->service.priority = rd_be16(data);
	if (!dns_name_get(data, target, DNS_NAME_BACK))
		return false;
	m->service.target = dns_name_str(target);
	if (m->service.priority == 0)
		return true;
	r = rd_init(data->p, rd_left(data));
	return get_parameters(&r, m);
}
