/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel does with the program made of a classic one (BPF_PROG_TEST_RUN), against what it does with
 * that one itself on a socket: filters as users write them, and programs made at random. Without CAP_BPF
 * there is nothing to test. A tag that the kernel has taken off can only come from an interface:
 * tests/proc/live_prefilter.sh. */
#include <errno.h>
#include <linux/filter.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch/bpf_classic.h"

#define bpf_insn pcap_insn /* libpcap's of that name is the classic one */
#include <pcap/pcap.h>
#undef bpf_insn

enum { ETHERNET = 14, FRAME_MAX = 128, TAKEN = 7 };

static bool allowed;
static int
	ends[2]; /* what is written into the first comes out of the second, if that one's filter takes it */
static struct bpf_code code;

/* Loads it with an end that says TAKEN; a descriptor or negative errno. */
static int load(const struct sock_fprog *program)
{
	unsigned taken;

	bpf_start(&code);
	bpf_move(&code, BPF_MOV, R6, R1);
	taken = bpf_label(&code);
	if (!bpf_classic(&code, program, taken))
		return -ENOTSUP;
	bpf_place(&code, taken);
	bpf_set(&code, BPF_MOV, R0, TAKEN);
	bpf_exit(&code);
	return bpf_load(&code);
}

static unsigned run(int fd, const uint8_t *frame, size_t n)
{
	uint8_t bytes[ETHERNET + FRAME_MAX] = { 0 }; /* the test run takes off one Ethernet header */
	union bpf_attr attr;

	memcpy(bytes + ETHERNET, frame, n);
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)fd;
	attr.test.data_in = (uintptr_t)bytes;
	attr.test.data_size_in = (uint32_t)(ETHERNET + n);
	attr.test.repeat = 1;
	assert_int_equal(syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)), 0);
	return attr.test.retval;
}

static uint32_t some(uint32_t below)
{
	static uint32_t x = 1;

	x = x * 1664525 + 1013904223;
	return (x >> 8) % below;
}

/* Of the sort that filters look for, in so many tags. */
static size_t frame(uint8_t *f, unsigned tags)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x0806, 0x8864 };
	static const uint8_t protos[] = { 6, 17, 1, 44 };
	uint16_t type = types[some(4)];
	size_t n = 12;

	for (size_t i = 0; i < FRAME_MAX; i++)
		f[i] = some(3) == 0 ? (uint8_t)some(256) : 0;
	for (unsigned i = 0; i < tags; i++, n += 4)
		f[n] = 0x81, f[n + 1] = 0, f[n + 3] = 7;
	f[n++] = (uint8_t)(type >> 8);
	f[n++] = (uint8_t)type;
	f[n] = type == 0x0800 ? 0x45 : 0x60;
	f[n + 6] = some(2) ? 0 : protos[some(4)];
	f[n + 9] = protos[some(4)];
	memcpy(f + n + 12, &(uint32_t){ 0x0100000a }, 4);
	memcpy(f + n + 16, &(uint32_t){ 0x026433c6 }, 4);
	f[n + 23] = f[n + 43] = (uint8_t)(52 + some(3));
	return some(8) == 0 ? some(FRAME_MAX) : FRAME_MAX;
}

static void filter_socket(const struct sock_fprog *program)
{
	assert_int_equal(setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof(*program)), 0);
}

static unsigned run_on_socket(const uint8_t *frame, size_t n)
{
	uint8_t bytes[FRAME_MAX];

	assert_int_equal(send(ends[0], frame, n, 0), n);
	return recv(ends[1], bytes, sizeof(bytes), MSG_DONTWAIT) >= 0 ? TAKEN : 0;
}

/* So many frames; how many were taken. */
static unsigned compare(const struct sock_fprog *program, unsigned frames)
{
	uint8_t bytes[FRAME_MAX];
	int fd = load(program);
	unsigned taken = 0;

	assert_true(fd >= 0);
	filter_socket(program);
	for (unsigned i = 0; i < frames; i++) {
		size_t n = frame(bytes, i % 3);
		unsigned want = run_on_socket(bytes, n);
		assert_int_equal(run(fd, bytes, n), want);
		taken += want != 0;
	}
	close(fd);
	return taken;
}

