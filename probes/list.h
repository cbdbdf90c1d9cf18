/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registry as the store needs it, to plan and to say what would be asked: base/probe_row.h. */
#ifndef PROBES_LIST_H
#define PROBES_LIST_H

#include "base/probe_row.h"

/* Every probe there is, in the registry's order. Returns how many, at most PROBE_ROWS_MAX. */
size_t probe_list(struct probe_row out[PROBE_ROWS_MAX]);
/* visit_preview() of such a look. */
void probe_preview(const struct conf *c, const struct probe_look *at, int64_t now, struct probe_sight *out);

#endif
