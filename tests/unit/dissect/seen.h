/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a protocol parser told, kept as lines of text so that a test can say what it expects in one string. */
#ifndef TESTS_UNIT_DISSECT_SEEN_H
#define TESTS_UNIT_DISSECT_SEEN_H

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/text.h"
#include "dissect/hpack_table.h"
#include "dissect/proto.h"

struct seen {
	struct buf lines;
	struct dissect_message m;
	struct dissect_stats stats;
	struct proto_out out;
	struct proto_state st;
};

static inline void seen_str(struct buf *b, struct dissect_str s)
{
	char text[8192];
	if (s.p == NULL) {
		buf_puts(b, " -");
		return;
	}
	text_hex_escape(text, sizeof(text), s.p, s.n);
	buf_printf(b, " [%s]", text);
}

static inline void seen_answer(struct buf *b, const struct dissect_message *m)
{
	char addr[INET6_ADDRSTRLEN];
	buf_printf(b, " %u", m->answer.type);
	if (m->answer.type == 5)
		seen_str(b, m->answer.cname);
	for (uint8_t i = 0; i < m->answer.addrs; i++)
		buf_printf(b, " %s", inet_ntop(AF_INET6, m->answer.addr[i].bytes, addr, sizeof(addr)));
}

static inline void seen_cert(struct buf *b, const struct dissect_message *m)
{
	for (uint8_t i = 0; i < m->cert.names; i++)
		seen_str(b, m->cert.name[i]);
	if (m->cert.names_more > 0)
		buf_printf(b, " +%u", m->cert.names_more);
}

static inline void seen_query(struct buf *b, const struct dissect_message *m)
{
	buf_printf(b, " %u", m->query.qtype);
}

static inline void seen_request(struct buf *b, const struct dissect_message *m)
{
	seen_str(b, m->http.method);
	seen_str(b, m->http.target);
	seen_str(b, m->http.referer);
	seen_str(b, m->http.user_agent);
	seen_str(b, m->http.requested_with);
}

static inline void seen_tls(struct buf *b, const struct dissect_message *m)
{
	buf_printf(b, " %04x", m->tls.version);
}

static inline void seen_quic(struct buf *b, const struct dissect_message *m)
{
	buf_printf(b, " %08x", m->quic.version);
}

static inline void seen_service(struct buf *b, const struct dissect_message *m)
{
	buf_printf(b, " %u %u", m->service.type, m->service.priority);
	seen_str(b, m->service.target);
	seen_str(b, m->service.alpn);
	buf_printf(b, " %u", m->service.port);
	if (m->service.ech)
		buf_printf(b, " ech %u", m->service.ech_config[0].config);
	seen_str(b, m->service.ech_config[0].name);
	for (size_t i = 1; i < m->service.ech_configs; i++) {
		buf_printf(b, " or %u", m->service.ech_config[i].config);
		seen_str(b, m->service.ech_config[i].name);
	}
	if (m->service.ech_more > 0)
		buf_printf(b, " and %u", m->service.ech_more);
}

static inline void seen_http_answer(struct buf *b, const struct dissect_message *m)
{
	buf_printf(b, " %u", m->http_answer.status);
	seen_str(b, m->http_answer.content_type);
	seen_str(b, m->http_answer.server);
	seen_str(b, m->http_answer.location);
	seen_str(b, m->http_answer.title);
}

static inline void seen_add(void *arg, const struct dissect_message *m)
{
	static const struct {
		const char *name;
		void (*add)(struct buf *b, const struct dissect_message *m);
	} kinds[DISSECT_KIND_COUNT] = {
		[DISSECT_DNS_QUERY] = { "query", seen_query },
		[DISSECT_DNS_ANSWER] = { "answer", seen_answer },
		[DISSECT_HTTP] = { "http", seen_request },
		[DISSECT_TLS] = { "tls", seen_tls },
		[DISSECT_QUIC] = { "quic", seen_quic },
		[DISSECT_DNS_SERVICE] = { "service", seen_service },
		[DISSECT_HTTP_ANSWER] = { "http-answer", seen_http_answer },
		[DISSECT_TLS_CERT] = { "cert", seen_cert },
		[DISSECT_HTTP2] = { "http2", seen_request },
	};
	struct seen *s = arg;

	assert_true(m->kind < DISSECT_KIND_COUNT && kinds[m->kind].name != NULL);
	buf_puts(&s->lines, kinds[m->kind].name);
	seen_str(&s->lines, m->name);
	kinds[m->kind].add(&s->lines, m);
	buf_puts(&s->lines, m->proxied ? " proxied" : "");
	buf_puts(&s->lines, "\n");
}

static inline void seen_init(struct seen *s, uint16_t sport, uint16_t dport)
{
	static struct hpack_tables tables;

	memset(s, 0, sizeof(*s));
	s->m.flow.sport = sport;
	s->m.flow.dport = dport;
	s->out = (struct proto_out){
		.m = &s->m, .fn = seen_add, .arg = s, .stats = &s->stats, .hpack = &tables
	};
	buf_puts(&s->lines, "");
}

/* A copy that ends where the bytes end, so that a sanitizer sees any step behind them. */
static inline uint8_t *seen_exact(const void *bytes, size_t n)
{
	uint8_t *p = malloc(n > 0 ? n : 1);
	assert_non_null(p);
	if (n > 0)
		memcpy(p, bytes, n);
	return p;
}

/* Takes what it can off the bytes up to `have`; *at is what is done with, *skip what is to be dropped behind
 * it. */
static inline enum proto_result seen_take(struct seen *s, const struct proto_stream *row,
					  const uint8_t *bytes, size_t have, size_t *at, uint64_t *skip)
{
	enum proto_result res = PROTO_OK;
	size_t used = 0;

	do {
		size_t jump = *skip < have - *at ? (size_t)*skip : have - *at;
		uint8_t *p;
		*at += jump;
		*skip -= jump;
		if (*at == have)
			break;
		p = seen_exact(bytes + *at, have - *at);
		res = row->parse(p, have - *at, &s->st, &used, skip, &s->out);
		free(p);
		assert_true(used <= have - *at);
		assert_true(res != PROTO_OK || used > 0);
		assert_true(res != PROTO_MORE || used == 0);
		*at += used;
	} while (res == PROTO_OK && *at < have);
	return res;
}

/* Feeds a stream as the TCP layer does, `step` bytes at a time; returns the last result. What is not
 * consumed is kept, what is to be skipped is dropped. */
static inline enum proto_result seen_stream(struct seen *s, const struct proto_stream *row, const void *bytes,
					    size_t n, size_t step)
{
	uint64_t skip = 0;
	size_t at = 0, have = 0;
	enum proto_result res = PROTO_MORE;

	while (have < n && (res == PROTO_MORE || res == PROTO_OK)) {
		have = n - have > step ? have + step : n;
		res = seen_take(s, row, bytes, have, &at, &skip);
	}
	return res;
}

/* The same, and then the stream ends: what waits is shown once more, as the last there is. */
static inline void seen_whole(struct seen *s, const struct proto_stream *row, const void *bytes, size_t n,
			      size_t step)
{
	uint64_t skip = 0;
	size_t at = 0, have = 0;
	enum proto_result res = PROTO_MORE;

	while (have < n && (res == PROTO_MORE || res == PROTO_OK)) {
		have = n - have > step ? have + step : n;
		res = seen_take(s, row, bytes, have, &at, &skip);
	}
	s->st.last = true;
	if (res == PROTO_MORE)
		seen_take(s, row, bytes, n, &at, &skip);
}

#endif
