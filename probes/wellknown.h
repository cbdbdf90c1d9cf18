/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /.well-known/assetlinks.json (Digital Asset Links) and apple-app-site-association (universal links): which
 * Android packages and iOS bundles the owner of a host calls its own. Read by jansson; the text is a
 * stranger's.
 */
#ifndef PROBES_WELLKNOWN_H
#define PROBES_WELLKNOWN_H

#include "probes/probe.h"

/* False: no such document (not JSON, or JSON of another shape). */
bool wellknown_assetlinks(struct probe_facts *out, const uint8_t *text, size_t n);
bool wellknown_association(struct probe_facts *out, const uint8_t *text, size_t n);

/* "well-known": both files of a host. */
extern const struct probe probe_wellknown;

#endif
