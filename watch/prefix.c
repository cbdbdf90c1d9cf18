/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/prefix.h"

#include <string.h>

/* Behind the class that begins at s; NULL when it has no end. */
static const char *class_end(const char *s)
{
	s += s[1] == '^' ? 2 : 1;
	if (*s == ']') /* the first is a letter like any other */
		s++;
	for (; *s != '\0' && *s != ']'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '[' && (s[1] == ':' || s[1] == '.' || s[1] == '='))
			return NULL;
	}
	return *s == ']' ? s + 1 : NULL;
}

/* Does all of the pattern come behind its start? Not with an alternative outside of all groups, nor with
 * what is not understood here. */
static bool is_one(const char *s)
{
	int depth = 0;

	while (*s != '\0') {
		if (*s == '\\' && (s[1] == '\0' || s[1] == 'Q'))
			return false;
		if (*s == '|' && depth == 0)
			return false;
		if (*s == '(' && (s[1] == '*' || (s[1] == '?' && strchr("#|", s[2]) != NULL)))
			return false;
		depth += *s == '(' ? 1 : *s == ')' ? -1 : 0;
		if (depth < 0)
			return false;
		if (*s == '[') {
			s = class_end(s);
			if (s == NULL)
				return false;
			continue;
		}
		s += *s == '\\' ? 2 : 1;
	}
	return depth == 0;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* One letter that stands for itself, off *s. False: it is none. */
static bool letter(const char **s, uint8_t *byte)
{
	if (**s == '\\' && !is_alnum((*s)[1]))
		++*s;
	else if (strchr("\\^$.[|()?*+{", **s) != NULL)
		return false;
	*byte = (uint8_t) * (*s)++;
	return true;
}

void prefix_make(struct prefix *p, const char *pattern)
{
	const char *s = pattern + 1;
	uint8_t byte;

	*p = (struct prefix){ 0 };
	if (pattern[0] != '^' || !is_one(pattern))
		return;
	while (p->n < PREFIX_MAX && letter(&s, &byte)) {
		bool before = p->n > 0 && p->optional[p->n - 1];
		if (*s == '*' || *s == '{' || (before && p->byte[p->n - 1] == byte))
			break;
		p->byte[p->n] = byte;
		p->optional[p->n++] = *s == '?';
		if (*s == '+' || (*s == '?' && strchr("?+*", s[1]) != NULL && s[1] != '\0'))
			break;
		s += *s == '?';
	}
}

bool prefix_fits(const struct prefix *p, const uint8_t *text, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (at < n && text[at] == p->byte[i])
			at++;
		else if (!p->optional[i])
			return false;
	}
	return true;
}
