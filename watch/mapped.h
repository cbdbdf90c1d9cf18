/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Classic pcap files without libpcap's copies: the records are read where they lie in a window over the
 * file. The window is mapped while the kernel promises that nobody writes to the file or cuts it (a lease,
 * fcntl(2)): packets must not change while they are dissected. Without that promise it is a buffer that is
 * read into. This reader takes well-formed records only; at the first one that is not, and at the end, it
 * stops, and libpcap goes on from there: oddities and their messages have one owner.
 */
#ifndef WATCH_MAPPED_H
#define WATCH_MAPPED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "watch/capture.h"

struct mapped; /* owns the window, not the descriptor */

struct mapped_format {
	int linktype;      /* as libpcap names it */
	uint32_t snapshot; /* records longer than this are odd */
	bool swapped;      /* written in the other byte order */
	bool nano;         /* times in nanoseconds */
	int64_t first;     /* where the first record begins */
};

/* NULL when the file cannot be read in places (a pipe): libpcap has it then. */
struct mapped *mapped_open(int fd, const struct mapped_format *format);
void mapped_close(struct mapped *m);
/* What is read from now on is added to `digest` (borrowed), from the start of the file on. */
void mapped_want_digest(struct mapped *m, struct hash_stream *digest);
/* Up to which byte the digest goes. */
int64_t mapped_digested(const struct mapped *m);
/* Tells packets before they are handed out. */
void mapped_ahead(struct mapped *m, capture_ahead_fn *fn, void *arg);
/* Hands up to `budget` packets to fn; 0 when the record at mapped_at() is not for this reader. */
int mapped_read(struct mapped *m, int budget, capture_fn *fn, void *arg);
int64_t mapped_at(const struct mapped *m);

/* A time of a capture file as microseconds, kept within the years of four digits. */
int64_t mapped_time(int64_t seconds, int64_t microseconds);

#endif
