/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trusted roots, read once, and what they say of a chain that a server sent. Nothing is refused for it: a
 * school's server with a home-made certificate is still to be looked at, and the problem is one of the facts.
 * Names are not looked at (probes/certificate.c does).
 */
#ifndef VISIT_ROOTS_H
#define VISIT_ROOTS_H

#include <stddef.h>
#include <stdint.h>

struct roots;

/* path "": the machine's. NULL: there is no such file, or not one certificate in it. */
struct roots *roots_new(const char *path);
void roots_free(struct roots *r); /* NULL-safe */

/* X509_V_* at `now` (microseconds UTC) for certificates in DER form, leaf first, as a server's. */
long roots_verify(const struct roots *r, const uint8_t *const *cert, const size_t *size, size_t count,
		  int64_t now);

#endif
