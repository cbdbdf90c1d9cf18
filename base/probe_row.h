/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the store must know of a probe to plan its runs. probes/ and store/ may not include one another: the
 * rows come from probe_list() (probes/registry.h) and are handed to store_probes() by who sees both.
 */
#ifndef BASE_PROBE_ROW_H
#define BASE_PROBE_ROW_H

#include <stdbool.h>
#include <stdint.h>

enum { PROBE_ROWS_MAX = 32 };

struct probe_row {
	const char *name, *zh;   /* static */
	uint16_t version;        /* grows with every change of what it says */
	unsigned kinds;          /* 1u << SUBJECT_HOST | ...: subjects that it is for */
	bool wants_target;       /* only runs with a URL, which facts lead to */
	uint32_t interval_hours; /* between two successful runs, before jitter */
};

#endif
