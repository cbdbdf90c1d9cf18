/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program as the kernel runs it, packet by packet (BPF_PROG_TEST_RUN); without CAP_BPF there is nothing
 * to test. */
#include <errno.h>
#include <linux/filter.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch/bpf.h"
#include "watch/prefilter.h"

enum { REACH = 8192, SNAPLEN = 1000, FRAME_MAX = 4096, ETHERNET = 14, UDP_PACKETS = 16, GRACE = 4096 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

static struct prefilter *filter;

/* Frames are put together here: link, network, transport, payload. */
struct frame {
	uint8_t bytes[ETHERNET + FRAME_MAX];
	size_t n;
};

static void put(struct frame *f, const void *p, size_t n)
{
	if (n > 0)
		memcpy(f->bytes + f->n, p, n);
	f->n += n;
}
static void put8(struct frame *f, unsigned v) { put(f, &(uint8_t){ (uint8_t)v }, 1); }
static void put16(struct frame *f, unsigned v) { put8(f, v >> 8), put8(f, v & 255); }
static void put_zero(struct frame *f, size_t n)
{
	while (n-- > 0)
		put8(f, 0);
}

/* The test run takes off one Ethernet header before the program sees the frame. */
static void start(struct frame *f, unsigned tags)
{
	f->n = 0;
	put_zero(f, ETHERNET);
	put_zero(f, 12);
	for (unsigned i = 0; i < tags; i++)
		put16(f, i == 0 ? 0x88a8 : 0x8100), put16(f, 7);
}

static void ip(struct frame *f, unsigned version, unsigned proto, unsigned host, size_t size)
{
	if (version == 4) {
		put16(f, 0x0800), put16(f, 0x4500), put16(f, (unsigned)size + 20);
		put_zero(f, 4);
		put8(f, 64), put8(f, proto), put16(f, 0);
		put16(f, 0x0a00), put16(f, host), put16(f, 0x0a01), put16(f, 1);
	} else {
		put16(f, 0x86dd), put16(f, 0x6000), put16(f, 0);
		put16(f, (unsigned)size), put8(f, proto), put8(f, 64);
		put_zero(f, 14);
		put16(f, host);
		put_zero(f, 14);
		put16(f, 1);
	}
}

struct packet {
	unsigned version, tags, host, sport, dport, flags;
	const char *head; /* the payload begins so, */
	size_t head_n, n; /* and has n bytes in all */
};

static void tcp(struct frame *f, const struct packet *p)
{
	start(f, p->tags);
	ip(f, p->version, 6, p->host, 20 + p->n);
	put16(f, p->sport), put16(f, p->dport);
	put_zero(f, 8);
	put8(f, 0x50), put8(f, p->flags);
	put_zero(f, 6);
	put(f, p->head, p->head_n);
	put_zero(f, p->n - p->head_n);
}

static void udp(struct frame *f, const struct packet *p)
{
	start(f, p->tags);
	ip(f, p->version, 17, p->host, 8 + p->n);
	put16(f, p->sport), put16(f, p->dport), put16(f, (unsigned)p->n + 8), put16(f, 0);
	put(f, p->head, p->head_n);
	put_zero(f, p->n - p->head_n);
}

/* What the program says: bytes to keep. */
static unsigned run(const struct frame *f)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)prefilter_program(filter);
	attr.test.data_in = (uintptr_t)f->bytes;
	attr.test.data_size_in = (uint32_t)f->n;
	attr.test.repeat = 1;
	assert_int_equal(syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)), 0);
	return attr.test.retval;
}

#define TEXT(s)     .head = (s), .head_n = sizeof(s) - 1
#define TLS_HELLO   "\x16\x03\x01\x02\x00\x01"
#define TLS_DATA    "\x17\x03\x03\x04\x00"
#define DNS_MESSAGE "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"

