/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `filings export`: the reply's filing lines as a CSV file that spreadsheets open as they are and that
 * `filings import` reads back: UTF-8 with BOM, RFC 4180, cells that a spreadsheet would run as a formula
 * are made text.
 */
#ifndef CTL_EXPORT_H
#define CTL_EXPORT_H

#include <stdbool.h>

/* A sink like ctl/print.h's, writing to fd, which stays the caller's. */
void *export_new(const char *command, bool json, int fd);
void export_line(void *export, const char *json);
/* done: the command succeeded; else nothing is said of the file. 0, or -1 when it is not whole. */
int export_end(void *export, bool done);

#endif
