/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/list.h"

#include "probes/probe.h"

size_t probe_list(struct probe_row out[PROBE_ROWS_MAX])
{
	size_t n = 0;

	for (; n < probe_count && n < PROBE_ROWS_MAX; n++) {
		const struct probe *p = probe_rows[n];
		out[n] = (struct probe_row){ .name = p->name,
					     .zh = p->zh,
					     .version = p->version,
					     .kinds = p->kinds,
					     .wants_target = p->wants_target,
					     .interval_hours = p->interval_hours };
	}
	return n;
}
