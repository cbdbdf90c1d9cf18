/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "page": the first page of a host, or the job's target: https, and http where that cannot be had. Follows
 * where the page itself leads (refresh, simple script, frame) three times at most, and asks an empty shell
 * for at most two scripts of its own host that fill it. A page without an ICP number that names a file of its
 * own host as its foot (iframe, script, $.load) is asked for that one. What is read of a page: reading.h.
 */
#ifndef PROBES_PAGE_H
#define PROBES_PAGE_H

#include "probes/probe.h"

enum { PAGE_LEADS_MAX = 3 };

extern const struct probe probe_page;

#endif
