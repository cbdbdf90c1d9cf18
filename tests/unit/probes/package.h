/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: a writer of ZIP archives that can lie, a server in memory that answers a probe's ranges, and the
 * archive `k` of each test by package_set_up(). */
#ifndef TESTS_UNIT_PROBES_PACKAGE_H
#define TESTS_UNIT_PROBES_PACKAGE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "probes/probe.h"

#define PACKAGE_NOW INT64_C(1795276800000000) /* 2026-11-21T16:00:00Z */

enum { PACKAGE_MAX = 4 * 1024 * 1024, PACKAGE_DIR_MAX = 2 * 1024 * 1024 };

struct package {
	uint8_t *p, *dir;
	size_t n, dir_n;
	unsigned entries;
	/* lies and habits, set before an entry is added */
	bool stored;
	unsigned pad;      /* bytes of extra field in the local header */
	uint16_t dos_date; /* 0: 2026-05-01 */
	uint32_t utc;      /* an extended timestamp; 0: none */
	int64_t size_off;  /* added to the size that the directory tells */
	int64_t packed_off, at_off;
	uint32_t crc_off;
	const char *local_name; /* another name in the local header */
	bool zip64;
};

static inline void package_le(uint8_t **to, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		*(*to)++ = (uint8_t)(v >> 8 * i);
}

static inline void package_init(struct package *k)
{
	*k = (struct package){ .p = calloc(1, PACKAGE_MAX), .dir = calloc(1, PACKAGE_DIR_MAX) };
}

static inline void package_clear(struct package *k)
{
	free(k->p);
	free(k->dir);
}

static inline size_t package_deflate(const void *bytes, size_t n, uint8_t *out, size_t cap)
{
	z_stream z = { 0 };

	if (deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (Bytef *)(uintptr_t)bytes;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)cap;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return z.total_out;
}

/* What both headers of an entry say. */
struct package_entry {
	uint16_t time, date;
	uint32_t crc;
	size_t packed, n;
};

static inline void package_sums(uint8_t **to, uint32_t crc, uint64_t packed, uint64_t n)
{
	package_le(to, crc, 4);
	package_le(to, packed, 4);
	package_le(to, n, 4);
}

static inline void package_kind(const struct package *k, uint8_t **to, const struct package_entry *e)
{
	package_le(to, 20, 2);
	package_le(to, 0, 2);
	package_le(to, k->stored ? 0 : 8, 2);
	package_le(to, e->time, 2);
	package_le(to, e->date, 2);
}

static inline void package_local(struct package *k, const char *name, size_t name_n, const void *bytes,
				 struct package_entry *e)
{
	uint8_t *to = k->p + k->n, *sums;

	package_le(&to, 0x04034b50, 4);
	package_kind(k, &to, e);
	sums = to;
	to += 12;
	package_le(&to, name_n, 2);
	package_le(&to, k->pad, 2);
	memcpy(to, name, name_n);
	to += name_n + k->pad;
	e->packed = e->n;
	if (k->stored)
		memcpy(to, bytes, e->n);
	else
		e->packed = package_deflate(bytes, e->n, to, PACKAGE_MAX - (size_t)(to - k->p));
	package_sums(&sums, e->crc, e->packed, e->n);
	k->n = (size_t)(to - k->p) + e->packed;
}

static inline void package_directory(struct package *k, const char *name, size_t name_n, uint64_t at,
				     const struct package_entry *e)
{
	uint64_t packed = (uint64_t)((int64_t)e->packed + k->packed_off),
		 n = (uint64_t)((int64_t)e->n + k->size_off);
	uint8_t *d = k->dir + k->dir_n;

	package_le(&d, 0x02014b50, 4);
	package_le(&d, 20, 2);
	package_kind(k, &d, e);
	package_sums(&d, e->crc, k->zip64 ? UINT32_MAX : packed, k->zip64 ? UINT32_MAX : n);
	package_le(&d, name_n, 2);
	package_le(&d, (k->utc ? 9 : 0) + (k->zip64 ? 28 : 0), 2);
	package_le(&d, 0, 2); /* comment */
	package_le(&d, 0, 8);
	package_le(&d, k->zip64 ? UINT32_MAX : at, 4);
	memcpy(d, name, name_n);
	d += name_n;
	if (k->utc) {
		package_le(&d, 0x5455 | 5 << 16, 4);
		package_le(&d, 1, 1);
		package_le(&d, k->utc, 4);
	}
	if (k->zip64) {
		package_le(&d, 1 | 24 << 16, 4);
		package_le(&d, n, 8);
		package_le(&d, packed, 8);
		package_le(&d, at, 8);
	}
	k->dir_n = (size_t)(d - k->dir);
}

