/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drives one protocol parser for a fuzz target: checks the contract of dissect/proto.h at each call and that
 * the same bytes give the same messages however they are cut into segments.
 */
#ifndef TESTS_FUZZ_PROTO_DRIVE_H
#define TESTS_FUZZ_PROTO_DRIVE_H

#include <stdlib.h>
#include <string.h>

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
		MUST(m->name.n > 0 && (m->answer.type != 5 || m->answer.cname.n > 0));
		drive_name(d, m->answer.cname);
		break;
	case DISSECT_HTTP:
		MUST(m->http.method.n > 0);
		drive_str(d, m->http.method);
		drive_str(d, m->http.target);
		drive_str(d, m->http.referer);
		drive_str(d, m->http.user_agent);
		drive_str(d, m->http.requested_with);
		break;
	default:
		break;
	}
}

static inline void drive_init(struct drive *d, uint16_t port)
{
	memset(d, 0, sizeof(*d));
	d->m.flow.sport = 40000;
	d->m.flow.dport = port;
	d->out = (struct proto_out){ .m = &d->m, .fn = drive_seen, .arg = d, .stats = &d->stats };
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

static inline void drive_stream(struct drive *d, const struct proto_stream *row, const uint8_t *p, size_t n,
				size_t step)
{
	enum proto_result res = PROTO_MORE;
	size_t at = 0, have = 0, used;
	uint64_t skip = 0;

	while (have < n && (res == PROTO_MORE || res == PROTO_OK)) {
		have = n - have > step ? have + step : n;
		while (at < have) {
			size_t jump = skip < have - at ? (size_t)skip : have - at;
			uint8_t *copy;
			at += jump;
			skip -= jump;
			if (at == have)
				break;
			copy = drive_exact(p + at, have - at);
			used = 0;
			row->probe(copy, have - at);
			res = row->parse(copy, have - at, &d->st, &used, &skip, &d->out);
			free(copy);
			MUST(used <= have - at);
			MUST(res != PROTO_OK || used > 0);
			MUST(res != PROTO_MORE || used == 0);
			if (res != PROTO_OK)
				break;
			at += used;
		}
	}
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
