/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Internationalised domain names to A-labels (RFC 3492, RFC 5890), so that a filing that says 某大学.公益
 * meets the xn-- name on the wire. The text is already lower case and width-folded; further mappings of
 * UTS 46 matter for scripts with case and are left out.
 */
#ifndef POLICY_PUNYCODE_H
#define POLICY_PUNYCODE_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends every label of `domain` (valid UTF-8), ASCII ones as they are; false when one is too long. */
bool punycode_domain(struct buf *out, const char *domain) __attribute__((warn_unused_result));

#endif
