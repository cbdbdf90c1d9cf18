/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON lines made readable: tables aligned for double-width Chinese (libsmartcols), times in Beijing
 * time, words in Chinese. What a key is called and how its value is shown stands in one table of labels;
 * which keys a command shows as columns in another. Strings are escaped for the terminal.
 */
#ifndef CTL_PRINT_H
#define CTL_PRINT_H

#include <stdbool.h>

/* json: pass the lines through as they are. fd is not used: the screen is standard output. */
void *print_new(const char *command, bool json, int fd);
/* One JSON object; borrowed. `print` is what print_new() returned. */
void print_line(void *print, const char *json);
/* Shows what is left and frees it; `done`: the command succeeded, so a list without lines is said to be
 * empty. 0, or -1 when standard output could not be written. */
int print_end(void *print, bool done);

#endif
