/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the name in this ClientHello the true one? With Encrypted Client Hello (RFC 9849) the name that shows is
 * the public_name of the server's configuration, and the true one is encrypted. But clients also send the
 * extension filled with random bytes, beside the true name (GREASE ECH, section 6.2), and the wire does not
 * tell one from the other: that is what GREASE is for. The only proof there is: the configurations that
 * servers publish in HTTPS records (RFC 9848). A hello whose name and config_id are those of a record seen
 * lately is taken for real; its name is the outer one. A client that draws the same config_id for GREASE
 * towards the public_name itself is mistaken for it, one in 256 for each id of that name. Any other hello is
 * "grease-or-unproven": the record may have come over encrypted DNS, before this process began, or to another
 * worker. A fixed table; the configuration that came first goes first.
 */
#ifndef WATCH_ECH_H
#define WATCH_ECH_H

#include <stdbool.h>
#include <stdint.h>

#include "dissect/dissect.h"
#include "watch/recent.h"

struct ech {
	struct recent configs;  /* config_id and public_name */
	int64_t *seen;          /* owned, by place: when it was last */
	uint64_t ids[256 / 64]; /* a bit for each config id that was ever learnt: GREASE draws any */
};

void ech_init(struct ech *e);
void ech_clear(struct ech *e);
/* An HTTPS or SVCB record showed this configuration. */
void ech_learn(struct ech *e, uint8_t config_id, struct dissect_str public_name, int64_t time);
bool ech_is_outer(const struct ech *e, uint8_t config_id, struct dissect_str name, int64_t time);

#endif
