/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small assembler for eBPF (RFC 9669) and the system calls around it: no compiler and no library is needed
 * on the machine that captures. Instructions are appended one by one; jumps name labels, placed before or
 * after; bpf_load() resolves them. Overflow and unplaced labels make the load fail, nothing else.
 */
#ifndef WATCH_BPF_H
#define WATCH_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

/* Twice the longest classic program and one more of its labels for each operation (bpf_classic.h), besides
 * ours. */
enum { BPF_CODE_MAX = 2 * 4096 + 1024, BPF_LABELS_MAX = 4096 + 64 };

/* r0 result; r1-r5 arguments, lost in a call; r6-r9 kept; r10 the stack's end. */
enum bpf_reg { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, STACK };

struct bpf_code {
	struct bpf_insn op[BPF_CODE_MAX];
	uint16_t target[BPF_CODE_MAX]; /* label of a jump, 0: none */
	int place[BPF_LABELS_MAX];
	unsigned n, labels;
	bool failed;
};

void bpf_start(struct bpf_code *c);
unsigned bpf_label(struct bpf_code *c); /* a new one, from 1 */
void bpf_place(struct bpf_code *c, unsigned label);

/* op: BPF_MOV, BPF_ADD ... */
void bpf_set(struct bpf_code *c, int op, enum bpf_reg to, int32_t value);
void bpf_move(struct bpf_code *c, int op, enum bpf_reg to, enum bpf_reg from);
/* size: BPF_B, BPF_H, BPF_W, BPF_DW */
void bpf_get(struct bpf_code *c, int size, enum bpf_reg to, enum bpf_reg base, int at);
void bpf_put(struct bpf_code *c, int size, enum bpf_reg base, int at, enum bpf_reg from);
void bpf_put_value(struct bpf_code *c, int size, enum bpf_reg base, int at, int32_t value);
void bpf_add_shared(struct bpf_code *c, enum bpf_reg base, int at, enum bpf_reg from); /* 64 bits, atomic */
void bpf_address(struct bpf_code *c, enum bpf_reg to, int at_stack); /* of a place on the stack */
/* A 16 or 32 bit number off the wire. */
void bpf_get_be(struct bpf_code *c, int bits, enum bpf_reg to, int at_stack);
/* op: BPF_JEQ, BPF_JGT ... */
void bpf_jump(struct bpf_code *c, int op, enum bpf_reg a, int32_t b, unsigned label);
void bpf_jump_reg(struct bpf_code *c, int op, enum bpf_reg a, enum bpf_reg b, unsigned label);
void bpf_goto(struct bpf_code *c, unsigned label);
/* Of 32 bits. op: what classic programs have, BPF_K or BPF_X in it; b: for BPF_X */
void bpf_jump32(struct bpf_code *c, int op, enum bpf_reg a, enum bpf_reg b, int32_t value, unsigned label);
/* Any other. */
void bpf_op(struct bpf_code *c, int code, enum bpf_reg to, enum bpf_reg from, int off, int32_t value);
void bpf_map(struct bpf_code *c, enum bpf_reg to, int fd);
void bpf_call(struct bpf_code *c, int helper);
void bpf_exit(struct bpf_code *c);

/* Descriptors, or negative errno. */
int bpf_new_map(enum bpf_map_type type, uint32_t key, uint32_t value, uint32_t entries, uint32_t flags)
	__attribute__((warn_unused_result));
int bpf_load(struct bpf_code *c) __attribute__((warn_unused_result)); /* as a socket filter */

#endif
