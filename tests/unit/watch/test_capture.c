/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/wr.h"
#include "dissect/link.h"
#include "watch/capture.h"

struct seen {
	int count, linktype;
	int64_t time;
	uint32_t captured, wire;
	uint8_t first;
};

static void see(void *arg, const struct dissect_packet *p)
{
	struct seen *s = arg;

	assert_true(p->linktype == LINK_EN10MB || p->linktype == LINK_LINUX_SLL);
	s->linktype = p->linktype;
	s->count++;
	s->time = p->time;
	s->captured = p->captured;
	s->wire = p->wire_len;
	s->first = p->captured > 0 ? p->bytes[0] : 0;
}

/* A temporary file with these bytes; its name is in path. */
static int make_file(char path[64], const void *bytes, size_t n)
{
	int fd;

	snprintf(path, 64, "/tmp/beiand-capture-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* A classic capture file, big-endian, of `count` packets of 4 bytes; one second apart from 1.5 s on. */
static size_t make_pcap(uint8_t *room, size_t cap, uint32_t magic, int count)
{
	struct wr w = wr_init(room, cap);

	wr_be32(&w, magic);
	wr_be16(&w, 2);
	wr_be16(&w, 4);
	wr_be64(&w, 0);
	wr_be32(&w, 65535);
	wr_be32(&w, 1);
	for (int i = 0; i < count; i++) {
		wr_be32(&w, (uint32_t)(1 + i));
		wr_be32(&w, magic == 0xa1b23c4d ? 500000000 : 500000);
		wr_be32(&w, 4);
		wr_be32(&w, 60);
		wr_be32(&w, (uint32_t)(0xa0 + i) << 24);
	}
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

/* One packet at 1.5 s behind the interface's offset (if_tsoffset, in seconds). */
static size_t make_pcapng(uint8_t *room, size_t cap, int64_t offset)
{
	struct wr w = wr_init(room, cap);

	wr_be32(&w, 0x0a0d0d0a);
	wr_be32(&w, 28);
	wr_be32(&w, 0x1a2b3c4d);
	wr_be32(&w, 0x00010000);
	wr_be64(&w, UINT64_MAX);
	wr_be32(&w, 28);
	wr_be32(&w, 1); /* interface */
	wr_be32(&w, 36);
	wr_be32(&w, 0x00010000);
	wr_be32(&w, 65535);
	wr_be32(&w, 14 << 16 | 8);
	wr_be64(&w, (uint64_t)offset);
	wr_be32(&w, 0);
	wr_be32(&w, 36);
	wr_be32(&w, 6); /* enhanced packet */
	wr_be32(&w, 36);
	wr_be32(&w, 0);
	wr_be64(&w, 1500000);
	wr_be32(&w, 4);
	wr_be32(&w, 60);
	wr_be32(&w, 0xa0000000);
	wr_be32(&w, 36);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static void test_reads_formats(void **state)
{
	static const uint32_t magics[] = { 0xa1b2c3d4, 0xa1b23c4d, 0 };
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		uint8_t room[512];
		char path[64], error[CAPTURE_ERROR_MAX] = "";
		size_t n = magics[i] ? make_pcap(room, sizeof(room), magics[i], 1)
				     : make_pcapng(room, sizeof(room), 0);
		struct seen s = { 0 };
		int fd = make_file(path, room, n);
		struct capture *c = capture_open_file(path, error);
		assert_non_null(c);
		assert_int_equal(capture_linktype(c), LINK_EN10MB);
		assert_int_equal(capture_fd(c), -1);
		assert_int_equal(capture_read(c, 100, see, &s, error), 1);
		assert_true(s.time == 1500000);
		assert_int_equal(s.captured, 4);
		assert_int_equal(s.wire, 60);
		assert_int_equal(s.first, 0xa0);
		assert_int_equal(capture_read(c, 100, see, &s, error), -1);
		assert_int_equal(capture_read(c, 100, see, &s, error), -1);
		capture_close(c);
		unlink(path);
		close(fd);
	}
}

static void test_times_beyond_the_calendar(void **state)
{
	static const struct {
		int64_t offset;
		const char *text;
	} rows[] = {
		{ INT64_MAX - 1, "9999-12-31T23:59:59.500000Z" },
		{ INT64_MIN, "1900-01-01T00:00:00.500000Z" },
		{ -2, "1969-12-31T23:59:59.500000Z" },
	};
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		uint8_t room[512];
		char path[64], error[CAPTURE_ERROR_MAX] = "", text[TEXT_TIME_MAX];
		int fd = make_file(path, room, make_pcapng(room, sizeof(room), rows[i].offset));
		struct capture *c = capture_open_fd(fd, path, error);
		struct seen s = { 0 };
		assert_non_null(c);
		assert_int_equal(capture_read(c, 10, see, &s, error), 1);
		text_time_utc(text, s.time);
		assert_string_equal(text, rows[i].text);
		capture_close(c);
		unlink(path);
	}
}

static void test_budget(void **state)
{
	uint8_t room[4096];
	char path[64], error[CAPTURE_ERROR_MAX] = "";
	struct seen s = { 0 };
	struct capture_stats stats = { .received = 1, .kernel_drop = 1, .iface_drop = 1 };
	int fd = make_file(path, room, make_pcap(room, sizeof(room), 0xa1b2c3d4, 25));
	struct capture *c = capture_open_fd(fd, "name", error);
	(void)state;

	assert_non_null(c);
	assert_int_equal(capture_read(c, 10, see, &s, error), 10);
	assert_int_equal(s.count, 10);
	assert_int_equal(capture_read(c, 10, see, &s, error), 10);
	assert_int_equal(capture_read(c, 10, see, &s, error), 5);
	assert_int_equal(capture_read(c, 10, see, &s, error), -1);
	assert_int_equal(s.count, 25);
	capture_stats(c, &stats);
	assert_int_equal(stats.received + stats.kernel_drop + stats.iface_drop, 0);
	capture_close(c);
	unlink(path);
}

/* One line, not empty, valid text, that holds what it must. */
static void assert_line(const char *error, const char *part)
{
	assert_true(text_is_utf8(error, strlen(error)));
	assert_null(strchr(error, '\n'));
	if (strstr(error, part) == NULL)
		fail_msg("no \"%s\" in: %s", part, error);
}

/* Cut at every length: the packets before the cut are read, and what is missing is said. */
static void test_truncated(void **state)
{
	uint8_t room[512];
	size_t whole = make_pcap(room, sizeof(room), 0xa1b2c3d4, 3);
	(void)state;

	for (size_t n = 1; n < whole; n++) {
		char path[64], error[CAPTURE_ERROR_MAX] = "";
		struct seen s = { 0 };
		int status = 1, fd = make_file(path, room, n);
		struct capture *c = capture_open_fd(fd, path, error);
		unlink(path);
		if (n < 24) {
			assert_null(c);
			assert_line(error, n < 4 ? path : "文件头不完整");
			continue;
		}
		assert_non_null(c);
		while (status > 0)
			status = capture_read(c, 2, see, &s, error);
		assert_int_equal(s.count, (n - 24) / 20);
		assert_int_equal(status, (n - 24) % 20 == 0 ? -1 : -2);
		if (status == -2)
			assert_line(error, "截断");
		capture_close(c);
	}
}

/* Made shorter than what was read of it already, whose end is then no end of a file. */
static void test_cut_meanwhile(void **state)
{
	uint8_t room[4096];
	char path[64], error[CAPTURE_ERROR_MAX] = "";
	struct seen s = { 0 };
	int fd = make_file(path, room, make_pcap(room, sizeof(room), 0xa1b2c3d4, 25));
	struct capture *c = capture_open_fd(fd, "name", error);
	(void)state;

	assert_non_null(c);
	assert_int_equal(capture_read(c, 10, see, &s, error), 10);
	assert_int_equal(truncate(path, 100), 0);
	while (capture_read(c, 10, see, &s, error) > 0)
		;
	assert_line(error, "截断");
	capture_close(c);
	unlink(path);
}

static size_t make_two_types(uint8_t *room, size_t cap)
{
	size_t n = make_pcapng(room, cap, 0);
	struct wr w = wr_init(room + n, cap - n);

	wr_be32(&w, 1);
	wr_be32(&w, 20);
	wr_be32(&w, LINK_LINUX_SLL << 16);
	wr_be32(&w, 65535);
	wr_be32(&w, 20);
	assert_true(wr_ok(&w));
	memmove(room + n + wr_len(&w), room + n - 36, 36); /* the same packet again, of the second one */
	room[n + wr_len(&w) + 11] = 1;
	return n + wr_len(&w) + 36;
}

/* A second interface of another link type is read as well. */
static void test_interfaces_of_two_types(void **state)
{
	uint8_t room[512];
	size_t n = make_two_types(room, sizeof(room));
	char path[64], error[CAPTURE_ERROR_MAX] = "";
	struct seen s = { 0 };
	struct capture *c;
	int fd, status = 1;
	(void)state;

	fd = make_file(path, room, n);
	unlink(path);
	c = capture_open_fd(fd, path, error);
	assert_non_null(c);
	while (status > 0)
		status = capture_read(c, 10, see, &s, error);
	assert_int_equal(status, -1);
	assert_int_equal(s.count, 2);
	assert_int_equal(s.linktype, LINK_LINUX_SLL);
	capture_close(c);
}

/* Out of a pipe it cannot be read again: what was read counts, and the line says what to do. */
static void test_two_types_in_a_pipe(void **state)
{
	uint8_t room[512];
	size_t n = make_two_types(room, sizeof(room));
	char error[CAPTURE_ERROR_MAX] = "";
	struct seen s = { 0 };
	struct capture *c;
	int fd[2], status = 1;
	(void)state;

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], room, n), (ssize_t)n);
	close(fd[1]);
	c = capture_open_fd(fd[0], "pipe", error);
	assert_non_null(c);
	while (status > 0)
		status = capture_read(c, 10, see, &s, error);
	assert_int_equal(status, -2);
	assert_int_equal(s.count, 1);
	assert_line(error, "按接口拆成几个文件");
	capture_close(c);
}

