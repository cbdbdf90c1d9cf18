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
 * record may have come over encrypted DNS, or before anybody listened.
 *
 * A table is fixed, and holds no pointers: all sensors of a service share theirs, for a record that one of
 * them sees proves the hello that another does. A table is written by one process and read by all, without a
 * lock: who is stopped or killed, whatever he was at, holds up nobody, and what he wrote before stays. Who
 * judges some time after a hello came, when all have learnt what came before it, judges as one process does
 * at once: shared tables are asked for what was known at the hello's time.
 */
#ifndef WATCH_ECH_H
#define WATCH_ECH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissect/dissect.h"

enum {
	ECH_CONFIGS = 32, /* of one name in a day; the largest provider changes its own every hour */
	ECH_NAMES = 2048, /* of a table; among those of one hash's place the one that came first goes first */
};

/* Nobody judges a hello later than this, though the store stood still: what was learnt that much later by the
 * clock came before the clock was set back. */
#define ECH_WAIT_US INT64_C(60000000)

struct ech;

/* Of one table, when it is full. */
size_t ech_bytes(void);

/* A table of this process alone. */
struct ech *ech_new(void);
/* Tables for so many processes: their file, the caller's, or negative errno. */
int ech_share(unsigned processes) __attribute__((warn_unused_result));
/* The tables in such a file, which stays the caller's; this process writes the one called `own`, from 0 on.
 * NULL with errno when there is none, EBUSY when another process that lives writes it. */
struct ech *ech_map(int fd, unsigned own);
/* Takes either; NULL-safe. */
void ech_free(struct ech *e);

/* An HTTPS or SVCB record shows its configurations. */
void ech_learn(struct ech *e, const struct dissect_message *m);
/* Of a hello of that time, in microseconds UTC; the name as it stands in a message. */
bool ech_is_outer(const struct ech *e, uint8_t id, struct dissect_str name, int64_t time);

#endif
