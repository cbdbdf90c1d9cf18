/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drives one protocol parser for a fuzz target: checks the contract of dissect/proto.h at each call and that
 * the same bytes give the same messages however they are cut into segments.
 */
#ifndef TESTS_FUZZ_PROTO_DRIVE_H
#define TESTS_FUZZ_PROTO_DRIVE_H

#include <stdlib.h>
#include <string.h>

#include "dissect/hpack_table.h"
#include "dissect/proto.h"

struct drive {
	struct dissect_message m;
	struct dissect_stats stats;
	struct proto_out out;
	struct proto_state st;
	uint64_t count, hash;
};

#define MUST(x)                                                                                              \
	do {                                                                                                 \
		if (!(x))                                                                                    \
			abort();                                                                             \
	} while (0)

static inline void drive_str(struct drive *d, struct dissect_str s)
{
	for (size_t i = 0; i < s.n; i++)
		d->hash = (d->hash ^ s.p[i]) * 0x100000001b3u;
	d->hash = (d->hash ^ (s.p != NULL)) * 0x100000001b3u + s.n;
}

static inline void drive_name(struct drive *d, struct dissect_str s)
{
	MUST(s.p != NULL || s.n == 0);
	for (size_t i = 0; i < s.n; i++)
		MUST(s.p[i] < 'A' || s.p[i] > 'Z');
	drive_str(d, s);
}

/* JA4 is made whole or not at all. */
static inline void drive_hello(struct drive *d, const struct dissect_hello *h)
{
	size_t n = strnlen(h->ja4, sizeof(h->ja4));

	MUST(n == 0 || (n == DISSECT_JA4_SIZE - 1 && h->ja4[10] == '_' && h->ja4[23] == '_'));
	MUST((h->alpn.p == NULL) == (h->alpn.n == 0) && h->alpn.n <= 255);
	MUST(h->ech || h->ech_config == 0);
	drive_str(d, (struct dissect_str){ (const uint8_t *)h->ja4, n });
	drive_str(d, h->alpn);
	d->hash += h->ech_config + h->ech;
}

static inline void drive_cert(struct drive *d, const struct dissect_message *m)
{
	MUST(m->name.p == NULL && m->cert.names <= DISSECT_CERT_NAMES);
	MUST(m->cert.names_more == 0 || m->cert.names == DISSECT_CERT_NAMES);
	for (uint8_t i = 0; i < m->cert.names; i++) {
		MUST(m->cert.name[i].n > 0);
		drive_str(d, m->cert.name[i]);
	}
}

/* Those of a service record. */
static inline void drive_configs(struct drive *d, const struct dissect_message *m)
{
	MUST(m->service.ech_configs <= DISSECT_ECH_CONFIGS);
	MUST(m->service.ech || m->service.ech_configs == 0);
	MUST(m->service.ech_more == 0 || m->service.ech_configs == DISSECT_ECH_CONFIGS);
	for (size_t i = 0; i < m->service.ech_configs; i++) {
		MUST(m->service.ech_config[i].name.n > 0);
		drive_str(d, m->service.ech_config[i].name);
		d->hash += m->service.ech_config[i].config;
	}
}

