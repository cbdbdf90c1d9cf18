/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apple's public lookup by bundle id (fingerprints B7): name, seller, version, day of the last update: the
 * only public machine-readable sign of "not updated for half a year". Off until its URL is configured.
 */
#ifndef PROBES_LOOKUP_H
#define PROBES_LOOKUP_H

#include "probes/probe.h"

/* False: no lookup result. An empty one is fine: the shop has no such app. */
bool lookup_facts(struct probe_facts *out, const char *bundle, const uint8_t *text, size_t n);

/* "lookup". */
extern const struct probe probe_lookup;

#endif
