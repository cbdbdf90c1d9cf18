/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of a text file, in whichever charset a school's office software wrote them, to UTF-8 with
 * '\n' line ends. The order is: byte order mark, strict UTF-8, strict GB18030; nothing is guessed
 * from frequencies and no byte is replaced.
 */
#ifndef FILINGS_CHARSET_H
#define FILINGS_CHARSET_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "conf/conf.h"

/* 0 and the charset's name (static), or -1 with the line and byte that no charset allows. */
int charset_decode(struct buf *out, const char **charset, const uint8_t *bytes, size_t n,
		   char error[CONF_ERROR_MAX]) __attribute__((warn_unused_result));

#endif