static int setup(void **state)
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, 1);
	int fd = load(&(struct sock_fprog){ 1, &all });
	(void)state;

	assert_true(fd >= 0 || fd == -EPERM || fd == -ENOSYS);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	allowed = fd >= 0;
	if (allowed)
		close(fd);
	return 0;
}

#define NEEDS_BPF()                                                                                          \
	do {                                                                                                 \
		(void)state;                                                                                 \
		if (!allowed)                                                                                \
			skip();                                                                              \
	} while (0)

static const char *const filters[] = {
	"udp port 53",
	"not net 198.51.100.0/24",
	"ether proto 0x0800",
	"host 10.0.0.1 and not (tcp port 80 or icmp)",
	"ip6 or arp",
	"vlan 7 and udp",
	"udp port 53 or (vlan and udp port 53)",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
	"ip[0] & 0xf != 5 or less 60",
	"greater 100 and portrange 50-54",
	"ether host 00:00:00:00:00:00 or broadcast",
	"net 2001:db8::/32 or ip6 proto 17",
	"pppoes and ip",
	"ip[2:2] / ip[8] > 3 or ip[2:2] % 7 == 1",
	"(ip[12:4] ^ ip[16:4]) << 3 >= 0x80000000 or -ip[4] < 9",
};

static void test_filters(void **state)
{
	pcap_t *dead;
	unsigned taken = 0;
	NEEDS_BPF();

	dead = pcap_open_dead(DLT_EN10MB, 65535);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		struct bpf_program made;
		assert_int_equal(pcap_compile(dead, &made, filters[i], 1, PCAP_NETMASK_UNKNOWN), 0);
		taken += compare(&(struct sock_fprog){ (unsigned short)made.bf_len, (void *)made.bf_insns },
				 2000);
		pcap_freecode(&made);
	}
	assert_true(taken > 3000);
	pcap_close(dead);
}

/* One operation of a program: any that the kernel takes (bpf_check_classic()), jumps not too far. */
static struct sock_filter operation(unsigned left)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_H | BPF_ABS,
		BPF_LD | BPF_B | BPF_IND,
		BPF_LD | BPF_IMM,
		BPF_LD | BPF_W | BPF_LEN,
		BPF_LD | BPF_MEM,
		BPF_LDX | BPF_IMM,
		BPF_LDX | BPF_MEM,
		BPF_LDX | BPF_W | BPF_LEN,
		BPF_LDX | BPF_B | BPF_MSH,
		BPF_ST,
		BPF_STX,
		BPF_ALU | BPF_ADD | BPF_X,
		BPF_ALU | BPF_SUB | BPF_K,
		BPF_ALU | BPF_MUL | BPF_X,
		BPF_ALU | BPF_DIV | BPF_X,
		BPF_ALU | BPF_MOD | BPF_X,
		BPF_ALU | BPF_DIV | BPF_K,
		BPF_ALU | BPF_AND | BPF_K,
		BPF_ALU | BPF_OR | BPF_X,
		BPF_ALU | BPF_XOR | BPF_K,
		BPF_ALU | BPF_LSH | BPF_K,
		BPF_ALU | BPF_RSH | BPF_K,
		BPF_ALU | BPF_NEG,
		BPF_JMP | BPF_JEQ | BPF_K,
		BPF_JMP | BPF_JGT | BPF_X,
		BPF_JMP | BPF_JGE | BPF_K,
		BPF_JMP | BPF_JSET | BPF_K,
		BPF_JMP | BPF_JGT | BPF_K,
		BPF_JMP | BPF_JEQ | BPF_X,
		BPF_MISC | BPF_TAX,
		BPF_MISC | BPF_TXA,
	};
	struct sock_filter f = { .code = codes[some(sizeof(codes) / sizeof(codes[0]))] };

	f.k = some(3) ? some(32) : some(2) ? some(65536) << 16 | some(65536) : 0x80000000;
	if (BPF_CLASS(f.code) == BPF_LD && (BPF_MODE(f.code) == BPF_ABS || BPF_MODE(f.code) == BPF_IND))
		f.k %= FRAME_MAX;
	if (f.code == (BPF_LDX | BPF_B | BPF_MSH))
		f.k %= FRAME_MAX;
	if (BPF_CLASS(f.code) == BPF_ST || BPF_CLASS(f.code) == BPF_STX || BPF_MODE(f.code) == BPF_MEM)
		f.k %= BPF_CLASS(f.code) == BPF_ALU || BPF_CLASS(f.code) == BPF_JMP ? UINT32_MAX : 4;
	if (BPF_CLASS(f.code) == BPF_ALU)
		f.k = BPF_OP(f.code) == BPF_NEG ? 0 : f.k % 31 + 1;
	if (BPF_CLASS(f.code) == BPF_JMP) {
		f.jt = (uint8_t)some(left < 5 ? left + 1 : 5);
		f.jf = (uint8_t)some(left < 5 ? left + 1 : 5);
	}
	return f;
}

