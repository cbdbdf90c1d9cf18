/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registry as the store needs it to plan: base/probe_row.h. */
#ifndef PROBES_LIST_H
#define PROBES_LIST_H

#include <stddef.h>

#include "base/probe_row.h"

/* Every probe there is, in the registry's order. Returns how many, at most PROBE_ROWS_MAX. */
size_t probe_list(struct probe_row out[PROBE_ROWS_MAX]);

#endif
