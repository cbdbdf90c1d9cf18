/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/apk.h"
#include "probes/certificate.h"
#include "probes/ipa.h"
#include "probes/lookup.h"
#include "probes/page.h"
#include "probes/probe.h"
#include "probes/record.h"
#include "probes/site.h"
#include "probes/wellknown.h"

const struct probe *const probe_rows[PROBE_ID_COUNT] = {
	[PROBE_ID_PAGE] = &probe_page,     [PROBE_ID_CERTIFICATE] = &probe_certificate,
	[PROBE_ID_SITE] = &probe_site,     [PROBE_ID_WELL_KNOWN] = &probe_wellknown,
	[PROBE_ID_RECORD] = &probe_record, [PROBE_ID_LOOKUP] = &probe_lookup,
	[PROBE_ID_APK] = &probe_apk,       [PROBE_ID_IPA] = &probe_ipa,
};

const struct probe *probe_find(const char *name)
{
	const struct probe_row *row = probe_row_find(name);

	return row ? probe_rows[row - probe_table] : NULL;
}