static inline void package_add_n(struct package *k, const char *name, size_t name_n, const void *bytes,
				 size_t n)
{
	const char *local = k->local_name ? k->local_name : name;
	uint64_t at = (uint64_t)((int64_t)k->n + k->at_off);
	struct package_entry e = { .time = 12 << 11 | 30 << 5,
				   .date = k->dos_date ? k->dos_date : (2026 - 1980) << 9 | 5 << 5 | 1,
				   .crc = (uint32_t)crc32(0, bytes, (uInt)n) + k->crc_off,
				   .n = n };

	package_local(k, local, k->local_name ? strlen(local) : name_n, bytes, &e);
	package_directory(k, name, name_n, at, &e);
	k->entries++;
}

static inline void package_add(struct package *k, const char *name, const void *bytes, size_t n)
{
	package_add_n(k, name, strlen(name), bytes, n);
}

/* What the end of an archive says, to be bent before package_end_as(). */
struct package_end {
	uint64_t entries, dir_size, dir;
	unsigned comment; /* bytes */
	bool zip64;
};

static inline struct package_end package_true_end(const struct package *k)
{
	return (struct package_end){ .entries = k->entries, .dir_size = k->dir_n, .dir = k->n };
}

static inline void package_end_as(struct package *k, const struct package_end *e)
{
	uint8_t *to = k->p + k->n;
	uint64_t at;

	memcpy(to, k->dir, k->dir_n);
	to += k->dir_n;
	at = (uint64_t)(to - k->p);
	if (e->zip64) {
		package_le(&to, 0x06064b50, 4);
		package_le(&to, 44, 8);
		package_le(&to, 45 | 45 << 16, 4);
		package_le(&to, 0, 8);
		package_le(&to, e->entries, 8);
		package_le(&to, e->entries, 8);
		package_le(&to, e->dir_size, 8);
		package_le(&to, e->dir, 8);
		package_le(&to, 0x07064b50, 4);
		package_le(&to, 0, 4);
		package_le(&to, at, 8);
		package_le(&to, 1, 4);
	}
	package_le(&to, 0x06054b50, 4);
	package_le(&to, 0, 4);
	package_le(&to, e->zip64 ? UINT16_MAX : e->entries, 2);
	package_le(&to, e->zip64 ? UINT16_MAX : e->entries, 2);
	package_le(&to, e->zip64 ? UINT32_MAX : e->dir_size, 4);
	package_le(&to, e->zip64 ? UINT32_MAX : e->dir, 4);
	package_le(&to, e->comment, 2);
	memset(to, ' ', e->comment);
	to += e->comment;
	k->n = (size_t)(to - k->p);
}

static inline void package_end(struct package *k)
{
	struct package_end e = package_true_end(k);

	package_end_as(k, &e);
}

/* -- the server --------------------------------------------------------------------------------------- */

struct served {
	const uint8_t *p; /* the file */
	size_t n;
	/* manners */
	bool no_ranges;    /* sends all, status 200, cut off by the fetcher */
	int status;        /* instead; 0: none */
	unsigned from_ask; /* the manner holds from this ask on (0: the first) */
	enum probe_outcome outcome;
	int64_t total_off, from_off;
	size_t shorter;   /* bytes that are missing at the end of a range */
	const char *etag; /* from from_ask on */
	/* told */
	unsigned asks;
	uint64_t bytes;
	char urls[4096];
	char remark[PROBE_NOTE_MAX];
};

