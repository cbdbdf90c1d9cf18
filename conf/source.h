/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text files that people write for beiand: read whole up to a limit, checked to be UTF-8 without
 * control characters, and complained about as "file:line: message" in one way. Holds nothing.
 */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include <stddef.h>

#include "base/buf.h"
#include "conf/conf.h"

/* "name:line: text", or "name: text" for line 0; made safe to print and cut to fit. */
void source_error(char error[CONF_ERROR_MAX], const char *name, unsigned line, const char *text);
/* 0, or -1 with the reason; `advice` says what to do when there is no such file. */
int source_read(const char *path, size_t max, const char *advice, struct buf *out, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));
/* 0 when the bytes are UTF-8 with no control character but tab, CR at a line's end and LF; else -1. */
int source_check(const char *name, const char *text, size_t n, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));

#endif