static bool passes_tcp(struct packet p)
{
	struct frame f;
	unsigned kept;

	p.version = p.version ? p.version : 4;
	p.sport = p.sport ? p.sport : 40000;
	p.dport = p.dport ? p.dport : 443;
	p.flags = p.flags ? p.flags : ACK;
	tcp(&f, &p);
	kept = run(&f);
	assert_true(kept == 0 || kept == SNAPLEN);
	return kept > 0;
}

static bool passes_udp(struct packet p)
{
	struct frame f;

	p.version = p.version ? p.version : 4;
	p.sport = p.sport ? p.sport : 40000;
	udp(&f, &p);
	return run(&f) > 0;
}

static int setup(void **state)
{
	int rc = prefilter_new(&filter, REACH, SNAPLEN);
	(void)state;

	assert_true(rc == 0 || rc == -EPERM || rc == -ENOSYS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	prefilter_free(filter);
	return 0;
}

#define NEEDS_BPF()                                                                                          \
	do {                                                                                                 \
		(void)state;                                                                                 \
		if (filter == NULL)                                                                          \
			skip();                                                                              \
	} while (0)

/* How many segments of `n` pass until one does not. */
static unsigned passing(struct packet p)
{
	unsigned count = 0;

	while (count < 100 && passes_tcp(p))
		count++;
	return count;
}

static void test_fresh_direction(void **state)
{
	NEEDS_BPF();
	/* As many bytes as a message may have behind the first; the segment that reaches the end still
	 * passes. */
	assert_int_equal(passing((struct packet){ .host = 1, .n = 1024 }), 1 + REACH / 1024);
	assert_int_equal(passing((struct packet){ .host = 1, .version = 6, .tags = 2, .n = 1000 }), 10);
	/* The other direction has its own. */
	assert_int_equal(passing((struct packet){ .host = 1, .sport = 443, .dport = 40000, .n = 1024 }), 9);
	assert_true(passes_tcp((struct packet){ .host = 1, .n = 11 })); /* too short to look at */
}

static void test_starts(void **state)
{
	static const struct packet starts[] = { { TEXT(TLS_HELLO) }, { TEXT("OPTIONS *") },
						{ TEXT("BREW /") },  { TEXT("\r\nGET / ") },
						{ TEXT("M-S") },     { TEXT("\0\x1d" DNS_MESSAGE) } };
	NEEDS_BPF();
	for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct packet p = starts[i];
		p.host = 100 + i;
		p.n = 1024;
		passing((struct packet){ .host = p.host, .n = 1024 });
		assert_int_equal(passes_tcp(p), i != 4); /* no method: a digit where capitals are */
		assert_int_equal(passes_tcp((struct packet){ .host = p.host, .n = 1024 }), i != 4);
	}
}

/* A start whose first segment has but a few bytes, of a direction that is bulk by now, and of one never seen.
 */
static void test_few_bytes(void **state)
{
	static const struct packet few[] = {
		{ TEXT("G") },    { TEXT("PRI * HTTP/") }, { TEXT("\x16\x03") },         { TEXT("\r\n") },
		{ TEXT("HTTP") }, { TEXT("xy") },          { TEXT("\x17\x03\x03\x01") }, { TEXT("@[") }
	};
	NEEDS_BPF();
	for (unsigned i = 0; i < sizeof(few) / sizeof(few[0]); i++) {
		const struct packet more = { .host = 300 + i, .n = 1024 };
		struct packet p = few[i];
		p.host = more.host;
		p.n = p.head_n;
		passing(more);
		for (int k = 0; k < 3; k++) {
			assert_true(passes_tcp(p));
			assert_int_equal(passing(more), i < 5 ? 2 * REACH / 1024 : 0);
		}
	}
	assert_true(passes_tcp((struct packet){ .host = 400, TEXT("GE"), .n = 2 }));
	assert_int_equal(passing((struct packet){ .host = 400, .n = 1024 }), 2 * REACH / 1024);
	assert_true(passes_tcp((struct packet){ .host = 401, TEXT("x"), .n = 1 }));
	assert_int_equal(passing((struct packet){ .host = 401, .n = 1024 }), 1 + REACH / 1024);
}

