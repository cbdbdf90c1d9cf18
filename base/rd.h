/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounded reader over bytes that somebody else wrote: packets, frames, files.
 * By value, never owns, never allocates. Sticky: the first read past the end sets
 * `failed`, empties the reader and yields zeroes from then on, so a loop on
 * rd_left() always ends. Check rd_ok() after each unit, before using its values.
 * A sub-reader's failure is its own and does not void its parent.
 */
#ifndef BASE_RD_H
#define BASE_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
	const uint8_t *p;    /* next byte */
	const uint8_t *end;  /* one past the last byte */
	const uint8_t *base; /* first byte, for offsets */
	bool failed;
};

static inline struct rd rd_init(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	return (struct rd){ .p = p, .end = p ? p + n : p, .base = p, .failed = false };
}

static inline size_t rd_left(const struct rd *r) { return (size_t)(r->end - r->p); }
static inline size_t rd_pos(const struct rd *r) { return (size_t)(r->p - r->base); }
static inline bool rd_ok(const struct rd *r) { return !r->failed; }
/* ok and nothing left over */
static inline bool rd_done(const struct rd *r) { return !r->failed && r->p == r->end; }

/* The only place that moves: lends n bytes (points into the input) or fails with NULL. */
static inline const uint8_t *rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;
	if (n > rd_left(r) || (n == 0 && r->failed)) { /* nothing is left of one that failed */
		r->failed = true;
		r->p = r->end;
		return NULL;
	}
	if (n > 0) /* or p may be NULL */
		r->p = p + n;
	return p;
}

static inline bool rd_skip(struct rd *r, size_t n) { return rd_bytes(r, n) != NULL || n == 0; }

static inline uint8_t rd_u8(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 1);
	return p ? p[0] : 0;
}

static inline uint16_t rd_be16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);
	return (uint16_t)(p ? p[0] << 8 | p[1] : 0);
}

static inline uint32_t rd_be24(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 3);
	return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t rd_be32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);
	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t rd_be64(struct rd *r)
{
	uint64_t hi = rd_be32(r);
	return hi << 32 | rd_be32(r);
}

/* A reader over the next n bytes; empty and failed (like its parent) when they are not there. */
static inline struct rd rd_sub(struct rd *r, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);
	struct rd s = rd_init(p, p ? n : 0);
	s.failed = r->failed;
	return s;
}

static inline struct rd rd_sub8(struct rd *r) { return rd_sub(r, rd_u8(r)); }
static inline struct rd rd_sub16(struct rd *r) { return rd_sub(r, rd_be16(r)); }
static inline struct rd rd_sub24(struct rd *r) { return rd_sub(r, rd_be24(r)); }

#endif
