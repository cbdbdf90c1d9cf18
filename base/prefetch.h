/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks for memory some time before it is read. To a compiler that sees the whole program a function that only
 * asks is one that does nothing, and calls of it are left out: the empty statement is what it does.
 */
#ifndef BASE_PREFETCH_H
#define BASE_PREFETCH_H

static inline void prefetch(const void *p)
{
	__builtin_prefetch(p);
	__asm__ volatile("" : : "r"(p));
}

/* Into the second level of the cache: of what is not needed at once. */
static inline void prefetch_second(const void *p)
{
	__builtin_prefetch(p, 0, 2);
	__asm__ volatile("" : : "r"(p));
}

#endif
