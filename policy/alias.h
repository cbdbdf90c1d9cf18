/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of a catalogued product: "学习通/超星泛雅", "云班课(蓝墨云)". */
#ifndef POLICY_ALIAS_H
#define POLICY_ALIAS_H

typedef void alias_fn(void *arg, const char *normal);

/* Each name in normal form, as written and without what stands in brackets. */
void alias_each(const char *product, alias_fn *fn, void *arg);

#endif
