/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON lines as contract.md has them, appended to a buf. Commas come by themselves: a value is added after
 * the last one of the object or array that is open.
 */
#ifndef STORE_JSON_H
#define STORE_JSON_H

#include <stdint.h>

#include "base/buf.h"

/* key NULL: an element of the open array. */
void json_open(struct buf *b, const char *key, char bracket);
void json_close(struct buf *b, char bracket);
void json_line(struct buf *b);                                 /* starts over: {"v":1 */
void json_text(struct buf *b, const char *key, const char *s); /* NULL: null */
void json_int(struct buf *b, const char *key, int64_t v);
void json_bool(struct buf *b, const char *key, int v);
void json_score(struct buf *b, const char *key, double v); /* two decimals */
void json_time(struct buf *b, const char *key, int64_t us);
void json_people(struct buf *b, const char *key, int64_t n);
void json_raw(struct buf *b, const char *key, const char *json); /* NULL: null */

#endif
