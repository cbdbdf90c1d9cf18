/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the steps of join.h share: standing.c reads how the groups stand before, join.c brings hosts to
 * identifiers, peer.c hosts to hosts. */
#ifndef POLICY_JOINER_H
#define POLICY_JOINER_H

#include "policy/work.h"

/* What a person said of a group. */
enum word { WORD_NONE, WORD_EDUCATION, WORD_EXEMPT };

struct joiner {
	struct work *w;
	const struct policy_input *in;
	struct grouping *g;
	/* per group */
	enum word *word;
	bool *filed;    /* a filing of whatever kind names something of it */
	bool *likely;   /* a filing may be its, for whatever reason */
	bool *center;   /* all its hosts are the network centre's, which is exempt */
	size_t *into;   /* the one that takes all of it; GROUP_NONE */
	size_t *campus; /* campus hosts that would join it */
	size_t *odd;    /* members that are no peers (peer.c) */
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
/* It, or whatever is one app with it before facts join anything, in a filing of whatever kind. */
bool joiner_is_filed(const struct joiner *b, size_t subject);
bool joiner_person_allows(const struct joiner *b, size_t from, size_t to);
/* Joining would bring a host that is accused to what may be filed, or what may be filed to what is not. The
 * facts of others that join speak for nobody but themselves (learnt.h). */
bool joiner_would_clear(const struct joiner *b, const struct join *j);
/* Exactly one of the two is filed: told of the other, which that filing probably covers. */
void joiner_make_kin(struct joiner *b, struct join *j);

void standing_read(struct joiner *b);

void peer_join(struct joiner *b);

#endif
