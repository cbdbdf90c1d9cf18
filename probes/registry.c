/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "probes/apk.h"
#include "probes/certificate.h"
#include "probes/ipa.h"
#include "probes/lookup.h"
#include "probes/page.h"
#include "probes/probe.h"
#include "probes/record.h"
#include "probes/site.h"
#include "probes/wellknown.h"

/* In the order in which a new subject meets them: what tells most for one request comes first. */
/* clang-format off */
const struct probe *const probe_rows[] = {
	&probe_page,
	&probe_certificate,
	&probe_site,
	&probe_wellknown,
	&probe_record,
	&probe_lookup,
	&probe_apk,
	&probe_ipa,
	NULL, /* the end */
};
/* clang-format on */
const size_t probe_count = sizeof(probe_rows) / sizeof(probe_rows[0]) - 1;

const struct probe *probe_find(const char *name)
{
	for (size_t i = 0; i < probe_count; i++)
		if (strcmp(probe_rows[i]->name, name) == 0)
			return probe_rows[i];
	return NULL;
}
