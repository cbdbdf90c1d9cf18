/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences of an app's explanation. The word is static; the text is owned by the app. */
#ifndef POLICY_STEP_H
#define POLICY_STEP_H

#include "policy/policy.h"

void step_add(struct app *a, const char *word, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* printf into a string of the caller's. */
char *step_text(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

#endif
