/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocation that never returns NULL: out of memory ends the process with a clear
 * line, because nothing here can go on without it. Not for the packet path.
 * The caller owns what is returned and frees it with free().
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

void *xmalloc(size_t n) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t n) __attribute__((returns_nonnull, warn_unused_result));
/* Grows an array to hold at least `want` items of `size`; *cap is in items. Returns the array. */
void *xgrow(void *p, size_t *cap, size_t want, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));
/* For tables that are asked at random: large pages from here on, where the kernel has them. Only a hint;
 * to be given before the memory is touched. Not for what is filled from its front: there the kernel clears
 * small pages into the cache just before they are written, and large ones past it. */
void alloc_large_pages(void *p, size_t n);
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));

#endif
