/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe `apk`: package, version, name, permissions and date of an Android package behind a download link,
 * from its manifest alone (probes/archive.h). A name that is kept in the resource table is looked up there:
 * in the whole of a small one, in a few parts of a large one that lies there unpacked; else the remark says
 * so.
 */
#ifndef PROBES_APK_H
#define PROBES_APK_H

#include <stddef.h>
#include <stdint.h>

#include "probes/probe.h"

extern const struct probe probe_apk;

enum apk_result {
	APK_OK,
	APK_NO_MANIFEST, /* not binary XML, or not a manifest of an application */
	APK_BROKEN,
};

/* What the manifest only refers to: resources that hold the application's name and its version; 0: none. */
struct apk_wanted {
	uint32_t label, version;
	char note[PROBE_NOTE_MAX]; /* that goes with the version */
};

enum apk_result apk_manifest(struct probe_facts *f, const uint8_t *p, size_t n, struct apk_wanted *wanted);

#endif
