/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a visitor reads on a page: the text of its elements in order, pieces of one line joined as they look,
 * a line break where a block begins or ends, and which of it stands in a footer.
 * Not read at all: comments, and what is hidden by the attribute `hidden` or a style of its own
 * (display:none, visibility:hidden), unless that is the whole page waiting for a script. Hidden text is left
 * over from templates and other editions of a page as often as not. Rules of style sheets are not known here.
 * Read, but kept apart as `latent`: <noscript>, <template> and script templates. The page brings that text
 * along; whether it is shown, a script decides.
 */
#ifndef PROBES_VIEW_H
#define PROBES_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "probes/html.h"

enum {
	VIEW_FEET_MAX = 64,  /* footers, and examples; later ones are not told apart */
	VIEW_AWAY_MAX = 256, /* links to others' hosts; the same */
	VIEW_ROWS_MAX = 512, /* rows of tables; the same */
};

/* A piece of `seen`; an open one ends at SIZE_MAX. */
struct view_span {
	size_t from, to;
};

/* One element whose inside is special; nested ones of its name are counted until it ends. */
struct view_mark {
	char name[HTML_NAME_MAX];
	size_t depth; /* 0: not inside one */
};

struct view {
	struct buf seen, latent;
	struct buf attributes, away; /* what attributes say, a line each; those of links to others' hosts */
	size_t hidden;               /* bytes of hidden text */
	struct view_mark hide, inert, foot;
	size_t feet;
	struct view_span feet_at[VIEW_FEET_MAX];
	size_t aways;
	struct view_span away_at[VIEW_AWAY_MAX]; /* the text of a link that leads to somebody else's host */
	size_t rows;
	struct view_span row_at[VIEW_ROWS_MAX]; /* of tables, of more than one cell and without a table
						   inside; items */
	struct view_mark code;
	size_t codes;
	struct view_span code_at[VIEW_FEET_MAX]; /* <pre>, <code>: examples */
	size_t row_from, cells;                  /* the row that is open; SIZE_MAX: none is */
};

void view_init(struct view *v);
void view_clear(struct view *v);
void view_start(struct view *v, const struct html_token *t);
void view_end(struct view *v, const struct html_token *t);
void view_text(struct view *v, struct html_str text);
/* Text that a script brings along, as HTML; `joined`: it goes on where the last one ended. */
void view_script_text(struct view *v, struct html_str html, bool joined);

bool view_is_hidden(const struct view *v);
bool view_is_inert(const struct view *v);
bool view_in_foot(const struct view *v, size_t at);
/* What was seen since `from` is the text of a link to the host of somebody else. */
void view_add_away(struct view *v, size_t from);
/* The text of a link to somebody else, or the row of a table, that text[at] is in; false: it is in none. */
bool view_away(const struct view *v, size_t at, struct view_span *link);
bool view_row(const struct view *v, size_t at, struct view_span *row);
/* Is text[at] an example? */
bool view_in_code(const struct view *v, size_t at);

#endif
