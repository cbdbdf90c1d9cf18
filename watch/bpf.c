/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/bpf.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void bpf_start(struct bpf_code *c)
{
	*c = (struct bpf_code){ .labels = 1 };
	for (int i = 0; i < BPF_LABELS_MAX; i++)
		c->place[i] = -1;
}

unsigned bpf_label(struct bpf_code *c)
{
	if (c->labels < BPF_LABELS_MAX)
		return c->labels++;
	c->failed = true;
	return 1;
}

void bpf_place(struct bpf_code *c, unsigned label) { c->place[label] = (int)c->n; }

static void append(struct bpf_code *c, struct bpf_insn op, unsigned label)
{
	if (c->n == BPF_CODE_MAX) {
		c->failed = true;
		return;
	}
	c->op[c->n] = op;
	c->target[c->n++] = (uint16_t)label;
}

static struct bpf_insn make(int code, enum bpf_reg dst, enum bpf_reg src, int off, int32_t imm)
{
	return (struct bpf_insn){ .code = (uint8_t)code,
				  .dst_reg = dst & 0xf,
				  .src_reg = src & 0xf,
				  .off = (int16_t)off,
				  .imm = imm };
}

void bpf_set(struct bpf_code *c, int op, enum bpf_reg to, int32_t value)
{
	append(c, make(BPF_ALU64 | op | BPF_K, to, R0, 0, value), 0);
}

void bpf_move(struct bpf_code *c, int op, enum bpf_reg to, enum bpf_reg from)
{
	append(c, make(BPF_ALU64 | op | BPF_X, to, from, 0, 0), 0);
}

void bpf_get(struct bpf_code *c, int size, enum bpf_reg to, enum bpf_reg base, int at)
{
	append(c, make(BPF_LDX | size | BPF_MEM, to, base, at, 0), 0);
}

void bpf_put(struct bpf_code *c, int size, enum bpf_reg base, int at, enum bpf_reg from)
{
	append(c, make(BPF_STX | size | BPF_MEM, base, from, at, 0), 0);
}

void bpf_put_value(struct bpf_code *c, int size, enum bpf_reg base, int at, int32_t value)
{
	append(c, make(BPF_ST | size | BPF_MEM, base, R0, at, value), 0);
}

void bpf_add_shared(struct bpf_code *c, enum bpf_reg base, int at, enum bpf_reg from)
{
	append(c, make(BPF_STX | BPF_DW | BPF_ATOMIC, base, from, at, BPF_ADD), 0);
}

void bpf_address(struct bpf_code *c, enum bpf_reg to, int at_stack)
{
	bpf_move(c, BPF_MOV, to, STACK);
	bpf_set(c, BPF_ADD, to, at_stack);
}

void bpf_get_be(struct bpf_code *c, int bits, enum bpf_reg to, int at_stack)
{
	bpf_get(c, bits == 16 ? BPF_H : BPF_W, to, STACK, at_stack);
	append(c, make(BPF_ALU | BPF_END | BPF_TO_BE, to, R0, 0, bits), 0);
}

void bpf_jump(struct bpf_code *c, int op, enum bpf_reg a, int32_t b, unsigned label)
{
	append(c, make(BPF_JMP | op | BPF_K, a, R0, 0, b), label);
}

void bpf_jump_reg(struct bpf_code *c, int op, enum bpf_reg a, enum bpf_reg b, unsigned label)
{
	append(c, make(BPF_JMP | op | BPF_X, a, b, 0, 0), label);
}

void bpf_goto(struct bpf_code *c, unsigned label) { append(c, make(BPF_JMP | BPF_JA, R0, R0, 0, 0), label); }

void bpf_jump32(struct bpf_code *c, int op, enum bpf_reg a, enum bpf_reg b, int32_t value, unsigned label)
{
	append(c, make(BPF_JMP32 | op, a, b, 0, value), label);
}

void bpf_op(struct bpf_code *c, int code, enum bpf_reg to, enum bpf_reg from, int off, int32_t value)
{
	append(c, make(code, to, from, off, value), 0);
}

/* A descriptor as a constant takes two instructions. */
void bpf_map(struct bpf_code *c, enum bpf_reg to, int fd)
{
	append(c, make(BPF_LD | BPF_IMM | BPF_DW, to, BPF_PSEUDO_MAP_FD, 0, fd), 0);
	append(c, make(0, R0, R0, 0, 0), 0);
}

void bpf_call(struct bpf_code *c, int helper) { append(c, make(BPF_JMP | BPF_CALL, R0, R0, 0, helper), 0); }

void bpf_exit(struct bpf_code *c) { append(c, make(BPF_JMP | BPF_EXIT, R0, R0, 0, 0), 0); }

static int call(int command, union bpf_attr *attr)
{
	long fd = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return fd < 0 ? -errno : (int)fd;
}

int bpf_new_map(enum bpf_map_type type, uint32_t key, uint32_t value, uint32_t entries, uint32_t flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr)); /* bpf(2): what is not used must be zero, padding too */
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = entries;
	attr.map_flags = flags;
	return call(BPF_MAP_CREATE, &attr);
}

static bool resolve(struct bpf_code *c)
{
	for (unsigned i = 0; i < c->n; i++) {
		int to = c->place[c->target[i]];
		if (c->target[i] == 0)
			continue;
		if (to < 0)
			return false;
		c->op[i].off = (int16_t)(to - (int)i - 1);
	}
	return !c->failed;
}

int bpf_load(struct bpf_code *c)
{
	union bpf_attr attr;

	if (!resolve(c))
		return -E2BIG;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insn_cnt = c->n;
	attr.insns = (uintptr_t)c->op;
	attr.license = (uintptr_t) "GPL";
	return call(BPF_PROG_LOAD, &attr);
}
