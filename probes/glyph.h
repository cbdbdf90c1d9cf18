/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading text one character at a time as people see it: full-width forms as ASCII, any blank as ' ', any
 * dash as '-', the traditional form of a few words' characters as the simplified one; what cannot be seen is
 * passed over. Lends from its text, which is UTF-8; a broken byte reads as U+FFFD.
 */
#ifndef PROBES_GLYPH_H
#define PROBES_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct glyphs {
	const char *p, *end;
};

/* The next character, 0 at the end. */
uint32_t glyph_next(struct glyphs *g);
uint32_t glyph_peek(struct glyphs g);
void glyph_blanks(struct glyphs *g);
/* Passes over a word, blanks between its characters allowed; ASCII of any case. False: it is not here, and
 * nothing is passed over. */
bool glyph_word(struct glyphs *g, const char *word);
bool glyph_digit(uint32_t c);
/* An ASCII letter or digit. */
bool glyph_alnum(uint32_t c);
bool glyph_han(uint32_t c);
/* Does one of the words stand at p? Then *behind is where it ends. */
bool glyph_starts(const char *p, const char *end, const char *const *words, size_t count,
		  const char **behind);

#endif
