/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `beianctl observe`: what a sensor sees in files or on an interface, as the JSON lines of contract.md
 * ("Observation"), the counters last. Stores nothing; files need no rights but to read them.
 */
#ifndef CTL_OBSERVE_H
#define CTL_OBSERVE_H

#include "base/buf.h"
#include "ipc/record.h"

/* argv[0] is the command's word. Exit status: 0; 1 after one line on stderr; 2 usage. */
int ctl_observe(int argc, char *const argv[], const char *conf_path);
/* How each observation of a sensor begins. */
void observe_head(struct buf *head, const char *sensor);
/* Appends the observation as one JSON object without a newline. */
void observe_json(struct buf *out, const struct buf *head, const struct observation *o);

#endif
