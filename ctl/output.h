/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of standard output, the same for every command of beianctl.
 */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

/* Writes out what is buffered. 0, also when the reader has left (`beianctl ... | head`: it had enough);
 * -1 when something did not get out: a full disk. */
int output_end(void);

#endif
