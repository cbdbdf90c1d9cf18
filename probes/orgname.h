/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What looks like the name of an organisation: by how it ends (大学, 公司, 教务处), how long it is, and what
 * it does not begin with. Pure; linear.
 */
#ifndef PROBES_ORGNAME_H
#define PROBES_ORGNAME_H

#include <stdbool.h>
#include <stddef.h>

/* How many of n bytes are the name that they begin with; 0: they begin with none. */
size_t orgname_cut(const char *s, size_t n);

/* Do n bytes hold a word that only names of organisations have? */
bool orgname_within(const char *s, size_t n);

/* p stands on an opening bracket. Behind the closing one of a short insertion, NULL: there is none. */
const char *orgname_inner_end(const char *p, const char *end);

#endif
