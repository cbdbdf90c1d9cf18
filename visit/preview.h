/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run would begin with, without a packet: its first URL and PROBE_DONE, or why it would be refused.
 * For `beianctl probe --dry-run`: linked with neither the engine nor its libraries.
 */
#ifndef VISIT_PREVIEW_H
#define VISIT_PREVIEW_H

#include "base/probe_row.h"

void visit_preview(const struct conf *c, const struct probe_look *at, int64_t now, struct probe_sight *out);

#endif