static void test_requests_and_answers(void **state)
{
	NEEDS_BPF();
	assert_true(passes_tcp((struct packet){ .host = 2, TEXT("POST / HTTP/1.1\r\n"), .n = 1024 }));
	assert_int_equal(passing((struct packet){ .host = 2, .n = 1400 }),
			 100); /* the next may be anywhere */
	assert_true(passes_tcp((struct packet){ .host = 3, TEXT("HTTP/1.1 200 OK\r\n"), .n = 1024 }));
	assert_int_equal(passing((struct packet){ .host = 3, .n = 1024 }), 2 * REACH / 1024);
}

static void test_tls_data(void **state)
{
	const struct packet data = { .host = 4, TEXT(TLS_DATA), .n = 1024 };
	NEEDS_BPF();
	assert_true(passes_tcp((struct packet){ .host = 4, TEXT(TLS_HELLO), .n = 1024 }));
	assert_true(passes_tcp(data));
	assert_false(passes_tcp(data));
	assert_int_equal(passing((struct packet){ .host = 4, .n = 1024 }), GRACE / 1024); /* late ones */
	assert_true(passes_tcp((struct packet){ .host = 4, TEXT(TLS_HELLO), .n = 1024 }));
	assert_true(passes_tcp(data));
	/* In the middle of a connection that was not seen to begin. */
	assert_true(passes_tcp((struct packet){ .host = 5, TEXT(TLS_DATA), .n = 1024 }));
	assert_false(passes_tcp((struct packet){ .host = 5, TEXT(TLS_DATA), .n = 1024 }));
}

/* Who asked in the clear may ask again at any place: no bytes of a body and no SYN end that. */
static void test_requests_stay(void **state)
{
	static const struct packet asking[] = { { TEXT("POST / HTTP/1.1\r\n") },
						{ TEXT("PRI * HTTP/2.0\r\n") } };
	static const struct packet within[] = { { TEXT(TLS_DATA), .n = 1024 },
						{ TEXT(TLS_HELLO), .n = 1024 },
						{ TEXT("HTTP/1.1 200 OK"), .n = 1024 },
						{ .flags = SYN },
						{ TEXT("M-S"), .n = 8 } };
	NEEDS_BPF();
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < sizeof(within) / sizeof(within[0]); k++) {
			struct packet first = asking[i], next = within[k];
			first.host = next.host = 200 + 10 * i + k;
			first.n = 1024;
			assert_true(passes_tcp(first));
			assert_int_equal(passing((struct packet){ .host = first.host, .n = 1024 }), 100);
			for (unsigned n = 0; n < 3; n++)
				assert_true(passes_tcp(next));
			assert_int_equal(passing((struct packet){ .host = first.host, .n = 1024 }), 100);
		}
	/* The other direction is none of those. */
	assert_int_equal(passing((struct packet){ .host = 200, .sport = 443, .dport = 40000, .n = 1024 }), 9);
}

static void test_flags(void **state)
{
	NEEDS_BPF();
	assert_true(passes_tcp((struct packet){ .host = 6 })); /* the first acknowledgement */
	assert_false(passes_tcp((struct packet){ .host = 6 }));
	passing((struct packet){ .host = 6, .n = 1024 });
	assert_true(passes_tcp((struct packet){ .host = 6, .flags = FIN | ACK }));
	assert_true(passes_tcp((struct packet){ .host = 6, .flags = RST }));
	assert_false(passes_tcp((struct packet){ .host = 6, .n = 1024 }));
	assert_true(passes_tcp((struct packet){ .host = 6, .flags = SYN })); /* ports are used again */
	assert_int_equal(passing((struct packet){ .host = 6, .n = 1024 }), REACH / 1024);
	assert_int_equal(passing((struct packet){ .host = 6, .dport = 53, .n = 1024 }), 100);
}

