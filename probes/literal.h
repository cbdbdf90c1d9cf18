/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The strings inside a JavaScript object literal, as pages carry them: unquoted keys, either quote, trailing
 * commas, comments, calls behind a value ('x'.html(false)). Not a language: no expression is evaluated, what
 * is no literal is stepped over. Iterative, bounded depth; every string is told with the keys above it.
 */
#ifndef PROBES_LITERAL_H
#define PROBES_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

enum { LITERAL_DEPTH_MAX = 16, LITERAL_KEY_MAX = 64, LITERAL_VALUE_MAX = 1024 };

/* `key`: names from the outermost object in, joined by '.', array elements add nothing: "category_list.cate".
 * `value`: unescaped, n bytes, cut at LITERAL_VALUE_MAX; also numbers and words, as they stand. */
typedef void literal_fn(void *arg, const char *key, const char *value, size_t n);

/* text begins at '{'. True: it ended where it closes; false: cut short, too deep, or no object. */
bool literal_read(const char *text, size_t n, literal_fn *fn, void *arg);

#endif
