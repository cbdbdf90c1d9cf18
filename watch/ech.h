/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the name in this ClientHello the true one? With Encrypted Client Hello (RFC 9849) the name that shows is
 * the public_name of the server's configuration, and the true one is encrypted. But clients also send the
 * extension filled with random bytes, beside the true name (GREASE ECH, section 6.2), and the wire does not
 * tell one from the other: that is what GREASE is for. The only proof there is: the configurations that
 * servers publish in HTTPS records (RFC 9848). A hello whose name and config_id are those of a record seen
 * lately is taken for real; its name is the outer one. Two things keep a name from hiding its own visits, or
 * those to another, behind such records. A configuration in a record of the public_name itself proves
 * nothing: who is let in by it may well visit that name. And a name with more configurations than anybody
 * needs is shown by strangers, for GREASE to hit one of them: clients draw any config_id, so that each of a
 * name's takes one in 256 of its GREASE for real. Any other hello is "grease-or-unproven", a visit: the
 * record may have come over encrypted DNS, before this process began, or to another worker. A fixed table;
 * the name that came first goes first.
 */
#ifndef WATCH_ECH_H
#define WATCH_ECH_H

#include <stdbool.h>
#include <stdint.h>

#include "dissect/dissect.h"
#include "watch/recent.h"

enum { ECH_CONFIGS = 32 }; /* of one name in a day; the largest provider changes its own every hour */

struct ech_config {
	int64_t seen; /* when it was last */
	uint8_t id;
	bool own; /* in a record of the public_name itself, too */
};

struct ech_name {
	struct ech_config config[ECH_CONFIGS];
	int64_t crowded_at; /* when it last had more */
	uint8_t count;
	bool crowded;
};

struct ech {
	struct recent names;    /* public names */
	struct ech_name *name;  /* owned, by place */
	uint64_t ids[256 / 64]; /* a bit for each config id that was ever learnt: GREASE draws any */
};

void ech_init(struct ech *e);
void ech_clear(struct ech *e);
/* An HTTPS or SVCB record shows its configurations. */
void ech_learn(struct ech *e, const struct dissect_message *m);
bool ech_is_outer(const struct ech *e, uint8_t id, struct dissect_str name, int64_t time);

#endif
