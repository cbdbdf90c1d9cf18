/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links to the apps of others, by the words of the page around them: among its friends, marked as an
 * advertisement, in a report, in a list of apps that are complained of. What is not surely such a link is the
 * page's own: a link to install its app is what the prober looks for. Pure; bounded by its constants.
 */
#ifndef PROBES_MENTION_H
#define PROBES_MENTION_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/html.h"
#include "probes/link.h"
#include "probes/view.h"

enum { MENTION_LINKS_MAX = 1024 /* of a page; the words around later ones are not asked */ };

/* The links of a page, told when its text is whole. Starts zeroed; lends from the page. */
struct mention_links {
	struct view_span text[MENTION_LINKS_MAX]; /* in v->seen; a picture's is empty */
	struct html_str href[MENTION_LINKS_MAX];
	bool others[MENTION_LINKS_MAX]; /* their own attributes say so */
	size_t n;
	bool open; /* the last of them */
};

/* The start tag of an element <a>; one that cannot be kept is left to the caller: mention_keeps(). */
void mention_open(struct mention_links *k, const struct view *v, const struct html_token *t);
void mention_close(struct mention_links *k, const struct view *v);
/* Is this the value of href, as it stands, of the link that is open and kept? */
bool mention_keeps(const struct mention_links *k, struct html_str value);

/* Tells the page's own, and counts in l->facts->others what the rest would have told. */
void mention_tell(struct mention_links *k, const struct view *v, struct links *l, unsigned confidence);

#endif
