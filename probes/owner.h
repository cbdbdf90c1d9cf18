/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a page says it belongs to: the organisation beside 版权所有, ©, Copyright, 主办单位 and the like, or
 * alone in front of a filing number, as the page writes it, without years, addresses and other words around
 * it. Not who built or supports it (技术支持). Only what looks like the name of an organisation is told.
 * Pure; linear.
 */
#ifndef PROBES_OWNER_H
#define PROBES_OWNER_H

#include <stdbool.h>
#include <stddef.h>

enum { OWNER_MAX = 160 /* bytes of a name; a longer one is not a name */ };

struct owner {
	const char *name; /* points into the text; not terminated */
	size_t n, at;
	unsigned confidence;
	bool weak; /* its label is one of forms and lists as well: only near a number or in a footer */
};

/* In their order. Returns how many places where one could be were too many to be looked at. */
size_t owner_scan(const char *text, size_t n, void (*found)(void *arg, const struct owner *o), void *arg);

/* The name that stands alone between the beginning of a line and text[at], where a number begins. False:
 * there is none that is whole and sure. */
bool owner_before(const char *text, size_t at, struct owner *o);

/* The only name that stands for itself in text[from..to): between blanks, bars and line ends, and not as who
 * built or runs the page. False: there is none, or more than one. */
bool owner_alone(const char *text, size_t from, size_t to, struct owner *o);

/* What stands in front of text[at], where a number begins, on its line. */
struct owner_front {
	bool others; /* the name of somebody who is not the owner: 技术支持：某公司, 由某公司提供技术支持 */
	bool by;          /* the latter */
	const char *name; /* that name; may begin with other words */
	size_t n;
	bool page;    /* who speaks of itself: 本站 */
	bool bracket; /* the number stands in brackets */
};
struct owner_front owner_front(const char *text, size_t at);

#endif
