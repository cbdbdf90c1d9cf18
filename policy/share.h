/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of a host's use is an identifier's: how many of the host's distinct clients are among those of the
 * identifiers. |host ∩ ident| = |host| + |ident| - |host ∪ ident|, exact as long as the sketches are. Without
 * sketches of one key epoch: how many of the host's messages came from them.
 */
#ifndef POLICY_SHARE_H
#define POLICY_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

struct share {
	uint64_t part, whole;
	bool people; /* clients, not messages */
};

/* `from`: subjects of the identifiers; `count`: messages that they sent to the host. */
struct share share_of(const struct policy_input *in, size_t host, const size_t *from, size_t n,
		      uint64_t count);
/* At least half: the host is used through the identifier. */
bool share_is_most(const struct share *s);

#endif
