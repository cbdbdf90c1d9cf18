/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose package is it? A host links packages of anybody: what a package declares says something about an app
 * only when it is certainly that app's own.
 */
#ifndef POLICY_PACKAGE_H
#define POLICY_PACKAGE_H

#include "policy/work.h"

/* The package (or, `apple`, the bundle) that this subject's package facts are of. NULL: none, or more than
 * one, so that nobody can say which of them a permission or a version belongs to. */
const struct policy_fact *package_of(const struct policy_input *in, size_t subject, bool apple);
/* Is it one of the app's identifiers, or in the filing, or named like the filing and alone there? `f` may be
 * NULL. */
bool package_is_own(const struct work *w, const struct app *a, const struct policy_filing *f,
		    const struct policy_fact *package);

#endif
