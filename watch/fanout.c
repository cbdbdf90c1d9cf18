/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/fanout.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum {
	CODE_MAX = 256, /* the program has about 150 operations */
	TAGS_MAX = 3,   /* VLAN tags in the frame; the kernel has taken off the outermost */
	ETHERTYPE_QINQ_OLD = 0x9100,
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
};

/* Scratch words of the program. */
enum { AT, TYPE, SOURCE, TARGET, WORD };

/* Odd multipliers with well mixed bits (splitmix, murmur): an xor and a sum alone would leave neighbours
 * side by side. */
enum { FOLD = 31 };
static const uint32_t mix_xor = 0x9e3779b1, mix_sum = 0x85ebca6b, mix_end = 0xc2b2ae35;

struct code {
	struct sock_filter op[CODE_MAX];
	unsigned n;
};

static void emit(struct code *c, unsigned op, uint32_t k)
{
	if (c->n < CODE_MAX)
		c->op[c->n++] = (struct sock_filter){ .code = (uint16_t)op, .k = k };
}

/* `then` operations further when A is k. */
static void emit_skip(struct code *c, uint32_t k, unsigned then, unsigned otherwise)
{
	c->op[c->n++] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, (uint8_t)then, (uint8_t)otherwise);
}

/* A from `offset` behind the header that AT (in X) stands at. */
static void emit_load(struct code *c, unsigned size, uint32_t offset)
{
	emit(c, BPF_LD | size | BPF_IND, (uint32_t)SKF_NET_OFF + offset);
}

/* AT moves on, the type of what stands there is in TYPE and A. */
static void emit_step(struct code *c, uint32_t by)
{
	emit(c, BPF_ST, TYPE);
	emit(c, BPF_MISC | BPF_TXA, 0);
	emit(c, BPF_ALU | BPF_ADD | BPF_K, by);
	emit(c, BPF_MISC | BPF_TAX, 0);
	emit(c, BPF_LD | BPF_MEM, TYPE);
}

/* IEEE 802.1Q: two bytes of tag control, then the type. */
static void emit_vlan(struct code *c)
{
	emit_skip(c, ETH_P_8021Q, 2, 0);
	emit_skip(c, ETH_P_8021AD, 1, 0);
	emit_skip(c, ETHERTYPE_QINQ_OLD, 0, 6);
	emit_load(c, BPF_H, 2);
	emit_step(c, 4);
}

/* RFC 2516 section 4: six bytes, then the PPP protocol. */
static void emit_pppoe(struct code *c)
{
	emit_skip(c, ETH_P_PPP_SES, 0, 10);
	emit_load(c, BPF_H, 6);
	emit_skip(c, PPP_IPV4, 0, 1);
	emit(c, BPF_LD | BPF_IMM, ETH_P_IP);
	emit_skip(c, PPP_IPV6, 0, 1);
	emit(c, BPF_LD | BPF_IMM, ETH_P_IPV6);
	emit_step(c, 8);
}

/* An address of `words` as one word. */
static void emit_fold(struct code *c, uint32_t offset, unsigned words, uint32_t into)
{
	for (unsigned i = 0; i < words; i++) {
		emit(c, BPF_LDX | BPF_MEM, AT);
		emit_load(c, BPF_W, offset + 4 * i);
		if (i > 0) {
			emit(c, BPF_ST, WORD);
			emit(c, BPF_LD | BPF_MEM, into);
			emit(c, BPF_ALU | BPF_MUL | BPF_K, FOLD);
			emit(c, BPF_LDX | BPF_MEM, WORD);
			emit(c, BPF_ALU | BPF_ADD | BPF_X, 0);
		}
		emit(c, BPF_ST, into);
	}
}

/* A ^= A >> 16 */
static void emit_spread(struct code *c)
{
	emit(c, BPF_MISC | BPF_TAX, 0);
	emit(c, BPF_ALU | BPF_RSH | BPF_K, 16);
	emit(c, BPF_ALU | BPF_XOR | BPF_X, 0);
}

/* Of xor and sum of the two, which are the same in either order; the kernel takes it modulo the members. */
static void emit_hash(struct code *c)
{
	emit(c, BPF_LDX | BPF_MEM, SOURCE);
	emit(c, BPF_LD | BPF_MEM, TARGET);
	emit(c, BPF_ALU | BPF_XOR | BPF_X, 0);
	emit(c, BPF_ALU | BPF_MUL | BPF_K, mix_xor);
	emit(c, BPF_ST, WORD);
	emit(c, BPF_LD | BPF_MEM, TARGET);
	emit(c, BPF_ALU | BPF_ADD | BPF_X, 0);
	emit(c, BPF_ALU | BPF_MUL | BPF_K, mix_sum);
	emit(c, BPF_LDX | BPF_MEM, WORD);
	emit(c, BPF_ALU | BPF_XOR | BPF_X, 0);
	emit_spread(c);
	emit(c, BPF_ALU | BPF_MUL | BPF_K, mix_end);
	emit_spread(c);
	emit(c, BPF_RET | BPF_A, 0);
}

/* Offsets of RFC 791 section 3.1 and RFC 8200 section 3. A load beyond the packet ends the program with 0. */
static void fanout_program(struct code *c)
{
	unsigned jump;

	emit(c, BPF_LDX | BPF_IMM, 0);
	emit(c, BPF_LD | BPF_H | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL));
	for (int i = 0; i < TAGS_MAX; i++)
		emit_vlan(c);
	emit_pppoe(c);
	emit(c, BPF_STX, AT);
	emit_skip(c, ETH_P_IP, 2, 0);
	emit_skip(c, ETH_P_IPV6, 0, 0);
	jump = c->n - 1;
	emit(c, BPF_RET | BPF_K, 0);
	emit_fold(c, 12, 1, SOURCE);
	emit_fold(c, 16, 1, TARGET);
	emit_hash(c);
	c->op[jump].jt = (uint8_t)(c->n - jump - 1);
	emit_fold(c, 8, 4, SOURCE);
	emit_fold(c, 24, 4, TARGET);
	emit_hash(c);
}

int fanout_join(int fd, uint16_t group)
{
	struct code code = { .n = 0 };
	struct sock_fprog program = { .filter = code.op };
	int how = PACKET_FANOUT_CBPF << 16 | group;

	fanout_program(&code);
	program.len = (unsigned short)code.n;
	if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &how, sizeof(how)) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, &program, sizeof(program)) != 0)
		return -errno;
	return 0;
}
