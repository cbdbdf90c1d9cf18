/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names in an X.509 certificate (RFC 5280): the dNSName entries of subjectAltName, or where there are
 * none the subject's commonName. Reads DER strictly and no deeper than it must; nothing is verified.
 */
#ifndef DISSECT_CERT_H
#define DISSECT_CERT_H

#include "dissect/dissect.h"

/* Fills in m->cert, all of it. False when the certificate is not well formed. */
bool cert_read(const uint8_t *p, size_t n, struct dissect_message *m);

#endif
