/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program of watch/prefilter.h: which packets pass. It is put together here, its maps are the caller's.
 */
#ifndef WATCH_PREFILTER_CODE_H
#define WATCH_PREFILTER_CODE_H

#include <stdint.h>

#include "watch/bpf.h"

enum {
	PREFILTER_KEY = 40,   /* bytes: addresses, ports, protocol of a direction */
	PREFILTER_VALUE = 8,  /* what is known of it */
	PREFILTER_CPUS = 256, /* counters; more processors share them */
};

struct prefilter_counter {
	uint64_t packets, bytes;
};

struct sock_fprog;

struct prefilter_plan {
	const struct sock_fprog *filter; /* classic, runs first; NULL: none */
	int flows, counters;             /* a hash; an array of PREFILTER_CPUS */
	uint32_t reach, snaplen;
};

/* A descriptor, or negative errno: -ENOTSUP for a filter with operations that are not known. */
int prefilter_load(const struct prefilter_plan *plan) __attribute__((warn_unused_result));

#endif
