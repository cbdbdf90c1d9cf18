/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has this machine a route to an address, and is it cut off? Asked of its own kernel; no packet leaves. */
#ifndef VISIT_ROUTE_H
#define VISIT_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

/* False: a connect(2) would fail at once, whoever is there. True also when the kernel cannot be asked. */
bool route_there(const uint8_t addr[16]);

/* Who was reached last. */
struct route_last {
	bool known;
	uint8_t addr[16];
};
void route_reached(struct route_last *l, const uint8_t addr[16]);
/* There is no route to who was reached before either, or nobody ever was: not one host is out of reach, all
 * are. */
bool route_cut_off(const struct route_last *l);

#endif