/* Nothing of it out of reach: the kernel refuses what no path comes to. */
static bool all_reached(const struct sock_filter *f, unsigned n)
{
	bool reached[64] = { true };

	for (unsigned i = 0; i < n; i++) {
		if (!reached[i])
			return false;
		if (BPF_CLASS(f[i].code) == BPF_JMP)
			reached[i + 1 + f[i].jt] = reached[i + 1 + f[i].jf] = true;
		else if (BPF_CLASS(f[i].code) != BPF_RET)
			reached[i + 1] = true;
	}
	return true;
}

static void random_program(struct sock_filter *f, unsigned n)
{
	do {
		for (unsigned i = 0; i < n; i++)
			f[i] = i < 4 ? (struct sock_filter)BPF_STMT(BPF_ST, i) : operation(n - i - 2);
		f[n - 2] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, some(2) ? 1 : 0xffffffff);
		f[n - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	} while (!all_reached(f, n));
}

static void test_random_programs(void **state)
{
	struct sock_filter f[64];
	unsigned taken = 0;
	NEEDS_BPF();

	for (unsigned i = 0; i < 3000; i++) {
		unsigned n = 8 + some(24);
		random_program(f, n);
		taken += compare(&(struct sock_fprog){ (unsigned short)n, f }, 20);
	}
	assert_true(taken > 6000 && taken < 54000);
}

/* Whatever the kernel would not take either, or libpcap does not ask for. */
static void test_refused(void **state)
{
	static const struct sock_filter bad[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_RANDOM)),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_LL_OFF),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, (uint32_t)SKF_AD_OFF),
		BPF_STMT(BPF_LD | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, (uint32_t)SKF_LL_OFF),
		BPF_STMT(BPF_LDX | BPF_B | BPF_ABS, 0),
		BPF_STMT(BPF_LD | BPF_MEM, 16),
		BPF_STMT(BPF_ST, 16),
		BPF_STMT(BPF_STX, UINT32_MAX),
		BPF_STMT(BPF_ALU | 0xb0, 1),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 255, 0),
		BPF_JUMP(BPF_JMP | 0x50 | BPF_K, 0, 0, 0),
		BPF_STMT(BPF_MISC | 0x20, 0),
	};
	struct sock_filter f[2] = { [1] = BPF_STMT(BPF_RET | BPF_K, 1) };
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f[0] = bad[i];
		assert_int_equal(load(&(struct sock_fprog){ 2, f }), -ENOTSUP);
	}
	assert_int_equal(load(&(struct sock_fprog){ 0, f }), -ENOTSUP);
	f[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 0);
	assert_int_equal(load(&(struct sock_fprog){ 1, f }), -ENOTSUP); /* has no end */
}

/* The longest there is, which a socket has not the memory for; one more is none. */
static void test_longest(void **state)
{
	struct sock_filter *f;
	uint8_t bytes[FRAME_MAX] = { 1 };
	int fd;
	NEEDS_BPF();

	f = calloc(BPF_MAXINSNS + 1, sizeof(*f));
	for (unsigned i = 0; i < BPF_MAXINSNS; i++)
		f[i] = i % 2 ? (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, i, 1, 0)
			     : (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, i % 64);
	for (unsigned i = BPF_MAXINSNS - 2; i <= BPF_MAXINSNS; i++)
		f[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 1);
	fd = load(&(struct sock_fprog){ BPF_MAXINSNS, f });
	assert_true(fd >= 0);
	assert_int_equal(run(fd, bytes, FRAME_MAX), TAKEN);
	assert_int_equal(run(fd, bytes, 65), 0); /* some of its loads end behind that */
	close(fd);
	assert_int_equal(load(&(struct sock_fprog){ BPF_MAXINSNS + 1, f }), -ENOTSUP);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_random_programs),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_longest),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
