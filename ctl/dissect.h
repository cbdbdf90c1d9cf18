/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `beianctl dissect -r FILE`: one JSON line for each dissected message of a capture. Stores nothing.
 */
#ifndef CTL_DISSECT_H
#define CTL_DISSECT_H

/* argv[0] is the command's name. Exit status: 0, 1 after one line on stderr, 2 usage. */
int ctl_dissect(int argc, char *const argv[]);

#endif
