/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every probe there is, as data: what it is called, whom it is for, how often, what it asks first. The store
 * plans by these rows and beianctl shows them; neither is linked with what runs them (probes/registry.c), nor
 * with the libraries that it needs.
 */
#ifndef PROBES_LIST_H
#define PROBES_LIST_H

#include "base/probe_row.h"

/* In the order in which a new subject meets them: what tells most for one request comes first. */
enum probe_id {
	PROBE_ID_PAGE,
	PROBE_ID_CERTIFICATE,
	PROBE_ID_SITE,
	PROBE_ID_WELL_KNOWN,
	PROBE_ID_RECORD,
	PROBE_ID_LOOKUP,
	PROBE_ID_APK,
	PROBE_ID_IPA,
	PROBE_ID_COUNT,
};

extern const struct probe_row probe_table[PROBE_ID_COUNT];

/* NULL: none of that name. */
const struct probe_row *probe_row_find(const char *name);
/* All of them, for store_probes(). Returns how many, at most PROBE_ROWS_MAX. */
size_t probe_list(struct probe_row out[PROBE_ROWS_MAX]);

#endif
