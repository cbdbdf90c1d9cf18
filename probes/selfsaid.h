/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences in which a page speaks of itself and that lead to its number: 我们的网站备案号为…, and
 * 某平台由某公司运营，备案号：…, which also says whose it is. Pure; linear.
 */
#ifndef PROBES_SELFSAID_H
#define PROBES_SELFSAID_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/owner.h"

/* Does text[from..at), a line up to its first number, lead to it so? o->n: of who runs the page; 0: not
 * said. */
bool selfsaid_leads(const char *text, size_t from, size_t at, struct owner *o);

#endif
