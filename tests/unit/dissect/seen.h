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
	else
		buf_printf(b, " %s", inet_ntop(AF_INET6, m->answer.addr.bytes, addr, sizeof(addr)));
}

static inline void seen_cert(struct buf *b, const struct dissect_message *m)
{
	for (uint8_t i = 0; i < m->cert.names; i++)
		seen_str(b, m->cert.name[i]);
	if (m->cert.names_more > 0)
		buf_printf(b, " +%u", m->cert.names_more);
}

static inline void seen_add(void *arg, const struct dissect_message *m)
{
	static const char *const kinds[] = {
		[DISSECT_DNS_QUERY] = "query",
		[DISSECT_DNS_ANSWER] = "answer",
		[DISSECT_HTTP] = "http",
		[DISSECT_TLS] = "tls",
		[DISSECT_QUIC] = "quic",
		[DISSECT_DNS_SERVICE] = "service",
		[DISSECT_HTTP_ANSWER] = "http-answer",
		[DISSECT_TLS_CERT] = "cert",
	};
	struct seen *s = arg;
	struct buf *b = &s->lines;

	buf_puts(b, kinds[m->kind]);
	seen_str(b, m->name);
	if (m->kind == DISSECT_DNS_QUERY)
		buf_printf(b, " %u", m->query.qtype);
	else if (m->kind == DISSECT_DNS_ANSWER)
		seen_answer(b, m);
	else if (m->kind == DISSECT_TLS)
		buf_printf(b, " %04x", m->tls.version);
	else if (m->kind == DISSECT_QUIC)
		buf_printf(b, " %08x", m->quic.version);
	else if (m->kind == DISSECT_TLS_CERT)
		seen_cert(b, m);
	else if (m->kind == DISSECT_HTTP) {
		seen_str(b, m->http.method);
		seen_str(b, m->http.target);
		seen_str(b, m->http.referer);
		seen_str(b, m->http.user_agent);
		seen_str(b, m->http.requested_with);
	}
	buf_puts(b, "\n");
}

static inline void seen_init(struct seen *s, uint16_t sport, uint16_t dport)
{
	memset(s, 0, sizeof(*s));
	s->m.flow.sport = sport;
	s->m.flow.dport = dport;
	s->out = (struct proto_out){ .m = &s->m, .fn = seen_add, .arg = s, .stats = &s->stats };
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

/* Feeds a stream as the TCP layer does, `step` bytes at a time; returns the last result. What is not
 * consumed is kept, what is to be skipped is dropped. */
static inline enum proto_result seen_stream(struct seen *s, const struct proto_stream *row, const void *bytes,
					    size_t n, size_t step)
{
	uint64_t skip = 0;
	size_t at = 0, have = 0, used = 0;
	enum proto_result res = PROTO_MORE;

	while (have < n && (res == PROTO_MORE || res == PROTO_OK)) {
		have = n - have > step ? have + step : n;
		do {
			uint8_t *p;
			if (skip > have - at) {
				skip -= have - at;
				at = have;
				break;
			}
			at += (size_t)skip;
			skip = 0;
			p = seen_exact((const uint8_t *)bytes + at, have - at);
			res = row->parse(p, have - at, &s->st, &used, &skip, &s->out);
			free(p);
			assert_true(used <= have - at);
			assert_true(res != PROTO_OK || used > 0);
			assert_true(res != PROTO_MORE || used == 0);
			at += used;
		} while (res == PROTO_OK && at < have);
	}
	return res;
}

#endif
