/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader for classic files against libpcap's own (through a pipe, which cannot be mapped): both ways of
 * the first, mapped under a lease and through its buffer, must hand over the same and end with the same line.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/wr.h"
#include "watch/capture.h"
#include "watch/mapped.h"

enum { BIG = 24 << 20 };

struct result {
	uint64_t packets, bytes;
	char digest[HASH_HEX_SIZE]; /* of all that was handed over */
	char file[HASH_HEX_SIZE];   /* of the file; "" when there is none */
	int status;
	char error[CAPTURE_ERROR_MAX];
};

struct taker {
	struct hash_stream *h;
	struct result *r;
};

static void take(void *arg, const struct dissect_packet *p)
{
	struct taker *t = arg;
	const int64_t head[] = { p->time, p->linktype, p->wire_len, p->captured };

	t->r->packets++;
	t->r->bytes += p->captured;
	hash_stream_add(t->h, head, sizeof(head));
	hash_stream_add(t->h, p->bytes, p->captured);
}

/* Takes fd. The digest of the file is wanted or not: the packets must not care. */
static void read_all(int fd, bool digest, struct result *r)
{
	struct taker t = { .h = hash_stream_new(), .r = r };
	struct capture *c;

	*r = (struct result){ .status = 1 };
	c = capture_open_fd(fd, "x", r->error);
	if (c != NULL && digest)
		capture_want_digest(c);
	while (c != NULL && r->status > 0)
		r->status = capture_read(c, 100, take, &t, r->error);
	hash_stream_hex(t.h, r->digest);
	hash_stream_free(t.h);
	if (c == NULL || !capture_digest(c, r->file))
		r->file[0] = '\0';
	capture_close(c);
}

static void assert_same(const struct result *a, const struct result *b)
{
	assert_int_equal(a->packets, b->packets);
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->status, b->status);
	assert_string_equal(a->digest, b->digest);
	assert_string_equal(a->error, b->error);
}

