/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/prefetch.h"
#include "base/rd.h"

enum {
	MAPPED_WINDOW = 2 << 20,   /* mapped at once */
	MAPPED_BUFFER = 512 << 10, /* read at once: stays in the second-level cache */
	MAPPED_HEADER = 16,        /* of a record */
	MAPPED_PACKET = 256 << 10, /* the longest that libpcap takes too */
	MAPPED_AHEAD = 8192,       /* bytes that are asked for before their packet is due */
	MAPPED_LINE = 64,
	MAPPED_HASH = 128 << 10, /* digested at a time: the packets then come from the cache */
};

/* 1900 and 9999, seconds since 1970: what a capture says beyond them would overflow in microseconds, and is
 * no year of four digits. */
#define MAPPED_TIME_LEAST INT64_C(-2208988800)
#define MAPPED_TIME_MOST  INT64_C(253402300799)

struct mapped {
	int fd; /* the caller's */
	struct mapped_format format;
	bool leased;
	uint8_t *window;
	int64_t base;               /* where in the file the window begins */
	size_t n, at;               /* bytes of the window, how many are done with */
	struct hash_stream *digest; /* the caller's; NULL: not asked for */
	capture_ahead_fn *ahead;    /* NULL: nobody wants to know */
	void *ahead_arg;            /* borrowed */
	int64_t digested;           /* bytes of the file that are in it, never fewer than are done with */
};

/* A break of the lease tells with a signal that nobody minds; mapped_read() asks each time anyway. */
static bool mapped_lease(int fd)
{
	return fcntl(fd, F_SETSIG, SIGURG) == 0 && fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
}

static bool mapped_is_safe(const struct mapped *m) { return fcntl(m->fd, F_GETLEASE) == F_RDLCK; }

struct mapped *mapped_open(int fd, const struct mapped_format *format)
{
	struct stat st;
	struct mapped *m;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	m = xcalloc(1, sizeof(*m));
	m->fd = fd;
	m->format = *format;
	m->leased = mapped_lease(fd);
	m->base = format->first;
	return m;
}

static void mapped_let_go(struct mapped *m)
{
	if (m->leased && m->window != NULL)
		munmap(m->window, m->n);
	else
		free(m->window);
	m->window = NULL;
	m->base += (int64_t)m->at;
	m->n = m->at = 0;
}

void mapped_close(struct mapped *m)
{
	if (m == NULL)
		return;
	mapped_let_go(m);
	if (m->leased)
		fcntl(m->fd, F_SETLEASE, F_UNLCK);
	free(m);
}

/* Every page is brought in here: where that fails, read(2) can say why, and a mapping could only kill. */
static bool mapped_map(struct mapped *m)
{
	int64_t from = m->base & -(int64_t)sysconf(_SC_PAGESIZE), size;
	struct stat st;
	void *p;

	if (fstat(m->fd, &st) != 0 || st.st_size <= m->base)
		return false;
	size = st.st_size - from < MAPPED_WINDOW ? st.st_size - from : MAPPED_WINDOW;
	p = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, m->fd, from);
	if (p == MAP_FAILED)
		return false;
	if (madvise(p, (size_t)size, MADV_POPULATE_READ) != 0) {
		munmap(p, (size_t)size);
		return false;
	}
	m->at = (size_t)(m->base - from);
	m->base = from;
	m->window = p;
	m->n = (size_t)size;
	return true;
}

/* From now on bytes are read into a buffer of our own. */
static void mapped_unlease(struct mapped *m)
{
	mapped_let_go(m);
	fcntl(m->fd, F_SETLEASE, F_UNLCK);
	m->leased = false;
}

static void mapped_fill(struct mapped *m)
{
	ssize_t n = 1;

	if (m->window == NULL)
		m->window = xmalloc(MAPPED_BUFFER);
	memmove(m->window, m->window + m->at, m->n - m->at);
	m->base += (int64_t)m->at;
	m->n -= m->at;
	m->at = 0;
	while (m->n < MAPPED_BUFFER && n > 0) {
		do
			n = pread(m->fd, m->window + m->n, MAPPED_BUFFER - m->n, m->base + (int64_t)m->n);
		while (n < 0 && errno == EINTR);
		m->n += n > 0 ? (size_t)n : 0;
	}
}

/* Makes the window begin near the next record. False: there is nothing new behind what it held. */
static bool mapped_slide(struct mapped *m)
{
	int64_t end = m->base + (int64_t)m->n;

	if (m->leased) {
		mapped_let_go(m);
		if (!mapped_map(m))
			mapped_unlease(m);
	}
	if (!m->leased)
		mapped_fill(m);
	return m->base + (int64_t)m->n > end;
}

void mapped_want_digest(struct mapped *m, struct hash_stream *digest)
{
	uint8_t head[64];
	size_t n = (size_t)m->format.first;

	if (n > sizeof(head) || pread(m->fd, head, n, 0) != (ssize_t)n)
		return;
	hash_stream_add(digest, head, n);
	m->digest = digest;
	m->digested = (int64_t)n;
}

