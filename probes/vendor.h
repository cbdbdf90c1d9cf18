/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose product a page is, by the rows of fingerprints.tsv: FACT_VENDOR, or FACT_PARKED for a page of no app.
 * The confidence is computed: long texts and hashes say more than short ones, several rows of a product more
 * than one.
 */
#ifndef PROBES_VENDOR_H
#define PROBES_VENDOR_H

#include "conf/data.h"
#include "probes/probe.h"

struct vendor_page {
	const char *body; /* UTF-8, ASCII letters in lower case: vendor_fold() */
	size_t size;
	const char *server, *cookies; /* as in struct probe_answer, folded too */
	bool has_favicon;
	int32_t favicon;
};

/* ASCII letters to lower case, in place. */
void vendor_fold(char *s, size_t n);
/* Does this row hold? `confidence` gets what it alone would say, percent. */
bool vendor_holds(const struct fingerprint *row, const struct vendor_page *p, unsigned *confidence);
void vendor_facts(const struct fingerprints *table, const struct vendor_page *p, struct probe_facts *out);

#endif
