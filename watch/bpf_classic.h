/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A classic BPF program, which a socket would take by SO_ATTACH_FILTER, as the beginning of one of ours: a
 * socket has room for one program only. It sees what it would see there, of VLAN the tag that the kernel has
 * taken off included; a packet it leaves out is left out at once, by a result of 0.
 */
#ifndef WATCH_BPF_CLASSIC_H
#define WATCH_BPF_CLASSIC_H

#include <stdbool.h>

#include "watch/bpf.h"

struct sock_fprog;

/* Appends it; what it takes goes to `taken`. The packet is in r6; r0 to r5, r7, r8 and the far end of the
 * stack are lost. false: it has an operation that is not known here, or none at all. */
bool bpf_classic(struct bpf_code *c, const struct sock_fprog *program, unsigned taken);

#endif
