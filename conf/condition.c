/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/condition.h"

#include <string.h>

enum { TEXT_LEAST = 3 /* bytes: shorter ones are on every page */ };

static const char joint[] = " && ";

static const char *const fields[CONDITION_FIELD_COUNT] = {
	[CONDITION_BODY] = "body=",
	[CONDITION_SERVER] = "server=",
	[CONDITION_COOKIE] = "cookie=",
	[CONDITION_FAVICON] = "favicon=",
};

static bool read_one(const char *s, size_t n, struct condition *out)
{
	out->negated = n > 0 && *s == '!';
	s += out->negated, n -= out->negated;
	for (int i = 0; i < CONDITION_FIELD_COUNT; i++) {
		size_t head = strlen(fields[i]);
		if (n > head && memcmp(s, fields[i], head) == 0) {
			out->field = (enum condition_field)i;
			out->text = s + head;
			out->n = n - head;
			return true;
		}
	}
	return false;
}

bool condition_next(const char **at, struct condition *out)
{
	const char *s = *at, *end = strstr(s, joint);
	size_t n = end ? (size_t)(end - s) : strlen(s);

	*at = end ? end + sizeof(joint) - 1 : s + n;
	return read_one(s, n, out);
}

static bool is_hash(const struct condition *c)
{
	size_t sign = c->n > 0 && c->text[0] == '-';

	return c->n > sign && c->n - sign <= 10 && strspn(c->text + sign, "0123456789") >= c->n - sign;
}

static bool is_text(const struct condition *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->text[i] >= 'A' && c->text[i] <= 'Z')
			return false;
	return c->n >= TEXT_LEAST;
}

bool condition_valid(const char *cell)
{
	struct condition c;
	bool positive = false;
	size_t n = strlen(cell);

	if (n > 0 && (cell[n - 1] == ' ' || cell[n - 1] == '&')) /* one that was forgotten */
		return false;
	do {
		if (!condition_next(&cell, &c) || !(c.field == CONDITION_FAVICON ? is_hash(&c) : is_text(&c)))
			return false;
		positive = positive || !c.negated;
	} while (*cell != '\0');
	return positive;
}
