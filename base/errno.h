/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a failed call of the system means, in Chinese whatever the locale: our one-line errors are read by
 * people who may not read English.
 */
#ifndef BASE_ERRNO_H
#define BASE_ERRNO_H

#include <stdbool.h>

/* Static text; for a number without a row here the C library's own. */
const char *errno_zh(int number);
/* Is it this machine that lacks something (descriptors, memory), whoever was to be reached? */
bool errno_is_shortage(int number);

#endif