static void test_udp(void **state)
{
	unsigned count = 0;
	NEEDS_BPF();
	for (int i = 0; i < 100; i++) {
		assert_true(passes_udp((struct packet){ .host = 7, .dport = 53, .n = 600 }));
		assert_true(passes_udp((struct packet){ .host = 7, .dport = 4789, .n = 600 }));
		assert_true(
			passes_udp((struct packet){ .host = 7, .dport = 99, TEXT(DNS_MESSAGE), .n = 40 }));
		assert_true(passes_udp((struct packet){ .host = 7, .dport = 99, TEXT("\xc3"), .n = 1200 }));
		assert_false(passes_udp((struct packet){ .host = 7, .dport = 443, TEXT("\x43"), .n = 1200 }));
		count += passes_udp((struct packet){ .host = 8, .dport = 99, TEXT("\x80"), .n = 1200 });
	}
	assert_int_equal(count, UDP_PACKETS);
	/* On a port of their own QUIC's short headers go once a long one was seen. */
	assert_false(passes_udp((struct packet){ .host = 7, .dport = 99, TEXT("\x43"), .n = 1200 }));
	assert_true(passes_udp((struct packet){ .host = 9, .dport = 99, TEXT("\x43"), .n = 1200 }));
}

/* Whatever the program cannot read in full passes, every time. */
static void test_not_understood(void **state)
{
	const struct packet p = { .version = 4, .host = 10, .sport = 1, .dport = 2, .flags = ACK, .n = 64 };
	struct frame f, g;
	NEEDS_BPF();

	tcp(&f, &p);
	for (int i = 0; i < 50; i++)
		run(&f);
	tcp(&f,
	    &(struct packet){ .version = 4, .host = 10, .sport = 1, .dport = 2, .flags = ACK, .n = 1400 });
	for (int i = 0; i < 10; i++)
		run(&f);
	assert_int_equal(run(&f), 0); /* bulk by now */
	for (g = f; g.n > 2 * ETHERNET; g.n--)
		if (g.n < 2 * ETHERNET + 20 + 20 + 12)
			assert_int_equal(run(&g), SNAPLEN);
	g = f;
	g.bytes[2 * ETHERNET + 6] = 0x20; /* more fragments */
	assert_int_equal(run(&g), SNAPLEN);
	g = f;
	g.bytes[2 * ETHERNET + 9] = 47; /* GRE */
	assert_int_equal(run(&g), SNAPLEN);
	g = f;
	g.bytes[2 * ETHERNET] = 0x44; /* a header too short */
	assert_int_equal(run(&g), SNAPLEN);
	g = f;
	g.bytes[2 * ETHERNET + 2] = g.bytes[2 * ETHERNET + 3] = 0; /* a length of 0 */
	assert_int_equal(run(&g), SNAPLEN);
	g = f;
	g.bytes[2 * ETHERNET + 20 + 12] = 0xf0; /* a TCP header beyond the datagram */
	g.bytes[2 * ETHERNET + 2] = 0;
	g.bytes[2 * ETHERNET + 3] = 60;
	assert_int_equal(run(&g), SNAPLEN);
	g = f;
	g.bytes[2 * ETHERNET - 2] = 0x88;
	g.bytes[2 * ETHERNET - 1] = 0x47; /* MPLS */
	assert_int_equal(run(&g), SNAPLEN);
}

/* Extension headers, fragments among them, and more tags than are read. */
static void test_wrappings(void **state)
{
	static const uint8_t extensions[] = { 0, 43, 44, 50, 51, 60, 135, 139, 140 };
	struct packet p = { .version = 6, .host = 12, .sport = 1, .dport = 2, .flags = ACK, .n = 1400 };
	struct frame f;
	NEEDS_BPF();

	for (int i = 0; i < 20; i++)
		passes_tcp(p);
	tcp(&f, &p);
	assert_int_equal(run(&f), 0);
	for (size_t i = 0; i < sizeof(extensions); i++) {
		f.bytes[2 * ETHERNET + 6] = extensions[i];
		assert_int_equal(run(&f), SNAPLEN);
	}
	for (p.tags = 0; p.tags <= 3; p.tags++)
		assert_false(passes_tcp(p));
	assert_true(passes_tcp(p));
	for (p.tags = 4; p.tags < 20; p.tags++)
		assert_true(passes_tcp(p));
}

