/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that libpcap reads too must give the same by both ways; then what only this reader takes, and lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/wr.h"
#include "dissect/link.h"
#include "watch/pcapng.h"

enum { ROOM = 2048, PACKETS_MAX = 16 };

struct file {
	uint8_t bytes[ROOM];
	struct wr w;
	bool little;
};

struct seen {
	int count, status;
	struct dissect_packet packet[PACKETS_MAX];
	uint8_t first[PACKETS_MAX]; /* octet of each */
};

static void put32(struct file *f, uint32_t v) { wr_be32(&f->w, f->little ? __builtin_bswap32(v) : v); }
static void put16(struct file *f, uint16_t v) { wr_be16(&f->w, f->little ? __builtin_bswap16(v) : v); }

static void put_section(struct file *f, bool little)
{
	f->little = little;
	put32(f, 0x0a0d0d0a);
	put32(f, 28);
	put32(f, 0x1a2b3c4d);
	put16(f, 1);
	put16(f, 0);
	put32(f, UINT32_MAX);
	put32(f, UINT32_MAX);
	put32(f, 28);
}

static void file_make(struct file *f, bool little)
{
	f->w = wr_init(f->bytes, sizeof(f->bytes));
	put_section(f, little);
}

static void put_interface(struct file *f, uint16_t linktype, uint32_t snapshot, uint8_t resolution)
{
	put32(f, 1);
	put32(f, 32);
	put16(f, linktype);
	put16(f, 0);
	put32(f, snapshot);
	put16(f, 9);
	put16(f, 1);
	wr_u8(&f->w, resolution);
	wr_bytes(&f->w, "\0\0\0", 3);
	put32(f, 0);
	put32(f, 32);
}

/* Five octets, of which the first is `mark`. */
static void put_packet(struct file *f, uint32_t interface, uint64_t time, uint8_t mark)
{
	put32(f, 6);
	put32(f, 40);
	put32(f, interface);
	put32(f, (uint32_t)(time >> 32));
	put32(f, (uint32_t)time);
	put32(f, 5);
	put32(f, 60);
	wr_u8(&f->w, mark);
	wr_bytes(&f->w, "abcd\0\0\0", 7);
	put32(f, 40);
}

static void put_old_packet(struct file *f, uint16_t interface, uint64_t time, uint8_t mark)
{
	put32(f, 2);
	put32(f, 36);
	put16(f, interface);
	put16(f, 7);
	put32(f, (uint32_t)(time >> 32));
	put32(f, (uint32_t)time);
	put32(f, 4);
	put32(f, 4);
	wr_u8(&f->w, mark);
	wr_bytes(&f->w, "abc", 3);
	put32(f, 36);
}

static void put_simple_packet(struct file *f, uint8_t mark)
{
	put32(f, 3);
	put32(f, 20);
	put32(f, 4);
	wr_u8(&f->w, mark);
	wr_bytes(&f->w, "abc", 3);
	put32(f, 20);
}

static void see(void *arg, const struct dissect_packet *p)
{
	struct seen *s = arg;

	assert_true(s->count < PACKETS_MAX);
	s->first[s->count] = p->captured > 0 ? p->bytes[0] : 0;
	s->packet[s->count++] = *p;
}

/* A copy of just that size: whoever reads behind it is found. */
static void read_ours(const uint8_t *bytes, size_t n, struct seen *s)
{
	uint8_t *copy = xmalloc(n + 1);
	FILE *f;

	memcpy(copy, bytes, n);
	f = fmemopen(copy, n > 0 ? n : 1, "rb");
	assert_non_null(f);
	struct pcapng *ng = pcapng_new(f);
	*s = (struct seen){ .status = 1 };
	while (s->status > 0)
		s->status = pcapng_read(ng, 2, see, s);
	assert_int_equal(pcapng_read(ng, 2, see, s), s->status);
	pcapng_free(ng);
	fclose(f);
	free(copy);
}

