/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"

static void *check(void *p)
{
	if (p == NULL)
		fatal("内存不足");
	return p;
}

void *xmalloc(size_t n) { return check(malloc(n > 0 ? n : 1)); }

void *xcalloc(size_t count, size_t size) { return check(calloc(count > 0 ? count : 1, size > 0 ? size : 1)); }

void *xrealloc(void *p, size_t n) { return check(realloc(p, n > 0 ? n : 1)); }

void *xgrow(void *p, size_t *cap, size_t want, size_t size)
{
	size_t n = *cap > 0 ? *cap : 8;

	if (want <= *cap && p != NULL)
		return p;
	if (want > SIZE_MAX / 2 / size)
		fatal("内存不足");
	while (n < want)
		n *= 2;
	p = xrealloc(p, n * size);
	*cap = n;
	return p;
}

void alloc_large_pages(void *p, size_t n)
{
	uintptr_t mask = (uintptr_t)sysconf(_SC_PAGESIZE) - 1, from = ((uintptr_t)p + mask) & ~mask;

	if (n > 2 * mask)
		(void)madvise((void *)from, (n - mask - 1) & ~mask, MADV_HUGEPAGE);
}

char *xstrdup(const char *s) { return check(strdup(s)); }

char *xstrndup(const char *s, size_t n) { return check(strndup(s, n)); }