int64_t mapped_digested(const struct mapped *m) { return m->digested; }

int64_t mapped_at(const struct mapped *m) { return m->base + (int64_t)m->at; }

/* Asks for bytes before they are due: hopping from packet to packet, nothing else would. */
static void mapped_prefetch(const struct mapped *m, size_t from, size_t n)
{
	size_t end = from + n < m->n ? from + n : m->n;

	for (; from < end; from += MAPPED_LINE)
		prefetch_second(m->window + from);
}

/* Digests what lies before `end` in the window, and more, for it is read now in any case. */
static void mapped_hash(struct mapped *m, size_t end)
{
	size_t from = (size_t)(m->digested - m->base);

	end = end > from + MAPPED_HASH ? end : from + MAPPED_HASH;
	if (end > m->n)
		end = m->n;
	while (from < end) {
		size_t n = end - from < MAPPED_AHEAD ? end - from : MAPPED_AHEAD;
		mapped_prefetch(m, from + MAPPED_AHEAD, n);
		hash_stream_add(m->digest, m->window + from, n);
		from += n;
	}
	m->digested = m->base + (int64_t)end;
}

static bool mapped_have(struct mapped *m, size_t n)
{
	return m->n - m->at >= n || (mapped_slide(m) && m->n - m->at >= n);
}

int64_t mapped_time(int64_t seconds, int64_t microseconds)
{
	if (seconds < MAPPED_TIME_LEAST)
		seconds = MAPPED_TIME_LEAST;
	if (seconds > MAPPED_TIME_MOST)
		seconds = MAPPED_TIME_MOST;
	return seconds * 1000000 + microseconds;
}

/* libpcap takes the halves of a time with their sign, but not those that it has to turn round. */
static int64_t mapped_record_time(const struct mapped_format *f, uint32_t seconds, uint32_t part)
{
	int64_t s = f->swapped ? (int64_t)seconds : (int32_t)seconds;
	int64_t us = f->swapped ? (int64_t)part : (int32_t)part;

	return mapped_time(s, f->nano ? us / 1000 : us);
}

/* Are so many bytes in the window, which may be moved for them? */
static bool mapped_there(struct mapped *m, size_t n, bool slide)
{
	return m->n - m->at >= n || (slide && mapped_have(m, n));
}

/* The record at hand as a packet, borrowed until the window slides. False: not one for this reader, or not in
 * the window. */
static bool mapped_record(struct mapped *m, bool slide, struct dissect_packet *p)
{
	uint32_t word[MAPPED_HEADER / 4]; /* seconds, their part, captured, original length */
	size_t n;

	if (!mapped_there(m, MAPPED_HEADER, slide))
		return false;
	memcpy(word, m->window + m->at, sizeof(word));
	for (int i = 0; m->format.swapped && i < MAPPED_HEADER / 4; i++)
		word[i] = __builtin_bswap32(word[i]);
	n = MAPPED_HEADER + (size_t)word[2];
	if (word[2] > m->format.snapshot || word[2] > MAPPED_PACKET || !mapped_there(m, n, slide))
		return false;
	if (m->digest != NULL && m->base + (int64_t)(m->at + n) > m->digested)
		mapped_hash(m, m->at + n);
	p->time = mapped_record_time(&m->format, word[0], word[1]);
	p->linktype = m->format.linktype;
	p->wire_len = word[3] > word[2] ? word[3] : word[2];
	p->bytes = m->window + m->at + MAPPED_HEADER;
	p->captured = word[2];
	m->at += n;
	return true;
}

void mapped_ahead(struct mapped *m, capture_ahead_fn *fn, void *arg)
{
	m->ahead = fn;
	m->ahead_arg = arg;
}

/* The next few, out of one window: all in bytes that were asked for before. */
static int mapped_few(struct mapped *m, int most, struct dissect_packet p[DISSECT_AHEAD_MAX])
{
	size_t end = 0;
	int n = 0;

	most = most < DISSECT_AHEAD_MAX ? most : DISSECT_AHEAD_MAX;
	while (n < most && (n == 0 || m->at < end) && mapped_record(m, n == 0, &p[n])) {
		if (n++ == 0)
			end = m->at + MAPPED_AHEAD / 2;
	}
	return n;
}

int mapped_read(struct mapped *m, int budget, capture_fn *fn, void *arg)
{
	struct dissect_packet p[DISSECT_AHEAD_MAX];
	int seen = 0, n;

	if (m->leased && !mapped_is_safe(m))
		mapped_unlease(m);
	while (seen < budget && (n = mapped_few(m, budget - seen, p)) > 0) {
		if (m->ahead != NULL && n > 1)
			m->ahead(m->ahead_arg, p, (size_t)n);
		for (int i = 0; i < n; i++) {
			if (m->digest == NULL)
				mapped_prefetch(m, (size_t)(p[i].bytes - m->window) + MAPPED_AHEAD,
						p[i].captured + (size_t)MAPPED_HEADER);
			fn(arg, &p[i]);
		}
		seen += n;
	}
	return seen;
}
