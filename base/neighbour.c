/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/neighbour.h"

#include <stdio.h>
#include <string.h>

enum { LABEL = 10 /* characters of "bd%08x" */ };

const char *neighbour_suffix(const char *host) { return strchr(host, '.'); }

bool neighbour_put(char *out, size_t cap, const char *host, uint32_t chance)
{
	const char *suffix = neighbour_suffix(host);
	int n = suffix != NULL ? snprintf(out, cap, "bd%08x%s", chance, suffix) : -1;

	return n > 0 && (size_t)n < cap;
}

bool neighbour_get(const char *name, uint32_t *chance)
{
	static const char digits[] = "0123456789abcdef";
	const char *suffix = neighbour_suffix(name);
	uint32_t v = 0;

	if (suffix == NULL || suffix - name != LABEL || name[0] != 'b' || name[1] != 'd')
		return false;
	for (const char *p = name + 2; p < suffix; p++) {
		const char *digit = strchr(digits, *p);
		if (digit == NULL)
			return false;
		v = v << 4 | (uint32_t)(digit - digits);
	}
	*chance = v;
	return true;
}
