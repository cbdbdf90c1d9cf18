/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who of four sockets gets a frame that comes in on a tap device, in a network namespace of the test's own.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch/fanout.h"

enum { MEMBERS = 4, PAIRS = 64, GROUP = 7, FRAME_MAX = 256, WAIT_MS = 20000 };

struct wire {
	int member[MEMBERS], out;
};

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t n;
};

static void put16(struct frame *f, unsigned v)
{
	f->bytes[f->n++] = (uint8_t)(v >> 8);
	f->bytes[f->n++] = (uint8_t)v;
}

static void put_zero(struct frame *f, size_t n)
{
	memset(f->bytes + f->n, 0, n);
	f->n += n;
}

/* An address of the pair, by number. */
static void address(struct frame *f, unsigned version, unsigned pair, int end)
{
	if (version == 6) {
		put16(f, 0x2001), put16(f, 0x0db8);
		put_zero(f, 8);
	}
	put16(f, end == 0 ? 0x0a00 : 0xc633), put16(f, end == 0 ? pair : 0x6400 + pair % 3);
}

/* `offset`: of a fragment, in 8 bytes. */
static void ip(struct frame *f, unsigned version, unsigned pair, bool back, unsigned offset)
{
	if (version == 4) {
		put16(f, 0x4500), put16(f, 40), put16(f, pair), put16(f, offset), put16(f, 0x4011);
		put16(f, 0);
	} else {
		put16(f, 0x6000), put16(f, 0), put16(f, 20), put16(f, 0x1140);
	}
	address(f, version, pair, back);
	address(f, version, pair, !back);
	put_zero(f, 40);
}

/* The ways in which a pair may be wrapped. */
enum { PLAIN, TAGGED, QINQ, PPPOE, WAYS };

static void wrap(struct frame *f, int way, unsigned version)
{
	const unsigned type = version == 4 ? ETH_P_IP : ETH_P_IPV6;

	f->n = 0;
	put_zero(f, 12);
	if (way == QINQ)
		put16(f, ETH_P_8021AD), put16(f, 300);
	if (way == QINQ || way == TAGGED)
		put16(f, ETH_P_8021Q), put16(f, 7);
	if (way == PPPOE) {
		put16(f, ETH_P_PPP_SES), put16(f, 0x1100), put16(f, 1), put16(f, 42);
		put16(f, version == 4 ? 0x0021 : 0x0057);
	} else {
		put16(f, type);
	}
}

/* Did this member get a frame that came in? What the kernel itself sends out comes by too. */
static bool has(int fd)
{
	struct sockaddr_ll from = { 0 };
	socklen_t n = sizeof(from);
	uint8_t room[FRAME_MAX];
	bool in = false;

	while (recvfrom(fd, room, sizeof(room), MSG_DONTWAIT, (struct sockaddr *)&from, &n) > 0)
		in = in || from.sll_pkttype != PACKET_OUTGOING;
	return in;
}

/* Sends it; which member has it. */
static int where(struct wire *w, const struct frame *f)
{
	struct pollfd p[MEMBERS];

	for (int i = 0; i < MEMBERS; i++)
		p[i] = (struct pollfd){ .fd = w->member[i], .events = POLLIN };
	assert_int_equal(write(w->out, f->bytes, f->n), (ssize_t)f->n);
	while (poll(p, MEMBERS, WAIT_MS) > 0)
		for (int i = 0; i < MEMBERS; i++)
			if (has(w->member[i]))
				return i;
	return -1;
}

static int open_member(void)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = (int)if_nametoindex("fan0") };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* false: no namespace or no tap device to be had. */
static bool open_wire(struct wire *w)
{
	struct ifreq tap = { .ifr_name = "fan0", .ifr_flags = IFF_TAP | IFF_NO_PI };
	struct ifreq up = { .ifr_name = "fan0", .ifr_flags = IFF_UP };
	int fd;

	w->out = unshare(CLONE_NEWNET) == 0 ? open("/dev/net/tun", O_RDWR | O_CLOEXEC) : -1;
	if (w->out < 0 || ioctl(w->out, TUNSETIFF, &tap) != 0)
		return false;
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &up), 0);
	close(fd);
	for (int i = 0; i < MEMBERS; i++) {
		w->member[i] = open_member();
		assert_int_equal(fanout_join(w->member[i], GROUP), 0);
	}
	return true;
}

static void test_pairs(void **state)
{
	unsigned share[MEMBERS] = { 0 };
	struct frame f;
	struct wire w;
	(void)state;

	if (!open_wire(&w))
		skip();
	for (unsigned n = 0; n < PAIRS * 2; n++) {
		unsigned pair = n / 2, version = n % 2 == 0 ? 4 : 6;
		int home = -1;
		for (int way = 0; way < WAYS * 2; way++) {
			wrap(&f, way / 2, version);
			ip(&f, version, pair, way % 2 != 0, 0);
			int got = where(&w, &f);
			assert_true(got >= 0);
			home = home < 0 ? got : home;
			assert_int_equal(got, home); /* in both directions, however wrapped */
		}
		wrap(&f, PLAIN, 4);
		ip(&f, 4, pair, false, 0x2000);
		int first = where(&w, &f);
		wrap(&f, PLAIN, 4);
		ip(&f, 4, pair, false, 10);
		assert_int_equal(where(&w, &f), first); /* fragments of one datagram */
		share[home]++;
	}
	for (int i = 0; i < MEMBERS; i++)
		assert_in_range(share[i], PAIRS * 2 / MEMBERS / 3, PAIRS * 2 / MEMBERS * 3);
	wrap(&f, PLAIN, 4);
	f.bytes[12] = 0x88, f.bytes[13] = 0xb5; /* nothing we know */
	put_zero(&f, 50);
	assert_int_equal(where(&w, &f), 0);
}

static void test_bad_socket(void **state)
{
	(void)state;
	assert_true(fanout_join(-1, GROUP) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_bad_socket), cmocka_unit_test(test_pairs) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
