/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Chinese name of each JSON key of contract.md and how its value is shown to a person.
 */
#ifndef CTL_LABEL_H
#define CTL_LABEL_H

#include <jansson.h>

#include "base/buf.h"

struct label {
	const char *key, *zh;
	/* Appends the value as safe text. */
	void (*show)(struct buf *out, const json_t *value);
};

/* The rows in their order, which is that of their keys; NULL past the last. */
const struct label *label_at(size_t i);
/* The row for a key; NULL: unknown, show it under its own name with label_show_plain(). */
const struct label *label_find(const char *key);
const char *label_zh(const char *key);
void label_show(struct buf *out, const char *key, const json_t *value);
/* The value of a fact or detail of that name: its own words and times are for people too. */
void label_show_value(struct buf *out, const char *type, const json_t *value);

#endif
