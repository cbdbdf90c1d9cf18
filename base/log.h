/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line per event on stderr: "beiand[store]: 警告: text". Strings of strangers in the
 * arguments are made safe here (control bytes and broken UTF-8 shown as \xHH), so no
 * caller can forget. Only processes log; dissect/, policy/ and db/ return reasons instead.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdnoreturn.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Program and role stand before each line; role may be NULL. Both are borrowed for ever. */
void log_init(const char *program, const char *role, enum log_level level);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Logs as an error and ends the process with status 1: for what cannot be lived with. */
noreturn void fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
