/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of site answers for a host, in at most three requests: its front page by the rules of
 * fingerprints.tsv; a name beside it that nobody made, to tell an app from a server that answers for
 * everything; its icon.
 */
#ifndef PROBES_SITE_H
#define PROBES_SITE_H

#include "probes/probe.h"

/* "site". */
extern const struct probe probe_site;

#endif