static inline void served_answer(struct served *s, const struct probe_ask *ask, struct probe_answer *a)
{
	bool odd = s->asks >= s->from_ask;
	uint64_t to = ask->to + 1 < s->n ? ask->to + 1 : s->n;
	size_t n = ask->from < to ? (size_t)(to - ask->from) : 0, most = ask->body_max;

	*a = (struct probe_answer){ .outcome = odd ? s->outcome : PROBE_DONE,
				    .status = odd && s->status ? s->status : 206,
				    .url = ask->url,
				    .content_type = "",
				    .server = "",
				    .location = "",
				    .generator = "",
				    .etag = odd && s->etag ? s->etag : "\"1\"",
				    .last_modified = "",
				    .authenticate = "",
				    .cookies = "" };
	if (a->outcome != PROBE_DONE || (a->status != 206 && a->status != 200))
		return;
	if (odd && s->no_ranges) {
		a->status = 200;
		a->body = s->p;
		a->size = s->n < most ? s->n : most;
		a->truncated = s->n > most;
		a->total = s->n;
		s->bytes += a->size;
		return;
	}
	if (odd)
		n = n > s->shorter ? n - s->shorter : 0;
	a->body = s->p + ask->from;
	a->size = n;
	a->total = s->n + (uint64_t)(odd ? s->total_off : 0);
	a->range_from = ask->from + (uint64_t)(odd ? s->from_off : 0);
	s->bytes += n;
}

/* Runs the probe against the server as visit/visit.c would. Each body is a copy that ends where it ends. */
static inline enum probe_outcome served_run(const struct probe *probe, struct served *s, const char *target,
					    struct probe_facts *facts)
{
	struct probe_run run = { .kind = SUBJECT_HOST,
				 .name = "www.example.cn",
				 .target = target,
				 .base = "",
				 .now = PACKAGE_NOW,
				 .state = calloc(1, probe->state_size),
				 .facts = facts,
				 .outcome = PROBE_DONE };
	struct probe_answer answer;
	struct probe_ask ask;
	uint8_t *body = NULL;

	s->asks = 0;
	for (;;) {
		memset(&ask, 0, sizeof(ask));
		if (!probe->next(&run, &ask) || s->asks == PROBE_ASKS_MAX)
			break;
		snprintf(s->urls + strlen(s->urls), sizeof(s->urls) - strlen(s->urls), "%s ", ask.url);
		served_answer(s, &ask, &answer);
		s->asks++;
		free(body);
		body = malloc(answer.size ? answer.size : 1);
		if (answer.size)
			memcpy(body, answer.body, answer.size);
		answer.body = body;
		run.answer = &answer;
		run.outcome = answer.outcome;
	}
	if (probe->end)
		probe->end(&run);
	free(body);
	free(run.state);
	memcpy(s->remark, run.remark, sizeof(s->remark));
	return run.outcome;
}

/* -- the fixture -------------------------------------------------------------------------------------- */

static struct package k;

static inline int package_set_up(void **state)
{
	(void)state;
	package_init(&k);
	return 0;
}

static inline int package_tear_down(void **state)
{
	(void)state;
	package_clear(&k);
	return 0;
}

#define PACKAGE_TEST(test) cmocka_unit_test_setup_teardown(test, package_set_up, package_tear_down)

/* Begins again. */
static inline void package_empty(void) { k.n = k.dir_n = k.entries = 0; }

/* A stored file of n bytes that nobody reads. */
static inline void package_filler(const char *name, size_t n)
{
	uint8_t *bytes = malloc(n);

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	k.stored = true;
	package_add(&k, name, bytes, n);
	k.stored = false;
	free(bytes);
}

/* Runs the probe against a server that has k as it is now, unless it was given something else. */
static inline enum probe_outcome package_run(const struct probe *probe, struct served *s, const char *url,
					     struct probe_facts *f)
{
	static struct probe_fact room[PROBE_FACTS_MAX];

	*f = (struct probe_facts){ .fact = room };
	if (s->p == NULL || s->p == k.p) {
		s->p = k.p;
		s->n = k.n;
	}
	return served_run(probe, s, url, f);
}

/* "type=value (note)" of each fact, one a line. */
static inline void package_told(const struct probe_facts *f, char *out, size_t cap)
{
	out[0] = '\0';
	for (size_t i = 0; i < f->count; i++)
		snprintf(out + strlen(out), cap - strlen(out), "%s=%s (%s)\n", fact_name(f->fact[i].type),
			 f->fact[i].value, f->fact[i].note);
}

#endif
