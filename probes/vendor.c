/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/vendor.h"

#include <stdlib.h>
#include <string.h>

#include "conf/condition.h"

enum { MOST = 98 /* nothing that a page says of itself is certain */ };

void vendor_fold(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] >= 'A' && s[i] <= 'Z')
			s[i] = (char)(s[i] + ('a' - 'A'));
}

static bool holds_text(const char *s, size_t n, const struct condition *c)
{
	return s != NULL && memmem(s, n, c->text, c->n) != NULL;
}

static bool holds(const struct condition *c, const struct vendor_page *p)
{
	switch (c->field) {
	case CONDITION_BODY:
		return holds_text(p->body, p->size, c);
	case CONDITION_SERVER:
		return p->server && holds_text(p->server, strlen(p->server), c);
	case CONDITION_COOKIE:
		return p->cookies && holds_text(p->cookies, strlen(p->cookies), c);
	default:
		return p->has_favicon && strtol(c->text, NULL, 10) == p->favicon;
	}
}

/* How likely a page of somebody else has it too, in per mille: a hash of 32 bits hardly ever, a short word
 * now and then; what it must not have says nothing. */
static unsigned doubt(const struct condition *c)
{
	static const unsigned least = 150, most = 600, per_byte = 20;

	if (c->negated)
		return 1000;
	switch (c->field) {
	case CONDITION_FAVICON:
		return 100;
	case CONDITION_SERVER:
		return 700;
	case CONDITION_COOKIE:
		return 300;
	default:
		return c->n * per_byte + least >= most ? least : most - (unsigned)c->n * per_byte;
	}
}

bool vendor_holds(const struct fingerprint *row, const struct vendor_page *p, unsigned *confidence)
{
	const char *at = row->when;
	unsigned left = 1000;
	struct condition c;

	while (*at != '\0') {
		if (!condition_next(&at, &c) || holds(&c, p) == c.negated)
			return false;
		left = left * doubt(&c) / 1000;
	}
	*confidence = (1000 - left) / 10;
	return true;
}

static bool told_before(const struct fingerprints *t, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(t->entry[i].product, t->entry[at].product) == 0)
			return true;
	return false;
}

/* The rows of one product together: each that holds lessens the doubt. The note names the first. */
static void product(const struct fingerprints *t, size_t first, const struct vendor_page *p,
		    struct probe_facts *out)
{
	const struct fingerprint *why = NULL, *row = &t->entry[first];
	unsigned left = 100, one;

	for (size_t i = first; i < t->count; i++) {
		if (strcmp(t->entry[i].product, row->product) != 0 || !vendor_holds(&t->entry[i], p, &one))
			continue;
		why = why ? why : &t->entry[i];
		left = left * (100 - one) / 100;
	}
	if (why)
		probe_fact_note(out, strcmp(row->kind, "parked") == 0 ? FACT_PARKED : FACT_VENDOR,
				100 - left > MOST ? MOST : 100 - left, row->product, strlen(row->product),
				why->id, strlen(why->id));
}

void vendor_facts(const struct fingerprints *table, const struct vendor_page *p, struct probe_facts *out)
{
	for (size_t i = 0; table && i < table->count; i++)
		if (!told_before(table, i))
			product(table, i, p, out);
}