static void read_libpcap(const uint8_t *bytes, size_t n, struct seen *s)
{
	char path[] = "/tmp/beiand-pcapng.XXXXXX", error[CAPTURE_ERROR_MAX];
	int fd = mkstemp(path);
	struct capture *c;

	assert_true(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
	unlink(path);
	*s = (struct seen){ .status = 1 };
	c = capture_open_fd(fd, path, error);
	assert_non_null(c);
	while (s->status > 0)
		s->status = capture_read(c, 2, see, s, error);
	capture_close(c);
}

static void expect_same(const struct file *f)
{
	struct seen ours, theirs;

	read_ours(f->bytes, wr_len(&f->w), &ours);
	read_libpcap(f->bytes, wr_len(&f->w), &theirs);
	assert_int_equal(ours.count, theirs.count);
	assert_int_equal(ours.status, theirs.status);
	for (int i = 0; i < ours.count; i++) {
		const struct dissect_packet *a = &ours.packet[i], *b = &theirs.packet[i];
		assert_int_equal(a->time, b->time);
		assert_int_equal(a->linktype, b->linktype);
		assert_int_equal(a->wire_len, b->wire_len);
		assert_int_equal(a->captured, b->captured);
		assert_int_equal(ours.first[i], theirs.first[i]);
	}
}

static void test_as_libpcap(void **state)
{
	static const uint8_t resolutions[] = { 6, 9, 3, 0, 0x80 | 20, 0x80 | 10 };
	static const uint16_t linktypes[] = { 1, 101, 113, 276, 0 };
	struct file f;
	(void)state;

	for (size_t i = 0; i < sizeof(resolutions) * 5 * 2; i++) {
		file_make(&f, i % 2);
		put_interface(&f, linktypes[i / 2 % 5], 262144, resolutions[i / 10]);
		put_packet(&f, 0, UINT64_C(1795248000123456), 1);
		put32(&f, 0xbad); /* a block that nobody knows */
		put32(&f, 16);
		put32(&f, 0);
		put32(&f, 16);
		put_old_packet(&f, 0, UINT64_C(1795248000654321), 2);
		put_simple_packet(&f, 3);
		put_section(&f, i % 2);
		put_interface(&f, linktypes[i / 2 % 5], 262144, 6);
		put_packet(&f, 0, UINT64_C(1795248001000000), 4);
		assert_true(wr_ok(&f.w));
		expect_same(&f);
	}
}

/* What libpcap does not take: several types and snapshot lengths, sections of both byte orders. */
static void test_several(void **state)
{
	struct file f;
	struct seen s;
	(void)state;

	file_make(&f, true);
	put_interface(&f, 1, 262144, 6);
	put_interface(&f, 101, 2, 9);
	put_packet(&f, 1, UINT64_C(1795248000123456789), 1);
	put_packet(&f, 0, UINT64_C(1795248000123456), 2);
	put_packet(&f, 2, 0, 3); /* there is no such interface */
	put_section(&f, false);
	put_interface(&f, 113, 2, 6);
	put_simple_packet(&f, 4);
	put_interface(&f, 239, 0, 6);
	put_packet(&f, 1, 5, 5); /* its numbers are in the other order: not read */
	read_ours(f.bytes, wr_len(&f.w), &s);
	assert_int_equal(s.status, -1);
	assert_int_equal(s.count, 5);
	assert_int_equal(s.packet[0].linktype, LINK_RAW);
	assert_int_equal(s.packet[0].time, s.packet[1].time);
	assert_int_equal(s.packet[1].linktype, LINK_EN10MB);
	assert_int_equal(s.packet[2].linktype, -1);
	assert_int_equal(s.packet[3].linktype, LINK_LINUX_SLL);
	assert_int_equal(s.packet[3].captured, 2);
	assert_int_equal(s.packet[4].linktype, -1);
}

static void test_every_cut(void **state)
{
	struct file f;
	struct seen s;
	int best = 0;
	(void)state;

	file_make(&f, true);
	put_interface(&f, 1, 262144, 6);
	size_t before = wr_len(&f.w);
	put_packet(&f, 0, 1, 1);
	for (size_t n = 1; n < wr_len(&f.w); n++) {
		read_ours(f.bytes, n, &s);
		assert_int_equal(s.count, 0);
		assert_int_equal(s.status, n == 28 || n == before ? -1 : -2);
		best += s.status == -1;
	}
	assert_int_equal(best, 2);
}

/* A value in a place of the first packet block, or of the file, ends the reading and nothing else. */
static void test_lies(void **state)
{
	static const struct {
		size_t at; /* behind the interface */
		uint32_t value;
	} lies[] = { { 4, 0 },     { 4, 8 },           { 4, 41 }, { 4, 0xfffffffc },
		     { 20, 6000 }, { 20, UINT32_MAX }, { 36, 44 } };
	struct file f;
	struct seen s;
	(void)state;

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		file_make(&f, true);
		put_interface(&f, 1, 262144, 6);
		size_t start = wr_len(&f.w);
		put_packet(&f, 0, 1, 1);
		put_packet(&f, 0, 2, 2);
		memcpy(f.bytes + start + lies[i].at, &lies[i].value, 4);
		read_ours(f.bytes, wr_len(&f.w), &s);
		assert_int_equal(s.count, 0);
		assert_int_equal(s.status, -2);
	}
}

/* No resolution is so fine, and no time so late, that it would not be kept within bounds. */
static void test_times(void **state)
{
	struct file f;
	struct seen s;
	(void)state;

	for (unsigned r = 0; r < 256; r++) {
		file_make(&f, true);
		put_interface(&f, 1, 262144, (uint8_t)r);
		put_packet(&f, 0, UINT64_MAX, 1);
		put_packet(&f, 0, 0, 2);
		read_ours(f.bytes, wr_len(&f.w), &s);
		bool known = (r & 0x80) != 0 ? (r & 0x7f) < 64 : r <= 19;
		assert_int_equal(s.count, known ? 2 : 0);
		assert_int_equal(s.status, known ? -1 : -2);
		assert_true(!known || (s.packet[0].time >= 0 && s.packet[1].time == 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_libpcap), cmocka_unit_test(test_several),
		cmocka_unit_test(test_every_cut),  cmocka_unit_test(test_lies),
		cmocka_unit_test(test_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
