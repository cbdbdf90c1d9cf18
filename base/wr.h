/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounded builder into a caller's buffer: our own IPC frames and test packets.
 * Sticky: what does not fit sets `failed` and writes nothing more. Lengths that are
 * known late are opened with wr_open16() and filled by wr_close16().
 */
#ifndef BASE_WR_H
#define BASE_WR_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wr {
	uint8_t *p, *end, *base;
	bool failed;
};

static inline struct wr wr_init(void *buf, size_t cap)
{
	uint8_t *p = buf;
	return (struct wr){ .p = p, .end = p + cap, .base = p, .failed = false };
}

static inline size_t wr_len(const struct wr *w) { return (size_t)(w->p - w->base); }
static inline size_t wr_left(const struct wr *w) { return (size_t)(w->end - w->p); }
static inline bool wr_ok(const struct wr *w) { return !w->failed; }

static inline void wr_bytes(struct wr *w, const void *bytes, size_t n)
{
	if (w->failed || n > wr_left(w)) {
		w->failed = true;
		return;
	}
	if (n > 0)
		memcpy(w->p, bytes, n);
	w->p += n;
}

static inline void wr_u8(struct wr *w, uint8_t v) { wr_bytes(w, &v, 1); }

static inline void wr_be16(struct wr *w, uint16_t v)
{
	uint16_t be = htobe16(v);
	wr_bytes(w, &be, sizeof(be));
}

static inline void wr_be32(struct wr *w, uint32_t v)
{
	uint32_t be = htobe32(v);
	wr_bytes(w, &be, sizeof(be));
}

static inline void wr_be64(struct wr *w, uint64_t v)
{
	uint64_t be = htobe64(v);
	wr_bytes(w, &be, sizeof(be));
}

/* Bytes behind a 16-bit length; longer than 65535 fails. */
static inline void wr_vec16(struct wr *w, const void *bytes, size_t n)
{
	if (n > UINT16_MAX)
		w->failed = true;
	wr_be16(w, (uint16_t)n);
	wr_bytes(w, bytes, n);
}

static inline void wr_str16(struct wr *w, const char *s) { wr_vec16(w, s, strlen(s)); }

/* Bytes behind a 32-bit length. */
static inline void wr_vec32(struct wr *w, const void *bytes, size_t n)
{
	if (n > UINT32_MAX)
		w->failed = true;
	wr_be32(w, (uint32_t)n);
	wr_bytes(w, bytes, n);
}

/* Opens a 16-bit length to be filled by wr_close16() with the mark that this returns. */
static inline size_t wr_open16(struct wr *w)
{
	wr_be16(w, 0);
	return wr_len(w);
}

static inline void wr_close16(struct wr *w, size_t mark)
{
	size_t n = wr_len(w) - mark;
	if (w->failed || mark < 2 || n > UINT16_MAX) {
		w->failed = true;
		return;
	}
	w->base[mark - 2] = (uint8_t)(n >> 8);
	w->base[mark - 1] = (uint8_t)n;
}

#endif
