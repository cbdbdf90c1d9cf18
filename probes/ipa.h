/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe `ipa`: bundle, version, name, privacy statements and date of an iOS package behind a download
 * link, from its Info.plist alone (probes/archive.h). The link may also lead to the list (manifest.plist)
 * that pages name to Apple's devices; then the package that this names is read, or else what the list says.
 */
#ifndef PROBES_IPA_H
#define PROBES_IPA_H

#include <stddef.h>
#include <stdint.h>

#include "probes/plist.h"
#include "probes/probe.h"

extern const struct probe probe_ipa;

/* Facts of an Info.plist; PLIST_UNKNOWN when it is of no application. Only after PLIST_OK any was added. */
enum plist_result ipa_info(struct probe_facts *f, const uint8_t *p, size_t n);

#endif
