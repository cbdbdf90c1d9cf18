/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The campus's address ranges, to ask whether a server stands inside. Addresses as in ipc/record.h. */
#ifndef STORE_PREFIX_H
#define STORE_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"

struct prefix_set;

/* From "10.0.0.0/8", "2001:db8::/32", or a single address; what does not parse is left out (conf/ refuses
 * it). */
struct prefix_set *prefix_set_new(const struct conf_list *cidrs);
void prefix_set_free(struct prefix_set *p); /* NULL-safe */
bool prefix_set_has(const struct prefix_set *p, const uint8_t addr[16]);

#endif
