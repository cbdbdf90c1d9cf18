/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/alias.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/policy.h"

static void tell(char *text, alias_fn *fn, void *arg)
{
	char *normal = policy_normal_name(text);
	if (normal != NULL)
		fn(arg, normal);
	free(normal);
	free(text);
}

static size_t bracket(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '(' || (n - i >= 3 && memcmp(s + i, "\xef\xbc\x88", 3) == 0))
			return i;
	}
	return n;
}

void alias_each(const char *product, alias_fn *fn, void *arg)
{
	for (const char *s = product;; s++) {
		size_t n = strcspn(s, "/"), open = bracket(s, n);
		tell(xstrndup(s, n), fn, arg);
		if (open > 0 && open < n)
			tell(xstrndup(s, open), fn, arg);
		s += n;
		if (*s == '\0')
			break;
	}
}
