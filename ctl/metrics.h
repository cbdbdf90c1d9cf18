/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `beianctl status --metrics`: the same numbers in the text format of Prometheus (version 0.0.4), for its
 * textfile collector. Names begin with beiand_. Of sources with one name the newest stands for all.
 */
#ifndef CTL_METRICS_H
#define CTL_METRICS_H

#include <stdbool.h>

/* As print_new() and its like: lines of `status` go in, text goes to standard output. */
void *metrics_new(const char *command, bool json, int fd);
void metrics_line(void *metrics, const char *json);
int metrics_end(void *metrics, bool done);

#endif
