/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apps that everybody uses (general.tsv: messengers, browsers, offices, payment, banks, shops): pages link to
 * them to be opened or read, which says nothing of the site's own apps. Education apps that a school chose of
 * a vendor are not among them: those links are what the prober looks for.
 */
#ifndef PROBES_GENERAL_H
#define PROBES_GENERAL_H

#include "conf/data.h"
#include "probes/probe.h"

/* Does this fact's value name one? Packages, Apple's numbers, WeChat's ids; of a file to install its maker's
 * own place, or a name that says the package. */
bool general_names(const struct general *table, enum fact type, const char *value);

#endif
