/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Marks in a page's code that say in whose app it is made to run (FACT_RUNTIME): the SDK that it loads or
 * calls, the elements that only one host knows. Words in its text are no mark. Facts: fingerprints B1.
 */
#ifndef PROBES_MARKER_H
#define PROBES_MARKER_H

#include "probes/html.h"
#include "probes/probe.h"

void marker_source(struct probe_facts *f, const char *url, size_t n);  /* of a script that the page loads */
void marker_script(struct probe_facts *f, const char *text, size_t n); /* JavaScript */
void marker_element(struct probe_facts *f, const char *name);          /* lower case */

#endif
