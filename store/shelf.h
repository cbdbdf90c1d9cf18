/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is taken piece by piece and given back at once. */
#ifndef STORE_SHELF_H
#define STORE_SHELF_H

#include <stddef.h>

struct shelf {
	char **block;
	size_t count, cap;
	char *at;
	size_t left;
};

/* Aligned for any object; lives until shelf_clear(). */
void *shelf_take(struct shelf *a, size_t n);
void *shelf_copy(struct shelf *a, const void *bytes, size_t n);
/* NULL for NULL. Packed: for text alone. */
const char *shelf_text(struct shelf *a, const char *text);
void shelf_clear(struct shelf *a);

#endif
