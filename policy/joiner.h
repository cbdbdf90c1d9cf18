/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the steps of join.h share: join.c brings hosts to identifiers, peer.c hosts to hosts. */
#ifndef POLICY_JOINER_H
#define POLICY_JOINER_H

#include "policy/work.h"

/* What a person said of a group. */
enum word { WORD_NONE, WORD_EDUCATION, WORD_EXEMPT };

struct joiner {
	struct work *w;
	const struct policy_input *in;
	struct grouping *g;
	enum word *word; /* per group */
	size_t *into;    /* per group: the one that takes all of it; GROUP_NONE */
	size_t *campus;  /* per group: campus hosts that would join it */
};

/* Joins on their way, sorted by who looks at them. */
struct offers {
	struct join *offer;
	size_t count, cap;
};

void joiner_keep(struct joiner *b, const struct join *j);
void joiner_offer(struct offers *o, const struct join *j);
/* SIZE_MAX: it was not seen. */
size_t joiner_find(const struct joiner *b, enum subject_kind kind, const char *name);
const struct group *joiner_group(const struct joiner *b, size_t subject);
/* A host that is nobody's by the tables, and serves something of its own. */
bool joiner_is_sound(const struct joiner *b, size_t host);
/* In whatever form: by its name, or by that of its app. */
bool joiner_is_filed(const struct joiner *b, size_t subject);
bool joiner_person_allows(const struct joiner *b, size_t from, size_t to);
/* One of the two is filed: told of the other. */
void joiner_turn_to_unfiled(const struct joiner *b, struct join *j);

void peer_join(struct joiner *b);

#endif
