/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and owners in any text: what is told lies in the text, in order, and a number reads as itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probes/number.h"
#include "probes/owner.h"

struct seen {
	const char *text;
	size_t n, last;
	struct number again;
	size_t count;
};

static void once(void *arg, const struct number *m)
{
	struct seen *s = arg;

	if (s->count++ == 0)
		s->again = *m;
}

static void owner(void *arg, const struct owner *o)
{
	const struct seen *s = arg;

	if (o->name < s->text || o->name + o->n > s->text + s->n || o->n == 0 || o->n >= OWNER_MAX ||
	    o->confidence > 100)
		abort();
}

static void number(void *arg, const struct number *m)
{
	struct seen *s = arg, self = { 0 };
	struct owner o;

	if (m->at >= m->end || m->end > s->n || m->end <= s->last || strlen(m->value) == 0)
		abort();
	s->last = m->end;
	if (owner_before(s->text, m->at, &o)) {
		owner(s, &o);
		if (o.name + o.n > s->text + m->at)
			abort();
	}
	/* a licence of a few words' context, and a number that only its form proves, are told by what is
	 * around */
	if (m->type == FACT_GRADE_NUMBER || m->type == FACT_TELECOM_NUMBER || m->value[0] == 'A' ||
	    m->value[0] == 'B')
		return;
	number_scan(m->value, strlen(m->value), once, &self);
	if (self.count != 1 || self.again.type != m->type || strcmp(self.again.value, m->value) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen s = { .text = (const char *)data, .n = size };

	number_scan(s.text, size, number, &s);
	owner_scan(s.text, size, owner, &s);
	return 0;
}