/* More directions than are remembered: one that was forgotten passes again, none is held back. */
static void test_forgotten(void **state)
{
	struct packet p = { .version = 4, .sport = 1, .dport = 2, .flags = ACK, .n = 64 };
	struct frame f;
	NEEDS_BPF();

	assert_true(passing((struct packet){ .host = 13, .n = 1024 }) < 100);
	assert_false(passes_tcp((struct packet){ .host = 13, .n = 1024 }));
	tcp(&f, &p);
	for (unsigned i = 0; i < 300000; i++) {
		memcpy(f.bytes + 2 * ETHERNET + 12, &(uint32_t){ 0x20000000 + i }, 4);
		assert_int_equal(run(&f), SNAPLEN);
		assert_int_equal(run(&f), SNAPLEN); /* the kernel forgets first what was used once */
	}
	assert_true(passes_tcp((struct packet){ .host = 13, .n = 1024 }));
}

static void test_counters(void **state)
{
	struct prefilter_stats before, after;
	struct frame f;
	NEEDS_BPF();

	tcp(&f,
	    &(struct packet){ .version = 4, .host = 11, .sport = 1, .dport = 2, .flags = ACK, .n = 2048 });
	while (run(&f) > 0)
		;
	prefilter_stats(filter, &before);
	for (int i = 0; i < 10; i++)
		assert_int_equal(run(&f), 0);
	prefilter_stats(filter, &after);
	assert_int_equal(after.packets - before.packets, 10);
	assert_int_equal(after.bytes - before.bytes, 10 * (f.n - ETHERNET));
}

/* A filter of the user's has the first word: no TCP of a host. What it leaves out is no bulk of ours. */
static void test_behind_filter(void **state)
{
	struct sock_filter no_tcp[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETHERNET + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 262144),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_filter unknown[] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  (uint32_t)SKF_AD_OFF + SKF_AD_CPU),
					 BPF_STMT(BPF_RET | BPF_A, 0) };
	struct prefilter *plain = filter;
	struct prefilter_stats left;
	unsigned count = 0;
	NEEDS_BPF();

	assert_int_equal(prefilter_new_behind(&filter, &(struct sock_fprog){ 2, unknown }, REACH, SNAPLEN),
			 -ENOTSUP);
	assert_int_equal(prefilter_new_behind(&filter, &(struct sock_fprog){ 4, no_tcp }, REACH, SNAPLEN), 0);
	for (int i = 0; i < 100; i++) {
		assert_false(passes_tcp((struct packet){ .host = 14, TEXT(TLS_HELLO), .n = 1024 }));
		assert_true(passes_udp((struct packet){ .host = 14, .dport = 53, .n = 600 }));
		count += passes_udp((struct packet){ .host = 14, .dport = 99, TEXT("\x80"), .n = 1200 });
	}
	prefilter_stats(filter, &left);
	assert_int_equal(count, UDP_PACKETS);
	assert_int_equal(left.packets, 100 - UDP_PACKETS);
	prefilter_free(filter);
	filter = plain;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fresh_direction), cmocka_unit_test(test_starts),
		cmocka_unit_test(test_few_bytes),       cmocka_unit_test(test_requests_and_answers),
		cmocka_unit_test(test_tls_data),        cmocka_unit_test(test_requests_stay),
		cmocka_unit_test(test_flags),           cmocka_unit_test(test_udp),
		cmocka_unit_test(test_not_understood),  cmocka_unit_test(test_wrappings),
		cmocka_unit_test(test_forgotten),       cmocka_unit_test(test_counters),
		cmocka_unit_test(test_behind_filter),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