/* The digest is over all bytes, also of a file that breaks; a pipe has none, nor has who did not ask. */
static void test_digest(void **state)
{
	uint8_t room[512];
	size_t whole = make_pcap(room, sizeof(room), 0xa1b2c3d4, 3);
	(void)state;

	for (size_t n = 24; n <= whole; n += 7) {
		char path[64], error[CAPTURE_ERROR_MAX] = "", digest[HASH_HEX_SIZE], want[HASH_HEX_SIZE];
		struct hash_stream *h = hash_stream_new();
		struct seen s = { 0 };
		struct capture *c = capture_open_fd(make_file(path, room, n), path, error);
		unlink(path);
		assert_non_null(c);
		if (n == 24)
			assert_false(capture_digest(c, digest));
		capture_want_digest(c);
		while (capture_read(c, 2, see, &s, error) > 0)
			;
		assert_true(capture_digest(c, digest));
		hash_stream_add(h, room, n);
		hash_stream_hex(h, want);
		hash_stream_free(h);
		assert_string_equal(digest, want);
		assert_false(capture_digest(c, digest)); /* told once */
		capture_close(c);
	}
}

static void test_no_digest_of_a_pipe(void **state)
{
	uint8_t room[512];
	ssize_t n = (ssize_t)make_pcap(room, sizeof(room), 0xa1b2c3d4, 3);
	char error[CAPTURE_ERROR_MAX] = "", digest[HASH_HEX_SIZE];
	struct seen s = { 0 };
	int ends[2];
	(void)state;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], room, (size_t)n), n);
	close(ends[1]);
	struct capture *c = capture_open_fd(ends[0], "pipe", error);
	assert_non_null(c);
	capture_want_digest(c);
	while (capture_read(c, 2, see, &s, error) > 0)
		;
	assert_int_equal(s.count, 3);
	assert_false(capture_digest(c, digest));
	capture_close(c);
}

