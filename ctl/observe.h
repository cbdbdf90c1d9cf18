/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `beianctl observe`: what a sensor sees in files or on an interface, as the JSON lines of contract.md
 * ("Observation"), the counters last. Stores nothing; files need no rights but to read them.
 */
#ifndef CTL_OBSERVE_H
#define CTL_OBSERVE_H

#include "base/buf.h"
#include "base/text.h"
#include "ipc/record.h"

/* argv[0] is the command's word. Exit status: 0; 1 after one line on stderr; 2 usage. */
int ctl_observe(int argc, char *const argv[], const char *conf_path);

enum { OBSERVE_PART_MAX = 48 };

/* Of a line, what many have in common; it has a length. */
struct observe_part {
	char text[OBSERVE_PART_MAX];
	size_t n;
};

/* How the lines of a sensor are written; owns `head`, with which they begin. */
struct observe_form {
	struct buf head;
	struct observe_part kind[SUBJECT_KIND_COUNT], via[VIA_COUNT], detail[DETAIL_COUNT];
	struct text_times times;
};

void observe_form_init(struct observe_form *f, const char *sensor);
void observe_form_clear(struct observe_form *f);
/* Appends the observation as one JSON object without a newline. */
void observe_json(struct buf *out, struct observe_form *f, const struct observation *o);

#endif
