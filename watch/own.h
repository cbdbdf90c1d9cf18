/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses of this machine. What it asks itself, as the prober does, is no use of anything by anybody: a
 * mirror port may show it to the sensor, which would then find in use what only beiand asked for. Loopback is
 * none of them: nothing that is probed lives there.
 */
#ifndef WATCH_OWN_H
#define WATCH_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "dissect/dissect.h"

enum { OWN_MAX = 64 }; /* of more, the first */

struct own {
	struct dissect_addr addr[OWN_MAX];
	size_t count;
};

/* As they are now: they change. None when the kernel does not tell. */
void own_read(struct own *o);
/* Is its client one of them? */
bool own_asks(const struct own *o, const struct dissect_message *m);

#endif
