/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/share.h"

#include <string.h>

static const char *const lasting[] = {
	"kernel-received", "kernel-drop",       "interface-drop",      "ring-unread",
	"prefiltered",     "prefiltered-bytes", "interface-down",      "interface-silent",
	"interface-lost",  "worker-lost",       "worker-lost-seconds",
};
_Static_assert(sizeof(lasting) / sizeof(lasting[0]) == SHARE_COUNT, "each has a place");

static int share_of(const char *name)
{
	int i = 0;

	while (i < SHARE_COUNT && strcmp(lasting[i], name) != 0)
		i++;
	return i;
}

/* One that cannot be read any more is 0: what was told stays told. */
void share_cut(struct shares *s, struct msg_counters *m, bool last)
{
	for (int i = 0; i < m->count; i++) {
		struct msg_counter *c = &m->counter[i];
		int at = share_of(c->name);
		if (at == SHARE_COUNT)
			continue;
		c->value = c->value > s->told[at] ? c->value - s->told[at] : 0;
		if (last)
			s->told[at] += c->value;
	}
}
