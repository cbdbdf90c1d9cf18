/* SPDX-License-Identifier: GPL-2.0-or-later */
/* URLs without what may be somebody's secret: the one form in which they are shown and kept. Pure. */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stddef.h>

/* User info, values of the query and of path parameters become "…", the fragment goes, and what is not
 * printable is escaped. Takes any text; always terminates. What has no secret, or was redacted before, stays
 * as it is. */
void redact_url(char *out, size_t cap, const char *text);

#endif