static void test_refused_files(void **state)
{
	char path[64], error[CAPTURE_ERROR_MAX] = "";
	(void)state;

	assert_null(capture_open_fd(make_file(path, "", 0), path, error));
	assert_line(error, "空的");
	unlink(path);
	assert_null(capture_open_fd(make_file(path, "PK\003\004 this is some other file", 28), path, error));
	assert_line(error, "不是抓包文件");
	assert_line(error, "unzip");
	unlink(path);
	assert_null(capture_open_fd(make_file(path, "\x1f\x8b\x08 packed by gzip, as many are", 32), path,
				    error));
	assert_line(error, "gunzip");
	unlink(path);
	assert_null(capture_open_fd(make_file(path, "no capture at all, some text", 28), path, error));
	assert_line(error, "不是抓包文件，请给出");
	unlink(path);
	assert_null(capture_open_file("/nonexistent/\033[2Jx.pcap", error));
	assert_line(error, "\\x1b");
	assert_line(error, "不存在");
	assert_null(capture_open_file("/tmp", error));
	assert_line(error, "/tmp");
	assert_null(capture_open_fd(-1, "gone", error));
	assert_line(error, "gone");
}

/* A record that claims more than any packet has is refused, and said, and nothing runs away. */
static void test_lying_record(void **state)
{
	uint8_t room[512];
	char path[64], error[CAPTURE_ERROR_MAX] = "";
	size_t n = make_pcap(room, sizeof(room), 0xa1b2c3d4, 2);
	struct seen s = { 0 };
	int status = 1;
	(void)state;

	memset(room + 24 + 20 + 8, 0xff, 4);
	struct capture *c = capture_open_fd(make_file(path, room, n), path, error);
	unlink(path);
	assert_non_null(c);
	while (status > 0)
		status = capture_read(c, 10, see, &s, error);
	assert_int_equal(status, -2);
	assert_int_equal(s.count, 1);
	assert_line(error, "第 1 个包");
	capture_close(c);
}

