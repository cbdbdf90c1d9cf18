/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/shelf.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { BLOCK_BYTES = 256 * 1024 };

static void *take(struct shelf *a, size_t n, size_t align)
{
	size_t gap = a->at == NULL ? 0 : (align - (uintptr_t)a->at % align) % align;
	char *p;

	if (a->left < gap || a->left - gap < n) {
		size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
		a->block = xgrow(a->block, &a->cap, a->count + 1, sizeof(*a->block));
		a->at = a->block[a->count++] = xmalloc(size);
		a->left = size;
		gap = 0;
	}
	p = a->at + gap;
	a->at = p + n;
	a->left -= gap + n;
	return p;
}

void *shelf_take(struct shelf *a, size_t n) { return take(a, n, alignof(max_align_t)); }

void *shelf_copy(struct shelf *a, const void *bytes, size_t n)
{
	void *p = shelf_take(a, n);
	if (n > 0)
		memcpy(p, bytes, n);
	return p;
}

const char *shelf_text(struct shelf *a, const char *text)
{
	size_t n;
	char *p;

	if (text == NULL)
		return NULL;
	n = strlen(text) + 1;
	p = take(a, n, 1);
	memcpy(p, text, n);
	return p;
}

void shelf_clear(struct shelf *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->block[i]);
	free(a->block);
	*a = (struct shelf){ 0 };
}