/* Writes all to a pipe that is given back for reading; a child does it, as a pipe holds little. */
static int as_pipe(const uint8_t *bytes, size_t n, pid_t *child)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	*child = fork();
	assert_true(*child >= 0);
	if (*child == 0) {
		close(ends[0]);
		while (n > 0) {
			ssize_t w = write(ends[1], bytes, n);
			if (w <= 0)
				_exit(0);
			bytes += w;
			n -= (size_t)w;
		}
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

/* The file's bytes through all readers. */
static void compare(const uint8_t *bytes, size_t n, struct result *out)
{
	struct result piped, buffered, mapped, digested;
	char path[] = "/tmp/beiand-mapped-XXXXXX", want[HASH_HEX_SIZE];
	struct hash_stream *h = hash_stream_new();
	int writer = mkstemp(path);
	pid_t child;

	assert_true(writer >= 0);
	for (size_t at = 0; at < n;) {
		ssize_t w = write(writer, bytes + at, n - at);
		assert_true(w > 0);
		at += (size_t)w;
	}
	read_all(as_pipe(bytes, n, &child), false, &piped);
	waitpid(child, NULL, 0);
	read_all(open(path, O_RDONLY | O_CLOEXEC), true, &buffered); /* someone may write: no lease */
	close(writer);
	read_all(open(path, O_RDONLY | O_CLOEXEC), false, &mapped);
	read_all(open(path, O_RDONLY | O_CLOEXEC), true, &digested);
	unlink(path);
	assert_same(&buffered, &piped);
	assert_same(&mapped, &piped);
	assert_same(&digested, &piped);
	hash_stream_add(h, bytes, n);
	hash_stream_hex(h, want);
	hash_stream_free(h);
	if (piped.status != 1) {
		assert_string_equal(buffered.file, want);
		assert_string_equal(digested.file, want);
	}
	*out = piped;
}

struct file {
	uint8_t *p;
	size_t n;
	bool big;
};

static void put32(struct file *f, uint32_t v)
{
	struct wr w = wr_init(f->p + f->n, 4);

	wr_be32(&w, f->big ? v : __builtin_bswap32(v));
	f->n += 4;
}

static void put_header(struct file *f, uint32_t magic, uint32_t versions, uint32_t snaplen, uint32_t linktype)
{
	put32(f, magic);
	put32(f, f->big ? versions : versions >> 16 | versions << 16);
	put32(f, 0);
	put32(f, 0);
	put32(f, snaplen);
	put32(f, linktype);
}

static void put_record(struct file *f, uint32_t seconds, uint32_t part, uint32_t captured, uint32_t wire)
{
	put32(f, seconds);
	put32(f, part);
	put32(f, captured);
	put32(f, wire);
	for (uint32_t i = 0; i < captured && captured <= 300000; i++)
		f->p[f->n++] = (uint8_t)(i * 7 + seconds);
}

static const uint32_t magics[] = { 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34 /* a patched libpcap's: not ours */ };
enum { V24 = 2 << 16 | 4 };

static void test_magics_and_times(void **state)
{
	static const uint32_t times[] = { 0, 1, 999999, 999999999, 0x7fffffff, 0x80000000, 0xffffffff };
	static const uint32_t linktypes[] = { 1, 101, 113, 239, 189, 220, 276, 4242 };
	uint8_t *room = xmalloc(1 << 16);
	struct result r;
	(void)state;

	for (int i = 0; i < 2 * 3 * 8; i++) {
		struct file f = { .p = room, .big = i % 2 };
		put_header(&f, magics[i / 2 % 3], V24, 65535, linktypes[i / 6]);
		for (int t = 0; t < 7 * 7; t++)
			put_record(&f, times[t / 7], times[t % 7], (uint32_t)t * 3, (uint32_t)t * 5);
		compare(room, f.n, &r);
		if (i / 2 % 3 < 2)
			assert_int_equal(r.packets, 49);
	}
	free(room);
}

static void test_truncated_anywhere(void **state)
{
	uint8_t room[512];
	struct result r;
	(void)state;

	for (size_t big = 0; big < 2; big++) {
		struct file f = { .p = room, .big = big };
		put_header(&f, magics[0], V24, 65535, 1);
		for (uint32_t i = 0; i < 4; i++)
			put_record(&f, i, i, i * 9, i * 9);
		for (size_t n = 0; n <= f.n; n++)
			compare(room, n, &r);
		assert_int_equal(r.packets, 4);
	}
}

/* Old versions, snapshot lengths that records do not keep, lengths that no packet has. */
static void test_odd_files(void **state)
{
	static const struct {
		uint32_t version, snaplen, captured;
	} odd[] = {
		{ 2 << 16 | 3, 65535, 40 },
		{ 543u << 16, 65535, 40 },
		{ V24, 0, 40 },
		{ V24, 30, 40 },
		{ V24, 0xffffffff, 40 },
		{ V24, 65535, 65536 },
		{ V24, 262144, 262144 },
		{ V24, 262144, 262145 },
		{ V24, 300000, 280000 },
		{ V24, 65535, 0xffffffff },
		{ V24, 65535, 0x80000000 },
		{ 3 << 16 | 4, 65535, 40 },
	};
	uint8_t *room = xmalloc(1 << 20);
	struct result r;
	(void)state;

	for (size_t i = 0; i < 2 * sizeof(odd) / sizeof(odd[0]); i++) {
		struct file f = { .p = room, .big = i % 2 };
		put_header(&f, magics[0], odd[i / 2].version, odd[i / 2].snaplen, 1);
		put_record(&f, 1, 1, 20, 20);
		put_record(&f, 2, 2, odd[i / 2].captured, 70000);
		put_record(&f, 3, 3, 25, 25);
		compare(room, f.n, &r);
	}
	free(room);
}

/* More than one window, with records over its borders. */
static void test_big_file(void **state)
{
	struct file f = { .p = xmalloc(BIG + (1 << 20)) };
	struct result r;
	uint32_t i;
	(void)state;

	put_header(&f, magics[0], V24, 262144, 1);
	for (i = 0; f.n < BIG; i++)
		put_record(&f, i, i, i % 50 == 0 ? 262144 : 1500 + i % 97, 262144);
	compare(f.p, f.n, &r);
	assert_int_equal(r.packets, i);
	assert_int_equal(r.status, -1);
	compare(f.p, f.n - 1, &r);
	assert_int_equal(r.status, -2);
	free(f.p);
}

struct changer {
	struct result r;
	const char *path;
	off_t cut;
	int seen, writer;
};

/* Someone wants the file for writing while it is read: the lease goes, the packets do not. */
static void take_and_change(void *arg, const struct dissect_packet *p)
{
	struct changer *c = arg;

	assert_int_equal(p->bytes[0], (uint8_t)p->time);
	if (c->seen++ != 50)
		return;
	c->writer = open(c->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (c->writer < 0)
		assert_int_equal(errno, EWOULDBLOCK);
}

static void test_file_cut_while_read(void **state)
{
	struct file f = { .p = xmalloc(4 << 20) };
	char path[] = "/tmp/beiand-mapped-XXXXXX", error[CAPTURE_ERROR_MAX] = "";
	struct changer change = { .path = path, .writer = -1 };
	int fd = mkstemp(path), status;
	(void)state;

	put_header(&f, magics[0], V24, 262144, 1);
	for (uint32_t i = 0; f.n < 3 << 20; i++)
		put_record(&f, 0, i, 1000, 1000);
	for (size_t at = 24, i = 0; at < f.n; at += 1016, i++)
		f.p[at + 16] = (uint8_t)i;
	assert_int_equal(write(fd, f.p, f.n), f.n);
	close(fd);
	struct capture *c = capture_open_fd(open(path, O_RDONLY | O_CLOEXEC), path, error);
	assert_non_null(c);
	status = capture_read(c, 100, take_and_change, &change, error);
	assert_int_equal(status, 100);
	status = capture_read(c, 100, take_and_change, &change, error); /* notices, and lets go */
	assert_int_equal(status, 100);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1200 * 1016 + 24 + 5), 0);
	while (status > 0)
		status = capture_read(c, 100, take_and_change, &change, error);
	assert_int_equal(status, -2);
	assert_true(change.seen >= 700 && change.seen <= 1200); /* what the buffer held, and was there */
	assert_non_null(strstr(error, "截断"));
	capture_close(c);
	close(fd);
	if (change.writer >= 0)
		close(change.writer);
	unlink(path);
	free(f.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_magics_and_times),    cmocka_unit_test(test_truncated_anywhere),
		cmocka_unit_test(test_odd_files),           cmocka_unit_test(test_big_file),
		cmocka_unit_test(test_file_cut_while_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