static inline void drive_seen(void *arg, const struct dissect_message *m)
{
	struct drive *d = arg;
	d->count++;
	drive_name(d, m->name);
	switch (m->kind) {
	case DISSECT_DNS_QUERY:
		MUST(m->name.n > 0);
		break;
	case DISSECT_DNS_ANSWER:
		MUST(m->name.n > 0 && (m->answer.type == 5 ? m->answer.cname.n : m->answer.addrs) > 0);
		for (uint8_t i = 0; i < m->answer.addrs; i++)
			drive_str(d,
				  (struct dissect_str){ m->answer.addr[i].bytes, sizeof(*m->answer.addr) });
		drive_name(d, m->answer.cname);
		drive_name(d, m->answer.question);
		break;
	case DISSECT_HTTP2:
		MUST(m->name.n > 0);
		drive_str(d, m->http.method);
		drive_str(d, m->http.target);
		drive_str(d, m->http.referer);
		drive_str(d, m->http.user_agent);
		drive_str(d, m->http.requested_with);
		break;
	case DISSECT_HTTP:
		MUST(m->http.method.n > 0);
		drive_str(d, m->http.method);
		drive_str(d, m->http.target);
		drive_str(d, m->http.referer);
		drive_str(d, m->http.user_agent);
		drive_str(d, m->http.requested_with);
		break;
	case DISSECT_DNS_SERVICE:
		MUST(m->name.n > 0 && m->service.target.n > 0);
		drive_name(d, m->service.target);
		drive_name(d, m->service.question);
		drive_str(d, m->service.alpn);
		drive_configs(d, m);
		d->hash += m->service.port;
		break;
	case DISSECT_HTTP_ANSWER:
		MUST(m->name.p == NULL && m->http_answer.status >= 100 && m->http_answer.status <= 999);
		drive_str(d, m->http_answer.content_type);
		drive_str(d, m->http_answer.server);
		drive_str(d, m->http_answer.location);
		drive_str(d, m->http_answer.title);
		break;
	case DISSECT_TLS:
		drive_hello(d, &m->tls.hello);
		break;
	case DISSECT_QUIC:
		drive_hello(d, &m->quic.hello);
		break;
	case DISSECT_TLS_CERT:
		drive_cert(d, m);
		break;
	default:
		break;
	}
}

static inline void drive_init(struct drive *d, uint16_t port)
{
	static struct hpack_tables tables; /* not cleared: what others left there must not be seen */

	memset(d, 0, sizeof(*d));
	d->m.flow.sport = 40000;
	d->m.flow.dport = port;
	d->out = (struct proto_out){
		.m = &d->m, .fn = drive_seen, .arg = d, .stats = &d->stats, .hpack = &tables
	};
}

/* What is given to a parser sits in memory of its own, so that a sanitizer sees each step behind it. */
static inline uint8_t *drive_exact(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	MUST(copy != NULL);
	if (n > 0)
		memcpy(copy, p, n);
	return copy;
}

/* Takes what it can off the bytes up to `have`. */
static inline enum proto_result drive_take(struct drive *d, const struct proto_stream *row, const uint8_t *p,
					   size_t have, size_t *at, uint64_t *skip)
{
	enum proto_result res = PROTO_OK;

	while (*at < have && res == PROTO_OK) {
		size_t jump = *skip < have - *at ? (size_t)*skip : have - *at, used = 0;
		uint8_t *copy;
		*at += jump;
		*skip -= jump;
		if (*at == have)
			break;
		copy = drive_exact(p + *at, have - *at);
		row->probe(copy, have - *at);
		res = row->parse(copy, have - *at, &d->st, &used, skip, &d->out);
		free(copy);
		MUST(used <= have - *at);
		MUST(res != PROTO_OK || used > 0);
		MUST(res != PROTO_MORE || used == 0);
		*at += res == PROTO_OK ? used : 0;
	}
	return res;
}

/* What waits when the bytes are at their end is shown once more, as the last there is. */
static inline void drive_stream(struct drive *d, const struct proto_stream *row, const uint8_t *p, size_t n,
				size_t step)
{
	enum proto_result res = PROTO_MORE;
	size_t at = 0, have = 0;
	uint64_t skip = 0;

	while (have < n && (res == PROTO_MORE || res == PROTO_OK)) {
		have = n - have > step ? have + step : n;
		res = drive_take(d, row, p, have, &at, &skip);
	}
	d->st.last = true;
	if (res == PROTO_MORE)
		drive_take(d, row, p, n, &at, &skip);
}

/* The first byte says how the others are cut. */
static inline void drive_both(const struct proto_stream *row, const uint8_t *p, size_t n, uint16_t port)
{
	struct drive whole, cut;
	if (n < 1)
		return;
	drive_init(&whole, port);
	drive_stream(&whole, row, p + 1, n - 1, n);
	drive_init(&cut, port);
	drive_stream(&cut, row, p + 1, n - 1, (size_t)p[0] + 1);
	MUST(whole.count == cut.count && whole.hash == cut.hash);
}

#endif
