/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operation by operation, as the kernel does it for its own use (Documentation/networking/filter.rst; RFC
 * 9669 section 5.5 for the loads). All numbers have 32 bits: the short forms of arithmetic and jumps clear
 * the rest. */
#include "watch/bpf_classic.h"

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#define A R0 /* where BPF_LD | BPF_ABS leaves what it read */
#define X R7

enum { MEMORY = -512 }; /* its 16 words, on the stack */

struct classic {
	struct bpf_code *code;
	const struct sock_fprog *program;
	unsigned first, taken; /* labels: of its first operation, the others follow; of where to go on */
	unsigned at;           /* the operation at hand */
};

/* What it asks of the packet besides bytes, and where that is; libpcap asks for no more. */
static const struct {
	unsigned ask;
	int at;
} asides[] = {
	{ SKF_AD_PKTTYPE, offsetof(struct __sk_buff, pkt_type) },
	{ SKF_AD_IFINDEX, offsetof(struct __sk_buff, ifindex) },
	{ SKF_AD_VLAN_TAG, offsetof(struct __sk_buff, vlan_tci) },
	{ SKF_AD_VLAN_TAG_PRESENT, offsetof(struct __sk_buff, vlan_present) },
};

static void copy(struct classic *l, enum bpf_reg to, enum bpf_reg from)
{
	bpf_op(l->code, BPF_ALU | BPF_MOV | BPF_X, to, from, 0, 0);
}

static void constant(struct classic *l, enum bpf_reg to, uint32_t value)
{
	bpf_op(l->code, BPF_ALU | BPF_MOV | BPF_K, to, R0, 0, (int32_t)value);
}

/* Bytes beyond the packet end the program with 0, as they do there. */
static void load(struct classic *l, int mode, int size, uint32_t k)
{
	bpf_op(l->code, BPF_LD | mode | size, R0, mode == BPF_IND ? X : R0, 0, (int32_t)k);
}

static bool load_aside(struct classic *l, uint32_t k)
{
	for (size_t i = 0; i < sizeof(asides) / sizeof(asides[0]); i++)
		if (k == (uint32_t)SKF_AD_OFF + asides[i].ask) {
			bpf_get(l->code, BPF_W, A, R6, asides[i].at);
			return true;
		}
	return false;
}

/* What both registers are loaded with. */
static bool load_either(struct classic *l, const struct sock_filter *f, enum bpf_reg to)
{
	switch (BPF_MODE(f->code)) {
	case BPF_IMM:
		constant(l, to, f->k);
		return true;
	case BPF_MEM:
		bpf_get(l->code, BPF_W, to, STACK, MEMORY + 4 * (int)f->k);
		return f->k < BPF_MEMWORDS;
	case BPF_LEN:
		bpf_get(l->code, BPF_W, to, R6, offsetof(struct __sk_buff, len));
		return true;
	}
	return false;
}

static bool class_ld(struct classic *l, const struct sock_filter *f)
{
	int mode = BPF_MODE(f->code);

	if (mode != BPF_ABS && mode != BPF_IND)
		return load_either(l, f, A);
	if ((int32_t)f->k < 0)
		return mode == BPF_ABS && load_aside(l, f->k);
	load(l, mode, BPF_SIZE(f->code), f->k);
	return true;
}

/* BPF_MSH: the length of an IPv4 header. */
static bool class_ldx(struct classic *l, const struct sock_filter *f)
{
	if (BPF_MODE(f->code) != BPF_MSH)
		return load_either(l, f, X);
	copy(l, R8, A);
	load(l, BPF_ABS, BPF_B, f->k);
	bpf_set(l->code, BPF_AND, A, 0x0f);
	bpf_set(l->code, BPF_LSH, A, 2);
	copy(l, X, A);
	copy(l, A, R8);
	return (int32_t)f->k >= 0;
}

static bool class_st(struct classic *l, const struct sock_filter *f)
{
	bpf_put(l->code, BPF_W, STACK, MEMORY + 4 * (int)f->k, BPF_CLASS(f->code) == BPF_ST ? A : X);
	return f->k < BPF_MEMWORDS;
}

static void leave_out(struct classic *l)
{
	constant(l, R0, 0);
	bpf_exit(l->code);
}

/* To divide by an X of 0 leaves the packet out; by another, the next two operations are passed over. */
static bool class_alu(struct classic *l, const struct sock_filter *f)
{
	int op = BPF_OP(f->code), by_x = BPF_SRC(f->code) == BPF_X;

	if (by_x && (op == BPF_DIV || op == BPF_MOD)) {
		bpf_op(l->code, BPF_JMP | BPF_JNE | BPF_K, X, R0, 2, 0);
		leave_out(l);
	}
	bpf_op(l->code, f->code, A, by_x ? X : R0, 0, by_x ? 0 : (int32_t)f->k);
	return op <= BPF_XOR;
}

/* The label `further` behind the operation at hand, 0: there is none. */
static unsigned ahead(const struct classic *l, uint32_t further)
{
	return further < l->program->len - l->at - 1 ? l->first + l->at + 1 + further : 0;
}

static bool class_jmp(struct classic *l, const struct sock_filter *f)
{
	bool by_x = BPF_SRC(f->code) == BPF_X, always = BPF_OP(f->code) == BPF_JA;
	unsigned yes = ahead(l, always ? f->k : f->jt), no = ahead(l, f->jf);

	if (yes == 0 || no == 0)
		return false;
	if (always)
		bpf_goto(l->code, yes);
	else
		bpf_jump32(l->code, BPF_OP(f->code) | BPF_SRC(f->code), A, by_x ? X : R0,
			   by_x ? 0 : (int32_t)f->k, yes);
	if (!always && f->jf != 0)
		bpf_goto(l->code, no);
	return BPF_OP(f->code) <= BPF_JSET;
}

static bool class_ret(struct classic *l, const struct sock_filter *f)
{
	if (BPF_RVAL(f->code) == BPF_A)
		bpf_jump(l->code, BPF_JNE, A, 0, l->taken);
	else if (f->k != 0)
		bpf_goto(l->code, l->taken);
	if (BPF_RVAL(f->code) == BPF_A || f->k == 0)
		leave_out(l);
	return true;
}

static bool class_misc(struct classic *l, const struct sock_filter *f)
{
	bool tax = BPF_MISCOP(f->code) == BPF_TAX;

	copy(l, tax ? X : A, tax ? A : X);
	return tax || BPF_MISCOP(f->code) == BPF_TXA;
}

static bool (*const classes[8])(struct classic *l, const struct sock_filter *f) = {
	[BPF_LD] = class_ld,   [BPF_LDX] = class_ldx, [BPF_ST] = class_st,   [BPF_STX] = class_st,
	[BPF_ALU] = class_alu, [BPF_JMP] = class_jmp, [BPF_RET] = class_ret, [BPF_MISC] = class_misc,
};

bool bpf_classic(struct bpf_code *c, const struct sock_fprog *program, unsigned taken)
{
	struct classic l = { .code = c, .program = program, .taken = taken };

	if (program->len == 0 || program->len > BPF_MAXINSNS)
		return false;
	l.first = bpf_label(c);
	for (unsigned i = 1; i < program->len; i++)
		bpf_label(c);
	constant(&l, A, 0);
	constant(&l, X, 0);
	for (l.at = 0; l.at < program->len; l.at++) {
		const struct sock_filter *f = &program->filter[l.at];
		bpf_place(c, l.first + l.at);
		if (!classes[BPF_CLASS(f->code)](&l, f))
			return false;
	}
	return BPF_CLASS(program->filter[program->len - 1].code) == BPF_RET;
}