static void test_no_such_interface(void **state)
{
	char error[CAPTURE_ERROR_MAX] = "";
	(void)state;

	assert_null(capture_open_live(&(struct capture_live){ .interface = "no-such-if0",
							      .filter = "",
							      .snaplen = 65535,
							      .buffer_mb = 1,
							      .workers = 1 },
				      error));
	assert_line(error, "no-such-if0");
}

static void send_datagram(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
	close(fd);
}

/* The loopback interface shows our own datagram; without the right to capture, it says so. */
static void test_live(void **state)
{
	char error[CAPTURE_ERROR_MAX] = "";
	struct capture *c = capture_open_live(&(struct capture_live){ .interface = "lo",
								      .filter = "udp port 53999",
								      .snaplen = 65535,
								      .buffer_mb = 1,
								      .workers = 1 },
					      error);
	(void)state;

	if (c == NULL) {
		assert_line(error, "lo");
		assert_line(error, "CAP_NET_RAW");
		return;
	}
	assert_true(capture_fd(c) >= 0);
	struct seen s = { 0 };
	struct capture_stats stats;
	assert_int_equal(capture_read(c, 10, see, &s, error), 0); /* returns at once */
	send_datagram(53999);
	for (int i = 0; i < 600 && s.count == 0; i++) {
		struct pollfd p = { .fd = capture_fd(c), .events = POLLIN };
		poll(&p, 1, 100);
		assert_true(capture_read(c, 10, see, &s, error) >= 0);
	}
	assert_int_equal(s.count, 1);
	assert_int_equal(s.captured, 14 + 20 + 8 + 1);
	capture_stats(c, &stats);
	assert_true(stats.received >= 1);
	capture_close(c);
}

static void test_bad_filter(void **state)
{
	char error[CAPTURE_ERROR_MAX] = "";
	(void)state;

	assert_null(capture_open_live(&(struct capture_live){ .interface = "lo",
							      .filter = "no such filter",
							      .snaplen = 65535,
							      .buffer_mb = 1,
							      .workers = 1 },
				      error));
	if (geteuid() == 0)
		assert_line(error, "过滤表达式");
	else
		assert_line(error, "lo");
}

static void test_filters(void **state)
{
	char error[CAPTURE_ERROR_MAX] = "";
	(void)state;
	assert_true(capture_filter_valid("port 53 or (vlan and port 53)", error));
	assert_false(capture_filter_valid("prot 53 and and", error));
	assert_line(error, "prot 53 and and");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_reads_formats),
		cmocka_unit_test(test_times_beyond_the_calendar),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_cut_meanwhile),
		cmocka_unit_test(test_interfaces_of_two_types),
		cmocka_unit_test(test_two_types_in_a_pipe),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_no_digest_of_a_pipe),
		cmocka_unit_test(test_refused_files),
		cmocka_unit_test(test_lying_record),
		cmocka_unit_test(test_no_such_interface),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_bad_filter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
