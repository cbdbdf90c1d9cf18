/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A certificate chain as a server sent it -> facts about its leaf (RFC 5280): names, organisation, issuer,
 * dates, and what is wrong with it. The only user of OpenSSL here; the DER bytes are a stranger's.
 */
#ifndef PROBES_CERTIFICATE_H
#define PROBES_CERTIFICATE_H

#include "probes/probe.h"

enum { CERTIFICATE_NAMES_MAX = 64 }; /* alternative names told; more are counted in facts->more */

/* host: the name that was asked for; verify: X509_V_* of the chain by the machine's roots, or < 0: unknown.
 * False: the leaf does not parse; no facts then. */
bool certificate_facts(struct probe_facts *out, const struct probe_answer *a, const char *host, int64_t now);

/* "certificate": the host's own. */
extern const struct probe probe_certificate;

#endif
